import { applyDifference } from "../difference.js";
import { expandAr, expandDifference, expandMa, type LagPolynomial, multiply, psiWeights } from "../polynomial.js";
import type { ArmaFactors, CheckedSpec } from "../spec.js";

/** A model whose forecasts are to be replayed. */
export interface PathModel {
  readonly spec: CheckedSpec;
  readonly factors: ArmaFactors;
  readonly sigma2: number;
}

/** From where, and how far, forecasts are replayed inside the training data. */
export interface Origins {
  readonly positions: readonly number[];
  readonly horizon: number;
}

/**
 * At most 80 origins over the last two thirds of the data, 4 steps apart or more. Values that no forecast should know are all
 * after its origin; the earliest one has at least 30 values behind it.
 */
export function placeOrigins(n: number, horizon: number, least = 30): Origins {
  const first = Math.max(least, Math.floor(n / 3));
  const last = n - Math.min(4, horizon);
  const step = Math.max(n < 150 ? 1 : 4, Math.ceil((last - first + 1) / 80));
  const positions: number[] = [];
  for (let t = last; t >= first; t -= step) positions.push(t);
  return { positions: positions.reverse(), horizon };
}

/** Differences of the last two thirds: the horizon that a series of n values can judge, at most `wanted`. */
export function judgedHorizon(n: number, wanted: number): number {
  return Math.max(1, Math.min(wanted, Math.floor(n / 6)));
}

/**
 * Replays forecasts of a complete series from every origin and hands each to `visit`: origin t, its predictions of t, t + 1, …
 * (overwritten by the next), and the standard errors by step. Parameters are those given; the mean, or the drift, is
 * the average of what lies before the origin, so that a forecast never knows the level it will be judged on.
 * O(origins · horizon · lags).
 */
export function replay(
  u: Float64Array,
  { spec, factors, sigma2 }: PathModel,
  { positions, horizon }: Origins,
  visit: (origin: number, path: Float64Array, length: number, deviation: Float64Array) => void,
): void {
  const n = u.length;
  const phi = expandAr(factors.ar, factors.seasonalAr, factors.period);
  const theta = expandMa(factors.ma, factors.seasonalMa, factors.period);
  const delta = expandDifference(spec.order[1], spec.seasonal[1], spec.seasonal[3]);
  // 1 − Σ full_k Bᵏ = φ(B)δ(B)
  const full = negated(multiply(negated(phi), negated(delta)));
  const m = delta.degree;
  const w = new Float64Array(n - m);
  applyDifference(delta, u, w);

  // Innovations around no mean; a mean μ takes φ(1)/θ(1) μ from each.
  const e = new Float64Array(n);
  for (let t = 0; t < w.length; t++) {
    let value = w[t];
    for (let i = 0; i < phi.lags.length && phi.lags[i] <= t; i++) value -= phi.coefs[i] * w[t - phi.lags[i]];
    for (let i = 0; i < theta.lags.length && theta.lags[i] <= t; i++)
      value -= theta.coefs[i] * e[m + t - theta.lags[i]];
    e[m + t] = value;
  }
  const phi1 = 1 - sum(phi);
  const theta1 = 1 + sum(theta);

  const deviation = new Float64Array(horizon);
  let variance = 0;
  psiWeights(full, theta, horizon).forEach((psi, h) => {
    variance += psi * psi * sigma2;
    deviation[h] = Math.sqrt(variance);
  });

  const path = new Float64Array(horizon);
  let total = 0;
  let counted = 0;
  for (const origin of positions) {
    for (; counted < origin - m; counted++) total += w[counted];
    const mean = spec.mean && counted > 0 ? total / counted : 0;
    const level = phi1 * mean;
    const shift = (phi1 / theta1) * mean;
    const length = Math.min(horizon, n - origin);
    for (let h = 0; h < length; h++) {
      let value = level;
      for (let i = 0; i < full.lags.length; i++) {
        const t = origin + h - full.lags[i];
        value += full.coefs[i] * (t >= origin ? path[t - origin] : u[Math.max(0, t)]);
      }
      for (let i = 0; i < theta.lags.length; i++) {
        const t = origin + h - theta.lags[i];
        if (t < origin && t >= m) value += theta.coefs[i] * (e[t] - shift);
      }
      path[h] = value;
    }
    visit(origin, path, length, deviation);
  }
}

/** How forecasts replayed from rolling origins did, on the original scale. */
export interface RollingScore {
  /** log MAE of the median + ½ log of the 95 % interval score: lower is better, and differences are relative. */
  readonly value: number;
  /** Mean absolute error of the median. */
  readonly mae: number;
  /** Mean 95 % interval score (Winkler 1972). */
  readonly winkler: number;
  /** |error|/standard error on the transformed scale, in ascending order. */
  readonly standardized: Float64Array;
}

const Z95 = 1.959963984540054;

/**
 * Scores a model by forecasts replayed inside the training data.
 *
 * @param y original series, NaN at gaps, which are not judged
 * @param z complete transformed series
 * @param regression what the regression adds to the model's own part of z
 * @param back transformed → original scale, inside the possible range
 */
export function rollingScore(
  y: Float64Array,
  z: Float64Array,
  regression: Float64Array | null,
  model: PathModel,
  origins: Origins,
  back: (x: number) => number,
): RollingScore {
  const u = regression ? z.map((value, t) => value - regression[t]) : z;
  let count = 0;
  let absolute = 0;
  let interval = 0;
  const standardized: number[] = [];
  replay(u, model, origins, (origin, path, length, deviation) => {
    for (let h = 0; h < length; h++) {
      const t = origin + h;
      const actual = y[t];
      if (Number.isNaN(actual)) continue;
      const center = path[h] + (regression ? regression[t] : 0);
      const lower = back(center - Z95 * deviation[h]);
      const upper = back(center + Z95 * deviation[h]);
      count++;
      absolute += Math.abs(actual - back(center));
      interval += upper - lower + 40 * Math.max(0, lower - actual, actual - upper);
      standardized.push(Math.abs(z[t] - center) / deviation[h]);
    }
  });
  const mae = absolute / count;
  const winkler = interval / count;
  // A perfect forecast has no logarithm; it still has to rank first.
  const value = Math.log(Math.max(mae, 1e-300)) + 0.5 * Math.log(Math.max(winkler, 1e-300));
  return { value, mae, winkler, standardized: Float64Array.from(standardized).sort() };
}

const negated = (a: LagPolynomial): LagPolynomial => ({ ...a, coefs: a.coefs.map((c) => -c) });
const sum = (a: LagPolynomial): number => a.coefs.reduce((total, c) => total + c, 0);
