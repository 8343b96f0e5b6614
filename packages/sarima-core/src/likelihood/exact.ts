import { arAutocovariances } from "../autocovariance.js";
import { throwIfAborted } from "../errors.js";
import { laggedProduct, sumOfSquaredDifferences, sumOfSquares } from "../inner-product.js";
import { type LagPolynomial, SeasonalProduct } from "../polynomial.js";
import type { ArmaFactors, CheckedSpec } from "../spec.js";
import { refuseSmallPivots } from "./collinear.js";
import { cheaperEngine, type Design, designOf, type ExactData, gapColumns, structureIsCheaper } from "./design.js";
import { ExactCovariance } from "./exact-covariance.js";
import { ExactScore } from "./exact-score.js";
import { ExtendedGains } from "./extended.js";
import { GapLikelihood } from "./gap-likelihood.js";
import { type LeastSquares, LeastSquaresSolver } from "./gls.js";
import { InnovationsFilter, STEADY } from "./innovations.js";
import { kalmanFilter } from "./kalman.js";
import { KalmanScore } from "./kalman-score.js";

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

/** What is steady enough for second derivatives, once it no longer moves: their seven digits do not see the rest. */
const HELD = 1e-9;

/** Multiply-adds of a regression on gap columns that take no longer than the filter's start in extended precision: 20 ms. */
const REGRESSION_IS_CHEAP = 2e7;

/** Above this variance of the autoregression by itself its digits are lost even where a moving average hides it. */
const HIDDEN = 1e4;
const isHidden = (phi: LagPolynomial) => !((arAutocovariances(phi, 0)?.[0] ?? Number.POSITIVE_INFINITY) < HIDDEN);

/** Gap columns in extended precision cost too much beyond this. */
const FEW_GAPS = 400;

