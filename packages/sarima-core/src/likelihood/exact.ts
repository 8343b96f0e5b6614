import { stateCovarianceColumn } from "../autocovariance.js";
import { applyDifference } from "../difference.js";
import { SarimaError, throwIfAborted } from "../errors.js";
import { expandDifference, type LagPolynomial, SeasonalProduct } from "../polynomial.js";
import type { ArmaFactors, CheckedSpec } from "../spec.js";
import { refuseCollinear, refuseSmallPivots } from "./collinear.js";
import { ExtendedGains } from "./extended.js";
import { undeterminedPlaces } from "./flat-prior.js";
import { type LeastSquares, LeastSquaresSolver } from "./gls.js";
import { InnovationsFilter, STEADY } from "./innovations.js";
import { kalmanWhiten } from "./kalman.js";

/** log 2π */
const LOG_2PI = Math.log(2 * Math.PI);

/** Above this variance of w (Var ε = 1) the double-precision filter may lose digits that show in a log-likelihood. */
const SLOW = 100;

/** F − 1 at the end of a filter that a moving average close to the unit circle keeps from settling. */
const UNSETTLED = 1e-3;

/** So many steps times states in extended precision cost a few milliseconds: worth it for the last digits of a filter that never settles. */
const EXTENDED_IS_CHEAP = 50_000;

/** What `rough` takes for the steady state. */
const ROUGH = 1e-6;

/** Gap columns in extended precision cost too much beyond this. */
const FEW_GAPS = 400;

export interface ExactData {
  /** Transformed series; NaN is a gap. What is known of the regression has been subtracted. */
  readonly y: Float64Array;
  readonly spec: CheckedSpec;
  /** Estimate a constant of the differenced series. */
  readonly mean: boolean;
  /** Columns whose coefficients are estimated, of the length of y. */
  readonly regressors: readonly Float64Array[];
  /** What an error calls them. Default "regressors[0]", … */
  readonly names?: readonly string[];
}

/** One evaluation. Overwritten by the next. */
export interface Evaluation {
  /** Residual sum of squares of the whitened regression, on the scale of the data divided by `scale`. */
  rss: number;
  /** log|Ω| + log|X_g'Ω⁻¹X_g|: what the likelihood has beside σ² and RSS. */
  logDet: number;
}

/**
 * The exact Gaussian likelihood of one series under one specification, as a function of the ARMA coefficients.
 * Everything that does not depend on them is done once, in the constructor: differencing, gap columns (Gómez, Maravall &
 * Peña 1999), scaling by a power of two, the choice between the two engines, and all memory.
 */
export class ExactLikelihood {
  readonly spec: CheckedSpec;
  /** Values before the series that its observations say nothing about: seasonal places that are never observed. */
  readonly undetermined: number;
  /** Observed values that count: n − k of the differenced series with k gaps, and one more for each undetermined value. */
  readonly nobs: number;
  /** Estimated coefficients of the regression: the mean first, then the regressors. */
  readonly regression: number;
  /** Observations were divided by this, 1 or a power of two. */
  readonly scale: number;
  /** Largest magnitude after that. */
  readonly magnitude: number;
  /** 0-based positions of gaps between the first and the last observed value. */
  readonly gaps: readonly number[];
  /** Position of the first observed value. */
  readonly offset: number;
  /** The differenced, scaled series, gaps filled linearly before differencing. */
  readonly w: Float64Array;
  readonly engine: "innovations" | "kalman";
  readonly current: Evaluation = { rss: 0, logDet: 0 };

  /** Let the filter settle early: an error of about 1e-4 in the log-likelihood for half the time. */
  rough = false;

  private readonly delta: LagPolynomial;
  private readonly phi: SeasonalProduct;
  private readonly theta: SeasonalProduct;
  private readonly regressionW: readonly Float64Array[];
  private readonly columns: Float64Array[] = [];
  private readonly columnScales: Float64Array;
  private readonly starts: Int32Array | null;
  private readonly filter: InnovationsFilter | null = null;
  private readonly kalman: { y: Float64Array; columns: Float64Array[] } | null = null;
  private readonly whitened: Float64Array[];
  private readonly solver: LeastSquaresSolver;
  private solution: LeastSquares | null = null;
  private interrupt: (() => void) | null = null;
  private precise: ExactLikelihood | null = null;
  private slow = false;

