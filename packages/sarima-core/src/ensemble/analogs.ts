import { sortedQuantile } from "../baselines/empirical.js";
import { toOriginal } from "./error-table.js";
import { COUNT, PROBABILITIES } from "./grid.js";
import type { History, ScaleName } from "./history.js";

export interface AnalogOptions {
  /** Lengths of the means that describe a moment: the last value, the last quarter of an hour, … */
  readonly lengths: readonly number[];
  /** Share of the difference in level that is added to what followed an analog. */
  readonly shift: number;
}

/** Values before the origin that are no candidates: what follows them is not known yet. */
const EXCLUDED = 12;
const MIN_NEIGHBOURS = 20;
const MIN_CANDIDATES = 48;
/** A step pools what came this many steps to either side. */
const POOL = 2;
const LEVEL_LENGTH = 12;
/** Values that are searched. */
const WINDOW = 4032;

/**
 * Quantiles of what followed the moments most like now (Lorenz 1969; Yakowitz 1987): a forecast without a model, for load
 * that jumps between levels. Null where the history is too short to have analogs.
 */
export function analogQuantiles(
  history: History,
  t: number,
  steps: readonly number[],
  { lengths, shift }: AnalogOptions,
): Float64Array | null {
  const scale: ScaleName = history.shape ? "shape" : "raw";
  const z = history[scale] as Float64Array;
  const longest = Math.max(LEVEL_LENGTH, ...lengths);
  const start = Math.max(0, t - WINDOW);
  const candidates = t - EXCLUDED - (start + longest);
  if (candidates < MIN_CANDIDATES) return null;

  // 1. Describe every moment by trailing means, by running sums.
  const sums = new Float64Array(t - start + 1);
  for (let i = start; i < t; i++) sums[i - start + 1] = sums[i - start] + z[i];
  const trailing = (at: number, length: number) => (sums[at - start] - sums[at - start - length]) / length;

  // 2. Distance from now, each mean in units of its standard deviation.
  const distance = new Float64Array(candidates);
  for (const length of lengths) {
    let sum = 0;
    let squares = 0;
    for (let c = 0; c < candidates; c++) {
      const value = trailing(start + longest + c, length);
      sum += value;
      squares += value * value;
    }
    const mean = sum / candidates;
    const variance = Math.max(0, squares / candidates - mean * mean);
    if (!(variance > 1e-20 * mean * mean)) continue; // constant: says nothing
    const now = trailing(t, length);
    for (let c = 0; c < candidates; c++) {
      const difference = trailing(start + longest + c, length) - now;
      distance[c] += (difference * difference) / variance;
    }
  }

  // 3. The nearest, and what followed them.
  const count = Math.min(candidates, Math.max(MIN_NEIGHBOURS, Math.round(2 * Math.sqrt(t - start))));
  const limit = distance.slice().sort()[count - 1];
  const near: number[] = [];
  for (let c = 0; c < candidates && near.length < count; c++) if (distance[c] <= limit) near.push(start + longest + c);
  const level = shift * trailing(t, LEVEL_LENGTH);
  const m = steps.length;
  const out = new Float64Array(COUNT * m);
  const followed: number[] = [];
  for (let s = 0; s < m; s++) {
    followed.length = 0;
    for (const at of near) {
      const correction = shift === 0 ? 0 : level - shift * trailing(at, LEVEL_LENGTH);
      for (let k = Math.max(0, steps[s] - POOL); k <= steps[s] + POOL; k++) {
        if (at + k >= t || Number.isNaN(history.y[at + k])) continue;
        // Unshifted values are taken as they were observed: there and back through the scale costs the last digit.
        followed.push(shift === 0 ? history.y[at + k] : z[at + k] + correction);
      }
    }
    if (followed.length < 10) {
      if (s === 0) return null;
      for (let k = 0; k < COUNT; k++) out[k * m + s] = out[k * m + s - 1];
      continue;
    }
    const sorted = Float64Array.from(followed).sort();
    for (let k = 0; k < COUNT; k++) {
      const value = sortedQuantile(sorted, PROBABILITIES[k]);
      out[k * m + s] = shift === 0 ? value : toOriginal(value, scale, history);
    }
  }
  return out;
}
