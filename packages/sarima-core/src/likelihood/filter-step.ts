import type { LagPolynomial } from "../polynomial.js";
import type { CovarianceFilterState, FilterState, InnovationsFilterState, ModelPolynomials } from "./filter-state.js";
import { Gains, gainOf } from "./gains.js";

/** The innovation v and its variance F of one new value, and the state after it; v is NaN for a gap. */
export interface Step {
  readonly state: FilterState;
  readonly v: number;
  readonly F: number;
}

/**
 * Takes in one value. Null when a gap follows a filter that has not settled, or when the value depends on one that was never
 * observed: then only a full pass is exact.
 */
export function step(state: FilterState, polynomials: ModelPolynomials, y: number): Step | null {
  if (state.kind === "covariance") return covarianceStep(state, polynomials, y);
  if (Number.isNaN(y)) {
    if (state.M !== 0) return null;
    return covarianceStep(settledCovariance(state, polynomials), polynomials, y);
  }
  const r = state.alpha.length;
  const predicted = predict(state, polynomials);
  const v = y - predicted;
  const alpha = transition(state.alpha, polynomials.phi);
  const lags = shifted(state.lags, y);
  if (state.M === 0) {
    // The gains no longer change.
    for (let i = 0; i < r; i++) alpha[i] += (state.G[i] / state.F) * v;
    return { state: { ...state, alpha, lags }, v, F: state.F };
  }
  const gains = new Gains(state, polynomials);
  const K = gains.K();
  for (let i = 0; i < r; i++) alpha[i] += K[i] * v;
  gains.advance();
  return { state: { kind: "innovations", alpha, lags, ...gains.end() }, v, F: state.F };
}

function predict(state: FilterState, { delta }: ModelPolynomials): number {
  let value = state.alpha[0];
  for (let j = 0; j < delta.lags.length; j++) value += delta.coefs[j] * state.lags[delta.lags[j] - 1];
  return value;
}

function shifted(lags: Float64Array, y: number): Float64Array {
  const out = new Float64Array(lags.length);
  if (out.length === 0) return out;
  out.set(lags.subarray(0, lags.length - 1), 1);
  out[0] = y;
  return out;
}

/** T x */
function transition(x: Float64Array, phi: LagPolynomial): Float64Array {
  const out = new Float64Array(x.length);
  out.set(x.subarray(1));
  for (let i = 0; i < phi.lags.length; i++) out[phi.lags[i] - 1] += phi.coefs[i] * x[0];
  return out;
}

/** With the whole past known only ε_n is uncertain: P = R R', R = (1, θ₁, θ₂, …). */
function settledCovariance(state: InnovationsFilterState, { theta }: ModelPolynomials): CovarianceFilterState {
  const r = state.alpha.length;
  const R = disturbance(theta, r);
  const P = new Float64Array(r * r);
  for (let i = 0; i < r; i++) for (let j = 0; j < r; j++) P[i * r + j] = R[i] * R[j];
  return {
    kind: "covariance",
    alpha: state.alpha,
    lags: state.lags,
    P,
    gapLags: new Int32Array(0),
    gapAlpha: new Float64Array(0),
    gapVariance: new Float64Array(0),
  };
}

function disturbance(theta: LagPolynomial, r: number): Float64Array {
  const R = new Float64Array(r);
  R[0] = 1;
  for (let i = 0; i < theta.lags.length; i++) if (theta.lags[i] < r) R[theta.lags[i]] = theta.coefs[i];
  return R;
}

