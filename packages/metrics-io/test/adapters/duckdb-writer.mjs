// A process that writes samples until it is killed, for duckdb-durability.test.ts: node duckdb-writer.mjs FOLDER
// After each flush it reports, on stdout, how many samples are safe.
import { writeSync } from "node:fs";
import { duckdbStore } from "../../dist/index.js";

const store = duckdbStore({ path: process.argv[2], flushMillis: 3_600_000 });
const key = { host: "web-1", metric: "cpu_percent" };
for (let written = 0; ; ) {
  const size = 1 + ((written * 7) % 50);
  const times = Array.from({ length: size }, (_, i) => written + i);
  await store.writeSamples([{ ...key, times, values: times.map((time) => time / 3) }]);
  await store.writeForecast({
    ...key,
    issuedAt: written,
    modelVersion: "v1",
    times: [written + 1],
    mean: [1],
    median: [1],
    intervals: [],
  });
  written += size;
  await store.flush();
  writeSync(1, `${written}\n`);
}
