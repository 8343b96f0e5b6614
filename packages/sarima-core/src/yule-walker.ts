import { laggedProduct } from "./inner-product.js";

/**
 * Yule–Walker autoregressions of a series with mean 0, order after order, by Levinson's recursion on the sample
 * autocovariances: always stationary, O(n·maxOrder).
 *
 * @param visit called after each order with its coefficients (the first `order` of `a`, overwritten later) and variance
 * @returns the coefficients at maxOrder; zeros beyond the order at which nothing was left to explain
 */
export function yuleWalker(
  w: Float64Array,
  maxOrder: number,
  visit?: (order: number, a: Float64Array, variance: number) => void,
): Float64Array {
  const n = w.length;
  const gamma = new Float64Array(maxOrder + 1);
  for (let k = 0; k <= maxOrder; k++) gamma[k] = laggedProduct(w, w, k, k) / n;
  const a = new Float64Array(maxOrder);
  let variance = gamma[0];
  visit?.(0, a, variance);
  for (let k = 0; k < maxOrder && variance > 1e-12 * gamma[0]; k++) {
    let sum = gamma[k + 1];
    for (let j = 0; j < k; j++) sum -= a[j] * gamma[k - j];
    const kappa = sum / variance;
    for (let i = 0, j = k - 1; i <= j; i++, j--) {
      const x = a[i];
      const y = a[j];
      a[i] = x - kappa * y;
      if (i !== j) a[j] = y - kappa * x;
    }
    a[k] = kappa;
    variance *= 1 - kappa * kappa;
    visit?.(k + 1, a, variance);
  }
  return a;
}