const NONE = new Float64Array(0);

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
  /** As in `Design`. */
  readonly undetermined: number;
  readonly nobs: number;
  readonly scale: number;
  readonly magnitude: number;
  readonly gapCount: number;
  /** Estimated coefficients of the regression: the mean first, then the regressors. */
  readonly regression: number;
  readonly engine: "innovations" | "kalman";
  readonly current: Evaluation = { rss: 0, logDet: 0 };

  /** F − 1 at which the filter is taken for steady. */
  private tolerance = STEADY;

  private readonly design: Design;
  private readonly phi: SeasonalProduct;
  private readonly theta: SeasonalProduct;
  /** The differenced series, its gap columns, its regression columns. */
  private readonly columns: readonly Float64Array[] = [];
  private readonly whitened: readonly Float64Array[] = [];
  private readonly starts: Int32Array | null = null;
  private readonly filter: InnovationsFilter | null = null;
  private readonly solver: LeastSquaresSolver;
  private solution: LeastSquares | null = null;
  private interrupt: (() => void) | null = null;
  private precise: ExactLikelihood | null = null;
  private slow = false;
  /** Does in double precision what the engine would take longer for. */
  private readonly structured: GapLikelihood | null = null;
  /** It did the last evaluation. */
  private isStructured = false;
  private scores: ExactScore | null = null;
  private kalmanScores: KalmanScore | null = null;
  /** Where the last run of the filter became steady; −1: nothing that a score can be taken from. */
  private steadyFrom = -1;
  private factors: ArmaFactors | null = null;

  /** @param engine default: the cheapest; "structured" is `GapLikelihood` wherever it has the digits */
  constructor(
    private readonly data: ExactData,
    engine?: "innovations" | "kalman" | "structured",
  ) {
    const { spec } = data;
    const design = designOf(data);
    const { gaps, regressionW, window } = design;
    this.spec = spec;
    this.design = design;
    this.undetermined = design.undetermined;
    this.nobs = design.nobs;
    this.scale = design.scale;
    this.magnitude = design.magnitude;
    this.gapCount = gaps.length;
    this.regression = regressionW.length;
    const [p, , q] = spec.order;
    const [P, , Q, s] = spec.seasonal;
    this.phi = new SeasonalProduct(p, P, s);
    this.theta = new SeasonalProduct(q, Q, s);
    const r = Math.max(p + s * P, q + s * Q + 1, 1);
    const n = window.length;
    const m = design.delta.degree;
    // Gap columns of a place that is never observed differ by nothing; the filter keeps such places apart.
    const structured = engine === "structured";
    const chosen = structured || !engine ? cheaperEngine(n, r, m, gaps.length, this.regression) : engine;
    this.engine = this.undetermined > 0 ? "kalman" : chosen;
    if (this.engine === "kalman") {
      this.solver = new LeastSquaresSolver(this.regression);
    } else {
      this.columns = [design.w, ...gapColumns(design), ...regressionW];
      if (gaps.length > 0) {
        this.starts = new Int32Array(this.columns.length);
        gaps.forEach((t, k) => {
          if (this.starts) this.starts[1 + k] = Math.max(0, t - m);
        });
      }
      this.filter = new InnovationsFilter(n - m, r, this.columns.length, data.mean ? 1 + gaps.length : -1);
      this.whitened = this.columns.map(() => new Float64Array(n - m));
      this.solver = new LeastSquaresSolver(this.columns.length - 1);
    }
    const cheapest = engine === undefined && structureIsCheaper(n, r, m, gaps.length, this.regression);
    if ((structured || cheapest) && this.undetermined === 0 && gaps.length > 0)
      this.structured = new GapLikelihood(design, this.phi, this.theta, r);
    this.refuseHidden();
  }

  /** Let the filter settle early: an error of about 1e-4 in the log-likelihood for half the time. */
  get rough(): boolean {
    return this.tolerance === ROUGH;
  }

  set rough(rough: boolean) {
    this.tolerance = rough ? ROUGH : STEADY;
  }

  /** From here on evaluations stop with `ABORTED` within milliseconds when the signal fires. */
  stopAt(signal: AbortSignal | undefined): void {
    this.interrupt = signal ? () => throwIfAborted(signal) : null;
    this.solver.interrupt = this.interrupt;
    if (this.filter) this.filter.interrupt = this.interrupt;
    if (this.structured) this.structured.interrupt = this.interrupt;
  }

  /** A pulse where y has a gap, for one, cannot be told from the gap. White noise shows it. */
  private refuseHidden(): void {
    const { names, regressionW } = this.design;
    if (names.length === 0 || this.gapCount === 0) return;
    this.evaluateWhite();
    const { solution } = this;
    if (solution) refuseSmallPivots(regressionW, solution.R, solution.beta.length - this.regression, names);
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
    this.isStructured = this.evaluateByStructure(factors, precise);
    if (this.isStructured) return true;
    if (this.engine === "kalman") {
      // That of the autoregression by itself: a moving average that nearly cancels it hides the lost digits. Without an answer
      // rounding got in the way, or it is not stationary: more digits know.
      const [variance] = arAutocovariances(phi, 0) ?? [Number.POSITIVE_INFINITY];
      this.slow = variance > SLOW;
      const { kalmanScores } = this;
      if (kalmanScores) kalmanScores.record = null;
      if (precise && this.slow && this.dummiesAreBetter()) return this.evaluateWithDummies(factors);
      if (variance === Number.POSITIVE_INFINITY && !precise) return false;
      const { delta, window: y, regressionY } = this.design;
      const input = { phi, theta, delta, y, columns: regressionY, interrupt: this.interrupt };
      const passed = kalmanFilter({ ...input, factors: precise ? factors : undefined }, kalmanScores?.tape);
      if (!passed) return false;
      const { output: result, record } = passed;
      this.factors = factors;
      if (kalmanScores) kalmanScores.record = record;
      this.solution = this.regression > 0 ? this.solver.solve(result.whitened, result.whitenedColumns) : null;
      current.rss = this.solution ? this.solution.rss : sumOfSquares(result.whitened);
      current.logDet = result.sumLogF;
      return Number.isFinite(current.rss) && Number.isFinite(current.logDet);
    }
    const { filter, columns, whitened, starts } = this;
    if (!filter) return false;
    this.factors = factors;
    this.steadyFrom = -1;
    filter.tolerance = precise ? STEADY : this.tolerance;
    let result = filter.run(phi, theta, columns, whitened, starts, factors);
    if (!result && !precise) return false;
    const unsettled = filter.state.F > 1 + UNSETTLED && filter.n * filter.r < EXTENDED_IS_CHEAP;
    if (!result || Number.isNaN(result.sumLogF) || (precise && (filter.F[0] > SLOW || unsettled || isHidden(phi)))) {
      this.interrupt?.();
      const gains = ExtendedGains.start(factors, filter.r, this.interrupt);
      if (!gains) return false;
      this.interrupt?.();
      result = filter.runExtended(gains, phi, theta, columns, whitened, starts, factors);
    } else {
      this.steadyFrom = result.steadyFrom;
      this.scores?.keep(whitened);
    }
    current.logDet = result.sumLogF;
    const y = whitened[0];
    if (columns.length === 1) {
      this.solution = null;
      current.rss = sumOfSquares(y);
    } else if (columns.length === 2 && this.gapCount === 0) {
      current.rss = this.solveOne(y, whitened[1]);
    } else {
      this.solution = this.solver.solve(y, whitened.slice(1), this.gapCount);
      current.rss = this.solution.rss;
      current.logDet += 2 * this.solution.logDet;
    }
    return Number.isFinite(current.rss) && Number.isFinite(current.logDet);
  }

  private evaluateByStructure(factors: ArmaFactors, precise: boolean): boolean {
    const { structured, current, phi } = this;
    if (!structured) return false;
    structured.filter.tolerance = precise ? STEADY : this.tolerance;
    if (!structured.run(factors)) return false;
    const [variance] = structured.filter.F;
    if (precise && (variance > SLOW || isHidden(phi.poly))) return false;
    this.slow = variance > SLOW;
    this.factors = factors;
    this.steadyFrom = structured.steadyFrom;
    this.solution = structured.solution;
    current.rss = structured.rss;
    current.logDet = structured.logDet;
    return true;
  }

  /**
   * Evaluates, and has evaluations nearby take the filter for steady at the very time where this one did: differences of them
   * would see it move. False as with `evaluate`.
   */
  holdSettling(factors: ArmaFactors): boolean {
    const { tolerance } = this;
    const filter = this.structured?.filter ?? this.filter;
    if (!filter) return this.evaluate(factors);
    this.tolerance = HELD;
    const stationary = this.evaluate(factors);
    this.tolerance = tolerance;
    filter.steadyAt = stationary ? this.steadyFrom : -1;
    return stationary;
  }

  /** Evaluations look again for themselves where the filter settles. */
  releaseSettling(): void {
    const filter = this.structured?.filter ?? this.filter;
    if (filter) filter.steadyAt = -1;
  }

  /** From here on evaluations keep what `score` needs. False where that would take too much memory. */
  recordScores(): boolean {
    const { filter, phi, theta, columns, starts, gapCount, design } = this;
    if (filter) this.scores ??= ExactScore.of(filter, phi, theta, columns, starts, gapCount);
    else if (this.undetermined === 0) {
      const n = design.window.length;
      const inReach = Math.min(design.delta.degree, gapCount) + 1;
      const r = Math.max(phi.poly.degree, theta.poly.degree + 1);
      this.kalmanScores ??= KalmanScore.of(phi, theta, n, r + inReach, 1 + this.regression + inReach);
    }
    return this.scores !== null || this.kalmanScores !== null;
  }

  /**
   * Derivatives of `objective` with respect to (ar, ma, seasonalAr, seasonalMa) at the last evaluation, into `out`.
   * False where there are none: digits were lost, or the filter was too long to be kept.
   */
  score(out: Float64Array, sigma2?: number): boolean {
    const { scores, kalmanScores, factors, steadyFrom, nobs: n } = this;
    if (!factors) return false;
    const rss = sigma2 === undefined ? 1 / this.current.rss : 1 / (n * sigma2);
    const weights = { rss, logDet: 1 / n };
    if (this.structured && this.isStructured)
      return this.structured.score(factors, weights, out) && out.every(Number.isFinite);
    const found = kalmanScores
      ? kalmanScores.run(factors, this.solution?.beta ?? NONE, weights, out, this.interrupt)
      : scores !== null && steadyFrom >= 0 && scores.run(factors, steadyFrom, this.solution, weights, out);
    return found && out.every(Number.isFinite);
  }

  /**
   * Gap columns have extended precision throughout, the Kalman filter where it begins, and not for long seasons; but the regression on
   * many columns takes longer.
   */
  private dummiesAreBetter(): boolean {
    const { gapCount: k, design, phi, theta } = this;
    if (k > FEW_GAPS || this.undetermined > 0) return false;
    const r = Math.max(phi.poly.degree, theta.poly.degree + 1);
    return k * k * design.window.length < REGRESSION_IS_CHEAP || !ExactCovariance.isWithinReach(r);
  }

  private evaluateWithDummies(factors: ArmaFactors): boolean {
    this.precise ??= new ExactLikelihood(this.data, "innovations");
    this.precise.solver.interrupt = this.interrupt;
    if (this.precise.filter) this.precise.filter.interrupt = this.interrupt;
    if (!this.precise.evaluate(factors, true)) return false;
    Object.assign(this.current, this.precise.current);
    const { beta, R } = this.solver.result;
    beta.set(this.precise.coefficients().map((value, j) => (value * this.design.columnScales[j]) / this.scale));
    const k = this.regression;
    R.set(this.precise.regressionR().map((value, at) => value / this.design.columnScales[at % Math.max(1, k)]));
    this.solution = this.solver.result;
    return true;
  }

  /** One column, no gaps: the common case of a mean. */
  private solveOne(y: Float64Array, x: Float64Array): number {
    const xx = sumOfSquares(x);
    const { result } = this.solver;
    const b = laggedProduct(x, y, 0, 0) / xx;
    const rss = sumOfSquaredDifferences(y, b, x);
    result.beta[0] = b;
    result.R[0] = Math.sqrt(xx);
    result.rss = rss;
    this.solution = result;
    return rss;
  }

  /** The last evaluation was near the unit circle, where double precision loses digits. */
  isSlow(): boolean {
    return this.filter === null || this.isStructured ? this.slow : this.filter.F[0] > SLOW;
  }

  /** −2·log-likelihood/nobs of the scaled data, σ² given (scaled too) or concentrated out: what a search minimises. */
  objective(sigma2?: number): number {
    const { rss, logDet } = this.current;
    const n = this.nobs;
    return LOG_2PI + (sigma2 === undefined ? 1 + Math.log(rss / n) : Math.log(sigma2) + rss / sigma2 / n) + logDet / n;
  }

  /** w less its ordinary least-squares regression: what starting values are found from. */
  detrended(): Float64Array {
    const { w, regressionW } = this.design;
    const out = w.slice();
    const k = regressionW.length;
    if (k === 0) return out;
    const { beta } = new LeastSquaresSolver(k).solve(
      w.slice(),
      regressionW.map((x) => x.slice()),
    );
    for (let j = 0; j < k; j++) {
      const x = regressionW[j];
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
    if (this.varies()) return false;
    this.evaluateWhite();
    // Differences of the data carry errors of a few units of 2⁻⁵³ of their magnitude.
    return this.current.rss <= this.nobs * 1e-30 * this.magnitude ** 2;
  }

  /** Two differences between observed values tell nearly every series that is not constant, before anything is evaluated. */
  private varies(): boolean {
    const { delta, window: y, names } = this.design;
    if (names.length > 0) return false;
    const { lags, coefs, degree } = delta;
    let first = this.data.mean ? Number.NaN : 0;
    for (let t = degree; t < y.length; t++) {
      let w = y[t];
      for (let j = 0; j < lags.length; j++) w -= coefs[j] * y[t - lags[j]];
      if (Number.isNaN(w)) continue;
      if (Number.isNaN(first)) first = w;
      else if (Math.abs(w - first) > 1e-10 * this.magnitude) return true;
    }
    return false;
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
    for (let j = 0; j < k; j++) out[j] = (this.solution.beta[from + j] * this.scale) / this.design.columnScales[j];
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
        out[i * k + j] = this.solution.R[(from + i) * total + from + j] * this.design.columnScales[j];
      }
    }
    return out;
  }
}
