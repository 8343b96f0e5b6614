import type { LagPolynomial } from "../polynomial.js";
import type { ArmaFactors } from "../spec.js";
import type { GainTape } from "./chandrasekhar.js";
import { startScore } from "./start-score.js";
import { steadyScore, usualSteadyScore } from "./steady-score.js";
import { isUsual } from "./steady-state.js";

/** Beyond this degree of φ the predictors of all orders, which the start of the sweep needs, would take 16 MB. */
export const LARGEST_DEGREE = 2000;

/** A column that went through the filter, and what depends on it. */
export interface ScoredColumn {
  readonly w: Float64Array;
  /** Innovations v_t, not divided by √F_t. */
  readonly v: Float64Array;
  /** ∂f/∂v_t at fixed F; what f then loses through F in v/√F is worked out here. */
  readonly slope: Float64Array;
  /** The column is zero before this time. */
  readonly start: number;
}

/**
 * The exact score by one sweep backwards through the innovations filter (the adjoint of innovations.ts: Griewank & Walther
 * 2008, chapter 3), for any f that depends on the whitened columns and on Σ log F_t. It costs about as much as the filter
 * itself, however many coefficients there are.
 *
 * λ_t is ∂f/∂(prediction of w_t). The state is a row of unfinished predictions, so that ∂f/∂aᵢ at time t is λ_{t+i} and
 * needs no memory of its own. With v̄ = ∂f/∂v and so on:
 *
 *     steady state:   λ_t = −v̄_t − Σ θⱼ λ_{t+j}
 *     before it:      v̄_t += Σᵢ Gᵢ λ_{t+1+i}/F;   λ_t = Σ φⱼ λ_{t+j} − v̄_t;   Ḡᵢ += λ_{t+1+i} v_t/F
 *     the gains:      each line of G' = G + (T W) M W₀ and W' = T W − G' W₀/F' in the opposite order
 *     the start:      `startScore`
 */
export class ScoreSweep {
  /** λ by time, and the same cut off at the steady state, for the steps before it. */
  private readonly lambda: Float64Array;
  private near: Float64Array;
  private readonly vBar: Float64Array;
  private readonly G: Float64Array;
  private readonly W: Float64Array;
  private readonly c: Float64Array;
  /** Called for each column; it may throw to stop. */
  interrupt: (() => void) | null = null;

  constructor(
    private readonly n: number,
    private readonly r: number,
  ) {
    this.lambda = new Float64Array(n);
    this.near = new Float64Array(0);
    this.vBar = new Float64Array(n);
    this.G = new Float64Array(r);
    this.W = new Float64Array(r + 1);
    this.c = new Float64Array(r + 1);
  }

