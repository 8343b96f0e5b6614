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
