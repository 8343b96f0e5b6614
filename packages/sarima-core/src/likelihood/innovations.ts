import { stateCovarianceColumn } from "../autocovariance.js";
import { dense, type LagPolynomial } from "../polynomial.js";
import type { ArmaFactors } from "../spec.js";
import { advanceDense, advancePair, advanceSparse, type GainTape } from "./chandrasekhar.js";
import type { ExtendedGains } from "./extended.js";
import { leaveState, steadyConstant, steadyInnovations } from "./steady-state.js";

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

/**
 * F − 1 is what −M·W₀² will add up to from here on. Once M·W'W is this small nothing more comes, and what F still differs from 1
 * by is rounding: without this test half of all filters would never be seen to settle.
 */
const NO_MORE = 1e-16;

/** A settled F that differs from 1 by more than rounding belongs to a moving average that is not invertible. */
const ROUNDING = 1e-10;

/** Steps between two looks at whether the gains still change. */
const LOOK = 16;

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
  /** Take the filter for steady at this time instead, so that what it computes is smooth in the coefficients; −1: by tolerance. */
  steadyAt = -1;
  /** Where the gains of each step go, if anybody wants them. */
  tape: GainTape | null = null;
  /** Called every few milliseconds; it may throw to stop a long run. */
  interrupt: (() => void) | null = null;
  private readonly phi: Float64Array;
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
    factors: ArmaFactors | null = null,
  ): Whitening | null {
    const { n, r, a, F: variances, tolerance, tape, steadyAt } = this;
    const c = stateCovarianceColumn(phi, theta, r);
    if (!c) return null;
    const fi = this.phi;
    fi.fill(0);
    for (let i = 0; i < phi.lags.length; i++) fi[phi.lags[i] - 1] = phi.coefs[i];
    for (const column of a) column.fill(0);

    // Row `at` of G and W is this step's, row `to` the next one's.
    let recording = tape !== null;
    if (tape) {
      tape.full = false;
      recording = tape.reserve(0);
    }
    let { G, W } = tape && recording ? tape : this;
    let at = 0;
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
    const sparse = phi.lags.length * 4 < r;
    // A series and its mean, the usual pair of columns, share one loop.
    const pair = w.length === 2 && starts === null && !sparse;
    const held = steadyAt >= 0;
    for (; t < n && (held ? t < steadyAt : F - 1 >= tolerance || t < full); t++) {
      if (t % pause === pause - 1) this.interrupt?.();
      let to = at;
      if (tape !== null && recording) {
        recording = tape.reserve(t);
        tape.M[t] = M;
        if (recording) to = at + r + 1;
        ({ G, W } = tape);
      }
      variances[t] = F;
      product *= F;
      if (product > 1e100) {
        logs += Math.log(product);
        product = 1;
      }
      const scale = 1 / Math.sqrt(F);
      // All columns but the first; that one shares a loop with the gains, whose elements it needs anyway.
      for (let k = pair ? w.length : 1; k < w.length; k++) {
        if (starts !== null && t < starts[k]) {
          out[k][t] = 0;
          continue;
        }
        const column = a[k];
        const a0 = column[0];
        const v = w[k][t] - a0;
        out[k][t] = v * scale;
        const vF = v / F;
        for (let i = 0; i < r; i++) column[i] = column[i + 1] + fi[i] * a0 + G[at + i] * vF;
      }
      const a0 = state[0];
      const v = y[t] - a0;
      e[t] = v * scale;
      const vF = v / F;
      const W0 = W[at];
      const MW0 = M * W0;
      const next = F + MW0 * W0;
      const back = W0 / next;
      if (pair) {
        const b0 = a[1][0];
        const u = w[1][t] - b0;
        out[1][t] = u * scale;
        advancePair(fi, state, a[1], G, W, at, to, r, a0, vF, b0, u / F, W0, MW0, back);
      } else if (sparse) advanceSparse(phi, state, G, W, at, to, r, a0, vF, W0, MW0, back);
      else advanceDense(fi, state, G, W, at, to, r, a0, vF, W0, MW0, back);
      M += (MW0 * MW0) / F;
      F = next;
      at = to;
      if (!(F > LOST)) return { sumLogF: Number.NaN, steadyFrom: n };
      if (!held && t % LOOK === 0 && F - 1 < ROUNDING && t >= full && -M * sumOfSquares(W, at, r) < NO_MORE) {
        t++;
        break;
      }
    }
    if (G !== this.G) {
      this.G.set(G.subarray(at, at + r));
      this.W.set(W.subarray(at, at + r + 1));
    }
    this.state = { a, G: this.G, W: this.W, F, M };
    if (t < n) this.steady(phi, theta, w, out, starts, factors, t);
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
    factors: ArmaFactors | null = null,
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
    if (t < n) this.steady(phi, theta, w, out, starts, factors, t);
    return { sumLogF: logs, steadyFrom: t };
  }

  /** Steps between two looks at `interrupt`: half a million multiply-adds. */
  private pause(columns: number, slower: number): number {
    return Math.max(1, Math.floor(5e5 / (this.r * (columns + slower))));
  }

  /** The plain recursion from `from` on, and the state that it leaves behind. */
  private steady(
    phi: LagPolynomial,
    theta: LagPolynomial,
    w: readonly Float64Array[],
    out: readonly Float64Array[],
    starts: Int32Array | null,
    factors: ArmaFactors | null,
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
      if (k === this.constant) steadyConstant(phi, theta, factors, x, e, begin);
      else steadyInnovations(phi, theta, factors, x, e, begin);
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

function sumOfSquares(x: Float64Array, from: number, count: number): number {
  let sum = 0;
  for (let i = from; i < from + count; i++) sum += x[i] * x[i];
  return sum;
}
