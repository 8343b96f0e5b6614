import type { ArmaFactors, CheckedSpec } from "../spec.js";

/**
 * Conditional residuals: e = ar(B) sar(Bˢ)/(ma(B) sma(Bˢ)) w with zeros before the series, factor by factor, which costs
 * n·(p + q + P + Q) and not n·sQ. The first p + sP residuals, which lack their lags, do not count.
 */
export class ConditionalResiduals {
  /** Residuals at the last `run`. */
  readonly e: Float64Array;
  /** First residual that counts. */
  readonly from: number;
  private readonly scratch: Float64Array;
  private readonly bases: readonly Float64Array[];

  constructor(
    readonly w: Float64Array,
    readonly spec: CheckedSpec,
  ) {
    const [p, , q] = spec.order;
    const [P, , Q, s] = spec.seasonal;
    this.e = new Float64Array(w.length);
    this.scratch = new Float64Array(w.length);
    // Leave at least half of a short series.
    this.from = Math.min(p + s * P, w.length >> 1);
    this.bases = [p, q, P, Q].map((count) => new Float64Array(count > 0 ? w.length : 0));
  }

  /** Sum of squares of the residuals that count. */
  run(factors: ArmaFactors): number {
    const { w, e, scratch } = this;
    const s = factors.period;
    multiplyFactor(factors.ar, 1, w, scratch);
    multiplyFactor(factors.seasonalAr, s, scratch, e);
    divideFactor(factors.ma, 1, e, e, 1);
    divideFactor(factors.seasonalMa, s, e, e, 1);
    let sum = 0;
    for (let t = this.from; t < e.length; t++) sum += e[t] * e[t];
    return sum;
  }

  /**
   * ∂e/∂(ar, ma, sar, sma) at the last `run`: −base shifted by lag, for each coefficient. Since the factors commute,
   * ∂e/∂arⱼ = −Bʲ e/ar(B) and ∂e/∂maⱼ = −Bʲ e/ma(B): one short recursion for a whole factor.
   */
  jacobian(factors: ArmaFactors): readonly ShiftedColumn[] {
    const columns: ShiftedColumn[] = [];
    const block = (coefs: readonly number[], step: number, sign: 1 | -1, base: Float64Array) => {
      if (coefs.length === 0) return;
      divideFactor(coefs, step, this.e, base, sign);
      for (let j = 1; j <= coefs.length; j++) columns.push({ base, lag: j * step });
    };
    const [ar, ma, seasonalAr, seasonalMa] = this.bases;
    block(factors.ar, 1, -1, ar);
    block(factors.ma, 1, 1, ma);
    block(factors.seasonalAr, factors.period, -1, seasonalAr);
    block(factors.seasonalMa, factors.period, 1, seasonalMa);
    return columns;
  }
}

/** A column that is −base[t − lag] at t ≥ lag and 0 before. */
export interface ShiftedColumn {
  readonly base: Float64Array;
  readonly lag: number;
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
