import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startServer } from "../../stack/index.mjs";

const TOTAL = 8e9;

/** What node exporter has as available, in bytes, when this much of the memory is in use. */
export const availableAt = (percent: number): number => Math.round(TOTAL * (1 - percent / 100));

/** The other way round, by the arithmetic that Loadcast promises: near `percent`, to the last digit what it computes. */
export const measuredAt = (percent: number): number => 100 * (1 - availableAt(percent) / TOTAL);

/** A host with the memory that the test gives it, told by a node exporter that reads it from a textfile. */
export async function startMeasuredHost(dir: string, percent: number) {
  const textfiles = join(dir, "textfiles");
  mkdirSync(textfiles, { recursive: true });
  /** From now on this much of the memory is in use. */
  const use = (percent: number) => {
    const part = join(textfiles, "memory.part");
    writeFileSync(
      part,
      `node_memory_MemAvailable_bytes ${availableAt(percent)}\nnode_memory_MemTotal_bytes ${TOTAL}\n`,
    );
    renameSync(part, join(textfiles, "memory.prom"));
  };
  use(percent);
  return { use, server: await startServer("node-exporter", { dir, textfiles }) };
}

/** Memory of a host for the last 18 hours, once a minute, as Telegraf writes it to InfluxDB. */
export function pastOf(host: string, now: number): string {
  const lines: string[] = [];
  let noise = 1;
  for (let time = now - 18 * 3_600_000; time < now; time += 60_000) {
    noise = (noise * 16807) % 2147483647;
    const percent = 62 + 4 * Math.sin((time / 3_600_000) * 2 * Math.PI) + 2 * (noise / 2147483647 - 0.5);
    lines.push(
      `prometheus,host=${host},job=node node_memory_MemAvailable_bytes=${availableAt(percent)},node_memory_MemTotal_bytes=${TOTAL} ${time}`,
    );
  }
  return lines.join("\n");
}
