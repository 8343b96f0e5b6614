import { beyond, possibleValue } from "../bounds.js";
import { timeAt } from "../calendar.js";
import { LoadcastError } from "../errors.js";
import type { RegularSeries } from "../regular-series.js";
import type { Bounds } from "../settings.js";

/** What a model is trained on: begins and ends with an observed value. */
export interface Prepared extends RegularSeries {
  /** How many of `values` are gaps. They stay gaps: the likelihood integrates them out. */
  readonly gaps: number;
  /** Steps after the last observed value that were empty, up to the moment of the forecast. */
  readonly trailing: number;
  /** Seasons in steps, shortest first; those that the history is too short for are left out. */
  readonly periods: readonly number[];
  /** A measurement of a machine, whose scale, differences and intervals are best judged by its own past. */
  readonly metric: boolean;
  readonly bounds: Bounds | null;
}

export interface PreprocessOptions {
  periods?: readonly number[];
  metric?: boolean;
  bounds?: Bounds | null;
  /** Gaps longer than this end the history that is used, once what follows them is `enough`. Default: no gap does. */
  longestGap?: number;
  /** Observed values that make a history of its own. */
  enough?: number;
  /**
   * Values outside the bounds: "gap" makes gaps of those that rounding and jitter do not explain, "refuse" names the first. Default "gap".
   */
  outside?: "gap" | "refuse";
}

/**
 * Step 2: cuts empty ends off, leaves out what lies before a long outage, makes gaps of values that the bounds call impossible, and drops
 * seasons that the history is too short for (two cycles). Nothing is filled in.
 *
 * @throws LoadcastError `NO_DATA` without a single value, `OUT_OF_BOUNDS` where values outside the bounds are refused.
 */
export function preprocess(series: RegularSeries, options: PreprocessOptions): Prepared {
  const { periods = [], metric = false, bounds = null, longestGap = Infinity, enough = 0, outside = "gap" } = options;
  const values = withinBounds(series.values, bounds, outside === "refuse");
  let end = values.length;
  while (end > 0 && Number.isNaN(values[end - 1])) end--;
  if (end === 0) throw new LoadcastError("NO_DATA", "values holds no number: there is nothing to forecast from");

  const begin = firstUsed(values, end, longestGap, enough);
  const kept = values.slice(begin, end);
  let gaps = 0;
  for (const value of kept) if (Number.isNaN(value)) gaps++;
  return {
    values: kept,
    start: series.start === null ? null : startOf(series, begin),
    step: series.step,
    gaps,
    trailing: values.length - end,
    periods: periods.filter((period) => period > 1 && kept.length >= 2 * period),
    metric,
    bounds,
  };
}

/** The first observed value after the last long gap that leaves enough behind it; otherwise the first of all. */
function firstUsed(values: Float64Array, end: number, longestGap: number, enough: number): number {
  let begin = end - 1;
  let observed = 0;
  let gap = 0;
  for (let i = end - 1; i >= 0; i--) {
    if (Number.isNaN(values[i])) {
      gap++;
      continue;
    }
    if (gap > longestGap && observed >= enough) return begin;
    gap = 0;
    observed++;
    begin = i;
  }
  return begin;
}

/** The values as they count. */
function withinBounds(values: Float64Array, bounds: Bounds | null, refuse: boolean): Float64Array {
  const counted = possibleValue(bounds, refuse);
  let moved: Float64Array | null = null;
  for (let i = 0; i < values.length; i++) {
    const value = counted(values[i]);
    if (Object.is(value, values[i])) continue;
    if (refuse && Number.isNaN(value)) {
      throw new LoadcastError(
        "OUT_OF_BOUNDS",
        `values[${i}] is ${values[i]}, ${beyond(bounds ?? {})}: widen the bounds or make it null`,
      );
    }
    moved ??= values.slice();
    moved[i] = value;
  }
  return moved ?? values;
}

function startOf(series: RegularSeries, index: number): number {
  return series.step && series.start !== null ? timeAt(series.start, series.step, index) : (series.start as number);
}
