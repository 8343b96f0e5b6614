// How fast a fleet is forecast and trained, how much memory it takes, and whether readers notice:
//
//   npm run bench -- fleet [--series 200] [--days 7] [--rate 500] [--no-http] [--copies]
//
// Everything runs as it does in `loadcast serve`: the embedded store and registry in a folder, threads for the fits, the HTTP application on
// a free port of this machine; the load comes from another process. CPU time is that of the whole service, its threads
// included: on a machine that does other things as well it says more than the clock.
import { fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { duckdbStore } from "@loadcast/metrics-io";
import { loadConfig } from "../dist/config.js";
import { threadsExecutor } from "../dist/executor/threads.js";
import { buildApp } from "../dist/http/app.js";
import { createLog } from "../dist/log.js";
import { createService } from "../dist/service.js";

const STEP = 300_000;
const DAY = 288;
const { values: args } = parseArgs({
  options: {
    series: { type: "string", default: "2000" },
    days: { type: "string", default: "7" },
    rate: { type: "string", default: "500" },
    threads: { type: "string", default: String(Math.max(2, availableParallelism() - 1)) },
    quick: { type: "boolean", default: false },
    "no-http": { type: "boolean", default: false },
    // One model is trained and all series get a copy of it: forecasts and memory of a large fleet without an hour of fits.
    copies: { type: "boolean", default: false },
  },
});
const SERIES = args.quick ? 100 : Number(args.series);
const STEPS = Number(args.days) * DAY;
/** Trainings that run while readers ask: about two minutes of them. */
const READ_DURING = 600;

/** A server's CPU: a daily wave, an hourly job, noise that remembers, some spikes. By the number of the series and the step. */
function valueAt(series, step) {
  const random = (salt) => {
    let h = Math.imul(series + 1, 0x9e3779b1) ^ Math.imul(step + 7, 0x85ebca6b) ^ Math.imul(salt + 1, 0xc2b2ae35);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
  };
  const noise = random(1) + random(2) + random(3) - 1.5;
  const spike = random(4) < 0.005 ? 30 * random(5) : 0;
  const base = 20 + (series % 40);
  const value = base + 8 * Math.sin((2 * Math.PI * step) / DAY) + 6 * Math.exp(-(step % 12) / 3) + 4 * noise + spike;
  return Math.min(100, Math.max(0, value));
}

const key = (series) => ({
  host: `server-${String(series >> 1).padStart(4, "0")}`,
  metric: series & 1 ? "memory_percent" : "cpu_percent",
});

/** A clock that the benchmark moves. Nothing is scheduled: each part is started by hand. */
function handClock(now) {
  return {
    time: now,
    now() {
      return this.time;
    },
    after: () => () => {},
  };
}

const megabytes = () => (process.memoryUsage.rss() / 2 ** 20).toFixed(0);

/** The most that was resident since the last call of `startPeak`, as Linux keeps it; elsewhere nobody does. */
const startPeak = () => {
  if (process.platform === "linux") writeFileSync("/proc/self/clear_refs", "5");
};
const peakMegabytes = () => {
  if (process.platform !== "linux") return "";
  return (Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024).toFixed(0);
};

const rows = [];
async function measured(what, work, count = SERIES) {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  startPeak();
  const cpu = process.cpuUsage();
  const began = performance.now();
  const result = await work();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  delay.disable();
  const row = {
    what,
    seconds: seconds.toFixed(1),
    "CPU s": ((user + system) / 1e6).toFixed(1),
    "CPU ms a series": ((user + system) / 1e3 / count).toFixed(1),
    "loop delay p99 ms": (delay.percentile(99) / 1e6 - 5).toFixed(1),
    "RSS MB": megabytes(),
    "peak RSS MB": peakMegabytes(),
  };
  rows.push(row);
  console.error(JSON.stringify(row));
  return result;
}

const folder = mkdtempSync(join(tmpdir(), "loadcast-fleet-"));
const end = Math.floor(Date.now() / STEP) * STEP;
const clock = handClock(end + 2000);
const store = duckdbStore({ path: folder });
const log = createLog("warn");
const registry = store.registry();
const executor = threadsExecutor({ threads: Number(args.threads) });
const service = await createService({
  config: loadConfig({
    env: { LOADCAST_DEMO: "false", LOADCAST_DATA: folder, LOADCAST_TRAINING_HISTORY: `${args.days}d` },
  }),
  store,
  registry,
  executor,
  samplers: [],
  clock,
  log,
});

/** The values of one more step of every series arrive. */
async function step() {
  const at = clock.time - 2000;
  clock.time += STEP;
  const batches = Array.from({ length: SERIES }, (_, s) => ({
    ...key(s),
    times: [at],
    values: [valueAt(s, at / STEP)],
  }));
  await service.intake.store(batches);
}

async function fill() {
  for (let from = 0; from < SERIES; from += 50) {
    const batches = Array.from({ length: Math.min(50, SERIES - from) }, (_, i) => ({
      ...key(from + i),
      times: Float64Array.from({ length: STEPS }, (_, t) => end - (STEPS - t) * STEP),
      values: Float64Array.from({ length: STEPS }, (_, t) => valueAt(from + i, end / STEP - STEPS + t)),
    }));
    await store.writeSamples(batches);
    await store.flush();
  }
}

/** The first series is trained; the others get its model, as if they had been. */
async function copyModels() {
  const [{ id }, ...others] = await service.cycle.series();
  await service.cycle.train({ id });
  const { document, parameters, metrics, tags } = await registry.load(id, "champion");
  for (const { id: model } of others) {
    const training = { model, key: "copy", startedAt: clock.time, endedAt: clock.time, status: "finished" };
    const { version } = await registry.register({ ...training, parameters, metrics, tags, document });
    await registry.setAlias(model, "champion", version);
  }
}

const failed = (outcomes) => outcomes.filter(({ result }) => result !== "done").length;

/** Reads of another process at a steady rate while `work` runs. */
async function withReaders(work) {
  const app = await buildApp({ ...service, log, metrics: [], dashboard: join(folder, "none"), version: "bench" });
  const address = await app.listen({ host: "127.0.0.1", port: 0 });
  const ids = Array.from({ length: Math.min(SERIES, 200) }, (_, i) => {
    const { host, metric } = key(Math.floor((i * SERIES) / 200));
    return encodeURIComponent(`${host}/${metric}`);
  });
  const paths = ids.flatMap((id) => [`/api/v1/series/${id}/forecast`, `/api/v1/series/${id}/history`]);
  const readers = fork(fileURLToPath(new URL("readers.mjs", import.meta.url)), [
    address,
    args.rate,
    JSON.stringify(paths),
  ]);
  const ready = new Promise((resolve, reject) => {
    readers.once("message", resolve);
    readers.once("exit", (code) => reject(new Error(`the readers ended with code ${code}`)));
  });
  await ready;
  const report = new Promise((resolve) => readers.once("message", resolve));
  const result = await work();
  readers.send("stop");
  const { requests, errors, unanswered, p50, p99 } = await report;
  rows.push({
    what: `of these reads, from the sixth second on (${requests} at ${args.rate}/s, ${errors} failed, ${unanswered} without an answer)`,
    "p50 ms": p50,
    "p99 ms": p99,
  });
  console.error(JSON.stringify(rows.at(-1)));
  await app.close();
  return result;
}

try {
  await measured(`write ${args.days} days of ${SERIES} series`, fill);
  if (args.copies) await measured("train one series, copy its model", copyModels);
  const first = await measured(
    args.copies ? "first round: read, forecast" : "first round: read, train, gate, register, forecast",
    () => service.cycle.inferAll(),
  );
  if (failed(first) > 0) console.error(first.find(({ result }) => result !== "done"));
  for (let round = 1; round <= 3; round++) {
    await step();
    await measured(`round ${round}: one more value, forecast, write, monitor`, () => service.cycle.inferAll());
  }
  // Between rounds, which are five minutes apart, threads without work have ended and what they held is free.
  await new Promise((resolve) => setTimeout(resolve, 70_000));
  rows.push({ what: "between rounds", "RSS MB": megabytes() });
  console.error(JSON.stringify(rows.at(-1)));
  await measured("list of hosts, once more after a round", async () => {
    await service.overview.hosts({ limit: 50 });
    const began = performance.now();
    for (let i = 0; i < 20; i++) await service.overview.hosts({ limit: 50 });
    rows.push({ what: "overview.hosts(50), a call", seconds: ((performance.now() - began) / 20_000).toFixed(4) });
    const listed = performance.now();
    for (let i = 0; i < 20; i++) await service.catalogue.list();
    rows.push({ what: "catalogue.list(), a call", seconds: ((performance.now() - listed) / 20_000).toFixed(4) });
  });
  let outcome = "";
  if (!args.copies) {
    await step();
    const trained = await measured("retrain: read, search, fit, gate, register", () => service.cycle.trainAll());
    if (!args["no-http"]) {
      const some = (await service.cycle.series()).slice(0, READ_DURING);
      const train = async () => {
        const queue = [...some];
        const lane = async () => {
          for (let series = queue.shift(); series; series = queue.shift()) await service.cycle.train(series);
        };
        await Promise.all(Array.from({ length: executor.concurrency }, lane));
      };
      await step();
      await withReaders(() => measured(`retrain ${some.length} of them while they are read`, train, some.length));
    }
    const lost = trained.find(({ result }) => result !== "done");
    if (lost) console.error(`${failed(trained)} trainings failed:`, lost);
    const promoted = trained.filter(({ detail }) => detail.includes("Goes live")).length;
    outcome = `; ${promoted} of ${trained.length} new versions went live`;
  }
  console.log(
    `${cpus()[0].model}, ${availableParallelism()} cores, Node ${process.version}, ${args.threads} threads, ${SERIES} series, ${STEPS} values each${outcome}`,
  );
  console.table(rows);
} finally {
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
}
