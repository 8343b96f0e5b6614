import type { LagPolynomial } from "../polynomial.js";
import type { ArmaFactors } from "../spec.js";

/**
 * The score's sweep through the steady state: λ_t = −v̄_t − Σ θⱼ λ_{t+j} backwards from the end of the series down to `from`, λ_t
 * being ∂f/∂(prediction of w_t) = Σ φⱼ w_{t−j} + Σ θⱼ v_{t−j}.
 */
export function steadyScore(
  phi: LagPolynomial,
  theta: LagPolynomial,
  w: Float64Array,
  v: Float64Array,
  slope: Float64Array,
  lambda: Float64Array,
  from: number,
  start: number,
  phiBar: Float64Array,
  thetaBar: Float64Array,
): void {
  movingAverageBack(theta, slope, lambda, from, lambda.length);
  addLagged(phiBar, phi, lambda, w, Math.max(from, start), lambda.length);
  addLagged(thetaBar, theta, lambda, v, Math.max(from, start), lambda.length);
}

/**
 * The same factor by factor for at most (2,·,2)(1,·,1) with `from` at least s + 2 (`seasonalFilter` of steady-state.ts backwards), in one
 * pass; ∂f/∂(ar, ma, seasonalAr, seasonalMa) are added to `natural`:
 *
 *     ma(F) μ = −v̄,  sma(Fˢ) λ = μ,  F the lead
 *     ∂f/∂arᵢ = Σ λ_t z_{t−i},   ∂f/∂sar = Σ λ_t u_{t−s},   z = sar(Bˢ) w,  u = ar(B) w
 *     ∂f/∂maᵢ = Σ λ_t q_{t−i},   ∂f/∂sma = Σ λ_t x_{t−s},   q = sma(Bˢ) v,  x = ma(B) v
 */
export function usualSteadyScore(
  { ar, ma, seasonalAr, seasonalMa, period }: ArmaFactors,
  w: Float64Array,
  v: Float64Array,
  slope: Float64Array,
  lambda: Float64Array,
  from: number,
  natural: Float64Array,
): void {
  const n = lambda.length;
  const s = Math.max(1, period);
  const a1 = ar.length > 0 ? ar[0] : 0;
  const a2 = ar.length > 1 ? ar[1] : 0;
  const m1 = ma.length > 0 ? ma[0] : 0;
  const m2 = ma.length > 1 ? ma[1] : 0;
  const A = seasonalAr.length > 0 ? seasonalAr[0] : 0;
  const M = seasonalMa.length > 0 ? seasonalMa[0] : 0;
  let ar1 = 0;
  let ar2 = 0;
  let ma1 = 0;
  let ma2 = 0;
  let sar = 0;
  let sma = 0;
  // Of time t: w and v at t − s and t − s − 1, z and q at t − 1, μ at t + 1 and t + 2.
  let wSeason = w[n - 1 - s];
  let wBefore = w[n - 2 - s];
  let vSeason = v[n - 1 - s];
  let vBefore = v[n - 2 - s];
  let z1 = w[n - 2] - A * wBefore;
  let q1 = v[n - 2] + M * vBefore;
  let mu1 = 0;
  let mu2 = 0;
  for (let t = n - 1; t >= from; t--) {
    const mu = -slope[t] - m2 * mu2 - m1 * mu1;
    const l = t + s < n ? mu - M * lambda[t + s] : mu;
    lambda[t] = l;
    mu2 = mu1;
    mu1 = mu;
    const wFar = w[t - 2 - s];
    const vFar = v[t - 2 - s];
    const z2 = w[t - 2] - A * wFar;
    const q2 = v[t - 2] + M * vFar;
    ar1 += l * z1;
    ar2 += l * z2;
    ma1 += l * q1;
    ma2 += l * q2;
    sar += l * (wSeason - a1 * wBefore - a2 * wFar);
    sma += l * (vSeason + m1 * vBefore + m2 * vFar);
    z1 = z2;
    q1 = q2;
    wSeason = wBefore;
    wBefore = wFar;
    vSeason = vBefore;
    vBefore = vFar;
  }
  let at = 0;
  if (ar.length > 0) natural[at++] += ar1;
  if (ar.length > 1) natural[at++] += ar2;
  if (ma.length > 0) natural[at++] += ma1;
  if (ma.length > 1) natural[at++] += ma2;
  if (seasonalAr.length > 0) natural[at++] += sar;
  if (seasonalMa.length > 0) natural[at++] += sma;
}

/** out_j += Σ x_t y_{t−lag_j}, two lags at a time. */
function addLagged(
  out: Float64Array,
  { lags }: LagPolynomial,
  x: Float64Array,
  y: Float64Array,
  from: number,
  to: number,
): void {
  for (let j = 0; j < lags.length; j += 2) {
    const near = lags[j];
    const pair = j + 1 < lags.length;
    const far = pair ? lags[j + 1] : near;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let t = Math.max(from, far);
    for (let u = Math.max(from, near); u < t && u < to; u++) a += x[u] * y[u - near];
    for (; t + 1 < to; t += 2) {
      const x0 = x[t];
      const x1 = x[t + 1];
      a += x0 * y[t - near];
      b += x1 * y[t + 1 - near];
      c += x0 * y[t - far];
      d += x1 * y[t + 1 - far];
    }
    if (t < to) {
      a += x[t] * y[t - near];
      c += x[t] * y[t - far];
    }
    out[j] += a + b;
    if (pair) out[j + 1] += c + d;
  }
}

/** λ_t = −x_t − Σ θⱼ λ_{t+j} from the end down to `from`. */
function movingAverageBack(
  { lags, coefs, degree }: LagPolynomial,
  x: Float64Array,
  lambda: Float64Array,
  from: number,
  to: number,
): void {
  const terms = lags.length;
  const safe = Math.max(from, to - degree);
  for (let t = to - 1; t >= safe; t--) {
    let value = -x[t];
    for (let i = 0; i < terms && t + lags[i] < to; i++) value -= coefs[i] * lambda[t + lags[i]];
    lambda[t] = value;
  }
  if (terms > 1 && lags[1] === 2) {
    // The two nearest values stay in registers, so that a step need not wait for the memory of the one before it.
    const near = coefs[0];
    const next = coefs[1];
    let l1 = lambda[safe];
    let l2 = lambda[safe + 1];
    for (let t = safe - 1; t >= from; t--) {
      let value = -x[t];
      for (let i = 2; i < terms; i++) value -= coefs[i] * lambda[t + lags[i]];
      value -= next * l2 + near * l1;
      lambda[t] = value;
      l2 = l1;
      l1 = value;
    }
    return;
  }
  for (let t = safe - 1; t >= from; t--) {
    let value = -x[t];
    for (let i = 0; i < terms; i++) value -= coefs[i] * lambda[t + lags[i]];
    lambda[t] = value;
  }
}
