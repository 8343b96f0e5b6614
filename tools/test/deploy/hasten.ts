import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Everything is asked for every few seconds, so that a test does not wait for minutes. */
export function hasten(folder: string): void {
  edit(join(folder, "prometheus/prometheus.yml"), [
    ["scrape_interval: 15s", "scrape_interval: 2s"],
    ["scrape_timeout: 10s", "scrape_timeout: 2s"],
  ]);
  edit(join(folder, "telegraf/telegraf.conf"), [
    ['  interval = "15s"', '  interval = "1s"'],
    ['flush_interval = "10s"', 'flush_interval = "1s"'],
    ['flush_jitter = "2s"', 'flush_jitter = "0s"'],
    ['max_time_between_metrics = "60s"', 'max_time_between_metrics = "5s"'],
  ]);
  edit(join(folder, "loadcast/loadcast.yaml"), [["    kind: influxdb\n", "    kind: influxdb\n    every: 2s\n"]]);
}

/** Rules are evaluated every few seconds, and what alerts after five minutes alerts after five seconds. */
export function hastenAlerts(folder: string): void {
  edit(join(folder, "prometheus/prometheus.yml"), [["evaluation_interval: 15s", "evaluation_interval: 2s"]]);
  edit(join(folder, "prometheus/rules/loadcast.yml"), [["for: 5m", "for: 5s"]]);
}

/** Says what is foreseen of memory: that so many per cent of it will be in use. */
export function setMemoryThreshold(folder: string, percent: number): void {
  edit(join(folder, "loadcast/loadcast.yaml"), [["memory_percent: 90", `memory_percent: ${percent}`]]);
}

function edit(path: string, changes: readonly (readonly [from: string, to: string])[]) {
  let text = readFileSync(path, "utf8");
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`${path} has no ${JSON.stringify(from)}`);
    text = text.replaceAll(from, to);
  }
  writeFileSync(path, text);
}
