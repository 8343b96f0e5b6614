import { isStationary } from "../stationarity.js";

/** An autoregression of z around its mean: z_t − mean = Σ phi_j (z_{t−1−j} − mean) + ε_t. */
export interface Autoregression {
  readonly mean: number;
  readonly phi: readonly number[];
}

/**
 * Autoregression by Burg's (1975) method, always stationary, with the order of least AICc among 0 … maxOrder: the orders share
 * one recursion, so the search costs what its largest model costs, O(n · maxOrder).
 */
export function burg(
  z: Float64Array,
  maxOrder: number,
  centred: boolean,
): {
  readonly model: Autoregression;
  /** What the longest order tried leaves of the variance; NaN for a constant. */
  readonly relative: number;
} {
  const n = z.length;
  let mean = 0;
  if (centred) {
    for (let t = 0; t < n; t++) mean += z[t];
    mean /= n;
  }
  // Backward errors stay where they are while the order grows: b[t − order] is the one of time t − 1 that meets f[t].
  const f = new Float64Array(n);
  const b = new Float64Array(n);
  let variance = 0;
  for (let t = 0; t < n; t++) {
    f[t] = z[t] - mean;
    b[t] = f[t];
    variance += f[t] * f[t];
  }
  variance /= n;
  let cross = 0;
  let energy = 0;
  for (let t = 1; t < n; t++) {
    cross += f[t] * b[t - 1];
    energy += f[t] * f[t] + b[t - 1] * b[t - 1];
  }
  /** Orders that were better than all before them. */
  const better: number[][] = [[]];
  // Below this the series is constant but for rounding.
  const floor = 1e-28 * (mean * mean + variance);
  if (!(variance > floor)) return { model: { mean, phi: [] }, relative: Number.NaN };
  const all = variance;
  const aicc = (order: number) => n * Math.log(variance) + (2 * (order + 2) * n) / (n - order - 3);
  let bestCriterion = aicc(0);
  let phi: number[] = [];
  for (let order = 1; order <= Math.min(maxOrder, n - 5); order++) {
    if (!(energy > 0)) break;
    const reflection = (2 * cross) / energy;
    phi = phi.map((value, j) => value - reflection * phi[order - 2 - j]);
    phi.push(reflection);
    // The errors of this order, and in the same pass the sums that the next one needs.
    cross = 0;
    energy = 0;
    let behind = 0;
    for (let t = order, i = 0; t < n; t++, i++) {
      const forward = f[t] - reflection * b[i];
      const backward = b[i] - reflection * f[t];
      f[t] = forward;
      b[i] = backward;
      if (i > 0) {
        cross += forward * behind;
        energy += forward * forward + behind * behind;
      }
      behind = backward;
    }
    variance *= 1 - reflection * reflection;
    // What is left of a series without noise is rounding, times the coefficients: longer models would fit that.
    let squares = 1;
    for (const value of phi) squares += value * value;
    if (!(variance > floor * squares)) break;
    const criterion = aicc(order);
    if (criterion < bestCriterion) {
      bestCriterion = criterion;
      better.push(phi);
    }
  }
  // Exactly it is stationary always; the coefficients of a series that a few sines make up may be so large that their rounding is not.
  while (!isStationary(better[better.length - 1])) better.pop();
  return { model: { mean, phi: better[better.length - 1] }, relative: Math.max(0, variance / all) };
}

/**
 * Weights of the last p values in the forecasts of the steps 0 … steps − 1, row by row: forecasts from many origins then cost
 * p multiplications each instead of a recursion.
 */
export function directWeights(phi: readonly number[], steps: number): Float64Array {
  const p = phi.length;
  const weights = new Float64Array(steps * p);
  for (let h = 0; h < steps; h++) {
    const row = h * p;
    for (let j = 0; j < p; j++) {
      const earlier = h - 1 - j;
      if (earlier >= 0) {
        for (let l = 0; l < p; l++) weights[row + l] += phi[j] * weights[earlier * p + l];
      } else {
        weights[row - earlier - 1] += phi[j];
      }
    }
  }
  return weights;
}
