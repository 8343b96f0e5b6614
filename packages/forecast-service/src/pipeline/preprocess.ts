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
  /** Values that lie outside the bounds by no more than this share of their distance are moved to them. Default 0. */
  tolerance?: number;
}

/**
 * Step 2: cuts empty ends off, leaves out what lies before a long outage, checks the bounds and drops seasons that the history is
 * too short for (two cycles). Nothing is filled in.
 *
 * @throws LoadcastError `NO_DATA` without a single value, `OUT_OF_BOUNDS` where a value lies outside its bounds.
 */
export function preprocess(series: RegularSeries, options: PreprocessOptions): Prepared {
  const { periods = [], metric = false, bounds = null, longestGap = Infinity, enough = 0, tolerance = 0 } = options;
  const values = withinBounds(series.values, bounds, tolerance);
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

/** A rate over a jittering clock may say 100.2 %: that is a full load, and no error. */
function withinBounds(values: Float64Array, bounds: Bounds | null, tolerance: number): Float64Array {
  const { lower = -Infinity, upper = Infinity } = bounds ?? {};
  const slack = tolerance > 0 && upper - lower < Infinity ? tolerance * (upper - lower) : 0;
  let moved: Float64Array | null = null;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!(value < lower || value > upper)) continue;
    if (value < lower - slack || value > upper + slack) {
      throw new LoadcastError(
        "OUT_OF_BOUNDS",
        `values[${i}] is ${value}, outside bounds ${lower} to ${upper}: widen the bounds or make it null`,
      );
    }
    moved ??= values.slice();
    moved[i] = value < lower ? lower : upper;
  }
  return moved ?? values;
}

function startOf(series: RegularSeries, index: number): number {
  return series.step && series.start !== null ? timeAt(series.start, series.step, index) : (series.start as number);
}
