import { stateCovarianceColumn } from "../autocovariance.js";
import { dense, type LagPolynomial } from "../polynomial.js";
import type { ExtendedGains } from "./extended.js";

/**
 * The exact innovations filter of a stationary ARMA process φ(B)w = θ(B)ε, Var ε = 1, by the Chandrasekhar recursions
 * (Morf, Sidhu & Kailath 1974; Pearlman 1980; Mélard 1984, AS 197): O(n·r) time and O(r) memory, r = max(p, q + 1).
 *
 * Harvey's state form: α_t has w_t as its first element, Z = (1, 0, …), T is the companion matrix of φ. Since the start
 * is stationary, P_{t+1} − P_t has rank one, so that no covariance matrix is ever formed:
 *
 *     start:   c = P₁Z';  F = c₀;  G = T c;  W = G/F;  M = −F
 *     each t:  v = w_t − a₀
 *              F' = F + M W₀²;  G' = G + (T W) M W₀;  a' = T a + G v/F
 *              M' = M + M² W₀²/F;  W' = T W − G' W₀/F'
 *
 * Once F = 1 the filter is in its steady state and v_t = w_t − Σ φⱼ w_{t−j} − Σ θⱼ v_{t−j}, over non-zero lags only.
 */

/**
 * F − 1 below this is the steady state: what is left changes a log-likelihood in its 13th digit. Only once every lag of the model
 * lies inside the data, though: before that a far coefficient of 1e-7 moves F by 1e-14, and a prediction by 1e-7.
 */
export const STEADY = 1e-13;

/** F is never below 1 in exact arithmetic. Below this, cancellation has eaten the digits that the caller relies on. */
const LOST = 1 - 1e-9;

/** Where a filter stands after a column; what prediction and new observations start from. */
export interface InnovationsState {
  /** State vector of each column. */
  readonly a: readonly Float64Array[];
  readonly G: Float64Array;
  readonly W: Float64Array;
  F: number;
  /** 0 in the steady state. */
  M: number;
}

/** θ(B) before it is multiplied out. */
export interface MovingAverageFactors {
  readonly regular: readonly number[];
  readonly seasonal: readonly number[];
  readonly period: number;
}

export interface Whitening {
  /** Σ log F_t. NaN when digits were lost: use extended precision. */
  sumLogF: number;
  /** F_t while it was not yet 1; from there on it is. */
  steadyFrom: number;
}

/** Arrays of one filter, allocated once and used for every evaluation of a fit. */
export class InnovationsFilter {
  readonly n: number;
  readonly r: number;
  readonly columns: number;
  readonly a: Float64Array[];
  readonly G: Float64Array;
  readonly W: Float64Array;
  readonly F: Float64Array;
  /** F − 1 that counts as the steady state; a search may settle for more than the last digit needs. */
  tolerance = STEADY;
  /** Called every few milliseconds; it may throw to stop a long run. */
  interrupt: (() => void) | null = null;
  private readonly phi: Float64Array;
  private readonly scratch: Float64Array;
  state: InnovationsState;

  /** @param constant Index of a column of ones, which the filter turns into another constant before long; −1: none. */
  constructor(
    n: number,
    r: number,
    columns: number,
    private readonly constant = -1,
  ) {
    this.n = n;
    this.r = r;
    this.columns = columns;
    this.a = Array.from({ length: columns }, () => new Float64Array(r + 1));
    this.G = new Float64Array(r);
    this.W = new Float64Array(r + 1);
    this.phi = new Float64Array(r);
    this.F = new Float64Array(n);
    this.scratch = new Float64Array(n);
    this.state = { a: this.a, G: this.G, W: this.W, F: 1, M: 0 };
  }

