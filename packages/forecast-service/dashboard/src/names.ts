/** Names that people read, made from the names that machines use. */
import type { SeriesEntry } from "../../src/http/contract.js";

const METRICS: Readonly<Record<string, string>> = {
  cpu: "CPU",
  cpu_percent: "CPU",
  memory: "Memory",
  mem: "Memory",
  mem_percent: "Memory",
  memory_percent: "Memory",
};

/** `cpu_percent` → `CPU`, `disk_used` → `Disk used`. */
export function metricName(metric: string): string {
  const known = METRICS[metric.toLowerCase()];
  if (known) return known;
  const words = metric.replace(/[_-]+/g, " ").trim();
  return words === "" ? metric : words[0].toUpperCase() + words.slice(1);
}

/** CPU and memory come first, as everywhere; others by name. */
export function byMetric(a: string, b: string): number {
  const rank = (metric: string) => (METRICS[metric.toLowerCase()] === undefined ? 1 : 0);
  return rank(a) - rank(b) || a.localeCompare(b, "en", { numeric: true });
}

/** `demo/cpu_percent@3` → `v3`: on the page of a series its name needs no repeating. */
export function versionName(modelVersion: string): string {
  const number = /@(\d+)$/.exec(modelVersion)?.[1];
  return number === undefined ? modelVersion : `v${number}`;
}

export interface HostGroup {
  readonly host: string;
  readonly synthetic: boolean;
  readonly series: readonly SeriesEntry[];
}

/** Series under their hosts, by name; made-up hosts come last so that real machines are found first. */
export function groupByHost(series: readonly SeriesEntry[]): HostGroup[] {
  const hosts = new Map<string, SeriesEntry[]>();
  for (const entry of series) {
    const known = hosts.get(entry.host);
    if (known) known.push(entry);
    else hosts.set(entry.host, [entry]);
  }
  return [...hosts]
    .map(([host, entries]) => ({
      host,
      synthetic: entries.every((entry) => entry.synthetic),
      series: entries.sort((a, b) => byMetric(a.metric, b.metric)),
    }))
    .sort((a, b) => Number(a.synthetic) - Number(b.synthetic) || a.host.localeCompare(b.host, "en", { numeric: true }));
}
