// Keeps one processor busy: node burn-processor.mjs <seconds>. Ends by itself, and with its standard input. Prints how many seconds of
// processor time it had.
import { setImmediate as breathe } from "node:timers/promises";

const end = performance.now() + Number(process.argv[2]) * 1000;
process.stdin.resume().on("end", () => process.exit());
while (performance.now() < end) {
  const pause = Math.min(end, performance.now() + 50);
  while (performance.now() < pause);
  // Only between two turns of the event loop it learns that nobody wants it any more.
  await breathe();
}
const { user, system } = process.cpuUsage();
console.log((user + system) / 1e6);
process.exit();
