// Speed of one likelihood evaluation and of fits, as ratios to R, statsmodels and npm `arima` in the same run.
//
//   node tools/peers.mjs && npm run bench -- speed [--write] [--quick]
//
// Every figure is the median CPU time of one process that does nothing else, warmed up first; processes run one at a time.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { logLikelihood, sarima } from "../dist/index.js";
import { ExactLikelihood } from "../dist/likelihood/exact.js";
import { machine, writeSection } from "./report/section.mjs";
import { airPassengers, serverMetric } from "./report/series.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const cache = here("../../../.cache/peers");
const quick = process.argv.includes("--quick");

const series = { server2016: serverMetric(2016), logAir: airPassengers.map(Math.log) };
const orders = { order: [2, 0, 2], seasonal: [1, 0, 1, 12] };
const params = { ar: [0.9, -0.2], ma: [-0.3, 0.1], seasonalAr: [0.7], seasonalMa: [-0.4], mean: 45, sigma2: 4 };
const evaluation = {
  kind: "evaluate",
  series: "server2016",
  ar: params.ar,
  ma: params.ma,
  sar: params.seasonalAr,
  sma: params.seasonalMa,
  mean: params.mean,
  sigma2: params.sigma2,
  period: 12,
  repeats: quick ? 20 : 100,
};
const tasks = [
  // R: arima(fixed = …); statsmodels: SARIMAX(…).loglike(…); with all their checks, as ours with its own.
  { ...evaluation, name: "one likelihood by the public functions, (2,0,2)(1,0,1)[12], n = 2016", inner: false },
  // R: makeARIMA and C_ARIMA_Like; statsmodels: loglike of a model that exists; ours: what a search calls.
  { ...evaluation, name: "the same inside a search", inner: true },
  {
    name: "ML fit, (2,0,2)(1,0,1)[12], n = 2016",
    kind: "fit",
    series: "server2016",
    // Its default, CSS-ML by L-BFGS, ends in NaN here; this is exact maximum likelihood by BFGS.
    arima: { method: 1, optimizer: 5 },
    ...orders,
    repeats: quick ? 1 : 5,
  },
  {
    name: "ML fit, (0,1,1)(0,1,1)[12], log AirPassengers",
    kind: "fit",
    series: "logAir",
    order: [0, 1, 1],
    seasonal: [0, 1, 1, 12],
    repeats: quick ? 5 : 31,
  },
];

const cpu = () => process.cpuUsage().user / 1e6;
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

function ours(task) {
  const y = Float64Array.from(series[task.series]);
  if (task.kind === "evaluate") {
    const likelihood = new ExactLikelihood({
      y: y.map((value) => value - params.mean),
      spec: { ...orders, mean: false },
      mean: false,
      regressors: [],
    });
    const factors = { ...params, period: 12 };
    const run = task.inner ? () => likelihood.evaluate(factors) : () => logLikelihood(y, orders, params);
    // Compiled to the end: the first thousands of calls run slower code.
    for (let i = 0; i < 5000; i++) run();
    const times = [];
    for (let k = 0; k < 9; k++) {
      const start = cpu();
      for (let i = 0; i < 300; i++) run();
      times.push((cpu() - start) / 300);
    }
    return { seconds: median(times) };
  }
  const { order, seasonal } = task;
  const times = [];
  let model;
  // A warm library, as in a service: the first second of fits pays for the compiler.
  const warm = cpu() + 1;
  let fits = 0;
  do {
    model = sarima(y, { order, seasonal });
    fits++;
  } while (cpu() < warm);
  // The clock of CPU time may tick in milliseconds: a sample is as many fits as take some 30 ms.
  const inner = Math.ceil(fits * 0.03);
  for (let i = 0; i < 25; i++) {
    const start = cpu();
    for (let j = 0; j < inner; j++) model = sarima(y, { order, seasonal });
    times.push((cpu() - start) / inner);
  }
  return { seconds: median(times), logLik: model.logLik };
}

