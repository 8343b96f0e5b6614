import { dense, type LagPolynomial } from "../polynomial.js";
import type { ArmaFactors } from "../spec.js";
import { ExactCovariance } from "./exact-covariance.js";
import { stationaryCovariance } from "./stationary-state.js";

/**
 * The state of y_t = Σ delta_j y_{t−j} + w_t with ARMA w, in the letters of Durbin & Koopman (2012):
 *
 *     state (α_t ; y_{t−1} … y_{t−m}),   α_{t+1} = T α_t + R ε_{t+1},   y_t = Z (α_t ; lags) = α₀ + Σ delta_j y_{t−j}
 *
 * α is Harvey's ARMA state (T the companion of phi, a shift plus its first column). A lag of y that was observed is a known
 * number without covariance, so only gaps take part: gap number g sits in slot g mod `slots` for m steps.
 */
export interface StateSpace {
  readonly r: number;
  readonly m: number;
  /** First column of T, padded to r, and where it is not zero. */
  readonly phi: Float64Array;
  readonly phiAt: Int32Array;
  /** (1, θ₁, …) padded to r, and where it is not zero. */
  readonly R: Float64Array;
  readonly RAt: Int32Array;
  /** Lags with a non-zero differencing coefficient, and the coefficients. */
  readonly deltaLag: Int32Array;
  readonly delta: Float64Array;
}

export function stateSpace(phi: LagPolynomial, theta: LagPolynomial, difference: LagPolynomial): StateSpace {
  const r = Math.max(phi.degree, theta.degree + 1);
  const R = new Float64Array(r);
  R[0] = 1;
  R.set(dense(theta), 1);
  return {
    r,
    m: difference.degree,
    phi: dense(phi, r),
    phiAt: phi.lags.map((lag) => lag - 1),
    R,
    RAt: Int32Array.of(0, ...theta.lags),
    deltaLag: difference.lags,
    delta: difference.coefs,
  };
}

/** Working arrays of one filter, σ² = 1. Only the lower triangle of P is kept. */
export interface StateCovariance {
  readonly slots: number;
  /** Var α, r × r. */
  readonly P: Float64Array;
  /** Cov(gap in slot s, α), slots × r. */
  readonly C: Float64Array;
  /** Covariance of the gaps, slots × slots. */
  readonly U: Float64Array;
  /** M = P Z' of the state: its α part and its gap part, and F = Z P Z'. */
  readonly M: Float64Array;
  readonly Mu: Float64Array;
  F: number;
  /** True when P = R R' to rounding: the past of w is known exactly and P stays as it is until the next gap. */
  steady: boolean;
  /** First column of P while the rest moves; one element longer than r and 0 there. */
  readonly p0: Float64Array;
  /** Where doubles would lose digits: the same with more of them, until it is null. P, C and U are not kept up to then. */
  exact: ExactCovariance | null;
}

/** Slack of the diagonal of P − R R' (which is positive semi-definite, so it bounds every element). */
const STEADY = 1e-15;

/** With `factors`, in extended precision at the start. Without an answer `c`, null where that is needed and out of reach. */
export function createStateCovariance(
  model: StateSpace,
  slots: number,
  c: Float64Array | null,
  factors: ArmaFactors | null,
): StateCovariance | null {
  const { r } = model;
  const exact = factors && ExactCovariance.start(factors, model, slots);
  if (!exact && !c) return null;
  const P = new Float64Array(r * r);
  if (c && !exact) stationaryCovariance(model.phi, model.R, c, P);
  return {
    slots,
    P,
    C: new Float64Array(slots * r),
    U: new Float64Array(slots * slots),
    M: new Float64Array(r),
    Mu: new Float64Array(slots),
    F: 0,
    steady: false,
    p0: new Float64Array(r + 1),
    exact,
  };
}

/**
 * M = P Z' and F = Z P Z' at time t. Gaps first … end − 1 are those among the last m values; gapAt[t] is the number of the
 * gap at t, or −1.
 */
export function signal(
  S: StateCovariance,
  model: StateSpace,
  t: number,
  gapAt: Int32Array,
  first: number,
  end: number,
): void {
  if (S.exact) {
    S.exact.signal(model, S, t, gapAt, first, end);
    return;
  }
  const { r, deltaLag, delta } = model;
  const { P, C, U, M, Mu, slots } = S;
  for (let i = 0; i < r; i++) M[i] = P[i * r];
  for (let g = first; g < end; g++) Mu[g % slots] = C[(g % slots) * r];
  let F = M[0];
  if (end > first) {
    for (let l = 0; l < deltaLag.length; l++) {
      const gap = gapAt[t - deltaLag[l]];
      if (gap < first) continue;
      const weight = delta[l];
      const slot = gap % slots;
      for (let i = 0; i < r; i++) M[i] += weight * C[slot * r + i];
      for (let g = first; g < end; g++) Mu[g % slots] += weight * U[(g % slots) * slots + slot];
    }
    F = M[0];
    for (let l = 0; l < deltaLag.length; l++) {
      const gap = gapAt[t - deltaLag[l]];
      if (gap >= first) F += delta[l] * Mu[gap % slots];
    }
  }
  S.F = F;
}

