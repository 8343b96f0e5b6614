import { solve, whitenCombination } from "./flat-prior.js";
import { type FilterRecord, type KalmanInput, kalmanFilter } from "./kalman.js";

export interface Smoothed {
  /** The data, with the mean of each gap given everything observed, before and after it. */
  mean: Float64Array;
  /** Its variance for σ² = 1; 0 where observed, Infinity where the data do not determine it. */
  variance: Float64Array;
}

/**
 * Fixed-interval smoothing of the gaps: E[y_t | all of y] and its variance. Trailing gaps are forecasts. Leading gaps are
 * trailing ones of the reversed series, whose ARMA part and differencing have the same law. Near the unit circle every gap is taken
 * from the side from which it can be predicted better: a variance of 1 is not to be found from one of 1e12. Columns are not used:
 * subtract regressors from y first.
 *
 * @throws SarimaError as `kalmanWhiten`.
 */
export function kalmanSmooth(input: KalmanInput): Smoothed {
  const n = input.y.length;
  if (!input.y.some(Number.isNaN)) return { mean: input.y.slice(), variance: new Float64Array(n) };
  const forward = smoothFrom(input.y, input);
  if (forward.exact || Number.isNaN(input.y[0])) {
    const backward = smoothFrom(input.y.slice().reverse(), input);
    let leading = true;
    for (let t = 0; t < n; t++) {
      if (!Number.isNaN(input.y[t])) leading = false;
      else if (leading || (forward.exact && backward.before[n - 1 - t] < forward.before[t])) {
        forward.mean[t] = backward.mean[n - 1 - t];
        forward.variance[t] = backward.variance[n - 1 - t];
      }
    }
  }
  return forward;
}

/** The smoother from the first observed value on; what lies before stays NaN. */
function smoothFrom(y: Float64Array, input: KalmanInput): Smoothed & { before: Float64Array; exact: boolean } {
  const { record } = kalmanFilter({ ...input, y, columns: [] }, true);
  const { prior, flatAt } = record;
  const { perSeries, variance } = backwardPass(record, y);

  // The flat unknowns γ: y = y(γ = 0) + Σ γ_i · (unit series i), smoothed alike, with γ̂ and its variance put in.
  const k = prior.k;
  const mean = y.slice();
  const estimate = new Float64Array(k);
  solve(prior, 0, estimate);
  const b = new Float64Array(k);
  const h = new Float64Array(k);
  for (let t = record.from; t < y.length; t++) {
    if (!Number.isNaN(y[t])) continue;
    for (let i = 0; i < k; i++) b[i] = t < record.start ? (flatAt[i] === t ? 1 : 0) : perSeries[1 + i][t];
    let value = t < record.start ? 0 : perSeries[0][t];
    let extra = 0;
    if (whitenCombination(prior, b, h)) {
      for (let i = 0; i < k; i++) {
        value += b[i] * estimate[i];
        extra += h[i] * h[i];
      }
    } else {
      value = Number.NaN;
      extra = Number.POSITIVE_INFINITY;
    }
    mean[t] = value;
    variance[t] += extra;
  }
  // The variance before what follows is known; without a prediction there is none.
  const before = record.F.map((F, t) => (t < record.start ? Number.POSITIVE_INFINITY : F));
  return { mean, variance, before, exact: record.exact };
}

/**
 * Durbin & Koopman (2012), section 4.4, on M = P Z' of each step, so that no P is kept. With 𝒯 the step of (α ; gaps) —
 * α by T, a gap at t into its slot as Z of the state — each t from the last:
 *
 *     q = 𝒯' r,   Q = 𝒯' N 𝒯
 *     gap:       ŷ_t = Z a_t + M'q,   Var = F − M' Q M,   r = q,   N = Q
 *     observed:  r = q + Z' (v − M'q)/F,   N = (I − Z'M'/F) Q (I − M Z/F) + Z'Z/F
 */
