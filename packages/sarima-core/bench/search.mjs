// Speed of automatic models, as ratios to R's exact stepwise, statsforecast and npm `arima` in the same run.
//
//   node tools/peers.mjs && npm run bench -- search [--write] [--quick]
//
// R takes minutes for it. --quick leaves R out and forecasts 100 series instead of 2,000.
import { fork, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { autoEnsemble, autoSarima, forecast, formatSpec } from "../dist/index.js";
import { machine, writeSection } from "./report/section.mjs";
import { serverMetric } from "./report/series.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const cache = here("../../../.cache/peers");
const quick = process.argv.includes("--quick");
const SHORT = 576;
const SERIES = quick ? 100 : 2000;

const cpu = () => process.cpuUsage().user / 1e6;
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** Half of the series of the throughput test; a process for each core. */
function work(from, to) {
  const began = performance.now();
  for (let seed = from; seed < to; seed++) {
    forecast(autoEnsemble(serverMetric(SHORT, seed), { periods: [12, 288], lower: 0, upper: 100 }), 48, {
      levels: [0.8, 0.95],
    });
  }
  process.send({ seconds: (performance.now() - began) / 1000 });
}

async function throughput() {
  const half = SERIES / 2;
  const began = performance.now();
  await Promise.all(
    [0, 1].map(
      (part) =>
        new Promise((resolve, reject) => {
          const child = fork(fileURLToPath(import.meta.url), [], {
            env: { ...process.env, SEARCH_PART: `${1 + part * half},${1 + (part + 1) * half}` },
          });
          child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with code ${code}`))));
        }),
    ),
  );
  return (performance.now() - began) / 1000;
}

function peer(name, command, args, input) {
  const found = spawnSync(command, args, { input: JSON.stringify(input), encoding: "utf8", maxBuffer: 1 << 26 });
  if (found.error || found.status !== 0) {
    console.error(
      `${name} is not here (node tools/peers.mjs installs it): ${found.error?.message ?? found.stderr.split("\n").at(-2)}`,
    );
    return null;
  }
  const lines = found.stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
  return { name: lines[0]?.version ?? name, results: Object.fromEntries(lines.map((line) => [line.task, line])) };
}

async function main() {
  const series = { a: serverMetric(2016, 1), b: serverMetric(2016, 2) };
  const tasks = ["a", "b"].map((key) => ({ name: `series ${key}, n = 2016, period 12`, series: key, period: 12 }));
  const own = Object.fromEntries(
    tasks.map(({ name, series: key, period }) => {
      const times = [];
      let model;
      for (let i = 0; i < 4; i++) {
        const start = cpu();
        model = autoSarima(series[key], { period });
        if (i > 0) times.push(cpu() - start);
      }
      return [
        name,
        {
          seconds: median(times),
          aicc: model.aicc,
          model: formatSpec(model.spec),
          d: model.search.d,
          D: model.search.D,
        },
      ];
    }),
  );
  const python = `${cache}/python/bin/python`;
  const arima = `${cache}/npm/node_modules/arima`;
  const peers = [
    quick ? null : peer("R", "Rscript", [here("peers/search.R")], { series, tasks }),
    existsSync(python) ? peer("statsforecast", python, [here("peers/search.py")], { series, tasks }) : null,
    existsSync(arima)
      ? peer("npm arima", process.execPath, [here("peers/search-arima.cjs"), arima], { series, tasks })
      : null,
  ].filter(Boolean);

  const long = serverMetric(4032, 3);
  const start = cpu();
  const daily = autoSarima(long, { period: 288 });
  const dailySeconds = cpu() - start;
  const wall = await throughput();

  const rows = tasks.map(({ name }) => {
    const mine = own[name];
    const cells = peers.map(({ results }) => {
      const theirs = results[name];
      if (!theirs) return "–";
      const aicc =
        theirs.d === mine.d && theirs.D === mine.D
          ? `AICc ${(theirs.aicc - mine.aicc).toFixed(1)} above ours`
          : `AICc ${theirs.aicc.toFixed(1)} at other differences`;
      return `${theirs.seconds.toFixed(1)} s (${(theirs.seconds / mine.seconds).toFixed(0)}×), ${theirs.model}, ${aicc}`;
    });
    return `| ${name} | ${mine.seconds.toFixed(2)} s, ${mine.model}, AICc ${mine.aicc.toFixed(1)} | ${cells.join(" | ")} |`;
  });
  const markdown = `## Automatic models

${machine()}. Median CPU time; in brackets how many times longer than sarima-core. R: \`auto.arima(stepwise = TRUE, approximation = FALSE)\`; the others with their defaults, npm \`arima\`
without approximation.

| | sarima-core \`autoSarima\` | ${peers.map(({ name }) => name).join(" | ")} |
|---|---|${peers.map(() => "---|").join("")}
${rows.join("\n")}

A daily season searched as such, n = 4032, period 288: ${dailySeconds.toFixed(1)} s, ${formatSpec(daily.spec)}.

\`autoEnsemble\` and its forecast of 48 steps for ${SERIES.toLocaleString("en")} series of ${SHORT} values, two processes: ${wall.toFixed(0)} s (wall).`;
  console.log(markdown);
  if (process.argv.includes("--write")) writeSection("search", markdown);
}

if (process.env.SEARCH_PART) work(...process.env.SEARCH_PART.split(",").map(Number));
else await main();
