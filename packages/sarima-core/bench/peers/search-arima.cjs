// Run by ../search.mjs with the folder of npm `arima`: reads {"series", "tasks"} from stdin, prints one JSON line for each task.
// The orders and the AIC are read from what the package prints.
const [, , folder] = process.argv;
const { spawnSync } = require("node:child_process");
const { version } = require(`${folder}/package.json`);
const { series, tasks } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
for (const task of tasks) {
  const script = `
    const ARIMA = require(${JSON.stringify(folder)});
    const y = ${JSON.stringify(series[task.series])};
    const options = { auto: true, s: ${task.period}, verbose: true, approximation: 0 };
    new ARIMA(options).train(y.slice(0, 100));
    console.log("READY");
    const start = process.cpuUsage().user;
    new ARIMA(options).train(y);
    console.log("SECONDS " + (process.cpuUsage().user - start) / 1e6);`;
  const { stdout } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8", maxBuffer: 1 << 26 });
  const text = stdout.slice(stdout.indexOf("READY"));
  const seconds = Number(/SECONDS ([\d.]+)/.exec(text)?.[1]);
  const logLik = Number(/Log Likelihood : (\S+)/.exec(text)?.[1]);
  const orders = /Order\s*:?\s*\(([^)]*)\)(?:\s*\*?\s*\(([^)]*)\))?/.exec(text);
  if (!seconds) continue;
  const model = orders
    ? `(${orders[1].replace(/\s/g, "")})(${(orders[2] ?? "0,0,0").replace(/\s/g, "").slice(0, 5)})`
    : "?";
  const count =
    model === "?"
      ? Number.NaN
      : model
          .match(/\d+/g)
          .map(Number)
          .reduce((sum, value, i) => sum + (i % 3 === 1 ? 0 : value), 2);
  const n = series[task.series].length;
  const aicc = -2 * logLik + 2 * count + (2 * count * (count + 1)) / (n - count - 1);
  const [, d, , , D] = model === "?" ? [] : model.match(/\d+/g).map(Number);
  console.log(JSON.stringify({ task: task.name, seconds, aicc, d, D, model, version: `arima ${version}` }));
}