  /**
   * Whitens `w[0 … columns−1]` into `out`: out = v_t/√F_t. Columns are zero before `starts[c]`.
   * Returns null when φ is not stationary.
   */
  run(
    phi: LagPolynomial,
    theta: LagPolynomial,
    w: readonly Float64Array[],
    out: readonly Float64Array[],
    starts: Int32Array | null = null,
    ma: MovingAverageFactors | null = null,
  ): Whitening | null {
    const { n, r, G, W, a, F: variances, tolerance } = this;
    const c = stateCovarianceColumn(phi, theta, r);
    if (!c) return null;
    const fi = this.phi;
    fi.fill(0);
    for (let i = 0; i < phi.lags.length; i++) fi[phi.lags[i] - 1] = phi.coefs[i];
    for (const column of a) column.fill(0);

    let F = c[0];
    let M = -F;
    for (let i = 0; i < r; i++) {
      G[i] = (i + 1 < r ? c[i + 1] : 0) + fi[i] * F;
      W[i] = G[i] / F;
    }
    W[r] = 0;

    const y = w[0];
    const e = out[0];
    const state = a[0];
    let logs = 0;
    let product = 1;
    let t = 0;
    const full = phi.degree + theta.degree;
    const pause = this.pause(w.length, 1);
    for (; t < n && (F - 1 >= tolerance || t < full); t++) {
      if (t % pause === pause - 1) this.interrupt?.();
      variances[t] = F;
      product *= F;
      if (product > 1e100) {
        logs += Math.log(product);
        product = 1;
      }
      const scale = 1 / Math.sqrt(F);
      // All columns but the first; that one shares a loop with the gains, whose elements it needs anyway.
      for (let k = 1; k < w.length; k++) {
        if (starts !== null && t < starts[k]) {
          out[k][t] = 0;
          continue;
        }
        const column = a[k];
        const a0 = column[0];
        const v = w[k][t] - a0;
        out[k][t] = v * scale;
        const vF = v / F;
        for (let i = 0; i < r; i++) column[i] = column[i + 1] + fi[i] * a0 + G[i] * vF;
      }
      const a0 = state[0];
      const v = y[t] - a0;
      e[t] = v * scale;
      const vF = v / F;
      const W0 = W[0];
      const MW0 = M * W0;
      const next = F + MW0 * W0;
      const back = W0 / next;
      for (let i = 0; i < r; i++) {
        const f = fi[i];
        const g = G[i];
        state[i] = state[i + 1] + f * a0 + g * vF;
        const tw = W[i + 1] + f * W0;
        const gain = g + tw * MW0;
        G[i] = gain;
        W[i] = tw - gain * back;
      }
      M += (MW0 * MW0) / F;
      F = next;
      if (!(F > LOST)) return { sumLogF: Number.NaN, steadyFrom: n };
    }
    this.state = { a, G, W, F, M };
    if (t < n) this.steady(phi, theta, w, out, starts, ma, t);
    return { sumLogF: logs + Math.log(product), steadyFrom: t };
  }

  /** The same with gains in extended precision, for models close to the unit circle. */
  runExtended(
    gains: ExtendedGains,
    phi: LagPolynomial,
    theta: LagPolynomial,
    w: readonly Float64Array[],
    out: readonly Float64Array[],
    starts: Int32Array | null = null,
    ma: MovingAverageFactors | null = null,
  ): Whitening {
    const { n, r, a, F: variances } = this;
    const fi = dense(phi, r);
    for (const column of a) column.fill(0);
    let logs = 0;
    let t = 0;
    const full = phi.degree + theta.degree;
    const pause = this.pause(w.length, 20);
    for (; t < n && (gains.F - 1 >= STEADY || t < full); t++) {
      if (t % pause === pause - 1) this.interrupt?.();
      const F = gains.F;
      const G = gains.gain;
      variances[t] = F;
      logs += Math.log(F);
      const scale = 1 / Math.sqrt(F);
      for (let k = 0; k < w.length; k++) {
        if (starts !== null && t < starts[k]) {
          out[k][t] = 0;
          continue;
        }
        const column = a[k];
        const a0 = column[0];
        const v = w[k][t] - a0;
        out[k][t] = v * scale;
        const vF = v / F;
        for (let i = 0; i < r; i++) column[i] = column[i + 1] + fi[i] * a0 + G[i] * vF;
      }
      gains.advance();
    }
    this.G.set(gains.gain);
    this.W.set(gains.memory);
    this.state = { a, G: this.G, W: this.W, F: gains.F, M: gains.M };
    if (t < n) this.steady(phi, theta, w, out, starts, ma, t);
    return { sumLogF: logs, steadyFrom: t };
  }

