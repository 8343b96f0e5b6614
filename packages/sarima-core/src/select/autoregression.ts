/** A long autoregression: cheap, and close to what any ARMA model would say. */
export interface Autoregression {
  readonly ar: readonly number[];
  /** Unbiased for the number of coefficients. */
  readonly sigma2: number;
}

/**
 * Yule–Walker autoregression of a series with mean 0, its order by AIC (Akaike 1969), by Levinson's recursion: always
 * stationary, O(n·maxOrder).
 */
export function autoregression(w: Float64Array, maxOrder: number): Autoregression {
  const n = w.length;
  const limit = Math.min(maxOrder, Math.max(0, Math.floor(n / 4)));
  const gamma = new Float64Array(limit + 1);
  for (let k = 0; k <= limit; k++) {
    let sum = 0;
    for (let t = k; t < n; t++) sum += w[t] * w[t - k];
    gamma[k] = sum / n;
  }
  let variance = gamma[0];
  let best: Autoregression = { ar: [], sigma2: variance };
  let lowest = n * Math.log(variance);
  const a = new Float64Array(limit);
  for (let k = 0; k < limit && variance > 1e-12 * gamma[0]; k++) {
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
    const aic = n * Math.log(variance) + 2 * (k + 1);
    if (aic < lowest) {
      lowest = aic;
      best = { ar: Array.from(a.subarray(0, k + 1)), sigma2: (variance * n) / Math.max(1, n - k - 2) };
    }
  }
  return best;
}
