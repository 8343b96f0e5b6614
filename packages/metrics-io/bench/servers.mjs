// How fast series come out of a real InfluxDB and a real Prometheus, and how much memory that takes: npm run bench -- servers
// Servers that are not installed are named and left out (npm run stack -- install influxdb prometheus).
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { missing, startServer } from "../../../tools/stack/index.mjs";
import { connect } from "../dist/adapters/influxdb/connection.js";
import { influxdbSource, nodeExporter, prometheusSource, resample } from "../dist/index.js";

const STEP = 15_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const END = Date.UTC(2026, 1, 1);
const FORTNIGHT = { from: END - 14 * DAY, to: END };
const METRICS = ["cpu_percent", "memory_percent"];
const HOSTS = 1000;
const RUNS = 7;

/** Prometheus' definition of the gauge that the memory is measured with. */
const LOAD = { load: { samples: "load1{$selector}" } };
const clock = () => END;

/** Values between 0 and 100 as a collector writes them, the same in every run. */
function* values(seed) {
  let x = seed;
  for (;;) {
    x = (x * 1_103_515_245 + 12_345) % 2 ** 31;
    yield (x / 2 ** 31) * 100;
  }
}
const times = (from, to) => Array.from({ length: (to - from) / STEP }, (_, i) => from + i * STEP);

async function startInfluxdb() {
  const server = await startServer("influxdb");
  const place = { url: server.url, org: server.org, bucket: server.bucket, token: server.token };
  const { write } = connect(place);
  const batch = async (lines) => {
    for (let at = 0; at < lines.length; at += 20_000) await write(lines.slice(at, at + 20_000).join("\n"));
  };
  const idle = values(1);
  const available = values(2);
  await batch(
    times(END - 28 * DAY, END).flatMap((time) => [
      `cpu,cpu=cpu-total,host=bench usage_idle=${idle.next().value} ${time}`,
      `mem,host=bench available_percent=${available.next().value} ${time}`,
    ]),
  );
  for (let host = 0; host < HOSTS; host++) {
    const many = values(host + 3);
    await batch(
      times(END - HOUR, END).map((time) => `mem,host=h${host} available_percent=${many.next().value} ${time}`),
    );
  }
  return { place, pid: server.pid, stop: server.stop };
}

async function startPrometheus() {
  const seed = [];
  const counters = [0, 0];
  const idle = values(1);
  const available = values(2);
  for (const time of times(...Object.values(FORTNIGHT))) {
    for (const cpu of [0, 1]) {
      counters[cpu] += (idle.next().value / 100) * 15;
      seed.push([`node_cpu_seconds_total{instance="bench",cpu="${cpu}",mode="idle"}`, time, counters[cpu].toFixed(2)]);
    }
    seed.push([`node_memory_MemAvailable_bytes{instance="bench"}`, time, Math.round(available.next().value * 1e8)]);
    seed.push([`node_memory_MemTotal_bytes{instance="bench"}`, time, 1e10]);
  }
  for (const time of times(END - 28 * DAY, END)) seed.push([`load1{instance="bench"}`, time, available.next().value]);
  for (let host = 0; host < HOSTS; host++) {
    const many = values(host + 3);
    for (const time of times(END - HOUR, END)) seed.push([`load1{instance="h${host}"}`, time, many.next().value]);
  }
  const { url, pid, stop } = await startServer("prometheus", { seed });
  return { place: { url }, pid, stop };
}

const influx = (place) => influxdbSource({ ...place, clock });
const prometheus = (place, metrics = nodeExporter, more = {}) =>
  prometheusSource({ ...place, metrics, clock, ...more });

/** What a child process does for `memory`: reads a range of one series, page by page as a user would, and resamples it. */
const READERS = {
  influxdb: [(place) => influx(place), { host: "bench", metric: "memory_percent" }],
  prometheus: [(place) => prometheus(place, LOAD), { host: "bench", metric: "load" }],
};

if (process.argv[2] === "--memory") {
  const [, , , name, days, place] = process.argv;
  const [make, key] = READERS[name];
  const grid = resample(await make(JSON.parse(place)).read(key, { from: END - days * DAY, to: END }));
  if (grid.values.length !== days * 288) throw new Error(`${grid.values.length} buckets for ${days} days`);
  console.log(process.resourceUsage().maxRSS);
  process.exit();
}

