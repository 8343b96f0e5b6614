// Fills a disk, as it were, for duckdb-durability.test.ts: node duckdb-full-disk.mjs FOLDER, with SIGXFSZ ignored.
// Prints what happened as one JSON object.
import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { duckdbStore } from "../../dist/index.js";

const folder = process.argv[2];
const key = { host: "web-1", metric: "cpu_percent" };
const limit = (bytes) => execFileSync("/usr/bin/prlimit", ["--pid", String(process.pid), `--fsize=${bytes}:`]);
const store = duckdbStore({ path: folder, flushMillis: 3_600_000, flushSamples: 1e6, maxWaitingSamples: 10_000 });
let accepted = 0;
/** Times and values that do not compress, so that the file grows. */
const write = async (n) => {
  const times = Float64Array.from({ length: n }, (_, i) => (accepted + i) * 1000 + Math.floor(Math.random() * 900));
  await store.writeSamples([{ ...key, times, values: Float64Array.from(times, Math.random) }]);
  accepted += n;
};
const failure = async (promise) =>
  promise.then(
    () => null,
    (error) => error.message,
  );
const report = {};

// 1. The write-ahead log cannot grow: the commit fails.
await write(100);
await store.flush();
limit(60_000);
await write(5000);
report.commitFailure = await failure(store.flush());
report.readWhileFull = (await store.read(key, { from: -Infinity, to: Infinity })).times.length;
report.overflow = await failure(write(6000));
limit("unlimited");
await store.flush();

// 2. The log has room and the database has not: the checkpoint fails, after which DuckDB wants to be opened again.
const largest = () => Math.max(...readdirSync(folder).map((name) => statSync(join(folder, name)).size));
while (largest() < 17.5e6) {
  await write(300_000);
  await store.flush();
}
limit(largest() + 50_000);
report.checkpointFailure = null;
for (let tries = 0; report.checkpointFailure === null && tries < 40; tries++) {
  await write(50_000);
  report.checkpointFailure = await failure(store.flush());
}
limit("unlimited");
await store.flush();
report.waitingAtEnd = store.waiting().samples;
report.accepted = accepted;
await store.close();
console.log(JSON.stringify(report));
