import type { LagPolynomial } from "../polynomial.js";

/** The polynomials of a model with every coefficient known. */
export interface ModelPolynomials {
  readonly phi: LagPolynomial;
  readonly theta: LagPolynomial;
  /** y_t = Σ δₖ y_{t−k} + w_t */
  readonly delta: LagPolynomial;
}

export interface StateMean {
  /** Mean of Harvey's state for the next time: its first element predicts the next w. */
  readonly alpha: Float64Array;
  /** y_{n−1}, y_{n−2}, …: what the differencing looks back to. */
  readonly lags: Float64Array;
}

/** After complete data: the Chandrasekhar gains say all there is to say about uncertainty. */
export interface InnovationsFilterState extends StateMean {
  readonly kind: "innovations";
  readonly G: Float64Array;
  readonly W: Float64Array;
  readonly F: number;
  /** 0 in the steady state. */
  readonly M: number;
}

/** After gaps: the full covariance, for Var ε = 1, of the state and of those lags that are gaps themselves. */
export interface CovarianceFilterState extends StateMean {
  readonly kind: "covariance";
  /** r × r */
  readonly P: Float64Array;
  /** Lags (1-based) that are gaps. */
  readonly gapLags: Int32Array;
  /** gaps × r */
  readonly gapAlpha: Float64Array;
  /** gaps × gaps */
  readonly gapVariance: Float64Array;
}

/** Where a filter stands after the last value of a series. */
export type FilterState = InnovationsFilterState | CovarianceFilterState;

/** Conditional means and variances (for Var ε = 1) of the next `horizon` values: the exact finite-sample predictor. */
export function predictFrom(
  state: FilterState,
  polynomials: ModelPolynomials,
  horizon: number,
): { mean: Float64Array; variance: Float64Array } {
  const mean = respond(state.alpha, state.lags, polynomials, horizon);
  const variance =
    state.kind === "covariance"
      ? covarianceVariance(state, polynomials, horizon)
      : state.M === 0
        ? cumulativeSquares(respondToInnovation(gainOf(polynomials, state.alpha.length), polynomials, horizon))
        : transientVariance(state, polynomials, horizon);
  return { mean, variance };
}

/** Path of y without new innovations: w_k = αₖ + Σ φᵢ w_{k−i}, y_k = w_k + Σ δⱼ y_{k−j}. */
export function respond(
  alpha: Float64Array,
  lags: Float64Array,
  { phi, delta }: ModelPolynomials,
  horizon: number,
): Float64Array {
  const w = new Float64Array(horizon);
  const y = new Float64Array(horizon);
  for (let k = 0; k < horizon; k++) {
    let value = k < alpha.length ? alpha[k] : 0;
    for (let i = 0; i < phi.lags.length && phi.lags[i] <= k; i++) value += phi.coefs[i] * w[k - phi.lags[i]];
    w[k] = value;
    for (let j = 0; j < delta.lags.length; j++) {
      const lag = delta.lags[j];
      value += delta.coefs[j] * (lag <= k ? y[k - lag] : lags[lag - k - 1]);
    }
    y[k] = value;
  }
  return y;
}

/** Path of y after one innovation of 1 that is met with the gain K: 1, then what the state makes of it. */
function respondToInnovation(K: Float64Array, polynomials: ModelPolynomials, horizon: number): Float64Array {
  const out = new Float64Array(horizon);
  if (horizon === 0) return out;
  const lags = new Float64Array(polynomials.delta.degree);
  if (lags.length > 0) lags[0] = 1;
  out[0] = 1;
  out.set(respond(K, lags, polynomials, horizon - 1), 1);
  return out;
}

/** Steady-state gain: Kᵢ = φᵢ + θᵢ. */
export function gainOf({ phi, theta }: ModelPolynomials, r: number): Float64Array {
  const K = new Float64Array(r);
  for (let i = 0; i < phi.lags.length; i++) K[phi.lags[i] - 1] += phi.coefs[i];
  for (let i = 0; i < theta.lags.length; i++) K[theta.lags[i] - 1] += theta.coefs[i];
  return K;
}

function cumulativeSquares(psi: Float64Array): Float64Array {
  let sum = 0;
  return psi.map((value) => {
    sum += value * value;
    return sum;
  });
}