/** A textbook Kalman step on (α ; lags that are gaps), Durbin & Koopman 2012, 4.3. */
function covarianceStep(state: CovarianceFilterState, polynomials: ModelPolynomials, y: number): Step | null {
  const { phi, theta, delta } = polynomials;
  const r = state.alpha.length;
  const u = state.gapLags.length;
  const m = state.lags.length;
  const size = r + u;
  const V = new Float64Array(size * size);
  for (let i = 0; i < r; i++) for (let j = 0; j < r; j++) V[i * size + j] = state.P[i * r + j];
  for (let g = 0; g < u; g++) {
    for (let i = 0; i < r; i++) {
      V[(r + g) * size + i] = state.gapAlpha[g * r + i];
      V[i * size + r + g] = state.gapAlpha[g * r + i];
    }
    for (let h = 0; h < u; h++) V[(r + g) * size + r + h] = state.gapVariance[g * u + h];
  }
  const z = new Float64Array(size);
  z[0] = 1;
  for (let g = 0; g < u; g++) {
    const at = delta.lags.indexOf(state.gapLags[g]);
    if (at >= 0) z[r + g] = delta.coefs[at];
  }
  const Mz = new Float64Array(size);
  let F = 0;
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let j = 0; j < size; j++) if (z[j] !== 0) sum += V[i * size + j] * z[j];
    Mz[i] = sum;
    F += z[i] * sum;
  }
  // It depends on a value that was never observed.
  if (!Number.isFinite(F)) return null;
  const predicted = predict(state, polynomials);
  const observed = !Number.isNaN(y);
  const v = y - predicted;
  const alpha = state.alpha.slice();
  const lags = state.lags.slice();
  if (observed) {
    for (let i = 0; i < r; i++) alpha[i] += (Mz[i] * v) / F;
    for (let g = 0; g < u; g++) lags[state.gapLags[g] - 1] += (Mz[r + g] * v) / F;
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) V[i * size + j] -= (Mz[i] * Mz[j]) / F;
  }
  // The transition: the rows and columns of α go through T, noise comes in, and the gaps move one lag back.
  const rows: Float64Array[] = [];
  for (let i = 0; i < size; i++) rows.push(V.subarray(i * size, (i + 1) * size));
  const covariance = (i: number, j: number): number =>
    i === size && j === size ? F : i === size ? Mz[j] : j === size ? Mz[i] : V[i * size + j];
  const kept: { lag: number; at: number }[] = [];
  if (!observed && m > 0) kept.push({ lag: 1, at: size });
  for (let g = 0; g < u; g++) {
    const lag = state.gapLags[g] + 1;
    const at = r + g;
    if (lag <= m && V[at * size + at] > 1e-14) kept.push({ lag, at });
  }
  const gapLags = Int32Array.from(kept, ({ lag }) => lag);
  const gapAlpha = new Float64Array(kept.length * r);
  const gapVariance = new Float64Array(kept.length ** 2);
  kept.forEach(({ at }, g) => {
    gapAlpha.set(transition(at === size ? Mz.slice(0, r) : rows[at].slice(0, r), phi), g * r);
    kept.forEach((other, h) => {
      gapVariance[g * kept.length + h] = covariance(at, other.at);
    });
  });
  const half: Float64Array[] = [];
  for (let i = 0; i < r; i++) half.push(transition(rows[i].slice(0, r), phi));
  const P = new Float64Array(r * r);
  for (let j = 0; j < r; j++) {
    const column = transition(
      Float64Array.from(half, (row) => row[j]),
      phi,
    );
    for (let i = 0; i < r; i++) P[i * r + j] = column[i];
  }
  const R = disturbance(theta, r);
  let distance = 0;
  for (let i = 0; i < r; i++) {
    for (let j = 0; j < r; j++) {
      distance = Math.max(distance, Math.abs(P[i * r + j]));
      P[i * r + j] += R[i] * R[j];
    }
  }
  const next = { alpha: transition(alpha, phi), lags: shifted(lags, observed ? y : predicted) };
  // All gaps forgotten: the cheap state says the same.
  const state2: FilterState =
    distance < 1e-13 && kept.length === 0
      ? { kind: "innovations", ...next, G: gainOf(polynomials, r), W: new Float64Array(r + 1), F: 1, M: 0 }
      : { kind: "covariance", ...next, P, gapLags, gapAlpha, gapVariance };
  return { state: state2, v, F };
}
