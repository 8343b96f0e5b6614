// Holds so much memory that this machine has a wanted share of it in use, whatever others do meanwhile:
//
//   node --expose-gc hold-memory.mjs
//
// Each line of the standard input, such as {"to":40,"seconds":120}, is where to climb to, in per cent of the memory as node exporter
// counts it, and how long that takes. Ends with its standard input, and after a quarter of an hour at the latest.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const TICK = 250;
/** What is taken or given back at once; a machine's memory in use is then held to a fraction of a per cent. */
const CHUNK = 32 * 2 ** 20;
/** So that a wrong target does not fill the memory within a second. */
const MOST_IN_A_TICK = 8;

/** @type {Buffer[]} */
const held = [];
let climb = { from: 0, to: 0, begin: 0, millis: 1 };

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { to, seconds } = JSON.parse(line);
    climb = { from: use().percent, to, begin: Date.now(), millis: Math.max(1, seconds * 1000) };
  })
  .on("close", () => process.exit());
setTimeout(() => process.exit(), 900_000).unref();

setInterval(() => {
  if (climb.begin === 0) return;
  const done = Math.min(1, (Date.now() - climb.begin) / climb.millis);
  const wanted = climb.from + (climb.to - climb.from) * done;
  const { percent, total } = use();
  const missing = Math.round((((wanted - percent) / 100) * total) / CHUNK);
  // Filled with what is not zero: a page that nobody has written to is no page yet.
  for (let i = 0; i < Math.min(missing, MOST_IN_A_TICK); i++) held.push(Buffer.alloc(CHUNK, 1));
  if (missing < -1 && held.length > 0) {
    held.splice(missing);
    globalThis.gc?.();
  }
}, TICK);

/** Memory in use as node exporter and Loadcast count it. */
function use() {
  const text = readFileSync("/proc/meminfo", "utf8");
  const bytes = (/** @type {string} */ name) => Number(new RegExp(`^${name}: *(\\d+) kB`, "m").exec(text)?.[1]) * 1024;
  const total = bytes("MemTotal");
  return { total, percent: 100 * (1 - bytes("MemAvailable") / total) };
}
