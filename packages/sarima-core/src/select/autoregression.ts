import { yuleWalker } from "../yule-walker.js";

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
  let best: Autoregression = { ar: [], sigma2: 0 };
  let lowest = Number.POSITIVE_INFINITY;
  yuleWalker(w, limit, (order, a, variance) => {
    const aic = n * Math.log(variance) + 2 * order;
    if (order > 0 && !(aic < lowest)) return;
    lowest = aic;
    const sigma2 = order === 0 ? variance : (variance * n) / Math.max(1, n - order - 1);
    best = { ar: Array.from(a.subarray(0, order)), sigma2 };
  });
  return best;
}
