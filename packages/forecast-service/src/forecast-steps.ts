import type { ForecastStep } from "./http/contract.js";

/** A forecast with one entry for each step in every column. */
export interface ForecastColumns {
  readonly mean: ArrayLike<number>;
  readonly median: ArrayLike<number>;
  readonly intervals: readonly {
    readonly level: number;
    readonly lower: ArrayLike<number>;
    readonly upper: ArrayLike<number>;
  }[];
}

/** Columns → one object for each step, numbered from 1. Times are rounded to whole milliseconds here, and not before: errors would add up. */
export function forecastSteps(columns: ForecastColumns, times: readonly number[] | null): ForecastStep[] {
  return Array.from(columns.mean, (mean, i) => ({
    step: i + 1,
    ...(times ? { time: new Date(Math.round(times[i])).toISOString() } : {}),
    mean,
    median: columns.median[i],
    intervals: columns.intervals.map(({ level, lower, upper }) => ({ level, lower: lower[i], upper: upper[i] })),
  }));
}
