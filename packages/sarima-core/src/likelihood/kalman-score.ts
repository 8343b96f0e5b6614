import { stateCovarianceColumn } from "../autocovariance.js";
import type { LagPolynomial, SeasonalProduct } from "../polynomial.js";
import type { ArmaFactors } from "../spec.js";
import { BackwardPass } from "./backward-pass.js";
import type { ScoreWeights } from "./exact-score.js";
import { solve } from "./flat-prior.js";
import type { FilterRecord } from "./kalman.js";
import { KalmanTape } from "./kalman-tape.js";
import { startScore } from "./start-score.js";
import type { StateSpace } from "./state-covariance.js";

/** Numbers that a tape may hold: 64 MB. */
const LARGEST_TAPE = 8e6;

/** The score of one likelihood by the Kalman filter: its tape, and the way from lags to the coefficients of the factors. */
export class KalmanScore {
  readonly tape = new KalmanTape();
  private readonly phiBar: Float64Array;
  private readonly thetaBar: Float64Array;
  /** What the last recorded pass left; null where a score cannot be taken from it. */
  record: FilterRecord | null = null;

  /** Null where a tape of n times, with this much state and so many series, would take too much memory. */
  static of(phi: SeasonalProduct, theta: SeasonalProduct, n: number, size: number, series: number): KalmanScore | null {
    return KalmanTape.numbers(n, size, series) > LARGEST_TAPE ? null : new KalmanScore(phi, theta);
  }

  private constructor(
    private readonly phi: SeasonalProduct,
    private readonly theta: SeasonalProduct,
  ) {
    this.phiBar = new Float64Array(phi.poly.lags.length);
    this.thetaBar = new Float64Array(theta.poly.lags.length);
  }

  /** ∂f/∂(ar, ma, seasonalAr, seasonalMa) into `out`, in this order. False where the last pass has no score. */
  run(
    { ar, ma, seasonalAr, seasonalMa }: ArmaFactors,
    beta: Float64Array,
    weights: ScoreWeights,
    out: Float64Array,
    interrupt: (() => void) | null,
  ): boolean {
    const { record, tape, phi, theta, phiBar, thetaBar } = this;
    if (!record || record.exact) return false;
    if (!kalmanScore(record, tape, phi.poly, theta.poly, beta, weights, phiBar, thetaBar, interrupt)) return false;
    const afterMa = ar.length + ma.length;
    phi.pullBack(phiBar, ar, seasonalAr, -1, out, 0, afterMa);
    theta.pullBack(thetaBar, ma, seasonalMa, 1, out, ar.length, afterMa + seasonalAr.length);
    return true;
  }
}

/**
 * The exact score of a series with gaps, by one pass backwards through the Kalman filter (Koopman & Shephard 1992, extended from
 * the disturbances to φ and to the start): derivatives of f(RSS, log-determinant) in the coefficients of φ and θ.
 *
 * With r and N of the smoother, for the residual series y − Xβ̂ (the regression needs no derivative of its own at its
 * minimum) and K = f_logDet·(N − Σ r̃ r̃') − f_rss·r r', where r̃ belongs to the flat unknowns, turned so that their
 * covariance is 1:
 *
 *     ∂f/∂(R R') = Σ_t K_t,   ∂f/∂P₁ = K before the first time,
 *     ∂f/∂φᵢ = −2 Σ_t [f_rss·rᵢ ŵ_t + f_logDet·(Σ r̃ᵢ w̃_t − (N 𝒯 p_t)ᵢ)],
 *
 * where ŵ_t is the smoothed w_t and p_t its filtered covariance with the state: that is what φ multiplies on the way to t + 1.
 *
 * @param beta coefficients of the columns of the filter; the recording filter had `width` = 1 + beta.length series beside the flat ones
 * @returns false where the data leave a flat unknown undetermined
 */
