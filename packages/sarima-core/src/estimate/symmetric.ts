/** Inverse of a symmetric positive definite matrix stored row by row, by Cholesky after scaling its diagonal to 1; else null. */
export function invertSymmetric(A: Float64Array, k: number): Float64Array | null {
  const scale = new Float64Array(k);
  for (let i = 0; i < k; i++) {
    if (!(A[i * k + i] > 0) || !Number.isFinite(A[i * k + i])) return null;
    scale[i] = 1 / Math.sqrt(A[i * k + i]);
  }
  const L = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = A[i * k + j] * scale[i] * scale[j];
      for (let m = 0; m < j; m++) sum -= L[i * k + m] * L[j * k + m];
      if (i === j) {
        if (!(sum > 1e-12)) return null;
        L[i * k + i] = Math.sqrt(sum);
      } else L[i * k + j] = sum / L[j * k + j];
    }
  }
  const inverse = new Float64Array(k * k);
  const column = new Float64Array(k);
  for (let c = 0; c < k; c++) {
    for (let i = 0; i < k; i++) {
      let sum = i === c ? 1 : 0;
      for (let m = 0; m < i; m++) sum -= L[i * k + m] * column[m];
      column[i] = sum / L[i * k + i];
    }
    for (let i = k - 1; i >= 0; i--) {
      let sum = column[i];
      for (let m = i + 1; m < k; m++) sum -= L[m * k + i] * column[m];
      column[i] = sum / L[i * k + i];
    }
    for (let i = 0; i < k; i++) inverse[i * k + c] = column[i] * scale[i] * scale[c];
  }
  return inverse;
}