  /** Steps between two looks at `interrupt`: some two million multiply-adds. */
  private pause(columns: number, slower: number): number {
    return Math.max(1, Math.floor(2e6 / (this.r * (columns + slower))));
  }

  /** The plain recursion from `from` on, and the state that it leaves behind. */
  private steady(
    phi: LagPolynomial,
    theta: LagPolynomial,
    w: readonly Float64Array[],
    out: readonly Float64Array[],
    starts: Int32Array | null,
    ma: MovingAverageFactors | null,
    from: number,
  ): void {
    const { n, r, a, F } = this;
    // Before the switch `out` holds v/√F; the recursion wants v. Only the last lags matter.
    const first = Math.max(0, from - theta.degree);
    for (let k = 0; k < w.length; k++) {
      this.interrupt?.();
      const e = out[k];
      const x = w[k];
      const begin = starts === null ? from : Math.max(from, starts[k]);
      if (begin > from) e.fill(0, from, begin);
      for (let t = first; t < from; t++) e[t] *= Math.sqrt(F[t]);
      autoregress(phi, x, e, begin, n);
      if (k === this.constant) settle(theta, e, begin, n, phi.degree);
      else if (ma !== null && ma.seasonal.length === 1 && ma.regular.length <= 2 && begin >= ma.period + 2) {
        factoredMovingAverage(ma, e, this.scratch, begin, n);
      } else movingAverage(theta, e, begin, n);
      leaveState(phi, theta, x, e, n, r, a[k]);
      for (let t = first; t < from; t++) e[t] /= Math.sqrt(F[t]);
    }
    const G = this.G;
    G.set(dense(phi, r));
    for (let i = 0; i < theta.lags.length; i++) G[theta.lags[i] - 1] += theta.coefs[i];
    this.F.fill(1, from);
    this.state = { a, G, W: this.W, F: 1, M: 0 };
  }
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
 * The same for (1 + Σ mᵢBⁱ)(1 + M Bˢ), the usual seasonal model, factor by factor: x = e + M Bˢe obeys the short recursion,
 * which stays in registers, and e follows from x. Three multiply-adds instead of five.
 */
function factoredMovingAverage(
  ma: MovingAverageFactors,
  e: Float64Array,
  x: Float64Array,
  from: number,
  to: number,
): void {
  const { period } = ma;
  const m1 = ma.regular.length > 0 ? ma.regular[0] : 0;
  const m2 = ma.regular.length > 1 ? ma.regular[1] : 0;
  const M = ma.seasonal[0];
  let x1 = e[from - 1] + M * e[from - 1 - period];
  let x2 = e[from - 2] + M * e[from - 2 - period];
  for (let t = from; t < to; t++) {
    const x0 = e[t] - m2 * x2 - m1 * x1;
    x[t] = x0;
    x2 = x1;
    x1 = x0;
  }
  for (let t = from; t < to; t++) e[t] = x[t] - M * e[t - period];
}

/** `movingAverage` of a column that is constant from `steadyInput` on: once its output is too, the rest is that number. */
function settle(theta: LagPolynomial, e: Float64Array, from: number, to: number, steadyInput: number): void {
  const block = Math.max(64, theta.degree);
  let at = from;
  while (at < to) {
    const end = Math.min(to, at + block);
    movingAverage(theta, e, at, end);
    const value = e[end - 1];
    let same = end - block >= Math.max(from, steadyInput);
    for (let t = Math.max(0, end - block); same && t < end; t++)
      same = Math.abs(e[t] - value) <= 1e-15 * Math.abs(value);
    at = end;
    if (same) break;
  }
  if (at < to) e.fill(e[at - 1], at, to);
}

/** State after time n − 1 from past values and innovations: aᵢ = Σ_{j>i} φⱼ w_{n+i−j} + Σ_{j>i} θⱼ e_{n+i−j}. */
function leaveState(
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
