// Writes examples/cpu.csv: a week of CPU percentages of the synthetic host `demo`, with its gaps as empty values.
//
//   npm run build && node examples/make.mjs
import { writeFileSync } from "node:fs";
import { demoBatches } from "../packages/forecast-service/dist/demo.js";

const from = Date.UTC(2026, 0, 5);
const to = Date.UTC(2026, 0, 12);
const step = 300_000;

const { times, values } = demoBatches({ from, to }).find(({ metric }) => metric === "cpu_percent");
const at = new Map(times.map((time, i) => [time, values[i]]));
const lines = ["time,value"];
for (let time = from; time < to; time += step)
  lines.push(`${new Date(time).toISOString().replace(".000", "")},${at.get(time) ?? ""}`);
writeFileSync(new URL("cpu.csv", import.meta.url), `${lines.join("\n")}\n`);
