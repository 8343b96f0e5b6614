import type { Series } from "../series.js";
import { type Baseline, baseline, observedSeries } from "./baseline.js";
import { gaussianForecast } from "./gaussian.js";

/** Simple exponential smoothing of one series: level after the last value, and what it took. */
export interface Smoothed {
  readonly alpha: number;
  readonly initial: number;
  readonly level: number;
  /** Sum of squared one-step errors and how many there are. */
  readonly sse: number;
  readonly count: number;
}

/**
 * Exponential smoothing with a given α and the best initial level. Errors are linear in the initial level, so it is exact
 * least squares and not searched: e_t = e_t(0) − (1 − α)^{k_t} ℓ₀. A gap leaves the level as it is.
 */
export function smoothWith(y: Float64Array, alpha: number): Smoothed {
  let level = 0; // smoothed from ℓ₀ = 0
  let weight = 1; // what is left of ℓ₀
  let crossed = 0;
  let squares = 0;
  let weights = 0;
  let count = 0;
  for (let t = 0; t < y.length; t++) {
    const value = y[t];
    if (Number.isNaN(value)) continue;
    const error = value - level;
    crossed += error * weight;
    squares += error * error;
    weights += weight * weight;
    count++;
    level += alpha * error;
    weight *= 1 - alpha;
  }
  const initial = crossed / weights;
  return {
    alpha,
    initial,
    level: level + weight * initial,
    sse: Math.max(0, squares - crossed * initial),
    count,
  };
}

/** α in [1e-4, 0.9999] of least squared one-step error: a grid, then golden-section search around its best point. */
export function smooth(y: Float64Array): Smoothed {
  let best = smoothWith(y, 1e-4);
  const grid = 40;
  for (let i = 1; i <= grid; i++) {
    const candidate = smoothWith(y, 1e-4 + (i / grid) * 0.9998);
    if (candidate.sse < best.sse) best = candidate;
  }
  let low = Math.max(1e-4, best.alpha - 1 / grid);
  let high = Math.min(0.9999, best.alpha + 1 / grid);
  const ratio = (Math.sqrt(5) - 1) / 2;
  while (high - low > 1e-6) {
    const left = smoothWith(y, high - ratio * (high - low));
    const right = smoothWith(y, low + ratio * (high - low));
    if (left.sse <= right.sse) high = right.alpha;
    else low = left.alpha;
    if (left.sse < best.sse) best = left;
    if (right.sse < best.sse) best = right;
  }
  return best;
}

/** Simple exponential smoothing, ETS(A,N,N), α and initial level by least squares (Hyndman et al. 2008). */
export function ses(y: Series): Baseline {
  const series = observedSeries(y, 3, "ses");
  const fit = smooth(series);
  const sigma2 = fit.sse / (fit.count - 2);
  return baseline("ses", { alpha: fit.alpha, initial: fit.initial, level: fit.level, sigma2 }, (horizon, levels) =>
    gaussianForecast(
      new Float64Array(horizon).fill(fit.level),
      Float64Array.from({ length: horizon }, (_, h) => Math.sqrt(sigma2 * (1 + h * fit.alpha ** 2))),
      levels,
    ),
  );
}
