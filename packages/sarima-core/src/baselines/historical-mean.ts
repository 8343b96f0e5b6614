import type { Series } from "../series.js";
import { type Baseline, baseline, observedSeries } from "./baseline.js";
import { gaussianForecast, normalQuantile } from "./gaussian.js";

/** The mean of all observed values, with the intervals of independent Gaussian data (Student's t). */
export function historicalMean(y: Series): Baseline {
  const observed = observedSeries(y, 2, "historicalMean").filter((value) => !Number.isNaN(value));
  const n = observed.length;
  const level = observed.reduce((sum, value) => sum + value, 0) / n;
  const sigma2 = observed.reduce((sum, value) => sum + (value - level) ** 2, 0) / (n - 1);
  return baseline("historicalMean", { level, sigma2 }, (horizon, levels) =>
    gaussianForecast(
      new Float64Array(horizon).fill(level),
      new Float64Array(horizon).fill(Math.sqrt(sigma2 * (1 + 1 / n))),
      levels,
      (p) => studentQuantile(p, n - 1),
    ),
  );
}

/** Quantile of Student's t by Newton steps on its density from the normal quantile; exact for 1 and 2 degrees of freedom. */
export function studentQuantile(p: number, df: number): number {
  if (df === 1) return Math.tan(Math.PI * (p - 0.5));
  if (df === 2) return ((2 * p - 1) * Math.SQRT2) / Math.sqrt(4 * p * (1 - p));
  if (p < 0.5) return -studentQuantile(1 - p, df);
  let low = 0;
  let high = 1;
  while (studentCdf(high, df) < p) high *= 2;
  let x = Math.min(high, Math.max(low, normalQuantile(p)));
  // Bisection kept as the guard of the interpolation: the distribution function is monotone, so this always ends.
  for (let i = 0; i < 200 && high - low > 1e-14 * Math.max(1, x); i++) {
    if (studentCdf(x, df) < p) low = x;
    else high = x;
    x = (low + high) / 2;
  }
  return x;
}

/** Distribution function of Student's t for whole degrees of freedom, by the finite sums of Abramowitz & Stegun 26.7.3–4. */
function studentCdf(x: number, df: number): number {
  const angle = Math.atan(x / Math.sqrt(df));
  const cos2 = Math.cos(angle) ** 2;
  let term = 1;
  let sum = 0;
  if (df % 2 === 0) {
    for (let k = 0; k < df; k += 2) {
      sum += term;
      term *= ((k + 1) / (k + 2)) * cos2;
    }
    return 0.5 + (Math.sin(angle) * sum) / 2;
  }
  term = Math.cos(angle);
  for (let k = 1; k < df; k += 2) {
    sum += term;
    term *= ((k + 1) / (k + 2)) * cos2;
  }
  return 0.5 + (angle + Math.sin(angle) * sum) / Math.PI;
}