  /**
   * ∂f/∂φ and ∂f/∂θ, lag by lag, into `phiBar` and `thetaBar`; what the steady state says of a usual model's coefficients themselves
   * into `natural`, which is to be added.
   *
   * @param F variances of the last run, until `steady`, where they became 1
   * @param logWeight ∂f/∂Σ log F_t
   */
  run(
    phi: LagPolynomial,
    theta: LagPolynomial,
    tape: GainTape,
    F: Float64Array,
    steady: number,
    columns: readonly ScoredColumn[],
    logWeight: number,
    factors: ArmaFactors,
    phiBar: Float64Array,
    thetaBar: Float64Array,
    natural: Float64Array,
  ): void {
    const { n, r } = this;
    phiBar.fill(0);
    thetaBar.fill(0);
    natural.fill(0);
    const usual = isUsual(factors) && steady >= Math.max(1, factors.period) + 2;
    const width = steady + r + 1;
    if (this.near.length < columns.length * width) this.near = new Float64Array(columns.length * width);
    const { lambda, near, vBar } = this;
    near.fill(0);
    // λ in the steady state, and what it says of φ, of θ and of the innovations just before.
    const slopes = columns.map((column, k) => {
      this.interrupt?.();
      const { w, v, slope, start } = column;
      if (usual) usualSteadyScore(factors, w, v, slope, lambda, steady, natural);
      else steadyScore(phi, theta, w, v, slope, lambda, steady, start, phiBar, thetaBar);
      const bars = k === 0 ? vBar : new Float64Array(steady);
      for (let t = 0; t < steady; t++) bars[t] = slope[t];
      for (let j = 0; j < theta.lags.length; j++) {
        const lag = theta.lags[j];
        const coef = theta.coefs[j];
        const end = Math.min(steady, n - lag);
        for (let t = Math.max(0, steady - lag); t < end; t++) bars[t] += coef * lambda[t + lag];
      }
      return bars;
    });

    const { G: Gbar, W: Wbar } = this;
    const { G, W, M: Ms } = tape;
    const stride = tape.stride;
    const { lags, coefs } = phi;
    const terms = lags.length;
    const [{ w, v, slope }] = columns;
    Gbar.fill(0);
    Wbar.fill(0);
    let Fbar = 0;
    let Mbar = 0;
    const pause = Math.max(1, Math.floor(5e5 / (r * columns.length)));
    for (let t = steady - 1; t >= 0; t--) {
      if (t % pause === 0) this.interrupt?.();
      const at = t * stride;
      const to = at + stride;
      const Ft = F[t];
      const M = Ms[t];
      const W0 = W[at];
      const m = M * W0;
      const next = Ft + m * W0;
      const back = W0 / next;
      const vF = v[t] / Ft;
      const a0 = w[t] - v[t];
      // 1. W' = T W − G' back and G' = G + (T W) m; with it Gᵢ v/F in the predictions of the first column.
      let backBar = 0;
      let mBar = 0;
      let gained = 0;
      let i = r - 1;
      // Two at a time: half of the steps that count, and sums that wait for one another less.
      for (; i > 0; i -= 2) {
        const bar = Wbar[i];
        const barBelow = Wbar[i - 1];
        const later = near[t + 1 + i];
        const laterBelow = near[t + i];
        const g = Gbar[i] - back * bar;
        const gBelow = Gbar[i - 1] - back * barBelow;
        backBar -= G[to + i] * bar + G[to + i - 1] * barBelow;
        mBar += g * W[at + i + 1] + gBelow * W[at + i];
        gained += G[at + i] * later + G[at + i - 1] * laterBelow;
        Gbar[i] = g + later * vF;
        Gbar[i - 1] = gBelow + laterBelow * vF;
        Wbar[i + 1] = bar + m * g;
        Wbar[i] = barBelow + m * gBelow;
      }
      if (i === 0) {
        const bar = Wbar[0];
        const later = near[t + 1];
        const g = Gbar[0] - back * bar;
        backBar -= G[to] * bar;
        mBar += g * W[at + 1];
        gained += G[at] * later;
        Gbar[0] = g + later * vF;
        Wbar[1] = bar + m * g;
      }
      // 2. φ in T W and in T a.
      let W0bar = backBar / next;
      let l = -(vBar[t] + gained / Ft);
      for (let j = 0; j < terms; j++) {
        const lag = lags[j];
        const coef = coefs[j];
        const bar = Wbar[lag];
        const later = near[t + lag];
        W0bar += coef * bar;
        mBar += coef * W0 * (Gbar[lag - 1] - later * vF);
        l += coef * later;
        phiBar[j] += W0 * bar + a0 * later;
      }
      near[t] = l;
      // 3. M' = M + m²/F, F' = F + m W₀, back = W₀/F', m = M W₀
      const nextBar = Fbar - (backBar * back) / next;
      mBar += (2 * Mbar * m) / Ft + nextBar * W0;
      Fbar = nextBar - (Mbar * m * m) / (Ft * Ft) + logWeight / Ft - vF * (0.5 * slope[t] + gained / Ft);
      Mbar += mBar * W0;
      Wbar[0] = W0bar + nextBar * m + mBar * M;
      for (let k = 1; k < columns.length; k++)
        Fbar -= this.columnBack(columns[k], k * width + t, t, at, Ft, phi, slopes[k], tape.G, phiBar);
    }

    // Gᵢ = c_{i+1} + φ_{i+1} c₀, W = G/F, F = c₀, M = −F
    const F0 = F[0];
    const { c } = this;
    let c0 = Fbar - Mbar;
    for (let i = 0; i < r; i++) {
      Gbar[i] += Wbar[i] / F0;
      c0 -= (Wbar[i] * W[i]) / F0;
      c[i + 1] = Gbar[i];
    }
    for (let j = 0; j < phi.lags.length; j++) {
      const bar = Gbar[phi.lags[j] - 1];
      c0 += phi.coefs[j] * bar;
      phiBar[j] += bar * F0;
    }
    c[0] = c0;
    startScore(phi, theta, c, phiBar, thetaBar);
  }

  /** What one more column adds at time t; returns what it takes from ∂f/∂F. */
  private columnBack(
    { w, v, slope, start }: ScoredColumn,
    here: number,
    t: number,
    at: number,
    F: number,
    { lags, coefs }: LagPolynomial,
    bars: Float64Array,
    G: Float64Array,
    phiBar: Float64Array,
  ): number {
    if (t < start) return 0;
    const { near, r, G: Gbar } = this;
    const vF = v[t] / F;
    const a0 = w[t] - v[t];
    let gained = 0;
    for (let i = 0; i < r; i++) {
      const later = near[here + 1 + i];
      gained += G[at + i] * later;
      Gbar[i] += later * vF;
    }
    let l = -(bars[t] + gained / F);
    for (let j = 0; j < lags.length; j++) {
      const later = near[here + lags[j]];
      l += coefs[j] * later;
      phiBar[j] += later * a0;
    }
    near[here] = l;
    return vF * (0.5 * slope[t] + gained / F);
  }
}
