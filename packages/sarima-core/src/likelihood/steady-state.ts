import type { LagPolynomial } from "../polynomial.js";
import type { ArmaFactors } from "../spec.js";

/** Memory that one call hands to the next: nothing in it outlives a call. */
let scratch = new Float64Array(0);

/**
 * v_t = w_t − Σ φⱼ w_{t−j} − Σ θⱼ v_{t−j} from time `from` until `to`: what the innovations filter is once its variance has
 * come down to 1. `e` holds v before `from`. With the factors of φ and θ the usual models take one pass.
 */
export function steadyInnovations(
  phi: LagPolynomial,
  theta: LagPolynomial,
  factors: ArmaFactors | null,
  w: Float64Array,
  e: Float64Array,
  from: number,
  to = e.length,
): void {
  if (factors !== null && from >= Math.max(1, factors.period) + 2 && isUsual(factors)) {
    if (scratch.length < e.length) scratch = new Float64Array(2 * e.length);
    seasonalFilter(factors, w, e, scratch, from, to);
    return;
  }
  autoregress(phi, w, e, from, to);
  movingAverage(theta, e, from, to);
}

/** The same for a column of ones, once every lag lies inside the data: when its output is constant too, the rest is that number. */
export function steadyConstant(
  phi: LagPolynomial,
  theta: LagPolynomial,
  factors: ArmaFactors | null,
  w: Float64Array,
  e: Float64Array,
  from: number,
): void {
  const block = Math.max(64, theta.degree);
  let at = from;
  while (at < e.length) {
    const end = Math.min(e.length, at + block);
    steadyInnovations(phi, theta, factors, w, e, at, end);
    const value = e[end - 1];
    let same = end - block >= from;
    for (let t = Math.max(0, end - block); same && t < end; t++)
      same = Math.abs(e[t] - value) <= 1e-15 * Math.abs(value);
    at = end;
    if (same) break;
  }
  if (at < e.length) e.fill(e[at - 1], at);
}

/** out_t = x_t − Σ φⱼ x_{t−j}: passes without dependence between steps, two lags at a time to save on memory traffic. */
function autoregress(phi: LagPolynomial, x: Float64Array, out: Float64Array, from: number, to: number): void {
  const { lags, coefs } = phi;
  for (let t = from; t < to; t++) out[t] = x[t];
  let i = 0;
  for (; i + 1 < lags.length; i += 2) {
    const near = lags[i];
    const far = lags[i + 1];
    const a = coefs[i];
    const b = coefs[i + 1];
    const both = Math.max(from, far);
    for (let t = Math.max(from, near); t < both && t < to; t++) out[t] -= a * x[t - near];
    for (let t = both; t < to; t++) out[t] -= a * x[t - near] + b * x[t - far];
  }
  if (i < lags.length) {
    const lag = lags[i];
    const coef = coefs[i];
    for (let t = Math.max(from, lag); t < to; t++) out[t] -= coef * x[t - lag];
  }
}

/** e_t = e_t − Σ θⱼ e_{t−j}, in place. */
function movingAverage(theta: LagPolynomial, e: Float64Array, from: number, to: number): void {
  const { lags, coefs, degree } = theta;
  const terms = lags.length;
  if (terms === 0) return;
  const safe = Math.min(to, Math.max(from, degree));
  for (let t = from; t < safe; t++) {
    let v = e[t];
    for (let i = 0; i < terms && lags[i] <= t; i++) v -= coefs[i] * e[t - lags[i]];
    e[t] = v;
  }
  for (let t = safe; t < to; t++) {
    let v = e[t];
    for (let i = 0; i < terms; i++) v -= coefs[i] * e[t - lags[i]];
    e[t] = v;
  }
}

/**
 * Both at once, factor by factor, for at most (2,·,2)(1,·,1), the usual seasonal model: u = ar(B)x, z = sar(Bˢ)u,
 * ma(B)v = z, sma(Bˢ)e = v. Six multiply-adds instead of ten, one pass, and the short recursions stay in registers.
 * `u` is scratch memory; `from` must be at least s + 2.
 */
export function seasonalFilter(
  { ar, ma, seasonalAr, seasonalMa, period }: ArmaFactors,
  x: Float64Array,
  e: Float64Array,
  u: Float64Array,
  from: number,
  to: number,
): void {
  const s = Math.max(1, period);
  const a1 = ar.length > 0 ? ar[0] : 0;
  const a2 = ar.length > 1 ? ar[1] : 0;
  const m1 = ma.length > 0 ? ma[0] : 0;
  const m2 = ma.length > 1 ? ma[1] : 0;
  const A = seasonalAr.length > 0 ? seasonalAr[0] : 0;
  const M = seasonalMa.length > 0 ? seasonalMa[0] : 0;
  for (let t = from - s; t < from; t++) u[t] = x[t] - a1 * x[t - 1] - a2 * x[t - 2];
  let x1 = x[from - 1];
  let x2 = x[from - 2];
  let v1 = e[from - 1] + M * e[from - 1 - s];
  let v2 = e[from - 2] + M * e[from - 2 - s];
  for (let t = from; t < to; t++) {
    const x0 = x[t];
    const u0 = x0 - a2 * x2 - a1 * x1;
    const v0 = u0 - A * u[t - s] - m2 * v2 - m1 * v1;
    u[t] = u0;
    e[t] = v0 - M * e[t - s];
    x2 = x1;
    x1 = x0;
    v2 = v1;
    v1 = v0;
  }
}

/** `seasonalFilter` has a place for every coefficient. */
export function isUsual({ ar, ma, seasonalAr, seasonalMa }: ArmaFactors): boolean {
  return ar.length <= 2 && ma.length <= 2 && seasonalAr.length <= 1 && seasonalMa.length <= 1;
}

/** State after time n − 1 from past values and innovations: aᵢ = Σ_{j>i} φⱼ w_{n+i−j} + Σ_{j>i} θⱼ e_{n+i−j}. */
export function leaveState(
  phi: LagPolynomial,
  theta: LagPolynomial,
  w: Float64Array,
  e: Float64Array,
  n: number,
  r: number,
  a: Float64Array,
): void {
  a.fill(0);
  for (let k = 0; k < phi.lags.length; k++) {
    const lag = phi.lags[k];
    for (let i = Math.max(0, lag - n); i < lag; i++) a[i] += phi.coefs[k] * w[n + i - lag];
  }
  for (let k = 0; k < theta.lags.length; k++) {
    const lag = theta.lags[k];
    for (let i = Math.max(0, lag - n); i < lag && i < r; i++) a[i] += theta.coefs[k] * e[n + i - lag];
  }
}