  constructor(
    private readonly data: ExactData,
    engine?: "innovations" | "kalman",
  ) {
    const { y, spec, regressors } = data;
    this.spec = spec;
    const [p, d, q] = spec.order;
    const [P, D, Q, s] = spec.seasonal;
    this.delta = expandDifference(d, D, s);
    this.phi = new SeasonalProduct(p, P, s);
    this.theta = new SeasonalProduct(q, Q, s);
    const m = this.delta.degree;

    // Values before the first and after the last observation integrate to one: leave them out.
    let first = 0;
    let last = y.length - 1;
    while (first <= last && Number.isNaN(y[first])) first++;
    while (last >= first && Number.isNaN(y[last])) last--;
    const n = last - first + 1;
    this.offset = first;
    const gaps: number[] = [];
    let largest = 0;
    for (let t = 0; t < n; t++) {
      const size = Math.abs(y[first + t]);
      if (size > largest) largest = size;
      else if (Number.isNaN(size)) gaps.push(t);
    }
    this.gaps = gaps.map((t) => t + first);
    this.undetermined = undeterminedPlaces(y.subarray(first, last + 1), D, s);
    this.nobs = n - gaps.length - m + this.undetermined;
    this.regression = (data.mean ? 1 : 0) + regressors.length;
    if (this.nobs < this.regression + 1) {
      throw new SarimaError(
        "TOO_SHORT",
        `y has ${Math.max(0, n - gaps.length)} observed values; this model needs at least ${m + this.regression + 1}: give more data or lower d, D or the number of regressors`,
      );
    }

    this.scale = safeScale(largest);
    this.magnitude = largest / this.scale;
    const window = scaledBy(y.subarray(first, last + 1), this.scale);
    const filled = gaps.length > 0 ? fillLinearly(window) : window;
    const difference = (x: Float64Array) => {
      if (m === 0) return x;
      const w = new Float64Array(n - m);
      applyDifference(this.delta, x, w);
      return w;
    };
    this.w = difference(filled);

    const scales = regressors.map((x) => safeScale(largestOf(x)));
    const regressionColumns = regressors.map((x, k) => scaledBy(x.subarray(first, last + 1), scales[k]));
    this.columnScales = Float64Array.from([...(data.mean ? [1] : []), ...scales]);
    const ones = data.mean ? [new Float64Array(n - m).fill(1)] : [];
    const regressionW = [...ones, ...regressionColumns.map(difference)];
    this.regressionW = regressionW;
    const names = data.names ?? regressors.map((_, j) => `regressors[${j}]`);
    if (regressors.length > 0) refuseCollinear(regressionW, names);

    const r = Math.max(p + s * P, q + s * Q + 1, 1);
    // Gap columns of a place that is never observed differ by nothing; the filter keeps such places apart.
    this.engine = this.undetermined > 0 ? "kalman" : (engine ?? cheaper(n, r, m, gaps.length, this.regression));
    if (this.engine === "kalman") {
      const yColumns = [...(data.mean ? [integratedConstant(n, d, D, s)] : []), ...regressionColumns];
      this.kalman = { y: window, columns: yColumns };
      this.starts = null;
      this.whitened = [];
      this.solver = new LeastSquaresSolver(this.regression);
      this.refuseHidden(names);
      return;
    }
    const gapColumns = gaps.map((t) => {
      const dummy = new Float64Array(n);
      dummy[t] = 1;
      return difference(dummy);
    });
    this.columns = [this.w, ...gapColumns, ...regressionW];
    this.starts =
      gaps.length > 0
        ? Int32Array.from([0, ...gaps.map((t) => Math.max(0, t - m)), ...regressionW.map(() => 0)])
        : null;
    this.filter = new InnovationsFilter(n - m, r, this.columns.length, data.mean ? 1 + gaps.length : -1);
    this.whitened = this.columns.map(() => new Float64Array(n - m));
    this.solver = new LeastSquaresSolver(this.columns.length - 1);
    this.refuseHidden(names);
  }

