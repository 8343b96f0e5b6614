// Run by ../speed.mjs with the folder of npm `arima`: reads {"series", "tasks"} from stdin, prints one JSON line for each task.
// The package prints coefficients only to its own log and gives no likelihood, so that speed.mjs cannot compare optima: see the note there.
const [, , folder] = process.argv;
const ARIMA = require(folder);
const { version } = require(`${folder}/package.json`);
const { series, tasks } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const cpu = () => process.cpuUsage().user / 1e6;
for (const task of tasks) {
  if (task.kind !== "fit") continue;
  const [p, d, q] = task.order;
  const [P, D, Q, s] = task.seasonal;
  const times = [];
  for (let i = 0; i < task.repeats + 1; i++) {
    const start = cpu();
    new ARIMA({ p, d, q, P, D, Q, s, ...task.arima, verbose: false }).train(series[task.series]);
    times.push(cpu() - start);
  }
  times.shift();
  times.sort((a, b) => a - b);
  console.log(JSON.stringify({ task: task.name, seconds: times[times.length >> 1], version: `arima ${version}` }));
}
