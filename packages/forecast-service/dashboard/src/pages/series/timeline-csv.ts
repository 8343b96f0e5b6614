/** What a chart shows, as a table that spreadsheets and programs read. */
import type { Anomaly } from "../../forecast/anomaly.js";
import type { Column, Timeline } from "../../forecast/timeline.js";

/** One line for each time: UTC, then the columns; empty where there is nothing. */
export function timelineCsv(timeline: Timeline, anomalies: readonly Anomaly[], withPast: boolean): string {
  const columns: [string, Column][] = [
    ["observed", timeline.observed],
    ["median", forecastOnly(timeline, timeline.median)],
    ["lower80", forecastOnly(timeline, timeline.lower80)],
    ["upper80", forecastOnly(timeline, timeline.upper80)],
    ["lower95", forecastOnly(timeline, timeline.lower95)],
    ["upper95", forecastOnly(timeline, timeline.upper95)],
  ];
  if (withPast) {
    columns.push(["past_median", timeline.past]);
    columns.push(["past_lower80", timeline.pastLower]);
    columns.push(["past_upper80", timeline.pastUpper]);
  }
  const unusual = new Set(anomalies.map(({ at }) => at / 1000));
  const lines = timeline.x.map((time, row) => {
    const cells = columns.map(([, column]) => (typeof column[row] === "number" ? String(column[row]) : ""));
    return [new Date(time * 1000).toISOString(), ...cells, unusual.has(time) ? "1" : ""].join(",");
  });
  return `${["time", ...columns.map(([name]) => name), "unusual"].join(",")}\n${lines.join("\n")}\n`;
}

/** At the anchor the forecast is only drawn, not made. */
function forecastOnly({ anchor }: Timeline, column: Column): Column {
  return column.map((value, row) => (row === anchor ? undefined : value));
}

/** `demo/cpu_percent` → `demo-cpu_percent`: what file systems take. */
export function fileName(id: string): string {
  return id.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^-+|-+$/g, "") || "series";
}
