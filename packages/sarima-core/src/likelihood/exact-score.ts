import type { SeasonalProduct } from "../polynomial.js";
import type { ArmaFactors } from "../spec.js";
import { GainTape } from "./chandrasekhar.js";
import type { LeastSquares } from "./gls.js";
import type { InnovationsFilter } from "./innovations.js";
import { LARGEST_DEGREE, type ScoredColumn, ScoreSweep } from "./score.js";

/** How f depends on what an evaluation gives: f = f(RSS, log-determinant). */
export interface ScoreWeights {
  readonly rss: number;
  readonly logDet: number;
}

/**
 * Derivatives of an exact likelihood with respect to its ARMA coefficients, from the evaluation before. The regression needs
 * no derivative of its own: at its minimum RSS does not change with β to first order (the envelope theorem), so that
 * the residual column stands for y and all regressors. Gap columns X_g also enter log|X_g'Ω⁻¹X_g|, and are swept one by one.
 */
export class ExactScore {
  private readonly sweep: ScoreSweep;
  private readonly residual: { w: Float64Array; v: Float64Array; slope: Float64Array };
  /** Whitened columns as they were before the regression rotated them. */
  private readonly whitened: readonly Float64Array[];
  private readonly phiBar: Float64Array;
  private readonly thetaBar: Float64Array;
  private readonly natural: Float64Array;

  /** Null where a sweep would take too much memory. */
  static of(
    filter: InnovationsFilter,
    phi: SeasonalProduct,
    theta: SeasonalProduct,
    columns: readonly Float64Array[],
    starts: Int32Array | null,
    gapCount: number,
  ): ExactScore | null {
    if (Math.max(phi.poly.degree, theta.poly.degree) > LARGEST_DEGREE) return null;
    return new ExactScore(filter, phi, theta, columns, starts, gapCount);
  }

  private constructor(
    private readonly filter: InnovationsFilter,
    private readonly phi: SeasonalProduct,
    private readonly theta: SeasonalProduct,
    private readonly columns: readonly Float64Array[],
    private readonly starts: Int32Array | null,
    private readonly gapCount: number,
  ) {
    const { n, r } = filter;
    const column = () => new Float64Array(n);
    this.sweep = new ScoreSweep(n, r);
    this.residual = { w: column(), v: column(), slope: column() };
    this.whitened = columns.map(column);
    this.phiBar = new Float64Array(phi.poly.lags.length);
    this.thetaBar = new Float64Array(theta.poly.lags.length);
    this.natural = new Float64Array(phi.coefficients + theta.coefficients);
    filter.tape = new GainTape(r + 1);
  }

  /** To be called after the filter and before the regression. */
  keep(whitened: readonly Float64Array[]): void {
    whitened.forEach((column, k) => {
      this.whitened[k].set(column);
    });
  }

  /** ∂f/∂(ar, ma, seasonalAr, seasonalMa) into `out`, in this order. False where the last run left no tape. */
  run(
    factors: ArmaFactors,
    steady: number,
    solution: LeastSquares | null,
    weights: ScoreWeights,
    out: Float64Array,
  ): boolean {
    const { filter, phi, theta, sweep, phiBar, thetaBar, natural } = this;
    const { tape, F } = filter;
    if (!tape || tape.full) return false;
    sweep.interrupt = filter.interrupt;
    const columns = [
      this.residualColumn(solution, F, steady, weights.rss),
      ...this.gapColumns(solution, F, steady, weights.logDet),
    ];
    sweep.run(phi.poly, theta.poly, tape, F, steady, columns, weights.logDet, factors, phiBar, thetaBar, natural);
    const { ar, ma, seasonalAr, seasonalMa } = factors;
    const afterMa = ar.length + ma.length;
    phi.pullBack(phiBar, ar, seasonalAr, -1, out, 0, afterMa);
    theta.pullBack(thetaBar, ma, seasonalMa, 1, out, ar.length, afterMa + seasonalAr.length);
    for (let i = 0; i < natural.length; i++) out[i] += natural[i];
    return true;
  }

  private residualColumn(solution: LeastSquares | null, F: Float64Array, steady: number, weight: number): ScoredColumn {
    const { columns, whitened } = this;
    const { w, v, slope } = this.residual;
    const n = w.length;
    if (columns.length === 2 && solution) {
      // A series and its mean: one pass.
      const [y, x] = columns;
      const [e, z] = whitened;
      const b = solution.beta[0];
      for (let t = 0; t < n; t++) {
        const value = e[t] - b * z[t];
        w[t] = y[t] - b * x[t];
        v[t] = value;
        slope[t] = 2 * weight * value;
      }
    } else {
      w.set(columns[0]);
      v.set(whitened[0]);
      for (let k = 1; k < columns.length; k++) {
        const b = solution ? solution.beta[k - 1] : 0;
        const x = columns[k];
        const z = whitened[k];
        for (let t = 0; t < n; t++) w[t] -= b * x[t];
        for (let t = 0; t < n; t++) v[t] -= b * z[t];
      }
      for (let t = 0; t < n; t++) slope[t] = 2 * weight * v[t];
    }
    unstandardise(v, slope, F, steady);
    return { w, v, slope, start: 0 };
  }

  /** ∂ log|X'X|/∂X = 2 X (R'R)⁻¹ for the whitened gap columns X. */
  private gapColumns(solution: LeastSquares | null, F: Float64Array, steady: number, weight: number): ScoredColumn[] {
    const { gapCount: k, whitened, columns, starts } = this;
    if (!solution || k === 0) return [];
    const { R } = solution;
    const total = solution.beta.length;
    const Z = whitened.slice(1, k + 1).map((x) => x.slice());
    const solveWith = (j: number, i: number, coefficient: number) => {
      const z = Z[j];
      const other = Z[i];
      if (coefficient !== 0) for (let t = 0; t < z.length; t++) z[t] -= coefficient * other[t];
    };
    const divide = (j: number, by: number) => {
      const z = Z[j];
      for (let t = 0; t < z.length; t++) z[t] /= by;
    };
    for (let j = 0; j < k; j++) {
      sweepInterrupt(this.sweep);
      for (let i = 0; i < j; i++) solveWith(j, i, R[i * total + j]);
      divide(j, R[j * total + j]);
    }
    for (let j = k - 1; j >= 0; j--) {
      sweepInterrupt(this.sweep);
      for (let i = j + 1; i < k; i++) solveWith(j, i, R[j * total + i]);
      divide(j, R[j * total + j]);
    }
    return Z.map((slope, j) => {
      const v = whitened[j + 1].slice();
      for (let t = 0; t < v.length; t++) slope[t] *= 2 * weight;
      unstandardise(v, slope, F, steady);
      return { w: columns[j + 1], v, slope, start: starts ? starts[j + 1] : 0 };
    });
  }
}

/** v/√F → v, and the derivative with it; F is 1 from `steady` on. */
function unstandardise(v: Float64Array, slope: Float64Array, F: Float64Array, steady: number): void {
  for (let t = 0; t < steady; t++) {
    const root = Math.sqrt(F[t]);
    slope[t] /= root;
    v[t] *= root;
  }
}

const sweepInterrupt = (sweep: ScoreSweep) => sweep.interrupt?.();
