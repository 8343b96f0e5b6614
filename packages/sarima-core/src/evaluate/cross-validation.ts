import type { Baseline } from "../baselines/baseline.js";
import { checkLevels } from "../baselines/gaussian.js";
import { quote, SarimaError, throwIfAborted } from "../errors.js";
import type { Forecast } from "../model.js";
import { checkCallback, checkList, checkObject, type Series, toSeries, wholeNumber } from "../series.js";
import { type Accuracy, accuracy } from "./accuracy.js";

/** What a fitter is told beside its training series. */
export interface FitterContext {
  /** Position in y of the first value to forecast; the training series ends just before it. */
  readonly origin: number;
  readonly trainStart: number;
  readonly signal: AbortSignal | undefined;
}

/** Something fitted that forecasts by itself, as baselines do. */
export type Forecaster = Pick<Baseline, "forecast">;

/** Fits one training series. */
export type Fitter<Fitted = Forecaster> = (training: Float64Array, context: FitterContext) => Fitted;

/** What `crossValidate` must and may be told. */
export interface CrossValidationOptions {
  /** Steps ahead. */
  horizon: number;
  /** How many origins, the last so that its test values end with y; or their positions in y, ascending. Default 10. */
  origins?: number | readonly number[] | undefined;
  /** Training values before each origin. Default: all (an expanding window). */
  window?: number | undefined;
  /** Distance of the origins. Default: the horizon. */
  step?: number | undefined;
  /** Coverages of the intervals that are judged. Default 0.8 and 0.95. */
  levels?: readonly number[] | undefined;
  /** Season of the naive forecast behind `mase` and `rmsse`. Default 1. */
  period?: number | undefined;
  /** Checked before every fit, and handed to the fitter. */
  signal?: AbortSignal | undefined;
  /** Called after each part of the work. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface OriginResult extends Accuracy {
  readonly origin: number;
  readonly trainStart: number;
  /** The forecast that was judged; null where the fitter failed. */
  readonly forecast: Forecast | null;
  /** Why the fitter failed here; its measures are NaN and do not enter the averages. */
  readonly error?: string;
}

/** What `crossValidate` found: by origin, over all, and by step ahead. */
export interface CrossValidation {
  readonly horizon: number;
  readonly origins: readonly OriginResult[];
  /** Averages over the origins that have test values and a forecast; `n` is the sum. */
  readonly overall: Accuracy;
  /** By step ahead, over the origins: mean absolute error, and the coverage of each level. NaN where nothing was observed. */
  readonly byHorizon: {
    readonly mae: Float64Array;
    readonly coverage: readonly { readonly level: number; readonly coverage: Float64Array }[];
  };
}

/**
 * `crossValidate` for anything fitted, given how it forecasts.
 *
 * @param fitter training values → something fitted
 */
export function crossValidateForecasts<Fitted extends object>(
  y: Series,
  fitter: Fitter<Fitted>,
  options: CrossValidationOptions,
  forecastOf: (fitted: Fitted, horizon: number, levels: readonly number[]) => Forecast,
): CrossValidation {
  const series = toSeries(y);
  if (typeof fitter !== "function") {
    throw new SarimaError(
      "INVALID_ARGUMENT",
      `fitter must be a function of a training series; received ${quote(fitter)}`,
    );
  }
  checkObject(options, "options");
  checkCallback(options.onProgress, "onProgress");
  const horizon = wholeNumber(options.horizon, "horizon", 1);
  const levels = checkLevels(options.levels);
  const window = options.window === undefined ? undefined : wholeNumber(options.window, "window", 1);
  const period = wholeNumber(options.period ?? 1, "period", 1);
  const origins = placeOrigins(series.length, horizon, options);

  const results: OriginResult[] = [];
  let firstFailure: unknown;
  for (const origin of origins) {
    throwIfAborted(options.signal);
    const trainStart = window === undefined ? 0 : Math.max(0, origin - window);
    const training = series.slice(trainStart, origin);
    const actual = Float64Array.from({ length: horizon }, (_, h) => series[origin + h] ?? Number.NaN);
    const place = { origin, trainStart };
    try {
      const fitted = fitter(training, { ...place, signal: options.signal });
      if (typeof fitted !== "object" || fitted === null) {
        throw new SarimaError(
          "INVALID_ARGUMENT",
          `fitter must return something that forecasts; it returned ${quote(fitted)}`,
        );
      }
      const result = forecastOf(fitted, horizon, levels);
      const scale = training.length > period ? { training, period } : {};
      results.push({ ...place, forecast: result, ...accuracy(actual, result, scale) });
    } catch (error) {
      if (error instanceof SarimaError && error.code === "ABORTED") throw error;
      firstFailure ??= error;
      const nothing = new Float64Array(horizon).fill(Number.NaN);
      const message = error instanceof Error ? error.message : String(error);
      results.push({ ...place, forecast: null, ...accuracy(actual, nothing), error: message });
    }
    options.onProgress?.(results.length, origins.length);
  }
  if (results.every((result) => result.forecast === null)) throw firstFailure;
  return {
    horizon,
    origins: results,
    overall: overall(results, levels),
    byHorizon: byHorizon(series, results, horizon, levels),
  };
}

