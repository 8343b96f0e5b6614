import { sortedQuantile } from "../baselines/empirical.js";
import { COUNT, PROBABILITIES } from "./grid.js";
import type { History } from "./history.js";

/** Half-lives that count: the rest weighs 1/1000. */
const REACH = 10;

/** Positions of the observed values, by ascending value: sorted once for all origins and half-lives. */
export function valueOrder(y: Float64Array): Int32Array {
  const observed: number[] = [];
  for (let t = 0; t < y.length; t++) if (!Number.isNaN(y[t])) observed.push(t);
  return Int32Array.from(observed.sort((a, b) => y[a] - y[b]));
}

/** 2^(−lag/halfLife) for the lags 0 … length − 1. */
function decay(halfLife: number, length: number): Float64Array {
  const weights = new Float64Array(length);
  const ratio = 0.5 ** (1 / halfLife);
  for (let lag = 0, weight = 1; lag < length; lag++, weight *= ratio) weights[lag] = weight;
  return weights;
}

/**
 * Quantiles of the values before t, those `halfLife` steps older counting half; the same at every step. Interpolated between
 * the middles of the values' weights.
 */
export function recentQuantiles(
  y: Float64Array,
  order: Int32Array,
  t: number,
  halfLife: number,
  steps: readonly number[],
): Float64Array {
  const oldest = t - REACH * halfLife;
  const weights = decay(halfLife, Math.min(t, Math.ceil(REACH * halfLife) + 1));
  const values = new Float64Array(weights.length + 1);
  const middles = new Float64Array(weights.length + 1);
  let count = 0;
  let total = 0;
  for (let i = 0; i < order.length; i++) {
    const at = order[i];
    if (at >= t || at < oldest) continue;
    const weight = weights[t - 1 - at];
    values[count] = y[at];
    middles[count++] = total + weight / 2;
    total += weight;
  }
  const m = steps.length;
  const out = new Float64Array(COUNT * m);
  let i = 0;
  for (let k = 0; k < COUNT; k++) {
    const target = PROBABILITIES[k] * total;
    while (i < count - 1 && middles[i + 1] < target) i++;
    let value = values[i];
    if (i < count - 1 && target > middles[i]) {
      value += ((target - middles[i]) / (middles[i + 1] - middles[i])) * (values[i + 1] - values[i]);
    }
    out.fill(value, k * m, (k + 1) * m);
  }
  return out;
}

/**
 * Quantiles of what was observed at the same place of the last cycles, `halfWidth` steps to either side included. Null where
 * a step has fewer than five such values.
 */
export function sameTimeQuantiles(
  { y }: History,
  t: number,
  steps: readonly number[],
  period: number,
  cycles: number,
): Float64Array | null {
  const halfWidth = Math.round(period / 48);
  const m = steps.length;
  const out = new Float64Array(COUNT * m);
  const found: number[] = [];
  for (let s = 0; s < m; s++) {
    found.length = 0;
    const phase = steps[s] % period;
    for (let c = 1; c <= cycles; c++) {
      const centre = t + phase - c * period;
      for (let at = Math.max(0, centre - halfWidth); at <= centre + halfWidth && at < t; at++) {
        if (!Number.isNaN(y[at])) found.push(y[at]);
      }
    }
    if (found.length < 3) return null;
    const sorted = Float64Array.from(found).sort();
    for (let k = 0; k < COUNT; k++) out[k * m + s] = sortedQuantile(sorted, PROBABILITIES[k]);
  }
  return out;
}
