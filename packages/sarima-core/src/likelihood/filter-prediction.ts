import type { CovarianceFilterState, FilterState, InnovationsFilterState, ModelPolynomials } from "./filter-state.js";
import { Gains, gainOf } from "./gains.js";

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
