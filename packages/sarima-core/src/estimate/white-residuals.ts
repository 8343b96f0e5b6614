import { laggedProduct, sumOfSquares } from "../inner-product.js";
import type { ConditionalResiduals } from "../likelihood/conditional.js";
import type { ParameterMap } from "./parameters.js";

/** Lags that are looked at: the first ones, and those around one and two seasons. */
const FIRST_LAGS = 20;
const AROUND = 2;
/** Standard deviations by which the statistic may lie above its mean. Real series are never quite white. */
const TOLERANCE = 5;

/**
 * Whether the conditional residuals at u are as good as white, by the statistic of Ljung & Box (1978). What another point could gain in
 * log-likelihood must come from what these residuals still tell of one another, about half of the statistic: where they tell
 * nothing there is no higher maximum worth a search.
 */
export function leavesNothing(residuals: ConditionalResiduals, map: ParameterMap, u: Float64Array): boolean {
  if (!map.apply(u)) return false;
  residuals.run(map.factors);
  const { e, from, spec } = residuals;
  const n = e.length - from;
  const variance = sumOfSquares(e, from);
  const season = spec.seasonal[3];
  const lags = new Set(Array.from({ length: FIRST_LAGS }, (_, i) => i + 1));
  if (season > 1) {
    for (const centre of [season, 2 * season]) {
      for (let lag = centre - AROUND; lag <= centre + AROUND; lag++) lags.add(lag);
    }
  }
  let statistic = 0;
  let count = 0;
  for (const lag of lags) {
    if (lag < 1 || lag > n / 2) continue;
    const correlation = laggedProduct(e, e, lag, from + lag) / variance;
    statistic += (n * (n + 2) * correlation ** 2) / (n - lag);
    count++;
  }
  const freedom = Math.max(1, count - map.free);
  return statistic < freedom + TOLERANCE * Math.sqrt(2 * freedom);
}
