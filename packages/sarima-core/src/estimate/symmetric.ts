import { CholeskyDecomposition, Matrix } from "ml-matrix";

/** Pivots below this, of a matrix scaled to a diagonal of ones, are rounding. */
const SMALLEST_PIVOT = 1e-12;

/** Inverse of a symmetric positive definite matrix stored row by row, after scaling its diagonal to 1; null where it is not. */
export function invertSymmetric(A: Float64Array, k: number): Float64Array | null {
  const scale = new Float64Array(k);
  for (let i = 0; i < k; i++) {
    if (!(A[i * k + i] > 0) || !Number.isFinite(A[i * k + i])) return null;
    scale[i] = 1 / Math.sqrt(A[i * k + i]);
  }
  const scaled = new Matrix(k, k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      // The package refuses matrices that are unsymmetric in the last digit.
      const value = A[i * k + j] * scale[i] * scale[j];
      if (!Number.isFinite(value)) return null;
      scaled.set(i, j, value);
      scaled.set(j, i, value);
    }
  }
  const cholesky = new CholeskyDecomposition(scaled);
  if (!cholesky.isPositiveDefinite()) return null;
  const L = cholesky.lowerTriangularMatrix;
  for (let i = 0; i < k; i++) if (!(L.get(i, i) ** 2 > SMALLEST_PIVOT)) return null;
  const inverse = cholesky.solve(Matrix.eye(k));
  const out = new Float64Array(k * k);
  for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) out[i * k + j] = inverse.get(i, j) * scale[i] * scale[j];
  return out;
}

/**
 * A⁻¹ g for a symmetric positive definite A stored row by row, by Cholesky after scaling the diagonal to 1; null where it is
 * not. Overwrites A. Plain loops: a search solves so often that the calls behind a matrix class would show.
 */
export function solveSymmetric(A: Float64Array, g: Float64Array): Float64Array | null {
  const k = g.length;
  const scale = new Float64Array(k);
  const x = new Float64Array(k);
  for (let i = 0; i < k; i++) {
    if (!(A[i * k + i] > 0) || !Number.isFinite(A[i * k + i])) return null;
    scale[i] = 1 / Math.sqrt(A[i * k + i]);
  }
  for (let i = 0; i < k; i++) {
    let y = g[i] * scale[i];
    for (let j = 0; j <= i; j++) {
      let sum = A[i * k + j] * scale[i] * scale[j];
      for (let m = 0; m < j; m++) sum -= A[i * k + m] * A[j * k + m];
      if (j < i) {
        A[i * k + j] = sum / A[j * k + j];
        y -= A[i * k + j] * x[j];
      } else {
        if (!(sum > SMALLEST_PIVOT)) return null;
        A[i * k + i] = Math.sqrt(sum);
      }
    }
    x[i] = y / A[i * k + i];
  }
  for (let i = k - 1; i >= 0; i--) {
    let sum = x[i];
    for (let j = i + 1; j < k; j++) sum -= A[j * k + i] * x[j];
    x[i] = sum / A[i * k + i];
  }
  for (let i = 0; i < k; i++) x[i] *= scale[i];
  return x.every(Number.isFinite) ? x : null;
}