function backwardPass(record: FilterRecord, y: Float64Array): { perSeries: Float64Array[]; variance: Float64Array } {
  const { model, start, gapAt, slots } = record;
  const { r, m, phi, phiAt, deltaLag, delta } = model;
  const n = y.length;
  const size = r + slots;
  const N = new Float64Array(size * size);
  const q = record.v.map(() => new Float64Array(size));
  const row = new Float64Array(size);
  const w = new Float64Array(size);
  const M = new Float64Array(size);
  // Z: its non-zero places and values.
  const place = new Int32Array(1 + deltaLag.length);
  const weight = new Float64Array(1 + deltaLag.length);
  weight[0] = 1;
  const perSeries = record.v.map(() => new Float64Array(n));
  const variance = new Float64Array(n);

  for (let t = n - 1; t >= start; t--) {
    M.set(record.M[t]);
    M.set(record.Mu[t], r);
    const F = record.F[t];

    // 1. 𝒯': the α part.
    for (const x of q) pullBack(x, 0, r, phi, phiAt);
    for (let i = 0; i < size; i++) pullBack(N, i * size, r, phi, phiAt);
    row.fill(0);
    for (let k = 0; k < phiAt.length; k++) {
      const f = phi[phiAt[k]];
      const from = phiAt[k] * size;
      for (let j = 0; j < size; j++) row[j] += f * N[from + j];
    }
    N.copyWithin(size, 0, (r - 1) * size);
    N.set(row);

    // 2. 𝒯': a gap at t leaves its slot and becomes Z of the state.
    let terms = 1;
    for (let l = 0; l < deltaLag.length; l++) {
      const gap = t - deltaLag[l] < 0 ? -1 : gapAt[t - deltaLag[l]];
      if (gap < 0) continue;
      place[terms] = r + (gap % slots);
      weight[terms] = delta[l];
      terms++;
    }
    if (m > 0 && gapAt[t] >= 0) {
      const slot = r + (gapAt[t] % slots);
      for (const x of q) {
        const value = x[slot];
        x[slot] = 0;
        for (let a = 0; a < terms; a++) x[place[a]] += weight[a] * value;
      }
      const variance = N[slot * size + slot];
      for (let j = 0; j < size; j++) row[j] = N[slot * size + j];
      row[slot] = 0;
      for (let j = 0; j < size; j++) N[slot * size + j] = N[j * size + slot] = 0;
      addAlongZ(N, size, place, weight, terms, row, variance);
    }

    if (Number.isNaN(y[t])) {
      // 3. A gap: what comes after it corrects its prediction.
      for (let c = 0; c < q.length; c++) {
        let sum = record.prediction[c][t];
        for (let i = 0; i < size; i++) sum += M[i] * q[c][i];
        perSeries[c][t] = sum;
      }
      variance[t] = Math.max(0, F - quadratic(N, size, M, w));
    } else {
      // 4. An observation.
      for (let c = 0; c < q.length; c++) {
        const x = q[c];
        let sum = record.v[c][t];
        for (let i = 0; i < size; i++) sum -= M[i] * x[i];
        for (let a = 0; a < terms; a++) x[place[a]] += (weight[a] * sum) / F;
      }
      const middle = quadratic(N, size, M, w);
      for (let i = 0; i < size; i++) w[i] = -w[i] / F;
      addAlongZ(N, size, place, weight, terms, w, middle / (F * F) + 1 / F);
    }
  }
  return { perSeries, variance };
}

/** x ← x T on the first r elements from `at`: element 0 becomes Σ φ_i x_i, the others move one up. */
function pullBack(x: Float64Array, at: number, r: number, phi: Float64Array, phiAt: Int32Array): void {
  let sum = 0;
  for (let k = 0; k < phiAt.length; k++) sum += phi[phiAt[k]] * x[at + phiAt[k]];
  x.copyWithin(at + 1, at, at + r - 1);
  x[at] = sum;
}

/** N ← N + Z'x' + x Z + s Z'Z for a sparse Z. */
function addAlongZ(
  N: Float64Array,
  size: number,
  place: Int32Array,
  weight: Float64Array,
  terms: number,
  x: Float64Array,
  s: number,
): void {
  for (let a = 0; a < terms; a++) {
    const i = place[a];
    const z = weight[a];
    for (let j = 0; j < size; j++) {
      N[i * size + j] += z * x[j];
      N[j * size + i] += z * x[j];
    }
    for (let b = 0; b < terms; b++) N[i * size + place[b]] += z * weight[b] * s;
  }
}

/** w ← N M, and M' N M. */
function quadratic(N: Float64Array, size: number, M: Float64Array, w: Float64Array): number {
  let total = 0;
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let j = 0; j < size; j++) sum += N[i * size + j] * M[j];
    w[i] = sum;
    total += sum * M[i];
  }
  return total;
}