  /** From here on evaluations stop with `ABORTED` within milliseconds when the signal fires. */
  stopAt(signal: AbortSignal | undefined): void {
    this.interrupt = signal ? () => throwIfAborted(signal) : null;
    this.solver.interrupt = this.interrupt;
    if (this.filter) this.filter.interrupt = this.interrupt;
  }

  /** A pulse where y has a gap, for one, cannot be told from the gap. White noise shows it. */
  private refuseHidden(names: readonly string[]): void {
    if (names.length === 0 || this.gaps.length === 0) return;
    this.evaluateWhite();
    const { solution } = this;
    if (solution) refuseSmallPivots(this.regressionW, solution.R, solution.beta.length - this.regression, names);
  }

  private evaluateWhite(): void {
    const [p, , q] = this.spec.order;
    const [P, , Q, period] = this.spec.seasonal;
    const none = (count: number) => new Array<number>(count).fill(0);
    this.evaluate({ ar: none(p), ma: none(q), seasonalAr: none(P), seasonalMa: none(Q), period });
  }

  /**
   * Evaluates at ARMA coefficients; the result is in `current`. Returns false when the autoregression is not stationary.
   * With `precise`, models near the unit circle are evaluated in extended precision.
   */
  evaluate(factors: ArmaFactors, precise = false): boolean {
    const phi = this.phi.fill(factors.ar, factors.seasonalAr, -1);
    const theta = this.theta.fill(factors.ma, factors.seasonalMa, 1);
    const { current } = this;
    if (this.kalman) {
      const [variance] = stateCovarianceColumn(phi, theta, 1) ?? [];
      if (variance === undefined) return false;
      this.slow = variance > SLOW;
      if (precise && this.slow && this.gaps.length <= FEW_GAPS && this.undetermined === 0)
        return this.evaluateWithDummies(factors);
      const result = kalmanWhiten({ phi, theta, delta: this.delta, ...this.kalman, interrupt: this.interrupt });
      this.solution = this.regression > 0 ? this.solver.solve(result.whitened, result.whitenedColumns) : null;
      current.rss = this.solution ? this.solution.rss : sumOfSquares(result.whitened);
      current.logDet = result.sumLogF;
      return Number.isFinite(current.rss) && Number.isFinite(current.logDet);
    }
    const { filter, columns, whitened, starts } = this;
    if (!filter) return false;
    filter.tolerance = precise || !this.rough ? STEADY : ROUGH;
    const ma = { regular: factors.ma, seasonal: factors.seasonalMa, period: factors.period };
    let result = filter.run(phi, theta, columns, whitened, starts, ma);
    if (!result) return false;
    const unsettled = filter.state.F > 1 + UNSETTLED && filter.n * filter.r < EXTENDED_IS_CHEAP;
    const hard = Number.isNaN(result.sumLogF) || (precise && (filter.F[0] > SLOW || unsettled));
    if (hard) {
      const gains = ExtendedGains.start(factors, filter.r);
      if (!gains) return false;
      result = filter.runExtended(gains, phi, theta, columns, whitened, starts, ma);
    }
    current.logDet = result.sumLogF;
    const y = whitened[0];
    if (columns.length === 1) {
      this.solution = null;
      current.rss = sumOfSquares(y);
    } else if (columns.length === 2 && this.gaps.length === 0) {
      current.rss = this.solveOne(y, whitened[1]);
    } else {
      this.solution = this.solver.solve(y, whitened.slice(1), this.gaps.length);
      current.rss = this.solution.rss;
      current.logDet += 2 * this.solution.logDet;
    }
    return Number.isFinite(current.rss) && Number.isFinite(current.logDet);
  }