/** P ← P − M F⁻¹ M' for the gaps (that of α is left to `advance`, which touches every element once). */
export function condition(S: StateCovariance, model: StateSpace, first: number, end: number): void {
  if (S.exact) {
    S.exact.condition(S.slots, first, end);
    return;
  }
  const { r } = model;
  const { C, U, M, Mu, F, slots } = S;
  for (let g = first; g < end; g++) {
    const s = g % slots;
    const gain = Mu[s] / F;
    if (gain === 0) continue;
    for (let i = 0; i < r; i++) C[s * r + i] -= gain * M[i];
    for (let h = first; h < end; h++) U[s * slots + (h % slots)] -= gain * Mu[h % slots];
  }
}

/** A gap at t joins the state: its covariance with everything is M, its variance F. */
export function addGap(S: StateCovariance, model: StateSpace, gap: number, first: number, end: number): void {
  if (S.exact) {
    S.exact.addGap(S.slots, gap, first, end);
    return;
  }
  const { r } = model;
  const { C, U, M, Mu, F, slots } = S;
  const s = gap % slots;
  C.set(M, s * r);
  for (let g = first; g < end; g++) {
    U[s * slots + (g % slots)] = Mu[g % slots];
    U[(g % slots) * slots + s] = Mu[g % slots];
  }
  U[s * slots + s] = F;
}

/** P ← T (P − M F⁻¹ M') T' + R R', or without the subtraction after a gap; covariances with gaps ← C T'. */
export function advance(S: StateCovariance, model: StateSpace, observed: boolean, first: number, end: number): void {
  if (S.exact) {
    if (S.exact.advance(S.slots, observed, first, end)) return;
    S.exact.leave(S);
    S.exact = null;
    return;
  }
  const { r, phi, phiAt, R, RAt } = model;
  const { P, C, M, F, slots, p0 } = S;

  for (let g = first; g < end; g++) {
    const row = (g % slots) * r;
    const c0 = C[row];
    C.copyWithin(row, row + 1, row + r);
    C[row + r - 1] = 0;
    for (let k = 0; k < phiAt.length; k++) C[row + phiAt[k]] += phi[phiAt[k]] * c0;
  }

  if (S.steady && observed && end === first) return;
  S.steady = false;

  // 1. The filtered first column; exactly 0 when w_t has been observed.
  const known = observed && end === first;
  for (let i = 0; i < r; i++) p0[i] = known ? 0 : P[i * r] - (observed ? (M[i] * M[0]) / F : 0);

  // 2. The shift up the diagonal, in place, with the rank-one update on the way.
  for (let i = 0; i + 1 < r; i++) {
    const to = i * r;
    const from = to + r + 1;
    if (observed) {
      const gain = M[i + 1] / F;
      for (let j = 0; j <= i; j++) P[to + j] = P[from + j] - gain * M[j + 1];
    } else {
      for (let j = 0; j <= i; j++) P[to + j] = P[from + j];
    }
  }
  P.fill(0, (r - 1) * r, r * r);

  // 3. The non-zero φ and R.
  if (!known) {
    for (let a = 0; a < phiAt.length; a++) {
      const k = phiAt[a];
      const f = phi[k];
      for (let j = 0; j <= k; j++) P[k * r + j] += f * p0[j + 1];
      for (let i = k; i < r; i++) P[i * r + k] += f * p0[i + 1];
      for (let b = 0; b <= a; b++) P[k * r + phiAt[b]] += f * phi[phiAt[b]] * p0[0];
    }
  }
  for (let a = 0; a < RAt.length; a++) {
    const k = RAt[a];
    for (let b = 0; b <= a; b++) P[k * r + RAt[b]] += R[k] * R[RAt[b]];
  }

  // 4. Steady? Then fix P at R R', so that the rounding of the last step does not stay for ever.
  if (known) {
    for (let i = 0; i < r; i++) {
      if (Math.abs(P[i * r + i] - R[i] * R[i]) > STEADY * (1 + R[i] * R[i])) return;
    }
    for (let i = 0; i < r; i++) for (let j = 0; j <= i; j++) P[i * r + j] = R[i] * R[j];
    S.steady = true;
  }
}
