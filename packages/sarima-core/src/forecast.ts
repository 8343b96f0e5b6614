import { halfWidth } from "./calibrated-width.js";
import { quote, SarimaError } from "./errors.js";
import { bootstrapIntervals } from "./intervals/bootstrap.js";
import { conformalWidths } from "./intervals/conformal.js";
import type { Forecast, PredictionInterval, SarimaModel, Transform } from "./model.js";
import { predictTransformed } from "./predict.js";
import { withinRange } from "./range.js";
import { checkObject, type Series } from "./series.js";
import { biasAdjustedMean, inverseTransform, originalDeviation } from "./transform.js";

/** What `forecast` may be told. */
export interface ForecastOptions {
  /** Coverages between 0 and 1. Default [0.8, 0.95]. */
  readonly levels?: readonly number[] | undefined;
  /** Future values of the regressors, `horizon` each; needed when the model has regressors. */
  readonly regressors?: readonly Series[] | undefined;
  /**
   * "gaussian" (default); "bootstrap": quantiles of paths that draw from the residuals; "conformal": as wide as the model's own
   * past errors at each step ahead call for. Mean, median and standard error are the same for all. An ensemble has one distribution,
   * calibrated on its own past forecasts, from which its intervals come whatever is asked for here.
   */
  readonly intervals?: "gaussian" | "bootstrap" | "conformal" | undefined;
  /** Number of paths of a bootstrap, default 5000, and its seed, default 1. */
  readonly paths?: number | undefined;
  readonly seed?: number | undefined;
}

export const DEFAULT_LEVELS: readonly number[] = [0.8, 0.95];

/**
 * Forecasts the next `horizon` values on the original scale: exact conditional means and standard errors given the
 * parameters, also for non-stationary models and with gaps near the end. Under a transformation the median and the interval
 * bounds are transformed back as they are; the mean is adjusted for the bias of that.
 *
 * @throws SarimaError `INVALID_ARGUMENT` for a horizon, level or regressor that is off.
 */
export function forecast(model: SarimaModel, horizon: number, options: ForecastOptions = {}): Forecast {
  checkObject(options, "options");
  const levels = checkLevels(options.levels);
  const { mean: center, variance } = predictTransformed(model, horizon, options.regressors);
  const out = onOriginalScale(center, variance, levels, model.transform, model);
  switch (options.intervals ?? "gaussian") {
    case "gaussian":
      return out;
    case "bootstrap":
      return { ...out, intervals: bootstrapIntervals(model, horizon, levels, options) };
    case "conformal": {
      const widths = conformalWidths(model, horizon, levels);
      const bound = (m: number, h: number, width: number) =>
        withinRange(inverseTransform(m + width * Math.sqrt(variance[h]), model.transform), model.range);
      const intervals = levels.map((level, l) => ({
        level,
        lower: center.map((m, h) => bound(m, h, -widths[l][h])),
        upper: center.map((m, h) => bound(m, h, widths[l][h])),
      }));
      return { ...out, intervals };
    }
    default:
      throw unknownIntervals(options.intervals);
  }
}

/** Refuses what no kind of intervals is called, also where the kind makes no difference. */
export function checkIntervals(intervals: unknown): void {
  const known: readonly unknown[] = [undefined, "gaussian", "bootstrap", "conformal"];
  if (!known.includes(intervals)) throw unknownIntervals(intervals);
}

function unknownIntervals(intervals: unknown): SarimaError {
  return new SarimaError(
    "INVALID_ARGUMENT",
    `intervals must be "gaussian", "bootstrap" or "conformal"; received ${quote(intervals)}`,
  );
}

/** Normal distributions on the transformed scale as a forecast on the original one. */
export function onOriginalScale(
  center: Float64Array,
  variance: Float64Array,
  levels: readonly number[],
  transform: Transform | null,
  { range, calibration }: Pick<SarimaModel, "range" | "calibration"> = {},
): Forecast {
  const back = (x: number): number => withinRange(inverseTransform(x, transform), range);
  const deviation = variance.map(Math.sqrt);
  const bounds = levels.map((level): PredictionInterval => {
    const z = halfWidth(level, calibration);
    return {
      level,
      lower: center.map((m, h) => back(m - z * deviation[h])),
      upper: center.map((m, h) => back(m + z * deviation[h])),
    };
  });
  const mean = center.map((m, h) => withinRange(biasAdjustedMean(m, variance[h], transform), range));
  return {
    mean,
    median: center.map(back),
    standardError: transform ? center.map((m, h) => originalDeviation(m, deviation[h], mean[h], transform)) : deviation,
    intervals: bounds,
  };
}

export function checkLevels(levels: readonly number[] | undefined): readonly number[] {
  const list = levels ?? DEFAULT_LEVELS;
  if (!Array.isArray(list))
    throw new SarimaError("INVALID_ARGUMENT", `levels must be an array; received ${quote(levels)}`);
  for (const level of list) {
    if (typeof level !== "number" || !(level > 0 && level < 1)) {
      throw new SarimaError(
        "INVALID_ARGUMENT",
        `levels must be coverages between 0 and 1, such as 0.95 for 95 %; received ${quote(level)}`,
      );
    }
  }
  return list;
}