/** Each future innovation has its own variance and gain while the filter has not settled. */
function transientVariance(
  state: InnovationsFilterState,
  polynomials: ModelPolynomials,
  horizon: number,
): Float64Array {
  const variance = new Float64Array(horizon);
  const gains = new Gains(state, polynomials);
  for (let j = 0; j < horizon; j++) {
    const response = respondToInnovation(gains.K(), polynomials, horizon - j);
    for (let k = 0; k < response.length; k++) variance[j + k] += gains.F * response[k] * response[k];
    gains.advance();
  }
  return variance;
}

/** b'Vb for what is uncertain now, and the ψ-weights for what is still to come. */
function covarianceVariance(
  state: CovarianceFilterState,
  polynomials: ModelPolynomials,
  horizon: number,
): Float64Array {
  const r = state.alpha.length;
  const used = Math.min(r, horizon);
  const gaps = state.gapLags.length;
  const responses: Float64Array[] = [];
  const none = new Float64Array(0);
  const zeroLags = new Float64Array(state.lags.length);
  for (let i = 0; i < used; i++) {
    const unit = new Float64Array(i + 1);
    unit[i] = 1;
    responses.push(respond(unit, zeroLags, polynomials, horizon));
  }
  for (let g = 0; g < gaps; g++) {
    const lags = zeroLags.slice();
    lags[state.gapLags[g] - 1] = 1;
    responses.push(respond(none, lags, polynomials, horizon));
  }
  const covariance = (i: number, j: number): number => {
    if (i < used && j < used) return state.P[i * r + j];
    if (i >= used && j >= used) return state.gapVariance[(i - used) * gaps + j - used];
    return i < used ? state.gapAlpha[(j - used) * r + i] : state.gapAlpha[(i - used) * r + j];
  };
  const variance = new Float64Array(horizon);
  for (let i = 0; i < responses.length; i++) {
    for (let j = 0; j <= i; j++) {
      const c = covariance(i, j) * (i === j ? 1 : 2);
      if (c === 0) continue;
      for (let k = 0; k < horizon; k++) {
        // c is infinite for what was never observed; a step that does not depend on it is none the worse.
        const product = responses[i][k] * responses[j][k];
        if (product !== 0) variance[k] += c * product;
      }
    }
  }
  const future = cumulativeSquares(respondToInnovation(gainOf(polynomials, r), polynomials, horizon));
  for (let k = 1; k < horizon; k++) variance[k] += future[k - 1];
  // With everything known up to now the future's own innovations remain: rounding must not take the variance below that.
  for (let k = 0; k < horizon; k++) variance[k] = Math.max(variance[k], future[k]);
  return variance;
}

/** The Chandrasekhar recursions of the gains alone; see innovations.ts. */
class Gains {
  F: number;
  private M: number;
  private readonly G: Float64Array;
  private readonly W: Float64Array;
  private readonly phi: LagPolynomial;

  constructor(state: InnovationsFilterState, polynomials: ModelPolynomials) {
    this.F = state.F;
    this.M = state.M;
    this.G = state.G.slice();
    this.W = state.W.slice();
    this.phi = polynomials.phi;
  }

  K(): Float64Array {
    return this.G.map((g) => g / this.F);
  }

  advance(): void {
    if (this.M === 0) return;
    const { G, W, F, M, phi } = this;
    const W0 = W[0];
    const MW0 = M * W0;
    const next = F + MW0 * W0;
    const tw = W.slice(1);
    for (let i = 0; i < phi.lags.length; i++) tw[phi.lags[i] - 1] += phi.coefs[i] * W0;
    for (let i = 0; i < G.length; i++) {
      G[i] += tw[i] * MW0;
      W[i] = tw[i] - (G[i] * W0) / next;
    }
    this.M = M + (MW0 * MW0) / F;
    this.F = next;
  }

  end(): { G: Float64Array; W: Float64Array; F: number; M: number } {
    return { G: this.G, W: this.W, F: this.F, M: this.M };
  }
}

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
  const gains = new Gains(state, polynomials);
  const K = gains.K();
  const alpha = transition(state.alpha, polynomials.phi);
  for (let i = 0; i < r; i++) alpha[i] += K[i] * v;
  gains.advance();
  return { state: { kind: "innovations", alpha, lags: shifted(state.lags, y), ...gains.end() }, v, F: state.F };
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
