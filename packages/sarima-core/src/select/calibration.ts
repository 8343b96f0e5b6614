import { normalQuantile } from "../distributions/normal-quantile.js";
import type { Calibration } from "../model.js";

/** Where the widths are known; between and beyond, straight lines in the normal quantile. */
const LEVELS = [0.5, 0.8, 0.95, 0.99];

/**
 * Half-widths of server metrics relative to Gaussian ones of the same variance: peaked in the middle, heavy in the tails, close to a
 * Student distribution with 5 degrees of freedom. Measured on forecasts up to 4 hours ahead.
 */
const USUAL = [0.83, 0.88, 1.08, 1.28];

/** Weight of the series' own replayed errors, which are many but depend on one another. */
const OWN = 0.35;

/**
 * How wide intervals have to be for their coverage to hold, relative to Gaussian ones, from the standardised absolute errors of
 * forecasts replayed inside the training data, shrunk towards what is usual.
 *
 * @param standardized |error|/standard error in ascending order
 */
export function calibrate(standardized: Float64Array): Calibration {
  const n = standardized.length;
  const factors = LEVELS.map((level, i) => {
    // The extreme tail is too thin to learn: it follows the 95 % level.
    const known = Math.min(level, 0.95);
    const own = n > 0 ? standardized[Math.min(n - 1, Math.floor(known * n))] / normalQuantile(0.5 + known / 2) : 1;
    const usual = USUAL[Math.min(i, 2)];
    const ratio = own > 0 ? Math.min(1.3, Math.max(0.7, own / usual)) : 0.7;
    return USUAL[i] * ratio ** OWN;
  });
  // Half-widths grow with the level whatever the factors say.
  for (let i = 1; i < factors.length; i++) {
    const z = (level: number) => normalQuantile(0.5 + level / 2);
    factors[i] = Math.max(factors[i], (factors[i - 1] * z(LEVELS[i - 1])) / z(LEVELS[i]));
  }
  return Object.freeze({ levels: Object.freeze([...LEVELS]), factors: Object.freeze(factors) });
}
