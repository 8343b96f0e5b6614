import { applyDifference } from "../difference.js";
import type { SeasonalProduct } from "../polynomial.js";
import type { ArmaFactors } from "../spec.js";
import { GainTape } from "./chandrasekhar.js";
import type { Design } from "./design.js";
import type { ScoreWeights } from "./exact-score.js";
import { GapPrecision } from "./gap-precision.js";
import { type LeastSquares, LeastSquaresSolver } from "./gls.js";
import { InnovationsFilter } from "./innovations.js";
import { LARGEST_DEGREE, type ScoredColumn, ScoreSweep } from "./score.js";
import { steadyInnovations } from "./steady-state.js";

/**
 * The innovations engine for a series with many gaps: what their columns would add is worked out by `GapPrecision`, so that only the
 * series and its regressors go through the filter. It gives value and score, in double precision.
 */
export class GapLikelihood {
  readonly filter: InnovationsFilter;
  rss = 0;
  logDet = 0;
  solution: LeastSquares | null = null;
  steadyFrom = -1;
  private readonly tape: GainTape;
  private readonly precision: GapPrecision;
  private readonly solver: LeastSquaresSolver;
  private readonly columns: readonly Float64Array[];
  private readonly whitened: readonly Float64Array[];
  /** The columns with the gaps as they would have them, and their innovations, whitened. */
  private projected: Float64Array[] = [];
  private clean: Float64Array[] = [];
  private sweep: ScoreSweep | null = null;
  private readonly phiBar: Float64Array;
  private readonly thetaBar: Float64Array;
  private readonly natural: Float64Array;
  private readonly lambda: Float64Array;

  constructor(
    private readonly design: Design,
    private readonly phi: SeasonalProduct,
    private readonly theta: SeasonalProduct,
    r: number,
  ) {
    const N = design.w.length;
    this.columns = [design.w, ...design.regressionW];
    this.filter = new InnovationsFilter(N, r, this.columns.length);
    this.tape = new GainTape(r + 1);
    this.filter.tape = this.tape;
    this.whitened = this.columns.map(() => new Float64Array(N));
    this.precision = new GapPrecision(design.window.length, design.delta, design.gaps);
    this.solver = new LeastSquaresSolver(design.regressionW.length);
    this.phiBar = new Float64Array(phi.poly.lags.length);
    this.thetaBar = new Float64Array(theta.poly.lags.length);
    this.natural = new Float64Array(phi.coefficients + theta.coefficients);
    this.lambda = new Float64Array(N + r + 1);
  }

  set interrupt(interrupt: (() => void) | null) {
    this.filter.interrupt = interrupt;
    this.precision.interrupt = interrupt;
    this.solver.interrupt = interrupt;
    if (this.sweep) this.sweep.interrupt = interrupt;
  }

  /** At the coefficients that phi and theta hold. False where another engine has to do it: digits are lost, or the gains are too many. */
  run(factors: ArmaFactors): boolean {
    const { filter, phi, theta, columns, whitened, precision, design } = this;
    this.steadyFrom = -1;
    const result = filter.run(phi.poly, theta.poly, columns, whitened, null, factors);
    if (!result || Number.isNaN(result.sumLogF) || this.tape.full) return false;
    this.steadyFrom = result.steadyFrom;
    const N = filter.n;
    const { F } = filter;

    // 1. Ω⁻¹e_N, backwards the first column of Ω⁻¹.
    const last = new Float64Array(N);
    last[N - 1] = 1 / F[N - 1];
    const x = this.back(last).reverse();
    const logDet = precision.factor(x);
    if (Number.isNaN(logDet)) return false;

    // 2. Each column with its gaps as it would have them.
    const m = design.delta.degree;
    this.projected = columns.map((w, c) => {
      const u = this.back(whitened[c].map((e, t) => (t < this.steadyFrom ? e / Math.sqrt(F[t]) : e)));
      const gamma = precision.estimates(u);
      const fill = new Float64Array(N + m);
      for (let i = 0; i < gamma.length; i++) fill[design.gaps[i]] = gamma[i];
      const out = new Float64Array(N);
      applyDifference(design.delta, fill, out);
      for (let t = 0; t < N; t++) out[t] = w[t] - out[t];
      return out;
    });
    this.clean = this.projected.map((w) => this.whiten(w, factors));

    // 3. The regression.
    const [y, ...X] = this.clean.map((e) => e.slice());
    this.solution = X.length > 0 ? this.solver.solve(y, X) : null;
    let rss = 0;
    if (this.solution) rss = this.solution.rss;
    else for (let t = 0; t < N; t++) rss += y[t] * y[t];
    this.rss = rss;
    this.logDet = result.sumLogF + logDet;
    return Number.isFinite(rss) && Number.isFinite(this.logDet);
  }

