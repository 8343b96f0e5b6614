// How much faster two workers are than one: node bench/queue.mjs [jobs]. Needs Redis (npm run stack -- install redis). Each worker
// is a process of its own with one thread, and is started so that it is one core's worth of work (docs/guides/fleet.md): V8's helpers,
// which would sweep its heap and compile for it on other cores, are another worker's core where all cores work. `--helpers` leaves them in.
// The jobs are trainings of a fleet, an ensemble on seven days of values each, the default. Rounds alternate, so that whatever else the
// machine does falls on both, and a worker has a round to get warm in that does not count.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { startServer } from "../../../tools/stack/index.mjs";
import { queueExecutor } from "../dist/executor/queue.js";

const helpers = process.argv.includes("--helpers");
const jobs = Number(
  process.argv.slice(2).find((word) => /^\d+$/.test(word)) ?? (process.argv.includes("--quick") ? 16 : 64),
);
const VALUES = 7 * 288;
const FLAGS = helpers ? [] : ["--single-threaded"];
const ROUNDS = 3;
const command = fileURLToPath(new URL("../bin/loadcast.js", import.meta.url));

const redis = await startServer("redis");
const workers = [];
const startWorker = async () => {
  const child = spawn(process.execPath, [...FLAGS, command, "worker", "--redis", redis.url, "--threads", "1"], {
    stdio: ["ignore", "inherit", "pipe"],
  });
  for await (const [words] of [await once(child.stderr, "data")])
    if (!String(words).includes("ready")) throw new Error(String(words));
  workers.push(child);
  return child;
};
const stop = async (child) => {
  child.kill("SIGTERM");
  await once(child, "exit");
  workers.splice(workers.indexOf(child), 1);
};

let seed = 0;
/** Every round has data of its own: the queue would know the results of equal jobs. */
const input = () => {
  const phase = seed++ * 0.01;
  const values = Float64Array.from(
    { length: VALUES },
    (_, t) =>
      40 + 20 * Math.sin((2 * Math.PI * t) / 288 + phase) + 6 * Math.exp(-(t % 12) / 3) + ((t * 7919) % 101) / 8,
  );
  return {
    model: "ensemble",
    prepared: {
      ...{ values, start: 0, step: { unit: "millisecond", count: 300_000 }, gaps: 0, trailing: 0 },
      ...{ periods: [12, 288], metric: true, bounds: { lower: 0, upper: 100 } },
    },
  };
};

/** Processor seconds that the workers have taken so far: on a machine that is busy with other things they say more than the clock. */
const cpuSeconds = () => workers.reduce((sum, { pid }) => sum + cpuOf(pid), 0);
const cpuOf = (pid) => {
  const [user, system] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ").slice(11, 13);
  return (Number(user) + Number(system)) / 100;
};

try {
  const executor = await queueExecutor({ redis: { url: redis.url } });
  const round = async () => {
    const start = performance.now();
    const cpu = cpuSeconds();
    const own = process.cpuUsage();
    const redisCpu = cpuOf(redis.pid());
    await Promise.all(Array.from({ length: jobs }, () => executor.run("train", input())));
    const { user, system } = process.cpuUsage(own);
    return {
      seconds: (performance.now() - start) / 1000,
      cpu: cpuSeconds() - cpu,
      around: (user + system) / 1e6 + cpuOf(redis.pid()) - redisCpu,
    };
  };
  const times = { one: [], two: [] };
  await startWorker();
  await round(); // loads what is loaded once
  for (let i = 0; i < ROUNDS; i++) {
    times.one.push(await round());
    const second = await startWorker();
    await round(); // what is new in the second one warms up
    times.two.push(await round());
    await stop(second);
  }
  const median = (list, key) => list.map((one) => one[key]).sort((a, b) => a - b)[Math.floor(list.length / 2)];
  const row = (workers, list) => ({
    workers,
    seconds: median(list, "seconds").toFixed(2),
    "jobs/s": (jobs / median(list, "seconds")).toFixed(2),
    "cpu ms a job": Math.round((1000 * median(list, "cpu")) / jobs),
    "of Redis and the service": ((1000 * median(list, "around")) / jobs).toFixed(1),
    "cores busy": ((median(list, "cpu") + median(list, "around")) / median(list, "seconds")).toFixed(2),
  });
  console.table([row(1, times.one), row(2, times.two)]);
  const faster = (median(times.one, "seconds") / median(times.two, "seconds")).toFixed(2);
  const free = ((2 * median(times.one, "cpu")) / median(times.two, "cpu")).toFixed(2);
  console.log(
    `two workers are ${faster} times as fast as one; by their processor time ${free} times, were a core free for each`,
  );
  console.log(
    `${jobs} trainings of an ensemble on ${VALUES} values${helpers ? ", V8's helpers left in" : ""}; ${cpus()[0]?.model}, ${availableParallelism()} threads, Node ${process.version}`,
  );
  await executor.close();
} finally {
  for (const child of [...workers]) await stop(child);
  await redis.stop();
}