function peer(name, command, args, list) {
  const found = spawnSync(command, args, {
    input: JSON.stringify({ series, tasks: list }),
    encoding: "utf8",
    maxBuffer: 1 << 26,
    env: { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" },
  });
  if (found.error || found.status !== 0) {
    console.error(
      `${name} is not here (node tools/peers.mjs installs it): ${found.error?.message ?? found.stderr.split("\n")[0]}`,
    );
    return null;
  }
  const lines = found.stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
  return { name: lines[0]?.version ?? name, results: Object.fromEntries(lines.map((line) => [line.task, line])) };
}

/** A child that fits the airline model with a daily season, to read its peak memory. */
function longSeason() {
  const script = `
    import { sarima } from ${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)};
    import { serverMetric } from ${JSON.stringify(new URL("./report/series.mjs", import.meta.url).href)};
    const y = serverMetric(2016);
    const start = process.cpuUsage().user;
    const model = sarima(y, { order: [0, 1, 1], seasonal: [0, 1, 1, 288] });
    console.log(JSON.stringify({ seconds: (process.cpuUsage().user - start) / 1e6, megabytes: process.resourceUsage().maxRSS / 1024, logLik: model.logLik }));`;
  const runs = Array.from({ length: quick ? 1 : 5 }, () =>
    JSON.parse(spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }).stdout),
  );
  return { seconds: median(runs.map((r) => r.seconds)), megabytes: median(runs.map((r) => r.megabytes)) };
}

const python = `${cache}/python/bin/python`;
const arima = `${cache}/npm/node_modules/arima`;
const peers = [
  peer("R", "Rscript", [here("peers/speed.R")], tasks),
  existsSync(python) ? peer("statsmodels", python, [here("peers/speed.py")], tasks) : null,
  existsSync(arima) ? peer("npm arima", process.execPath, [here("peers/speed-arima.cjs"), arima], tasks) : null,
].filter(Boolean);

const own = Object.fromEntries(tasks.map((task) => [task.name, ours(task)]));
const ms = (seconds) =>
  seconds < 0.01 ? (seconds * 1e3).toPrecision(3) : (seconds * 1e3).toFixed(seconds < 0.1 ? 1 : 0);
const rows = tasks.map(({ name }) => {
  const mine = own[name];
  const cells = peers.map(({ results }) => {
    const theirs = results[name];
    if (!theirs) return "–";
    const lower =
      theirs.logLik !== undefined && mine.logLik !== undefined
        ? `, logLik ${(theirs.logLik - mine.logLik).toFixed(3)}`
        : "";
    return `${ms(theirs.seconds)} ms (${(theirs.seconds / mine.seconds).toFixed(1)}×${lower})`;
  });
  return `| ${name} | ${ms(mine.seconds)} ms | ${cells.join(" | ")} |`;
});

// The floor: one multiply-add for each non-zero lag (5 + 5) and observation, as fast as this processor does them in JavaScript.
function floor() {
  const y = Float64Array.from(series.server2016);
  const e = new Float64Array(2016);
  const run = () => {
    for (let t = 14; t < 2016; t++) {
      e[t] =
        y[t] -
        0.9 * y[t - 1] +
        0.2 * y[t - 2] -
        0.7 * y[t - 12] +
        0.63 * y[t - 13] -
        0.14 * y[t - 14] +
        0.3 * e[t - 1] -
        0.1 * e[t - 2] +
        0.4 * e[t - 12] -
        0.12 * e[t - 13] +
        0.04 * e[t - 14];
    }
  };
  for (let i = 0; i < 2000; i++) run();
  const start = cpu();
  for (let i = 0; i < 5000; i++) run();
  return (cpu() - start) / 5000;
}

const long = longSeason();
const bottom = floor();
const markdown = `## Speed of sarima-core

${machine()}; ${peers.map(({ name }) => name).join(", ") || "no peers installed"}. Median CPU time; in brackets how many times longer than sarima-core, and by how much the
peer's log-likelihood differs from ours (negative: a worse optimum). npm \`arima\` reports no likelihood of its own.

| | sarima-core | ${peers.map(({ name }) => name).join(" | ")} |
|---|---|${peers.map(() => "---|").join("")}
${rows.join("\n")}

Airline model with a daily season, (0,1,1)(0,1,1)[288], n = 2016, in a fresh process: ${ms(long.seconds)} ms and ${long.megabytes.toFixed(0)} MB at its peak.

One evaluation inside a search takes ${(own[tasks[1].name].seconds / bottom).toFixed(1)}× the floor of one multiply-add for each non-zero lag and observation (${(bottom * 1e6).toFixed(0)} µs here).`;

console.log(markdown);
if (process.argv.includes("--write")) writeSection("speed", markdown);
