/** Scales and their labels. */
import { formatClock, formatDay, formatMonth, formatNumber, prefixOf, type Unit } from "../format.js";

/**
 * A y range that shows the shape without telling a lie about its size: from zero where the data come near it, never
 * less than ten points of a percentage, ends on round numbers, percentages never outside [0, 100].
 */
export function chooseRange(lowest: number | null, highest: number | null, unit: Unit): [number, number] {
  if (lowest === null || highest === null || !Number.isFinite(lowest) || !Number.isFinite(highest)) {
    return unit === "percent" ? [0, 100] : [0, 1];
  }
  const leastSpan = unit === "percent" ? 10 : Math.max(Math.abs(highest) * 0.02, 1e-9);
  const span = Math.max(highest - lowest, leastSpan);
  const middle = (highest + lowest) / 2;
  let from = Math.min(lowest, middle - span / 2) - 0.06 * span;
  let to = Math.max(highest, middle + span / 2) + 0.1 * span;
  if (lowest >= 0 && lowest < 0.4 * highest) from = 0;
  if (lowest >= 0) from = Math.max(0, from);
  const round = niceStep((to - from) / 8);
  from = Math.floor(from / round + 1e-9) * round;
  to = Math.ceil(to / round - 1e-9) * round;
  if (unit !== "percent") return [from, to];
  from = Math.max(0, from);
  to = Math.min(100, to);
  // At the ends there is room on one side only.
  if (to - from < leastSpan) return from < 50 ? [from, from + leastSpan] : [to - leastSpan, to];
  return [from, to];
}

/** The nearest 1, 2, 2.5 or 5 times a power of ten that is not smaller. */
export function niceStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  for (const step of [1, 2, 2.5, 5]) if (raw <= step * power * (1 + 1e-9)) return step * power;
  return 10 * power;
}

/**
 * Labels of values that lie `step` apart, each with its unit: `40 %`. They have as many decimals as tell them apart, and all the
 * prefix of the largest.
 */
export function valueLabels(splits: readonly number[], step: number, unit: Unit): string[] {
  if (unit === "percent") return splits.map((value) => `${value.toFixed(Number.isInteger(step) ? 0 : 1)}\u202f%`);
  const [per, letter] = prefixOf(Math.max(...splits.map(Math.abs)));
  let decimals = 0;
  for (let one = step / per; decimals < 9 && Math.abs(one - Math.round(one)) > 1e-6 * one; one *= 10) decimals++;
  if (decimals > 6 || (letter === "" && Math.max(...splits.map(Math.abs)) >= 1e21))
    return splits.map((value) => formatNumber(value, unit));
  const format = new Intl.NumberFormat("en-GB", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return splits.map((value) => {
    // Zero has no unit to count in, and no sign.
    const digits = Math.abs(value) < step / 2 ? "0" : format.format(value / per);
    return letter === "" || digits === "0" ? digits : `${digits}\u202f${letter}`;
  });
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** Steps between labels, in seconds. None below a minute: labels would repeat themselves. */
export const TIME_STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 4, 6, 8, 12].map((hours) => hours * HOUR),
  ...[1, 2, 3, 4, 7, 14].map((days) => days * DAY),
  // What uPlot takes for whole months and years.
  ...[1, 2, 3, 6].map((months) => months * 30 * DAY),
  ...[1, 2, 5, 10, 20, 50].map((years) => years * 365 * DAY),
];

export interface TimeLabelOptions {
  /** Seconds between two labels. */
  readonly step: number;
  /** No month: for small screens. */
  readonly short: boolean;
  readonly timeZone?: string;
}

/** Labels of a time axis: the clock, with the day below the first label and wherever a day begins. */
export function timeLabels(splits: readonly number[], { step, short, timeZone }: TimeLabelOptions): string[] {
  let shown = "";
  return splits.map((seconds) => {
    if (step >= 30 * DAY) return formatMonth(seconds * 1000, timeZone);
    const full = formatDay(seconds * 1000, timeZone);
    const day = short ? full.replace(/ \S+$/, "") : full;
    if (step >= DAY) return day;
    const clock = formatClock(seconds * 1000, timeZone);
    const label = day === shown ? clock : `${clock}\n${day}`;
    shown = day;
    return label;
  });
}
