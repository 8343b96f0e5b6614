import { quote, SarimaError } from "../errors.js";
import { largestOf, safeScale, scaledBy } from "../likelihood/scaling.js";
import type { Forecast, PredictionInterval } from "../model.js";
import { checkList, checkObject, type Series, toSeries, wholeNumber } from "../series.js";
import { coverage, sameLength, winkler } from "./scores.js";

/** What `accuracy` may be told. */
export interface AccuracyOptions {
  /** The series the forecast was made from: what `mase` and `rmsse` are measured by. Without it both are NaN. */
  training?: Series | undefined;
  /** Season of the naive forecast that `mase` and `rmsse` compare with. Default 1: the last value. */
  period?: number | undefined;
}

/** How one prediction interval did. */
export interface IntervalAccuracy {
  readonly level: number;
  /** Share of actual values inside. */
  readonly coverage: number;
  /** Mean width. */
  readonly width: number;
  /** Mean interval score (Winkler 1972). */
  readonly winkler: number;
}

/** Averages over the steps where the actual value is known; NaN where there is none. */
export interface Accuracy {
  /** Steps that counted. */
  readonly n: number;
  /** Mean error, actual − predicted. */
  readonly me: number;
  readonly mae: number;
  readonly rmse: number;
  /** Mean absolute error divided by that of the (seasonal) naive forecast inside the training series (Hyndman & Koehler 2006). */
  readonly mase: number;
  /** The same with squares, square root taken last (Makridakis et al. 2022). */
  readonly rmsse: number;
  /** Mean of 200·|y − f| / (|y| + |f|), 0 where both are 0, in percent. */
  readonly smape: number;
  /** One for each interval of the forecast; none for a plain series of predictions. */
  readonly intervals: readonly IntervalAccuracy[];
}

/**
 * How far predictions were from what came. Steps whose actual value is a gap do not count.
 *
 * A `Forecast` is judged by the number that is best for each measure: `rmse`, `rmsse` and `me` by its mean, the absolute
 * errors by its median, and its intervals by coverage, width and interval score.
 *
 * @throws SarimaError `INVALID_ARGUMENT` when lengths differ or the period is no whole number.
 */
export function accuracy(actual: Series, predicted: Series | Forecast, options: AccuracyOptions = {}): Accuracy {
  const y = toSeries(actual, "actual");
  const n = y.length;
  if (predicted === null || typeof predicted !== "object") {
    throw new SarimaError(
      "INVALID_ARGUMENT",
      `predicted must be an array of numbers, or what forecast returned; received ${quote(predicted)}`,
    );
  }
  checkObject(options, "options");
  const isForecast = "median" in predicted;
  const center = sameLength(isForecast ? predicted.mean : predicted, isForecast ? "predicted.mean" : "predicted", n);
  const middle = isForecast ? sameLength(predicted.median, "predicted.median", n) : center;
  const scale = trainingScale(options);
  // Divided by a power of two where squares of what is judged would be no numbers.
  const unit = safeScale(Math.max(largestOf(y), largestOf(center), largestOf(middle)));
  const [truth, mean, median] = [y, center, middle].map((values) => scaledBy(values, unit));

  let count = 0;
  let sum = 0;
  let absolute = 0;
  let squared = 0;
  let relative = 0;
  for (let t = 0; t < n; t++) {
    const error = truth[t] - mean[t];
    const distance = Math.abs(truth[t] - median[t]);
    if (Number.isNaN(error + distance)) continue;
    count++;
    sum += error;
    squared += error * error;
    absolute += distance;
    const size = Math.abs(truth[t]) + Math.abs(median[t]);
    if (size > 0) relative += (200 * distance) / size;
  }
  const mae = (absolute / count) * unit; // 0 / 0 is NaN: nothing to judge
  const rmse = Math.sqrt(squared / count) * unit;
  return {
    n: count,
    me: (sum / count) * unit,
    mae,
    rmse,
    mase: mae / scale.absolute,
    rmsse: rmse / scale.squared,
    smape: relative / count,
    intervals: isForecast
      ? checkList(predicted.intervals, "predicted.intervals").map((interval, i) =>
          intervalAccuracy(y, checkObject(interval, `predicted.intervals[${i}]`)),
        )
      : [],
  };
}

function intervalAccuracy(y: Float64Array, interval: PredictionInterval): IntervalAccuracy {
  const { level } = interval;
  const lower = sameLength(interval.lower, "lower", y.length);
  const upper = sameLength(interval.upper, "upper", y.length);
  let width = 0;
  let count = 0;
  for (let t = 0; t < y.length; t++) {
    if (Number.isNaN(y[t] + lower[t] + upper[t])) continue;
    width += upper[t] - lower[t];
    count++;
  }
  return {
    level,
    coverage: coverage(y, lower, upper),
    width: width / count,
    winkler: winkler(y, lower, upper, level),
  };
}

/** Error of the (seasonal) naive forecast one season ahead inside the training series; NaN where it has none or is 0. */
function trainingScale(options: AccuracyOptions): { absolute: number; squared: number } {
  const period = wholeNumber(options.period ?? 1, "period", 1);
  if (options.training === undefined) return { absolute: Number.NaN, squared: Number.NaN };
  const y = toSeries(options.training, "training");
  if (y.length <= period) {
    throw new SarimaError(
      "TOO_SHORT",
      `training must be longer than the period of ${period}; received ${y.length} values: give more or a shorter period`,
    );
  }
  const unit = safeScale(largestOf(y));
  const x = scaledBy(y, unit);
  let absolute = 0;
  let squared = 0;
  let count = 0;
  for (let t = period; t < x.length; t++) {
    const step = x[t] - x[t - period];
    if (Number.isNaN(step)) continue;
    absolute += Math.abs(step);
    squared += step * step;
    count++;
  }
  // A constant series has no scale: a ratio to 0 would be Infinity for any error at all.
  return absolute > 0
    ? { absolute: (absolute / count) * unit, squared: Math.sqrt(squared / count) * unit }
    : { absolute: Number.NaN, squared: Number.NaN };
}
