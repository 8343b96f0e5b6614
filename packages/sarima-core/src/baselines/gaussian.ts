import { normalQuantile } from "../distributions/normal-quantile.js";
import { quote, SarimaError } from "../errors.js";
import { probability } from "../evaluate/scores.js";
import type { Forecast, PredictionInterval } from "../model.js";

export { normalQuantile };

/** Levels of intervals where the caller names none. */
export const DEFAULT_LEVELS: readonly number[] = [0.8, 0.95];

/** Checks interval levels: each between 0 and 1, in any order. */
export function checkLevels(levels: readonly number[] | undefined): readonly number[] {
  if (levels === undefined || levels === null) return DEFAULT_LEVELS;
  if (!Array.isArray(levels)) {
    throw new SarimaError("INVALID_ARGUMENT", `levels must be an array; received ${quote(levels)}`);
  }
  return Array.from(levels).map((level, i) => probability(level, `levels[${i}]`));
}

/** A forecast from means and standard errors, with Gaussian intervals. */
export function gaussianForecast(
  mean: Float64Array,
  standardError: Float64Array,
  levels: readonly number[],
  quantile: (p: number) => number = normalQuantile,
): Forecast {
  const intervals: PredictionInterval[] = levels.map((level) => {
    const z = quantile((1 + level) / 2);
    return {
      level,
      lower: mean.map((value, h) => value - z * standardError[h]),
      upper: mean.map((value, h) => value + z * standardError[h]),
    };
  });
  return { mean, median: mean.slice(), standardError, intervals };
}
