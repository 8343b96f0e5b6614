import { type Step, timeAt } from "../calendar.js";
import { formatTime, timeStyle } from "../format-time.js";
import type { ForecastStep } from "../http/contract.js";
import { formatLevel } from "./chart.js";
import { forecastDecimals } from "./format-number.js";

export const FORMATS = ["table", "csv", "json"] as const;

/** One line for each step: time, median, and both ends of each interval. */
export function forecastTable(steps: readonly ForecastStep[], step?: Step): string {
  const times = steps.map((step) => (step.time === undefined ? null : Date.parse(step.time)));
  const known = times.filter((time) => time !== null);
  // A single step that falls on midnight is no date: the next one tells.
  const style = timeStyle(step && known.length > 0 ? [...known, timeAt(known[known.length - 1], step, 1)] : known);
  const values = steps.map((step) => step.median);
  const widths = steps.map(({ intervals }) => (intervals[0] ? intervals[0].upper - intervals[0].lower : 0));
  const decimals = forecastDecimals(values, widths);
  const text = (value: number) => value.toFixed(decimals);

  const header = [
    known.length > 0 ? (style === "minute" || style === "second" ? "time (UTC)" : "time") : "step",
    "forecast",
  ];
  for (const { level } of steps[0]?.intervals ?? []) header.push(`${formatLevel(level)} from`, "to");
  const rows = steps.map((step, i) => {
    const time = times[i];
    return [
      time === null ? String(step.step) : formatTime(time, style),
      text(step.median),
      ...step.intervals.flatMap(({ lower, upper }) => [text(lower), text(upper)]),
    ];
  });
  const columnWidths = header.map((name, k) => Math.max(name.length, ...rows.map((row) => row[k].length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, k) => (k === 0 ? cell.padEnd(columnWidths[k]) : cell.padStart(columnWidths[k]))).join("  ");
  return `${[line(header), ...rows.map(line)].map((row) => row.trimEnd()).join("\n")}\n`;
}

/** All digits, times in ISO 8601, columns named lower80, upper80, … */
export function forecastCsv(
  steps: readonly ForecastStep[],
  first: readonly [name: string, value: string][] = [],
): string {
  const percent = (level: number) => Number((level * 100).toFixed(4));
  const header = [
    ...first.map(([name]) => name),
    steps[0]?.time === undefined ? "step" : "time",
    "mean",
    "median",
    ...(steps[0]?.intervals ?? []).flatMap(({ level }) => [`lower${percent(level)}`, `upper${percent(level)}`]),
  ];
  const rows = steps.map((step) =>
    [
      ...first.map(([, value]) => value),
      step.time ?? step.step,
      step.mean,
      step.median,
      ...step.intervals.flatMap(({ lower, upper }) => [lower, upper]),
    ].join(","),
  );
  return `${[header.join(","), ...rows].join("\n")}\n`;
}