function kalmanScore(
  record: FilterRecord,
  tape: KalmanTape,
  phi: LagPolynomial,
  theta: LagPolynomial,
  beta: Float64Array,
  weights: ScoreWeights,
  phiBar: Float64Array,
  thetaBar: Float64Array,
  interrupt: (() => void) | null,
): boolean {
  const { model, start, slots, gapAt } = record;
  const { r, phi: T, phiAt, RAt, R } = model;
  const mixture = mixtureOf(record, beta);
  if (!mixture) return false;
  const { v, w } = combined(tape, mixture, start);
  const n = tape.F.length;
  const { size } = tape;
  const pass = new BackwardPass(record, tape, v.length);
  const { states, N } = pass;
  const [residual] = states;
  phiBar.fill(0);
  thetaBar.fill(0);
  const K = (i: number, j: number) => {
    let flat = i >= j ? N[i * size + j] : N[j * size + i];
    for (let c = 1; c < states.length; c++) flat -= states[c][i] * states[c][j];
    return weights.logDet * flat - weights.rss * residual[i] * residual[j];
  };
  const moved = new Float64Array(size);
  const before = states.map(() => new Float64Array(phiAt.length));
  const pause = Math.max(1, Math.floor(5e5 / size ** 2));
  for (let t = n - 1; t >= start; t--) {
    if (t % pause === 0) interrupt?.();
    const at = t * size;
    const known = tape.known[t] === 1;
    const observed = tape.observed[t] === 1;
    // 1. R on the way to t + 1. Its first element is 1 whatever θ is.
    for (let a = 1; a < RAt.length; a++) {
      let sum = 0;
      for (let b = 0; b < RAt.length; b++) sum += K(RAt[a], RAt[b]) * R[RAt[b]];
      thetaBar[a - 1] += 2 * sum;
    }
    // 2. φ on the way to t + 1.
    if (!known && phiAt.length > 0) {
      // 𝒯 p
      const p0 = tape.p[at];
      for (let i = 0; i + 1 < r; i++) moved[i] = tape.p[at + i + 1];
      moved[r - 1] = 0;
      for (let k = 0; k < phiAt.length; k++) moved[phiAt[k]] += T[phiAt[k]] * p0;
      for (let i = r; i < size; i++) moved[i] = tape.p[at + i];
      if (gapAt[t] >= 0 && model.m > 0) moved[r + (gapAt[t] % slots)] = tape.M[at];
      for (let k = 0; k < phiAt.length; k++) {
        const i = phiAt[k];
        let sum = 0;
        for (let j = 0; j <= i; j++) sum += N[i * size + j] * moved[j];
        for (let j = i + 1; j < size; j++) sum += N[j * size + i] * moved[j];
        phiBar[k] += 2 * weights.logDet * sum;
      }
    }
    for (let c = 0; c < states.length; c++) for (let k = 0; k < phiAt.length; k++) before[c][k] = states[c][phiAt[k]];
    pass.pull(t);
    for (let c = 0; c < states.length && phiAt.length > 0; c++) {
      let smoothed = w[c][t] + (observed ? (tape.M[at] * v[c][t]) / tape.F[t] : 0);
      if (!known) for (let i = 0; i < size; i++) smoothed += tape.p[at + i] * states[c][i];
      const weight = -2 * smoothed * (c === 0 ? weights.rss : weights.logDet);
      for (let k = 0; k < phiAt.length; k++) phiBar[k] += weight * before[c][k];
    }
    if (observed) pass.absorb(tape.F[t], (c) => v[c][t]);
  }
  stationaryBack(model, K, phi, theta, phiBar, thetaBar);
  return true;
}

/** Weights of the filter's series in the residual one, then in each flat unknown: rows of series. Null where one is undetermined. */
function mixtureOf({ prior }: FilterRecord, beta: Float64Array): Float64Array[] | null {
  const { k, width, triangle } = prior;
  for (let i = 0; i < k; i++) if (triangle[i * (k + 1)] === 0) return null;
  const residual = new Float64Array(width + k);
  const estimate = new Float64Array(k);
  for (let c = 0; c < width; c++) {
    residual[c] = c === 0 ? 1 : -beta[c - 1];
    solve(prior, c, estimate);
    for (let i = 0; i < k; i++) residual[width + i] += residual[c] * estimate[i];
  }
  // Column l of the inverse of the triangle.
  const flat = Array.from({ length: k }, (_, l) => {
    const x = new Float64Array(width + k);
    for (let i = l; i >= 0; i--) {
      let sum = i === l ? 1 : 0;
      for (let j = i + 1; j <= l; j++) sum -= triangle[i * k + j] * x[width + j];
      x[width + i] = sum / triangle[i * (k + 1)];
    }
    return x;
  });
  return [residual, ...flat];
}

function combined(
  tape: KalmanTape,
  mixture: readonly Float64Array[],
  start: number,
): { v: Float64Array[]; w: Float64Array[] } {
  const mix = (from: readonly Float64Array[]) =>
    mixture.map((weights) => {
      const out = new Float64Array(from[0].length);
      for (let c = 0; c < weights.length; c++) {
        const x = from[c];
        const weight = weights[c];
        if (weight !== 0) for (let t = start; t < out.length; t++) out[t] += weight * x[t];
      }
      return out;
    });
  return { v: mix(tape.v), w: mix(tape.w) };
}

/** `stationaryCovariance` backwards: from the elements of P₁ to its first column, to φ and to R, and on to the coefficients. */
function stationaryBack(
  { r, phi: T, phiAt, R, RAt }: StateSpace,
  K: (i: number, j: number) => number,
  phi: LagPolynomial,
  theta: LagPolynomial,
  phiBar: Float64Array,
  thetaBar: Float64Array,
): void {
  // Cov(w, state), of which every element of P₁ is made.
  const c = new Float64Array(r + 1);
  c.set(stateCovarianceColumn(phi, theta, r) ?? []);
  const cBar = new Float64Array(r + 1);
  const TBar = new Float64Array(r);
  const RBar = new Float64Array(r);
  const bars = new Float64Array(r * r);
  for (let i = 0; i < r; i++) for (let j = 0; j <= i; j++) bars[i * r + j] = i === j ? K(i, j) : 2 * K(i, j);
  for (let i = 0; i < r; i++) cBar[i] = bars[i * r];
  for (let i = 1; i < r; i++) {
    for (let j = 1; j <= i; j++) {
      if (j > 1) bars[i * r + j] += bars[(i - 1) * r + j - 1];
      const bar = bars[i * r + j];
      // P_ij = P_{i+1,j+1} + φᵢ(c_{j+1} + φⱼc₀) + φⱼc_{i+1} + RᵢRⱼ
      TBar[i] += bar * (c[j + 1] + T[j] * c[0]);
      TBar[j] += bar * (c[i + 1] + T[i] * c[0]);
      cBar[j + 1] += bar * T[i];
      cBar[i + 1] += bar * T[j];
      cBar[0] += bar * T[i] * T[j];
      RBar[i] += bar * R[j];
      RBar[j] += bar * R[i];
    }
  }
  for (let k = 0; k < phiAt.length; k++) phiBar[k] += TBar[phiAt[k]];
  for (let a = 1; a < RAt.length; a++) thetaBar[a - 1] += RBar[RAt[a]];
  startScore(phi, theta, cBar, phiBar, thetaBar);
}