  /** The Kalman filter has no extended precision; gap columns in the other engine do. */
  private evaluateWithDummies(factors: ArmaFactors): boolean {
    this.precise ??= new ExactLikelihood(this.data, "innovations");
    this.precise.solver.interrupt = this.interrupt;
    if (this.precise.filter) this.precise.filter.interrupt = this.interrupt;
    if (!this.precise.evaluate(factors, true)) return false;
    Object.assign(this.current, this.precise.current);
    const { beta, R } = this.solver.result;
    beta.set(this.precise.coefficients().map((value, j) => (value * this.columnScales[j]) / this.scale));
    const k = this.regression;
    R.set(this.precise.regressionR().map((value, at) => value / this.columnScales[at % Math.max(1, k)]));
    this.solution = this.solver.result;
    return true;
  }

  /** One column, no gaps: the common case of a mean. */
  private solveOne(y: Float64Array, x: Float64Array): number {
    let xx = 0;
    let xy = 0;
    for (let t = 0; t < y.length; t++) {
      xx += x[t] * x[t];
      xy += x[t] * y[t];
    }
    const { result } = this.solver;
    const b = xy / xx;
    let rss = 0;
    for (let t = 0; t < y.length; t++) {
      const e = y[t] - b * x[t];
      rss += e * e;
    }
    result.beta[0] = b;
    result.R[0] = Math.sqrt(xx);
    result.rss = rss;
    this.solution = result;
    return rss;
  }

  /** The last evaluation was near the unit circle, where double precision loses digits. */
  isSlow(): boolean {
    return this.filter === null ? this.slow : this.filter.F[0] > SLOW;
  }

  /** −2·log-likelihood/nobs of the scaled data, σ² given (scaled too) or concentrated out: what a search minimises. */
  objective(sigma2?: number): number {
    const { rss, logDet } = this.current;
    const n = this.nobs;
    return LOG_2PI + (sigma2 === undefined ? 1 + Math.log(rss / n) : Math.log(sigma2) + rss / sigma2 / n) + logDet / n;
  }

  /** w less its ordinary least-squares regression: what starting values are found from. */
  detrended(): Float64Array {
    const out = this.w.slice();
    const k = this.regressionW.length;
    if (k === 0) return out;
    const { beta } = new LeastSquaresSolver(k).solve(
      this.w.slice(),
      this.regressionW.map((x) => x.slice()),
    );
    for (let j = 0; j < k; j++) {
      const x = this.regressionW[j];
      for (let t = 0; t < out.length; t++) out[t] -= beta[j] * x[t];
    }
    return out;
  }

  /** Log-likelihood of the data as given, at `sigma2` or concentrated. */
  logLikelihood(sigma2?: number): number {
    const { rss, logDet } = this.current;
    const n = this.nobs;
    if (sigma2 === undefined) {
      return -0.5 * (n * (LOG_2PI + 1 + Math.log(rss / n) + 2 * Math.log(this.scale)) + logDet);
    }
    // Root by root: the square of the scale may be too large or too small for a number.
    const size = Math.sqrt(rss) * (this.scale / Math.sqrt(sigma2));
    return -0.5 * (n * (LOG_2PI + Math.log(sigma2)) + logDet + size * size);
  }

  /** Nothing is left after differencing and regression but rounding. Evaluates the likelihood as white noise. */
  isConstant(): boolean {
    this.evaluateWhite();
    // Differences of the data carry errors of a few units of 2⁻⁵³ of their magnitude.
    return this.current.rss <= this.nobs * 1e-30 * this.magnitude ** 2;
  }

  /** Maximum likelihood σ² of the last evaluation. */
  sigma2(): number {
    return (this.current.rss / this.nobs) * this.scale * this.scale;
  }

  /** Coefficients of the regression at the last evaluation, mean first. */
  coefficients(): Float64Array {
    const k = this.regression;
    const out = new Float64Array(k);
    if (!this.solution) return out;
    const from = this.solution.beta.length - k;
    for (let j = 0; j < k; j++) out[j] = (this.solution.beta[from + j] * this.scale) / this.columnScales[j];
    return out;
  }

