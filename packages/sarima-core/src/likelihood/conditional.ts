import { laggedProduct, sumOfSquares } from "../inner-product.js";
import type { ArmaFactors, CheckedSpec } from "../spec.js";
import { isUsual, seasonalFilter } from "./steady-state.js";

const FACTORS = ["ar", "ma", "seasonalAr", "seasonalMa"] as const;

/**
 * Conditional residuals: e = ar(B) sar(Bˢ)/(ma(B) sma(Bˢ)) w with zeros before the series, factor by factor, which costs
 * n·(p + q + P + Q) and not n·sQ. The first p + sP residuals, which lack their lags, do not count.
 */
export class ConditionalResiduals {
  /** Residuals at the last `run`. */
  readonly e: Float64Array;
  /** First residual that counts. */
  readonly from: number;
  /** The usual models take one pass, over arrays that begin with as many zeros as it looks back. */
  private readonly padding: number;
  private readonly paddedW: Float64Array;
  private readonly paddedE: Float64Array;
  private readonly scratch: Float64Array;
  /** e divided by each factor, in the order of `FACTORS`, behind so many zeros that a shift needs no bounds. */
  private readonly zeros: number;
  private readonly padded: readonly Float64Array[];
  private readonly columns: readonly ShiftedColumn[];

  constructor(
    readonly w: Float64Array,
    readonly spec: CheckedSpec,
  ) {
    const [p, , q] = spec.order;
    const [P, , Q, s] = spec.seasonal;
    const n = w.length;
    const usual = p <= 2 && q <= 2 && P <= 1 && Q <= 1;
    this.padding = usual ? Math.max(1, s) + 2 : 0;
    this.paddedW = new Float64Array(usual ? this.padding + n : 0);
    if (usual) this.paddedW.set(w, this.padding);
    this.paddedE = new Float64Array(this.padding + n);
    this.e = this.paddedE.subarray(this.padding);
    this.scratch = new Float64Array(this.padding + n);
    // Leave at least half of a short series.
    this.from = Math.min(p + s * P, n >> 1);
    const zeros = Math.max(2, p, q, s * P, s * Q, usual ? s : 0);
    this.zeros = zeros;
    this.padded = [p, q, P, Q].map((count) => new Float64Array(count > 0 || usual ? zeros + n : 0));
    this.columns = [p, q, P, Q].flatMap((count, which) =>
      Array.from({ length: count }, (_, j) => ({
        base: this.padded[which],
        offset: zeros - (j + 1) * (which < 2 ? 1 : s),
      })),
    );
  }

  /** Sum of squares of the residuals that count. */
  run(factors: ArmaFactors): number {
    const { w, e, scratch, padding } = this;
    if (padding > 0 && isUsual(factors)) {
      seasonalFilter(factors, this.paddedW, this.paddedE, scratch, padding, this.paddedE.length);
    } else {
      const s = factors.period;
      multiplyFactor(factors.ar, 1, w, scratch);
      multiplyFactor(factors.seasonalAr, s, scratch, e);
      divideFactor(factors.ma, 1, e, e, 1);
      divideFactor(factors.seasonalMa, s, e, e, 1);
    }
    return sumOfSquares(e, this.from);
  }

  /**
   * ∂e/∂(ar, ma, sar, sma) at the last `run`: −base shifted by lag, for each coefficient. Since the factors commute,
   * ∂e/∂arⱼ = −Bʲ e/ar(B) and ∂e/∂maⱼ = −Bʲ e/ma(B): one short recursion for a whole factor. ½ ∂Σe²/∂(ar, ma, sar, sma)
   * over the residuals that count goes to `slope`. What is returned is overwritten by the next call.
   */
  jacobian(factors: ArmaFactors, slope: Float64Array): readonly ShiftedColumn[] {
    const { padded, zeros, e, from } = this;
    if (this.padding > 0 && isUsual(factors)) {
      const [ar, ma, seasonalAr, seasonalMa] = padded;
      usualBases(factors, e, from, zeros, ar, ma, seasonalAr, seasonalMa, slope);
      return this.columns;
    }
    let at = 0;
    FACTORS.forEach((name, which) => {
      const coefs = factors[name];
      const step = which < 2 ? 1 : factors.period;
      if (coefs.length === 0) return;
      const base = padded[which].subarray(zeros);
      divideFactor(coefs, step, e, base, which % 2 === 0 ? -1 : 1);
      for (let j = 1; j <= coefs.length; j++) {
        const lag = j * step;
        slope[at++] = -laggedProduct(e, base, lag, Math.max(from, lag));
      }
    });
    return this.columns;
  }
}
/**
 * The bases of at most (2,·,2)(1,·,1) side by side: four recursions that do not wait for one another, and the slopes from
 * values that are at hand.
 */
