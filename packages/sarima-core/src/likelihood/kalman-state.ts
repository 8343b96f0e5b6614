import { type FlatPrior, solve, whitenCombination } from "./flat-prior.js";
import type { StateCovariance, StateSpace } from "./state-covariance.js";

/** Mean and covariance (for σ² = 1) of the state for the first time after the data. */
export interface KalmanState {
  /** Mean of the ARMA state α: for y, then for each column. */
  readonly alpha: readonly Float64Array[];
  /** Var α, r × r, full. */
  readonly P: Float64Array;
  /** y_{n−1}, y_{n−2}, …, y_{n−m}, estimates at gaps: for y, then for each column. */
  readonly lags: readonly Float64Array[];
  /** Lags (1-based) that are gaps, their covariance with α (gaps × r) and with each other (gaps × gaps). */
  readonly gapLags: Int32Array;
  readonly gapAlpha: Float64Array;
  readonly gapVariance: Float64Array;
}

/** The end of the forward pass. `series` and `alpha` hold y, the columns, then one unit series for each flat unknown. */
export interface FilterEnd {
  model: StateSpace;
  covariance: StateCovariance;
  prior: FlatPrior;
  alpha: readonly Float64Array[];
  series: readonly Float64Array[];
  width: number;
  flatAt: readonly number[];
  /** Times of the gaps among the last m values that carry covariance, and the number of the first of them. */
  gaps: readonly number[];
  firstGap: number;
}

/** The state with the flat unknowns estimated: mean + B γ̂, covariance + B (X'X)⁻¹ B'. */
export function finalState(end: FilterEnd): KalmanState {
  const { model, covariance: S, prior, alpha, series, width, flatAt, gaps, firstGap } = end;
  const { r, m } = model;
  const n = series[0].length;
  const k = prior.k;
  const flatInReach = flatAt.filter((t) => t >= n - m);
  const times = [...flatInReach, ...gaps];
  const u = times.length;
  const size = r + u;

  // 1. Covariance given the flat unknowns, of (α ; uncertain lags).
  const V = new Float64Array(size * size);
  for (let i = 0; i < r; i++) {
    for (let j = 0; j <= i; j++) V[i * size + j] = V[j * size + i] = S.P[i * r + j];
  }
  for (let g = 0; g < gaps.length; g++) {
    const row = r + flatInReach.length + g;
    const s = (firstGap + g) % S.slots;
    for (let i = 0; i < r; i++) V[row * size + i] = V[i * size + row] = S.C[s * r + i];
    for (let h = 0; h < gaps.length; h++) {
      V[row * size + r + flatInReach.length + h] = S.U[s * S.slots + ((firstGap + h) % S.slots)];
    }
  }

  // 2. Means, with γ̂ put in.
  const estimates = new Float64Array(k);
  const means = Array.from({ length: width }, (_, c) => {
    const a = alpha[c].slice(0, r);
    const lags = new Float64Array(m);
    for (let j = 1; j <= m; j++) lags[j - 1] = series[c][n - j];
    solve(prior, c, estimates);
    for (let i = 0; i < k; i++) {
      const gamma = estimates[i];
      for (let j = 0; j < r; j++) a[j] += alpha[width + i][j] * gamma;
      for (let j = 1; j <= m; j++) lags[j - 1] += series[width + i][n - j] * gamma;
    }
    return { a, lags };
  });

  // 3. Covariance of γ̂.
  if (k > 0) {
    const b = new Float64Array(k);
    const H = Array.from({ length: size }, (_, e) => {
      for (let i = 0; i < k; i++) b[i] = e < r ? alpha[width + i][e] : series[width + i][times[e - r]];
      const h = new Float64Array(k);
      return whitenCombination(prior, b, h) ? h : null;
    });
    for (let e = 0; e < size; e++) {
      for (let f = 0; f <= e; f++) {
        const he = H[e];
        const hf = H[f];
        let sum = V[e * size + f];
        if (he && hf) for (let i = 0; i < k; i++) sum += he[i] * hf[i];
        else if (e === f) sum = Number.POSITIVE_INFINITY;
        V[e * size + f] = V[f * size + e] = sum;
      }
    }
  }

  const block = (row: number, rows: number, column: number, columns: number) => {
    const out = new Float64Array(rows * columns);
    for (let i = 0; i < rows; i++) {
      const at = (row + i) * size + column;
      out.set(V.subarray(at, at + columns), i * columns);
    }
    return out;
  };
  return {
    alpha: means.map(({ a }) => a),
    P: block(0, r, 0, r),
    lags: means.map(({ lags }) => lags),
    gapLags: Int32Array.from(times, (t) => n - t),
    gapAlpha: block(r, u, 0, r),
    gapVariance: block(r, u, r, u),
  };
}
