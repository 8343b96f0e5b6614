import { halfWidth } from "./calibrated-width.js";
import { normalQuantile } from "./distributions/normal-quantile.js";
import { quote, SarimaError } from "./errors.js";
import { modelPolynomials } from "./estimate/filter-pass.js";
import { checkRegressors, constantColumn } from "./estimate/prepare.js";
import { predictFrom } from "./likelihood/filter-state.js";
import type { Forecast, PredictionInterval, SarimaModel, Transform } from "./model.js";
import { withinRange } from "./range.js";
import { designColumns } from "./regressors.js";
import { type Series, wholeNumber } from "./series.js";
import { biasAdjustedMean, inverseTransform } from "./transform.js";

export interface ForecastOptions {
  /** Coverages between 0 and 1. Default [0.8, 0.95]. */
  readonly levels?: readonly number[] | undefined;
  /** Future values of the regressors, `horizon` each; needed when the model has regressors. */
  readonly regressors?: readonly Series[] | undefined;
}

export const DEFAULT_LEVELS: readonly number[] = [0.8, 0.95];
export const MAX_HORIZON = 100_000;

/**
 * Forecasts the next `horizon` values on the original scale: exact conditional means and standard errors given the
 * parameters, also for non-stationary models and with gaps near the end. Under a transformation the median and the interval
 * bounds are transformed back as they are; the mean is adjusted for the bias of that.
 *
 * @throws SarimaError `INVALID_ARGUMENT` for a horizon, level or regressor that is off.
 */
export function forecast(model: SarimaModel, horizon: number, options: ForecastOptions = {}): Forecast {
  wholeNumber(horizon, "horizon", 1, MAX_HORIZON);
  const levels = checkLevels(options.levels);
  const { mean: center, variance } = predictTransformed(model, horizon, options.regressors);
  return onOriginalScale(center, variance, levels, model.transform, model);
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

/** Means and variances of the next values on the transformed scale. */
export function predictTransformed(
  model: SarimaModel,
  horizon: number,
  regressors?: readonly Series[],
): { mean: Float64Array; variance: Float64Array } {
  const { spec, params } = model;
  const n = model.y.length;
  const columns = futureRegressors(model, horizon, regressors);
  const period = spec.seasonal[3];
  const { mean, variance } = predictFrom(model.state, modelPolynomials(spec, { ...params, period }), horizon);
  const constant = params.mean ? constantColumn(horizon, spec, n) : null;
  const design = designColumns(horizon, model.harmonics, model.steps, columns, n);
  for (let h = 0; h < horizon; h++) {
    if (constant) mean[h] += params.mean * constant[h];
    for (let j = 0; j < design.length; j++) mean[h] += params.beta[j] * design[j][h];
    variance[h] *= params.sigma2;
  }
  return { mean, variance };
}

function futureRegressors(
  model: SarimaModel,
  horizon: number,
  given: readonly Series[] | undefined,
): readonly Series[] {
  const needed = model.regressors.length;
  if ((given?.length ?? 0) !== needed) {
    throw new SarimaError(
      "INVALID_ARGUMENT",
      `regressors must hold the future values of the model's ${needed} regressors; received ${given?.length ?? 0} columns`,
    );
  }
  return checkRegressors(given, horizon);
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

/** Standard deviation of the back-transformed normal: exact for the log, by equally likely quantiles for the rest. */
function originalDeviation(center: number, deviation: number, mean: number, transform: Transform): number {
  if (!(deviation > 0)) return 0;
  if (transform.kind === "log") return (mean + transform.offset) * Math.sqrt(Math.expm1(deviation * deviation));
  const points = 400;
  let sum = 0;
  for (let i = 0; i < points; i++) {
    const value = inverseTransform(center + deviation * normalQuantile((i + 0.5) / points), transform) - mean;
    sum += value * value;
  }
  return Math.sqrt(sum / points);
}