function usualBases(
  { ar, ma, seasonalAr, seasonalMa, period }: ArmaFactors,
  e: Float64Array,
  from: number,
  zeros: number,
  arBase: Float64Array,
  maBase: Float64Array,
  seasonalArBase: Float64Array,
  seasonalMaBase: Float64Array,
  slope: Float64Array,
): void {
  const n = e.length;
  const s = Math.max(1, period);
  const a1 = ar.length > 0 ? ar[0] : 0;
  const a2 = ar.length > 1 ? ar[1] : 0;
  const m1 = ma.length > 0 ? ma[0] : 0;
  const m2 = ma.length > 1 ? ma[1] : 0;
  const A = seasonalAr.length > 0 ? seasonalAr[0] : 0;
  const M = seasonalMa.length > 0 ? seasonalMa[0] : 0;
  let x1 = 0;
  let x2 = 0;
  let y1 = 0;
  let y2 = 0;
  let sx1 = 0;
  let sx2 = 0;
  let sy1 = 0;
  let sy2 = 0;
  let sX = 0;
  let sY = 0;
  for (let t = 0, here = zeros; t < n; t++, here++) {
    const value = e[t];
    const counted = t < from ? 0 : value;
    const X = seasonalArBase[here - s];
    const Y = seasonalMaBase[here - s];
    sx1 += counted * x1;
    sx2 += counted * x2;
    sy1 += counted * y1;
    sy2 += counted * y2;
    sX += counted * X;
    sY += counted * Y;
    const x0 = value + a2 * x2 + a1 * x1;
    const y0 = value - m2 * y2 - m1 * y1;
    arBase[here] = x0;
    maBase[here] = y0;
    seasonalArBase[here] = value + A * X;
    seasonalMaBase[here] = value - M * Y;
    x2 = x1;
    x1 = x0;
    y2 = y1;
    y1 = y0;
  }
  let at = 0;
  if (ar.length > 0) slope[at++] = -sx1;
  if (ar.length > 1) slope[at++] = -sx2;
  if (ma.length > 0) slope[at++] = -sy1;
  if (ma.length > 1) slope[at++] = -sy2;
  if (seasonalAr.length > 0) slope[at++] = -sX;
  if (seasonalMa.length > 0) slope[at++] = -sY;
}

/** A column that is −base[t + offset] at time t. */
export interface ShiftedColumn {
  readonly base: Float64Array;
  readonly offset: number;
}

/** out = (1 − Σ aⱼBʲˢ) x */
function multiplyFactor(a: readonly number[], step: number, x: Float64Array, out: Float64Array): void {
  const n = x.length;
  for (let t = 0; t < n; t++) out[t] = x[t];
  for (let j = 0; j < a.length; j++) {
    const coef = a[j];
    const lag = (j + 1) * step;
    for (let t = lag; t < n; t++) out[t] -= coef * x[t - lag];
  }
}

/** out = x/(1 + sign·Σ aⱼBʲˢ); out may be x. */
function divideFactor(a: readonly number[], step: number, x: Float64Array, out: Float64Array, sign: 1 | -1): void {
  const n = x.length;
  const k = a.length;
  if (k === 0) {
    if (out !== x) out.set(x);
    return;
  }
  if (k === 1) {
    const c = sign * a[0];
    const head = Math.min(step, n);
    for (let t = 0; t < head; t++) out[t] = x[t];
    for (let t = head; t < n; t++) out[t] = x[t] - c * out[t - step];
    return;
  }
  if (k === 2) {
    const c1 = sign * a[0];
    const c2 = sign * a[1];
    const head = Math.min(step, n);
    const middle = Math.min(2 * step, n);
    for (let t = 0; t < head; t++) out[t] = x[t];
    for (let t = head; t < middle; t++) out[t] = x[t] - c1 * out[t - step];
    for (let t = middle; t < n; t++) out[t] = x[t] - c1 * out[t - step] - c2 * out[t - 2 * step];
    return;
  }
  for (let t = 0; t < n; t++) {
    let sum = x[t];
    for (let j = 0, lag = step; j < k && lag <= t; j++, lag += step) sum -= sign * a[j] * out[t - lag];
    out[t] = sum;
  }
}