  /** ∂f/∂(ar, ma, seasonalAr, seasonalMa) at the last run, into `out`, in this order. */
  score(factors: ArmaFactors, weights: ScoreWeights, out: Float64Array): boolean {
    const { filter, phi, theta, precision, tape, phiBar, thetaBar, natural, steadyFrom, solution } = this;
    if (steadyFrom < 0 || Math.max(phi.poly.degree, theta.poly.degree) > LARGEST_DEGREE) return false;
    const N = filter.n;
    this.sweep ??= new ScoreSweep(N, filter.r);
    this.sweep.interrupt = filter.interrupt;

    // 1. The residual column: at its minimum RSS changes with neither gaps nor regression.
    const w = this.projected[0].slice();
    const e = this.clean[0].slice();
    for (let c = 1; c < this.projected.length; c++) {
      const b = solution ? solution.beta[c - 1] : 0;
      for (let t = 0; t < N; t++) {
        w[t] -= b * this.projected[c][t];
        e[t] -= b * this.clean[c][t];
      }
    }
    const residual = this.scored(
      w,
      e,
      e.map((value) => 2 * weights.rss * value),
      0,
    );

    // 2. What log|X_g'Ω⁻¹X_g| says of x is said of x̄'Ω⁻¹e₁, or backwards of two columns that end with it.
    const xBar = new Float64Array(N);
    precision.slope(xBar);
    xBar.reverse();
    const along = this.whiten(xBar, factors);
    const unit = new Float64Array(N);
    unit[N - 1] = 1;
    const own = new Float64Array(N);
    own[N - 1] = 1 / Math.sqrt(filter.F[N - 1]);
    const columns = [
      residual,
      this.scored(
        xBar,
        along,
        own.map((value) => weights.logDet * value),
        0,
      ),
      this.scored(
        unit,
        own,
        along.map((value) => weights.logDet * value),
        N - 1,
      ),
    ];
    this.sweep.run(
      phi.poly,
      theta.poly,
      tape,
      filter.F,
      steadyFrom,
      columns,
      weights.logDet,
      factors,
      phiBar,
      thetaBar,
      natural,
    );
    const { ar, ma, seasonalAr, seasonalMa } = factors;
    const afterMa = ar.length + ma.length;
    phi.pullBack(phiBar, ar, seasonalAr, -1, out, 0, afterMa);
    theta.pullBack(thetaBar, ma, seasonalMa, 1, out, ar.length, afterMa + seasonalAr.length);
    for (let i = 0; i < natural.length; i++) out[i] += natural[i];
    return true;
  }

  /** A column, its whitened innovations and what depends on them, as the sweep wants them: not divided by √F. */
  private scored(w: Float64Array, e: Float64Array, slope: Float64Array, start: number): ScoredColumn {
    const { F } = this.filter;
    const v = e.slice();
    for (let t = 0; t < this.steadyFrom; t++) {
      const root = Math.sqrt(F[t]);
      v[t] *= root;
      slope[t] /= root;
    }
    return { w, v, slope, start };
  }

  /** One more column through the filter, with the gains of the last run. */
  private whiten(w: Float64Array, factors: ArmaFactors): Float64Array {
    const { filter, tape, phi, theta, steadyFrom } = this;
    const { n, r, F } = filter;
    const { lags, coefs } = phi.poly;
    const out = new Float64Array(n);
    const a = new Float64Array(r + 1);
    const { G, stride } = tape;
    for (let t = 0; t < steadyFrom; t++) {
      const at = t * stride;
      const a0 = a[0];
      const v = w[t] - a0;
      const vF = v / F[t];
      out[t] = v;
      for (let i = 0; i < r; i++) a[i] = a[i + 1] + G[at + i] * vF;
      for (let j = 0; j < lags.length; j++) a[lags[j] - 1] += coefs[j] * a0;
    }
    if (steadyFrom < n) steadyInnovations(phi.poly, theta.poly, factors, w, out, steadyFrom);
    for (let t = 0; t < steadyFrom; t++) out[t] /= Math.sqrt(F[t]);
    return out;
  }

  /** ∂f/∂w for ∂f/∂v: the filter backwards, in the notation of `ScoreSweep`. */
  private back(slope: Float64Array): Float64Array {
    const { filter, tape, phi, theta, steadyFrom, lambda } = this;
    const { n, r, F } = filter;
    const { lags, coefs } = phi.poly;
    const { lags: thetaLags, coefs: thetaCoefs } = theta.poly;
    const { G, stride } = tape;
    lambda.fill(0);
    const out = new Float64Array(n);
    for (let t = n - 1; t >= 0; t--) {
      let value = 0;
      for (let j = 0; j < lags.length; j++) value += coefs[j] * lambda[t + lags[j]];
      if (t >= steadyFrom) {
        let l = -slope[t];
        for (let j = 0; j < thetaLags.length; j++) l -= thetaCoefs[j] * lambda[t + thetaLags[j]];
        lambda[t] = l;
        out[t] = value - l;
        continue;
      }
      const at = t * stride;
      let gained = 0;
      for (let i = 0; i < r; i++) gained += G[at + i] * lambda[t + 1 + i];
      out[t] = slope[t] + gained / F[t];
      lambda[t] = value - out[t];
    }
    return out;
  }
}