const table = [];

/** Processor time of a process in milliseconds, at 100 ticks a second; NaN where the system does not tell. */
function cpuOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return Number.NaN;
  }
}

/** Medians of a few runs: wall-clock time, and processor time of this process and of the server, which other work does not change. */
async function measure(what, pid, work) {
  const runs = [];
  for (let i = 0; i <= RUNS; i++) {
    const cpu = process.cpuUsage();
    const busy = cpuOf(pid());
    const start = performance.now();
    const points = await work();
    const { user, system } = process.cpuUsage(cpu);
    const server = cpuOf(pid()) - busy;
    // The first run opens connections and lets V8 compile.
    if (i > 0) runs.push({ ms: performance.now() - start, cpu: (user + system) / 1000, server, points });
  }
  const median = (column) => runs.map((run) => run[column]).sort((a, b) => a - b)[RUNS >> 1];
  table.push({
    what,
    "median ms": Math.round(median("ms")),
    "own CPU ms": Math.round(median("cpu")),
    "server CPU ms": median("server"),
    points: runs[0].points,
  });
}

const count = (all) => all.reduce((sum, { times: { length } }) => sum + length, 0);

/** Both metrics for 14 days as samples, resampled here. */
const fortnight = (source) => async () => {
  const all = await Promise.all(METRICS.map((metric) => source.read({ host: "bench", metric }, FORTNIGHT)));
  for (const samples of all) resample(samples);
  return count(all);
};

async function memory(name, place) {
  const script = fileURLToPath(import.meta.url);
  for (const days of [1, 7, 14, 28]) {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [script, "--memory", name, String(days), JSON.stringify(place)],
      { encoding: "utf8" },
    );
    if (status !== 0) throw new Error(stderr);
    table.push({
      what: `${name}: most memory of a process that reads ${days} days × 15 s`,
      MB: Math.round(stdout / 1024),
    });
  }
}

const without = { influxdb: missing("influxdb"), prometheus: missing("prometheus") };
for (const [name, why] of Object.entries(without)) if (why) console.log(`${name}${why}`);

if (!without.influxdb) {
  const { place, pid, stop } = await startInfluxdb();
  try {
    const source = influx(place);
    await measure("influxdb: 14 days × 15 s × 2 metrics, read and resampled to 5 min", pid, fortnight(source));
    await measure("influxdb: the same by means of the server", pid, async () =>
      count(await Promise.all(METRICS.map((metric) => source.readGrid({ host: "bench", metric }, FORTNIGHT)))),
    );
    await measure(`influxdb: the last hour of ${HOSTS} hosts, one query`, pid, async () =>
      count(await source.readMetric("memory_percent", { from: END - HOUR, to: END })),
    );
    await measure(`influxdb: list ${HOSTS} hosts`, pid, async () => (await source.listSeries()).length);
    await memory("influxdb", place);
  } finally {
    await stop();
  }
}
if (!without.prometheus) {
  const { place, pid, stop } = await startPrometheus();
  try {
    const source = prometheus(place);
    const raw = prometheus(place, LOAD);
    await measure("prometheus: 14 days × 15 s × 2 metrics by queries, resampled to 5 min", pid, fortnight(source));
    await measure(
      "prometheus: the same, evaluated every 5 min",
      pid,
      fortnight(prometheus(place, nodeExporter, { stepSeconds: 300 })),
    );
    await measure("prometheus: 14 days × 15 s as scraped, resampled to 5 min", pid, async () => {
      const samples = await raw.read({ host: "bench", metric: "load" }, FORTNIGHT);
      resample(samples);
      return count([samples]);
    });
    await measure(`prometheus: the last hour of ${HOSTS} hosts, one query`, pid, async () =>
      count(await raw.readMetric("load", { from: END - HOUR, to: END })),
    );
    await memory("prometheus", place);
  } finally {
    await stop();
  }
}
console.table(table);
console.log(
  `${cpus()[0]?.model}, ${availableParallelism()} threads, Node ${process.version}; the servers on the same machine`,
);
