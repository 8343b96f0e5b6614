import { quote, SarimaError } from "../errors.js";
import type { Forecast } from "../model.js";
import { checkObject, countObserved, refuseExtremes, type Series, toSeries, wholeNumber } from "../series.js";
import { checkLevels } from "./gaussian.js";

/** What a baseline's `forecast` may be told. */
export interface BaselineForecastOptions {
  /** Coverages of the intervals, each between 0 and 1. Default 0.8 and 0.95. */
  levels?: readonly number[] | undefined;
}

/** A simple method, fitted. It forecasts by itself; `crossValidate` takes it as it takes a model. */
export interface Baseline {
  readonly kind: "baseline";
  readonly name: string;
  /** What was estimated, by name. */
  readonly params: Readonly<Record<string, number>>;
  /** `horizon` steps after the last value of the series, gaps at its end included. */
  forecast(horizon: number, options?: BaselineForecastOptions): Forecast;
}

/** Checks the arguments of `forecast` once and freezes the result. */
export function baseline(
  name: string,
  params: Record<string, number>,
  predict: (horizon: number, levels: readonly number[]) => Forecast,
): Baseline {
  return Object.freeze({
    kind: "baseline" as const,
    name,
    params: Object.freeze(params),
    forecast: (horizon: number, options: BaselineForecastOptions = {}) =>
      predict(wholeNumber(horizon, "horizon", 1, 1_000_000), checkLevels(checkObject(options, "options").levels)),
  });
}

/** The series with at least `least` observed values, or an error that says how many it has, or that its squares are no numbers. */
export function observedSeries(y: Series, least: number, name: string): Float64Array {
  const series = toSeries(y);
  const observed = countObserved(series);
  if (observed < least) {
    throw new SarimaError(
      "TOO_SHORT",
      `${name} needs at least ${least} observed ${least === 1 ? "value" : "values"}; y has ${observed}`,
    );
  }
  refuseExtremes(series, "y");
  return series;
}

/** Position of the last observed value. */
export function lastObserved(y: Float64Array): number {
  for (let t = y.length - 1; t >= 0; t--) if (!Number.isNaN(y[t])) return t;
  throw new SarimaError("TOO_SHORT", `y has no observed value; received ${quote(y)}`);
}
