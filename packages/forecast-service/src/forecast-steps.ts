import type { StoredForecast } from "@loadcast/metrics-io";
import type { ForecastStep } from "./http/contract.js";

/** Columns → one object for each step, numbered from 1. */
export function forecastSteps(
  columns: Pick<StoredForecast, "mean" | "median" | "intervals">,
  times: readonly number[] | null,
): ForecastStep[] {
  return columns.mean.map((mean, i) => ({
    step: i + 1,
    ...(times ? { time: new Date(times[i]).toISOString() } : {}),
    mean,
    median: columns.median[i],
    intervals: columns.intervals.map(({ level, lower, upper }) => ({ level, lower: lower[i], upper: upper[i] })),
  }));
}
