#!/usr/bin/env node
// How accurate our forecasts are on real monitoring series: replays the windows of ../shared/data/rolling.json and prints the
// table of rolling-table.mjs there with our columns in it. Needs a build (`npm run build`).
//
//   node packages/sarima-core/bench/accuracy.mjs [method …]     methods: see `fitters`; default: those that issue from this library's models
//   HISTORY=all    trains on everything before the origin instead of the short window that R's methods were given
//   SERIES=ec2     only series whose name contains this
//   DATA=…/data    where rolling.json is; default ../shared/data beside the repository
//   OUT=ours.json  keeps the scores
//   WORKERS=2      processes
//   --write        puts the table into docs/benchmarks.md
import { fork, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { machine, writeSection } from "./report/section.mjs";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const data = resolve(process.env.DATA ?? join(root, "../shared/data"));
const LEVELS = [0.8, 0.95];
const HORIZON = 48;

/** One setting for all series: the periods of the hour and of the day, and that these loads cannot be negative. */
async function fitters() {
  const core = await import("sarima-core").catch(() => import("../dist/index.js"));
  const all = {
    ensemble: core.autoEnsemble && ((y, periods) => core.autoEnsemble(y, { periods })),
    auto: core.autoSarima && ((y, periods) => core.autoSarima(y, { periods, transform: "auto" })),
    naive: core.naive,
    empirical48: (y) => core.empiricalQuantiles(y, { window: 48 }),
    ses: core.ses,
    theta: core.theta,
  };
  const options = { levels: LEVELS };
  const forecast = (fitted) => {
    if (fitted.forecast) return fitted.forecast(HORIZON, options);
    return core.forecast(fitted, HORIZON, options);
  };
  return { all: Object.fromEntries(Object.entries(all).filter(([, fit]) => fit)), forecast, accuracy: core.accuracy };
}

function readSeries(name) {
  const lines = readFileSync(join(data, "series", `${name}.csv`), "utf8")
    .trim()
    .split("\n")
    .slice(1);
  return Float64Array.from(lines, (line) => {
    const text = line.slice(line.indexOf(",") + 1).trim();
    return text === "" ? Number.NaN : Number(text);
  });
}

/** A worker: scores every origin of the series it is sent. */
async function work() {
  const { all, forecast, accuracy } = await fitters();
  process.on("message", ({ series, methods }) => {
    const y = readSeries(series.series);
    for (const [index, origin] of series.origins.entries()) {
      const start = process.env.HISTORY === "all" ? 0 : origin.trainStart;
      const training = y.slice(start, origin.testStart);
      const actual = y.slice(origin.testStart, origin.testStart + HORIZON);
      const observed = training.filter((value) => !Number.isNaN(value));
      const low = observed.reduce((a, b) => Math.min(a, b), Infinity);
      const high = observed.reduce((a, b) => Math.max(a, b), -Infinity);
      for (const method of methods) {
        const began = performance.now();
        const predicted = forecast(all[method](training, [12, series.dayPeriod]));
        const seconds = (performance.now() - began) / 1000;
        const { mae, intervals } = accuracy(actual, predicted);
        const [i80, i95] = intervals;
        const band = predicted.intervals[1];
        let widest = 0;
        let lowest = Infinity;
        for (let h = 0; h < HORIZON; h++) {
          widest = Math.max(widest, band.upper[h] - band.lower[h]);
          lowest = Math.min(lowest, band.lower[h]);
        }
        process.send({
          series: series.series,
          method,
          index,
          seconds,
          widest: widest / Math.max(high - low, 1e-300),
          negative: low >= 0 && lowest < 0,
          row: { mae, winkler95: i95.winkler, cov80: i80.coverage, cov95: i95.coverage, winkler80: i80.winkler },
        });
      }
    }
    process.send({ done: series.series });
  });
}

async function main() {
  if (!existsSync(join(data, "rolling.json"))) {
    console.error(`${data}/rolling.json is not there: this benchmark needs the shared reference data (set DATA)`);
    process.exit(1);
  }
  const { all } = await fitters();
  const asked = process.argv.slice(2).filter((word) => !word.startsWith("--"));
  const printed = [];
  const print = (...parts) => {
    const text = parts.join(" ");
    console.log(text);
    printed.push(text);
  };
  const unknown = asked.filter((name) => !all[name]);
  if (unknown.length > 0) {
    console.error(`unknown method ${unknown.join(", ")}; there are ${Object.keys(all).join(", ")}`);
    process.exit(2);
  }
  const methods = asked.length > 0 ? asked : ["ensemble", "auto"].filter((name) => all[name]);
  const rolling = JSON.parse(readFileSync(join(data, "rolling.json"), "utf8"));
  const queue = rolling.results.filter((entry) => entry.series.includes(process.env.SERIES ?? ""));
  const scores = Object.fromEntries(
    methods.map((m) => [m, Object.fromEntries(queue.map((s) => [s.series, new Array(s.origins.length)]))]),
  );
  const cost = Object.fromEntries(
    methods.map((m) => [m, { seconds: 0, slowest: 0, widest: 0, negative: 0, count: 0 }]),
  );

  const waiting = [...queue].reverse();
  const workers = Math.min(Number(process.env.WORKERS ?? Math.min(2, availableParallelism())), queue.length);
  await Promise.all(
    Array.from(
      { length: workers },
      () =>
        new Promise((resolveWorker, reject) => {
          const worker = fork(fileURLToPath(import.meta.url), { env: { ...process.env, ACCURACY_WORKER: "1" } });
          const next = () => {
            const series = waiting.pop();
            if (series) worker.send({ series, methods });
            else worker.disconnect();
          };
          worker.on("message", (message) => {
            if (message.done) return next();
            scores[message.method][message.series][message.index] = message.row;
            const total = cost[message.method];
            total.seconds += message.seconds;
            total.slowest = Math.max(total.slowest, message.seconds);
            total.widest = Math.max(total.widest, message.widest);
            total.negative += message.negative ? 1 : 0;
            total.count++;
          });
          worker.on("exit", (code) =>
            code === 0 ? resolveWorker() : reject(new Error(`a worker ended with code ${code}`)),
          );
          next();
        }),
    ),
  );

  const folder = mkdtempSync(join(tmpdir(), "accuracy-"));
  try {
    // rolling-table.mjs reads rolling.json beside itself: give it the selected series only.
    for (const name of ["rolling-table.mjs", "rolling_extra.json"])
      writeFileSync(join(folder, name), readFileSync(join(data, name)));
    writeFileSync(join(folder, "rolling.json"), JSON.stringify({ ...rolling, results: queue }));
    const prefixed = Object.fromEntries(Object.entries(scores).map(([m, value]) => [`our ${m}`, value]));
    const ours = process.env.OUT ? resolve(process.env.OUT) : join(folder, "ours.json");
    writeFileSync(ours, JSON.stringify(prefixed));
    const table = spawnSync(process.execPath, [join(folder, "rolling-table.mjs"), ours], { encoding: "utf8" });
    print(table.stdout.trimEnd());
    if (table.status !== 0) {
      console.error(table.stderr);
      process.exitCode = 1;
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  print(
    `\nhistory: ${process.env.HISTORY === "all" ? "all earlier observations" : "288 or 432 points, as R's methods had"}`,
  );
  print("ours             ms each   slowest   widest 95 % interval / range   below 0   series worst vs naive");
  for (const m of methods) {
    const c = cost[m];
    const ratios = queue.map(
      (s) => average(scores[m][s.series].map((r) => r.mae)) / average(s.origins.map((o) => o.methods.naive.mae)),
    );
    const worst = ratios.indexOf(Math.max(...ratios));
    print(
      `our ${m}`.padEnd(16),
      ((c.seconds / c.count) * 1000).toFixed(1).padStart(7),
      (c.slowest * 1000).toFixed(1).padStart(9),
      c.widest.toFixed(2).padStart(30),
      String(c.negative).padStart(9),
      `  ${ratios[worst].toFixed(2)} (${queue[worst].series})`,
    );
  }
  if (process.argv.includes("--write")) {
    const all = process.env.HISTORY === "all";
    writeSection(
      all ? "accuracy-all" : "accuracy",
      `## Accuracy on real monitoring series${all ? ", with all earlier observations" : ""}\n\n${machine()}. Rolling origins, 48 steps ahead, one setting for all series.
relMAE is relative to the naive forecast, relWinkler95 to the mean; lower is better. The other methods are by R (forecast) on the same windows${all ? ", with the short history" : ""}.\n\n\`\`\`\n${printed.join("\n").trim()}\n\`\`\``,
      `${all ? "HISTORY=all " : ""}npm run bench -- accuracy --write`,
    );
  }
}

function average(values) {
  const known = values.filter(Number.isFinite);
  return known.reduce((a, b) => a + b, 0) / known.length;
}

if (process.env.ACCURACY_WORKER) await work();
else await main();
