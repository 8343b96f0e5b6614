import type { Harmonics } from "../model.js";
import { designColumns } from "../regressors.js";
import { autoregression } from "./autoregression.js";
import { leastSquares } from "./regression.js";

/** What was found of the cycles longer than the seasonal factor's. */
export interface Cycles {
  readonly harmonics: readonly Harmonics[];
  /** The fitted pattern, of the length of the series; null where there is none. */
  readonly pattern: Float64Array | null;
  /** Coefficients that the pattern has. */
  readonly coefficients: number;
}

/** Harmonics of a long cycle that are looked at. */
const MAX_HARMONICS = 10;

/** AICc has to fall by this much before a cycle counts as being there: about 1 % of white noise passes. */
const EVIDENCE = 8;

/**
 * Finds which of the cycles are there, and how many harmonics (K) each needs, by AICc of a regression whose errors are a long
 * autoregression: series and Fourier terms are both filtered by it (Cochrane & Orcutt 1949), first as estimated
 * from the series, then from what the first regression left. O(n·K²) for each cycle.
 *
 * @param z complete series
 * @param periods shortest first
 * @param look called every few milliseconds; it may throw to stop
 */
export function findCycles(
  z: Float64Array,
  periods: readonly number[],
  maxOrder: number,
  look: () => void = () => {},
): Cycles {
  let harmonics: Harmonics[] = [];
  let pattern: Float64Array | null = null;
  for (let round = 0; round < 2; round++) {
    const rest = pattern === null ? z : z.map((value, t) => value - (pattern as Float64Array)[t]);
    look();
    const ar = autoregression(centred(rest), maxOrder).ar;
    const found: Harmonics[] = [];
    for (const period of periods) {
      const order = harmonicsNeeded(z, ar, found, period, look);
      if (order > 0) found.push({ period, order });
    }
    if (found.length === 0) return { harmonics: [], pattern: null, coefficients: 0 };
    harmonics = found;
    pattern = fittedPattern(z, ar, found, look);
  }
  return { harmonics, pattern, coefficients: designColumns(1, harmonics, [], []).length };
}

function harmonicsNeeded(
  z: Float64Array,
  ar: readonly number[],
  others: readonly Harmonics[],
  period: number,
  look: () => void,
): number {
  const most = Math.min(MAX_HARMONICS, Math.floor(period / 2));
  const y = filtered(z, ar);
  const n = y.length;
  let best = 0;
  let lowest = Number.POSITIVE_INFINITY;
  let without = Number.POSITIVE_INFINITY;
  for (let order = 0; order <= most; order++) {
    look();
    const cycles = order > 0 ? [...others, { period, order }] : others;
    const columns = designColumns(z.length, cycles, [], []);
    columns.unshift(new Float64Array(z.length).fill(1));
    const { rss, rank } = leastSquares(
      columns.map((column) => {
        look();
        return filtered(column, ar);
      }),
      y,
    );
    const k = rank + ar.length + 1;
    if (n <= k + 1) break;
    const aicc = n * Math.log(rss) + 2 * k + (2 * k * (k + 1)) / (n - k - 1);
    if (order === 0) without = aicc;
    if (aicc < lowest) {
      lowest = aicc;
      best = order;
    }
    // Two more harmonics that did not help: a pattern has few gaps in its spectrum.
    if (order >= best + 3) break;
  }
  return lowest < without - EVIDENCE ? best : 0;
}

function fittedPattern(
  z: Float64Array,
  ar: readonly number[],
  harmonics: readonly Harmonics[],
  look: () => void,
): Float64Array {
  const columns = designColumns(z.length, harmonics, [], []);
  const constant = new Float64Array(z.length).fill(1);
  const { coefficients } = leastSquares(
    [constant, ...columns].map((column) => {
      look();
      return filtered(column, ar);
    }),
    filtered(z, ar),
  );
  const out = new Float64Array(z.length);
  columns.forEach((column, j) => {
    const b = coefficients[j + 1] || 0;
    for (let t = 0; t < out.length; t++) out[t] += b * column[t];
  });
  return out;
}

/** (1 − Σ aⱼBʲ)x from the first value on that has all its lags. */
function filtered(x: Float64Array, ar: readonly number[]): Float64Array {
  const p = ar.length;
  const out = x.slice(p);
  for (let j = 0; j < p; j++) for (let t = 0; t < out.length; t++) out[t] -= ar[j] * x[t + p - j - 1];
  return out;
}

export function centred(x: Float64Array): Float64Array {
  let mean = 0;
  for (let t = 0; t < x.length; t++) mean += (x[t] - mean) / (t + 1);
  return x.map((value) => value - mean);
}