  /** R of the regression block at the last evaluation: (R'R)⁻¹σ² is the covariance of `coefficients`. Row by row. */
  regressionR(): Float64Array {
    const k = this.regression;
    const out = new Float64Array(k * k);
    if (!this.solution) return out;
    const total = this.solution.beta.length;
    const from = total - k;
    for (let i = 0; i < k; i++) {
      for (let j = i; j < k; j++) {
        out[i * k + j] = this.solution.R[(from + i) * total + from + j] * this.columnScales[j];
      }
    }
    return out;
  }

  /** Expected values of the gaps given everything observed, at the last evaluation; innovations engine only. */
  fittedGaps(): Float64Array | null {
    if (!this.solution || this.kalman) return null;
    return this.solution.beta.slice(0, this.gaps.length);
  }
}

/** Costs of one evaluation in nanoseconds, from the loops of the two engines and measured constants. */
function cheaper(n: number, r: number, m: number, gaps: number, regression: number): "innovations" | "kalman" {
  if (gaps === 0) return "innovations";
  const columns = 1 + gaps + regression;
  const transient = Math.min(n, 20 * r);
  const innovations = 0.75 * (columns * (2 * transient * r + 8 * n) + 2 * n * (gaps + regression) ** 2);
  const state = r + Math.min(m, gaps) / 2;
  const kalman = n * (180 + 1.7 * state * state + 2 * r * (1 + regression));
  return innovations <= kalman ? "innovations" : "kalman";
}

/** Squares of numbers in this range neither overflow nor lose digits to underflow: no scaling is needed. */
const SAFE = 1e60;

/** What to divide by so that squares are safe: 1 in the usual case, else a power of two, which costs no digit. */
function safeScale(largest: number): number {
  if (largest === 0 || (largest < SAFE && largest > 1 / SAFE)) return 1;
  return 2 ** Math.min(1000, Math.ceil(Math.log2(largest)));
}

function largestOf(x: Float64Array): number {
  let largest = 0;
  for (let t = 0; t < x.length; t++) largest = Math.max(largest, Math.abs(x[t]));
  return largest;
}

function scaledBy(x: Float64Array, scale: number): Float64Array {
  if (scale === 1) return x;
  const out = new Float64Array(x.length);
  // The inverse of a denormal scale has no number.
  const factor = 1 / Math.max(scale, 2 ** -1000);
  const rest = scale < 2 ** -1000 ? 2 ** -1000 / scale : 1;
  for (let t = 0; t < x.length; t++) out[t] = x[t] * factor * rest;
  return out;
}

/** Straight lines across gaps. What the values are does not matter to the likelihood, only to rounding. */
export function fillLinearly(x: Float64Array): Float64Array {
  const out = x.slice();
  let before = -1;
  for (let t = 0; t < out.length; t++) {
    if (Number.isNaN(x[t])) continue;
    for (let k = before + 1; k < t; k++) {
      out[k] = before < 0 ? x[t] : x[before] + ((x[t] - x[before]) * (k - before)) / (t - before);
    }
    before = t;
  }
  for (let k = before + 1; k < out.length; k++) out[k] = before < 0 ? 0 : x[before];
  return out;
}

/** A column that (1 − B)ᵈ(1 − Bˢ)ᴰ turns into ones: tᵏ/(k! sᴰ), k = d + D. */
export function integratedConstant(n: number, d: number, D: number, s: number): Float64Array {
  const k = d + D;
  let divisor = s ** D || 1;
  for (let i = 2; i <= k; i++) divisor *= i;
  return Float64Array.from({ length: n }, (_, t) => t ** k / divisor);
}

/** Four partial sums, because each addition would otherwise wait for the one before it. */
function sumOfSquares(x: Float64Array): number {
  const n = x.length;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let t = 0;
  for (; t + 3 < n; t += 4) {
    a += x[t] * x[t];
    b += x[t + 1] * x[t + 1];
    c += x[t + 2] * x[t + 2];
    d += x[t + 3] * x[t + 3];
  }
  for (; t < n; t++) a += x[t] * x[t];
  return a + b + (c + d);
}
