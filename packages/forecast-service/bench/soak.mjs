// Whether the service grows while it runs: rounds, trainings and tidying of a small fleet at many times the usual rate, readers among them.
//
//   npm run bench -- soak [--series 200] [--minutes 20] [--days 3]
//
// Every round stands for five minutes of a real one, so twenty minutes are some days. What must not grow once the windows are full (a day
// of scores, four hours of predictions): resident memory, the heap and the array buffers after a collection, open files and handles, the
// time of a round. The data folder grows by what is kept: all forecasts of six hours, then one an hour for 30 days, and samples, as
// docs/pipeline.md says.
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { duckdbStore } from "@loadcast/metrics-io";
import { loadConfig } from "../dist/config.js";
import { threadsExecutor } from "../dist/executor/threads.js";
import { createLog } from "../dist/log.js";
import { createService } from "../dist/service.js";

const STEP = 300_000;
const DAY = 288;
const { values: args } = parseArgs({
  options: {
    series: { type: "string", default: "200" },
    minutes: { type: "string", default: "20" },
    days: { type: "string", default: "3" },
    threads: { type: "string", default: String(Math.max(2, availableParallelism() - 1)) },
    quick: { type: "boolean", default: false },
  },
});
const SERIES = args.quick ? 20 : Number(args.series);
const MINUTES = args.quick ? 1 : Number(args.minutes);
const STEPS = Number(args.days) * DAY;
/** Rounds between two looks: two hours of the service's own time. */
const LOOK = 24;
/** Series trained in each look besides those that drift or age. */
const TRAINED = 4;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc");

const value = (series, step) =>
  Math.min(
    100,
    Math.max(
      0,
      20 +
        (series % 40) +
        8 * Math.sin((2 * Math.PI * step) / DAY) +
        6 * Math.exp(-(step % 12) / 3) +
        3 * Math.sin(series + step * 12.9898) * Math.cos(step * 78.233),
    ),
  );
const key = (series) => ({ host: `server-${String(series).padStart(4, "0")}`, metric: "cpu_percent" });

const folder = mkdtempSync(join(tmpdir(), "loadcast-soak-"));
const clock = {
  time: Math.floor(Date.now() / STEP) * STEP + 2000,
  now() {
    return this.time;
  },
  after: () => () => {},
};
const store = duckdbStore({ path: folder });
const executor = threadsExecutor({ threads: Number(args.threads) });
const service = await createService({
  config: loadConfig({
    env: { LOADCAST_DEMO: "false", LOADCAST_DATA: folder, LOADCAST_TRAINING_HISTORY: `${args.days}d` },
  }),
  store,
  registry: store.registry(),
  executor,
  samplers: [],
  clock,
  log: createLog("error"),
});
const sizeOf = (path) =>
  readdirSync(path, { withFileTypes: true }).reduce((sum, entry) => {
    const inner = join(path, entry.name);
    return sum + (entry.isDirectory() ? sizeOf(inner) : (statSync(inner, { throwIfNoEntry: false })?.size ?? 0));
  }, 0);
const MB = (bytes) => (bytes / 2 ** 20).toFixed(1);
const openFiles = () => (process.platform === "linux" ? readdirSync("/proc/self/fd").length : "");

try {
  const end = clock.time - 2000;
  for (let from = 0; from < SERIES; from += 50) {
    await store.writeSamples(
      Array.from({ length: Math.min(50, SERIES - from) }, (_, i) => ({
        ...key(from + i),
        times: Float64Array.from({ length: STEPS }, (_, t) => end - (STEPS - t) * STEP),
        values: Float64Array.from({ length: STEPS }, (_, t) => value(from + i, end / STEP - STEPS + t)),
      })),
    );
    await store.flush();
  }
  // One model for all: what is watched here is not how it was found.
  const [first, ...others] = await service.cycle.series();
  const registry = store.registry();
  await service.cycle.train(first);
  const { document, parameters, metrics, tags } = await registry.load(first.id, "champion");
  for (const { id: model } of others) {
    const training = { model, key: "copy", startedAt: clock.time, endedAt: clock.time, status: "finished" };
    const { version } = await registry.register({ ...training, parameters, metrics, tags, document });
    await registry.setAlias(model, "champion", version);
  }
  const rows = [];
  const began = performance.now();
  let rounds = 0;
  let trained = 0;
  while (performance.now() - began < MINUTES * 60_000) {
    const cpu = process.cpuUsage();
    const start = performance.now();
    for (let i = 0; i < LOOK; i++, rounds++) {
      const at = clock.time - 2000;
      clock.time += STEP;
      await service.intake.store(
        Array.from({ length: SERIES }, (_, s) => ({ ...key(s), times: [at], values: [value(s, at / STEP)] })),
      );
      const failed = (await service.cycle.inferAll()).filter(({ result }) => result !== "done");
      if (failed.length > 0) throw new Error(`${failed.length} forecasts failed: ${failed[0].detail}`);
      await service.overview.hosts({ limit: 50 });
      await service.catalogue.history(others[rounds % others.length].id, {});
    }
    const { user, system } = process.cpuUsage(cpu);
    const seconds = (performance.now() - start) / 1000;
    for (let i = 0; i < TRAINED; i++) await service.cycle.train(others[trained++ % others.length]);
    await service.tidy(new AbortController().signal);
    const before = process.memoryUsage.rss();
    collectGarbage();
    const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
    const row = {
      rounds,
      "s a round": (seconds / LOOK).toFixed(2),
      "CPU ms a forecast": ((user + system) / 1e3 / LOOK / SERIES).toFixed(1),
      "RSS MB": MB(before),
      "after a collection": MB(rss),
      "heap MB": MB(heapUsed),
      "array buffers MB": MB(arrayBuffers),
      files: openFiles(),
      handles: process.getActiveResourcesInfo().length,
      "folder MB": MB(sizeOf(folder)),
      trained,
    };
    rows.push(row);
    console.error(JSON.stringify(row));
  }
  console.log(
    `${cpus()[0].model}, ${availableParallelism()} cores, Node ${process.version}, ${args.threads} threads, ${SERIES} series, ${rounds} rounds (${((rounds * STEP) / 86_400_000).toFixed(1)} days)`,
  );
  console.table(rows);
} finally {
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
}