function placeOrigins(n: number, horizon: number, options: CrossValidationOptions): number[] {
  const wanted = options.origins ?? 10;
  if (typeof wanted !== "number") {
    const list = checkList(wanted, "origins").map((origin, i) => wholeNumber(origin, `origins[${i}]`, 1, n - 1));
    if (list.length === 0 || list.some((origin, i) => i > 0 && origin <= list[i - 1])) {
      throw new SarimaError("INVALID_ARGUMENT", `origins must be ascending positions in y; received ${quote(wanted)}`);
    }
    return list;
  }
  const count = wholeNumber(wanted, "origins", 1);
  const step = wholeNumber(options.step ?? horizon, "step", 1);
  const first = n - horizon - (count - 1) * step;
  if (first < 1) {
    throw new SarimaError(
      "TOO_SHORT",
      `${count} origins ${step} apart with ${horizon} steps ahead need more than ${horizon + (count - 1) * step} values; y has ${n}`,
    );
  }
  return Array.from({ length: count }, (_, k) => first + k * step);
}

function meanOf(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : Number.NaN;
}

function overall(results: readonly OriginResult[], levels: readonly number[]): Accuracy {
  const judged = results.filter((result) => result.forecast !== null && result.n > 0);
  const over = (measure: "me" | "mae" | "rmse" | "mase" | "rmsse" | "smape") => meanOf(judged.map((r) => r[measure]));
  return {
    n: judged.reduce((sum, result) => sum + result.n, 0),
    me: over("me"),
    mae: over("mae"),
    rmse: over("rmse"),
    mase: over("mase"),
    rmsse: over("rmsse"),
    smape: over("smape"),
    intervals: levels.map((level, i) => ({
      level,
      coverage: meanOf(judged.map((r) => r.intervals[i].coverage)),
      width: meanOf(judged.map((r) => r.intervals[i].width)),
      winkler: meanOf(judged.map((r) => r.intervals[i].winkler)),
    })),
  };
}

function byHorizon(
  y: Float64Array,
  results: readonly OriginResult[],
  horizon: number,
  levels: readonly number[],
): CrossValidation["byHorizon"] {
  const averageAt = (value: (forecast: Forecast, actual: number, h: number) => number) =>
    Float64Array.from({ length: horizon }, (_, h) =>
      meanOf(
        results.map(({ forecast, origin }) =>
          forecast ? value(forecast, y[origin + h] ?? Number.NaN, h) : Number.NaN,
        ),
      ),
    );
  return {
    mae: averageAt((forecast, actual, h) => Math.abs(actual - forecast.median[h])),
    coverage: levels.map((level, i) => ({
      level,
      coverage: averageAt((forecast, actual, h) => {
        const { lower, upper } = forecast.intervals[i];
        if (Number.isNaN(actual + lower[h] + upper[h])) return Number.NaN;
        return actual >= lower[h] && actual <= upper[h] ? 1 : 0;
      }),
    })),
  };
}
