// A day of a fleet in the embedded store, as it comes: node bench/fleet.mjs [series] [hours]. Says how fast rounds of samples are
// written, how fast one series is read before and after the day is put in order, how long a reader waits meanwhile, and the size.
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { duckdbStore } from "../dist/index.js";

const [fleet = 2000, hours = 26] = process.argv.slice(2).map(Number);
const STEP = 15_000;
const START = 20_000 * 86_400_000;
const folder = mkdtempSync(join(tmpdir(), "loadcast-fleet-"));
const store = duckdbStore({
  path: folder,
  flushMillis: 3_600_000,
  flushSamples: 10_000_000,
  memoryLimit: process.env.LIMIT ?? "256MB",
});
const keys = Array.from({ length: fleet }, (_, i) => ({ host: `host-${i}`, metric: "cpu_percent" }));
const rows = [];
const quantile = (sorted, p) => sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))];
const say = (what, times) => {
  const sorted = [...times].sort((a, b) => a - b);
  rows.push({
    what,
    median: Number(quantile(sorted, 0.5).toFixed(1)),
    p99: Number(quantile(sorted, 0.99).toFixed(1)),
    n: times.length,
  });
};
const timed = async (work) => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};
const megabytes = () => readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) / 2 ** 20;
/** Wanders as load does. */
const level = Float64Array.from(keys, () => 20 + 40 * Math.random());
const next = (i) => {
  level[i] = Math.min(100, Math.max(0, level[i] + 2 * (Math.random() - 0.5)));
  return level[i];
};
const readOne = () =>
  timed(() => store.read(keys[Math.floor(Math.random() * fleet)], { from: -Infinity, to: Infinity }));
const repeat = async (n, work) => {
  const times = [];
  for (let i = 0; i < n; i++) times.push(await work(i));
  return times;
};

try {
  await store.open();
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const rounds = (hours * 3_600_000) / STEP;
  const written = await repeat(rounds, (round) => {
    const times = [START + round * STEP];
    const batches = keys.map((key, i) => ({ ...key, times, values: [next(i)] }));
    return timed(async () => {
      await store.writeSamples(batches);
      await store.flush();
    });
  });
  say(`write and commit one round of ${fleet} samples`, written);
  rows.push({
    what: `MB, ${((rounds * fleet) / 1e6).toFixed(1)} million samples as they came`,
    median: Math.round(megabytes()),
  });
  say("read all of one series, not in order yet", await repeat(30, readOne));
  const readHour = () => {
    const from = START + Math.floor(Math.random() * rounds) * STEP;
    return timed(() => store.read(keys[Math.floor(Math.random() * fleet)], { from, to: from + 3_600_000 }));
  };
  say("read one hour of one series", await repeat(200, readHour));
  const prune = async (limits) => {
    let done = false;
    const pruning = timed(() => store.prune(limits)).finally(() => {
      done = true;
    });
    const waits = [];
    while (!done) {
      waits.push(await readHour());
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return [[await pruning], waits];
  };
  const [sorting, sortWaits] = await prune({});
  say("put a day in order", sorting);
  say("read one hour of one series meanwhile", sortWaits);
  say("read all of one series", await repeat(30, readOne));
  rows.push({ what: "MB, in order", median: Math.round(megabytes()) });
  const [averaging, averageWaits] = await prune({ samplesBefore: START + 86_400_000 });
  say("make a day into means", averaging);
  say("read one hour of one series meanwhile", averageWaits);
  say("read all of one series", await repeat(30, readOne));
  rows.push({ what: "event-loop delay so far", median: delay.percentile(50) / 1e6, p99: delay.percentile(99) / 1e6 });
  delay.reset();
  const times = Array.from({ length: 48 }, (_, i) => START + i * 300_000);
  const column = () => times.map(() => 100 * Math.random());
  const forecasts = await repeat(12, (i) =>
    timed(async () => {
      for (const key of keys) {
        const interval = () => ({ lower: column(), upper: column() });
        await store.writeForecast({
          ...{ ...key, issuedAt: START + i * 300_000, modelVersion: "v1", times, mean: column(), median: column() },
          intervals: [
            { level: 0.8, ...interval() },
            { level: 0.95, ...interval() },
          ],
        });
      }
      await store.flush();
    }),
  );
  say(`write forecasts of ${fleet} series`, forecasts);
  rows.push({ what: "event-loop delay then", median: delay.percentile(50) / 1e6, p99: delay.percentile(99) / 1e6 });
  delay.disable();
  say("read the latest forecast", await repeat(50, (i) => timed(() => store.latestForecast(keys[i % fleet]))));
  say(
    "read the forecasts of an hour",
    await repeat(20, (i) => timed(() => store.forecasts(keys[i % fleet], { from: START, to: Infinity }))),
  );
  await store.prune({});
  rows.push({ what: "MB, with 12 rounds of forecasts", median: Math.round(megabytes()) });
  await store.close();
  const reopened = duckdbStore({ path: folder });
  say("open it again", [await timed(() => reopened.open())]);
  await reopened.close();
  console.table(rows);
  console.log(`resident at most ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
  console.log(
    `${cpus()[0]?.model}, ${availableParallelism()} threads, Node ${process.version}; milliseconds unless it says MB`,
  );
} finally {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}
