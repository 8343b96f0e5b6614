import { laggedProduct, sumOfSquares } from "../inner-product.js";

/**
 * Least squares of a whitened series on whitened columns, by Householder reflections (Golub & Van Loan 2013, 5.2).
 * Normal equations would square the condition number, and regressors of slow models are nearly collinear after whitening.
 */
export interface LeastSquares {
  /** Residual sum of squares. */
  rss: number;
  /** log|det R| of the first `leading` columns: ½ log|X'X| over them. */
  logDet: number;
  /** One coefficient for each column. */
  readonly beta: Float64Array;
  /** Upper triangle of R, row by row; (R'R)⁻¹σ² is the covariance of beta. */
  readonly R: Float64Array;
}

export class LeastSquaresSolver {
  readonly result: LeastSquares;
  private readonly diagonal: Float64Array;
  /** Called for each column; it may throw to stop. */
  interrupt: (() => void) | null = null;

  constructor(readonly columns: number) {
    this.diagonal = new Float64Array(columns);
    this.result = { rss: 0, logDet: 0, beta: new Float64Array(columns), R: new Float64Array(columns * columns) };
  }

  /**
   * Overwrites `y` and `x`. Afterwards y[columns …] holds the residual in rotated coordinates, so that its squares add up
   * to the residual sum of squares.
   */
  solve(y: Float64Array, x: readonly Float64Array[], leading = 0): LeastSquares {
    const k = this.columns;
    const n = y.length;
    const { beta, R } = this.result;
    let logDet = 0;
    for (let j = 0; j < k; j++) {
      this.interrupt?.();
      const v = x[j];
      const norm = Math.sqrt(sumOfSquares(v, j));
      const alpha = v[j] > 0 ? -norm : norm;
      this.diagonal[j] = alpha;
      if (j < leading) logDet += Math.log(norm);
      if (norm > 0) {
        v[j] -= alpha;
        // H = I − v v'/(norm² − alpha·v_j(before)) = I − v v'/(−alpha·v_j(now))
        const scale = 1 / (-alpha * v[j]);
        for (let m = j + 1; m < k; m++) reflect(v, x[m], j, n, scale);
        reflect(v, y, j, n, scale);
      }
      for (let m = j + 1; m < k; m++) R[j * k + m] = x[m][j];
      R[j * k + j] = alpha;
    }
    for (let j = k - 1; j >= 0; j--) {
      let sum = y[j];
      for (let m = j + 1; m < k; m++) sum -= R[j * k + m] * beta[m];
      beta[j] = sum / this.diagonal[j];
    }
    this.result.rss = sumOfSquares(y, k);
    this.result.logDet = logDet;
    return this.result;
  }
}

function reflect(v: Float64Array, target: Float64Array, from: number, n: number, scale: number): void {
  const dot = scale * laggedProduct(v, target, 0, from);
  if (dot === 0) return;
  for (let t = from; t < n; t++) target[t] -= dot * v[t];
}
