import { normalQuantile } from "../distributions/normal-quantile.js";
import { checkLevels } from "../forecast.js";
import type { Forecast } from "../model.js";
import { checkObject, type Series, wholeNumber } from "../series.js";
import { applyFactors } from "./calibrate.js";
import { combineQuantiles } from "./combine.js";
import { type SarimaEnsemble, settingOf, withoutEffects, withoutOuterGaps } from "./ensemble.js";
import { COUNT, quantileAt } from "./grid.js";
import { historyOf } from "./history.js";
import { memberQuantiles } from "./members.js";
import { effectsOf } from "./regression.js";

export interface EnsembleForecastOptions {
  /** Coverages between 0 and 1. Default [0.8, 0.95]. */
  readonly levels?: readonly number[] | undefined;
  /** Future values of the regressors, `horizon` each; needed when the ensemble has regressors. */
  readonly regressors?: readonly Series[] | undefined;
}

const MAX_HORIZON = 100_000;
/** No quantile lies further outside the observed range than this many times its width. */
const MAX_EXCESS = 4;
/** Equally likely points that stand for a distribution in its mean and standard error. */
const POINTS = Array.from({ length: 99 }, (_, i) => normalQuantile((i + 0.5) / 99));

/** The calibrated distribution of each of the next steps as a function of a normal score; score 0 is the median. */
export type Marginals = (step: number, score: number) => number;

/**
 * Forecasts the next `horizon` values. All numbers are read off one distribution for each step, so that median, mean and
 * intervals of any level fit together; none leaves the possible range.
 *
 * @throws SarimaError `INVALID_ARGUMENT` for a horizon, level or regressor that is off.
 */
export function forecastEnsemble(
  ensemble: SarimaEnsemble,
  horizon: number,
  options: EnsembleForecastOptions = {},
): Forecast {
  checkObject(options, "options");
  wholeNumber(horizon, "horizon", 1, MAX_HORIZON);
  const levels = checkLevels(options.levels);
  const marginals = marginalsOf(ensemble, horizon, options.regressors);
  const column = (score: number) => Float64Array.from({ length: horizon }, (_, h) => marginals(h, score));
  const mean = new Float64Array(horizon);
  const standardError = new Float64Array(horizon);
  const values = new Float64Array(POINTS.length);
  for (let h = 0; h < horizon; h++) {
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < values.length; i++) {
      values[i] = marginals(h, POINTS[i]);
      sum += values[i];
    }
    // A mean of equal values may miss them by a rounding.
    mean[h] = Math.min(values[values.length - 1], Math.max(values[0], sum / values.length));
    for (const value of values) squares += (value - mean[h]) ** 2;
    standardError[h] = Math.sqrt(squares / values.length);
  }
  return {
    mean,
    median: column(0),
    standardError,
    intervals: levels.map((level) => {
      const score = normalQuantile(0.5 + level / 2);
      return { level, lower: column(-score), upper: column(score) };
    }),
  };
}

/** Combines the members from the end of the series and calibrates; gaps at the end are steps that have passed already. */
export function marginalsOf(
  ensemble: SarimaEnsemble,
  horizon: number,
  regressors: readonly Series[] | undefined,
): Marginals {
  const { y, members, calibration, regression } = ensemble;
  const clean = withoutOuterGaps(withoutEffects(y, regression));
  let passed = 0;
  while (Number.isNaN(y[y.length - 1 - passed])) passed++;
  const setting = settingOf(historyOf(clean, ensemble.transform, ensemble.unit), ensemble.horizon);
  const total = horizon + passed;
  const steps = Array.from({ length: total }, (_, h) => h);
  const answers = members.map(({ fit }) => memberQuantiles(fit, setting, clean.length, steps));
  const combined = combineQuantiles(
    answers,
    members.map(({ weights }) => weights),
    total,
  );
  const q = applyFactors(combined, calibration.factors, total);

  const effects = regression ? effectsOf(regression, regressors, horizon) : null;
  const [low, high] = possibleRange(ensemble, clean);
  const row = new Float64Array(COUNT);
  let held = -1;
  return (step, score) => {
    if (step !== held) for (let k = 0; k < COUNT; k++) row[k] = q[k * total + passed + step];
    held = step;
    const value = Math.min(high, Math.max(low, quantileAt(row, score)));
    if (!effects) return value;
    return Math.min(ensemble.upper ?? Infinity, Math.max(ensemble.lower ?? -Infinity, value + effects[step]));
  };
}

/** The bounds, and what is sane: a forecast far outside everything observed is an accident of extrapolation. */
function possibleRange({ lower, upper, regression }: SarimaEnsemble, y: Float64Array): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of y) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const excess = MAX_EXCESS * (high - low);
  const bounds = regression ? { lower: null, upper: null } : { lower, upper };
  return [Math.max(bounds.lower ?? -Infinity, low - excess), Math.min(bounds.upper ?? Infinity, high + excess)];
}
