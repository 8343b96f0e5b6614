import { sortedQuantile } from "../baselines/empirical.js";
import { countedValues } from "./counted-values.js";
import { toOriginal } from "./error-table.js";
import { COUNT, PROBABILITIES } from "./grid.js";
import type { History, ScaleName } from "./history.js";
import type { Setting } from "./members.js";

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
/** A step pools what came this many steps to either side; fewer values than the least say nothing of it. */
const POOL = 2;
const LEAST_POOLED = 10;
const LEVEL_LENGTH = 12;
/** Values that are searched. */
const WINDOW = 4032;

/**
 * Quantiles of what followed the moments most like now (Lorenz 1969; Yakowitz 1987): a forecast without a model, for load
 * that jumps between levels. Null where the history is too short to have analogs.
 */
export function analogQuantiles(
  setting: Pick<Setting, "history" | "order">,
  t: number,
  steps: readonly number[],
  { lengths, shift }: AnalogOptions,
): Float64Array | null {
  const { history } = setting;
  const z = history[history.shape ? "shape" : "raw"] as Float64Array;
  const near = nearestMoments(history, z, t, lengths);
  if (near === null) return null;
  return shift === 0 ? observedAfter(setting, near, t, steps) : shiftedAfter(history, z, near, t, steps, shift);
}

/**
 * Unshifted values are taken as they were observed: there and back through the scale costs the last digit. They are values of the series,
 * whose order is known, so quantiles are found by counting, without sorting anything: from one step to the next a column of followers
 * comes and another goes.
 */
function observedAfter(
  { history: { y }, order }: Pick<Setting, "history" | "order">,
  near: Int32Array,
  t: number,
  steps: readonly number[],
): Float64Array | null {
  const rank = ranksOf(order, y.length);
  const counted = countedValues(order.length);
  const move = (k: number, by: 1 | -1) => {
    for (let i = 0; i < near.length && near[i] + k < t; i++) counted.add(rank[near[i] + k], by);
  };
  const m = steps.length;
  const out = new Float64Array(COUNT * m);
  // Columns begin … end − 1 are counted.
  let begin = 0;
  let end = 0;
  for (let s = 0; s < m; s++) {
    const first = Math.max(0, steps[s] - POOL);
    const next = steps[s] + POOL + 1;
    for (; begin < Math.min(first, end); begin++) move(begin, -1);
    begin = first;
    for (end = Math.max(end, first); end < next; end++) move(end, 1);
    if (counted.total < LEAST_POOLED) {
      if (s === 0) return null;
      for (let k = 0; k < COUNT; k++) out[k * m + s] = out[k * m + s - 1];
      continue;
    }
    const rankAt = counted.ranks();
    for (let k = 0; k < COUNT; k++) {
      const position = PROBABILITIES[k] * (counted.total - 1);
      const below = Math.floor(position);
      const low = y[order[rankAt(below)]];
      out[k * m + s] = below + 1 < counted.total ? low + (position - below) * (y[order[rankAt(below + 1)]] - low) : low;
    }
  }
  return out;
}

/** Ranks by position, −1 at gaps; found once for each order of a series. */
const ranks = new WeakMap<Int32Array, Int32Array>();

function ranksOf(order: Int32Array, length: number): Int32Array {
  let known = ranks.get(order);
  if (known === undefined) {
    known = new Int32Array(length).fill(-1);
    for (let i = 0; i < order.length; i++) known[order[i]] = i;
    ranks.set(order, known);
  }
  return known;
}

/** What followed the nearest moments, moved by a share of the difference in level: other values for every origin, so they are sorted. */
function shiftedAfter(
  history: History,
  z: Float64Array,
  near: Int32Array,
  t: number,
  steps: readonly number[],
  shift: number,
): Float64Array | null {
  const scale: ScaleName = history.shape ? "shape" : "raw";
  const level = shift * meanBefore(z, t);
  const moves = Float64Array.from(near, (at) => level - shift * meanBefore(z, at));
  /** What followed k steps after the nearest, ascending; neighbouring steps share most of it. */
  const columns = new Map<number, Float64Array>();
  const columnAt = (k: number): Float64Array => {
    let column = columns.get(k);
    if (column === undefined) {
      column = new Float64Array(near.length);
      let count = 0;
      for (let i = 0; i < near.length && near[i] + k < t; i++) {
        if (!Number.isNaN(history.y[near[i] + k])) column[count++] = z[near[i] + k] + moves[i];
      }
      column = column.subarray(0, count).sort();
      columns.set(k, column);
    }
    return column;
  };

  const m = steps.length;
  const out = new Float64Array(COUNT * m);
  const size = near.length * (2 * POOL + 1);
  const buffers = [new Float64Array(size), new Float64Array(size)];
  for (let s = 0; s < m; s++) {
    let followed = columnAt(Math.max(0, steps[s] - POOL));
    for (let k = Math.max(0, steps[s] - POOL) + 1; k <= steps[s] + POOL; k++) {
      followed = merge(followed, columnAt(k), buffers[k & 1]);
    }
    if (followed.length < LEAST_POOLED) {
      if (s === 0) return null;
      for (let k = 0; k < COUNT; k++) out[k * m + s] = out[k * m + s - 1];
      continue;
    }
    for (let k = 0; k < COUNT; k++) {
      out[k * m + s] = toOriginal(sortedQuantile(followed, PROBABILITIES[k]), scale, history);
    }
  }
  return out;
}

function meanBefore(z: Float64Array, at: number): number {
  let sum = 0;
  for (let i = at - LEVEL_LENGTH; i < at; i++) sum += z[i];
  return sum / LEVEL_LENGTH;
}

/** Two members look for the same moments: what the one found serves the other. */
const found = new WeakMap<History, Map<string, Int32Array | null>>();

/** Where the moments most like the one before t end, in the order of time; null where there are too few to choose from. */
function nearestMoments(history: History, z: Float64Array, t: number, lengths: readonly number[]): Int32Array | null {
  let known = found.get(history);
  if (known === undefined) {
    known = new Map();
    found.set(history, known);
  }
  const key = `${t} ${lengths.join()}`;
  let near = known.get(key);
  if (near === undefined) {
    near = findNearest(z, t, lengths);
    known.set(key, near);
  }
  return near;
}

function findNearest(z: Float64Array, t: number, lengths: readonly number[]): Int32Array | null {
  const longest = Math.max(LEVEL_LENGTH, ...lengths);
  const start = Math.max(0, t - WINDOW);
  const candidates = t - EXCLUDED - (start + longest);
  if (candidates < MIN_CANDIDATES) return null;

  // 1. Describe every moment by trailing means, by running sums.
  const sums = new Float64Array(t - start + 1);
  for (let i = start; i < t; i++) sums[i - start + 1] = sums[i - start] + z[i];

  // 2. Distance from now, each mean in units of its standard deviation.
  const distance = new Float64Array(candidates);
  const trailing = new Float64Array(candidates);
  for (const length of lengths) {
    let sum = 0;
    let squares = 0;
    for (let c = 0; c < candidates; c++) {
      const value = (sums[longest + c] - sums[longest + c - length]) / length;
      trailing[c] = value;
      sum += value;
      squares += value * value;
    }
    const mean = sum / candidates;
    const variance = Math.max(0, squares / candidates - mean * mean);
    if (!(variance > 1e-20 * mean * mean)) continue; // constant: says nothing
    const now = (sums[t - start] - sums[t - start - length]) / length;
    for (let c = 0; c < candidates; c++) {
      const difference = trailing[c] - now;
      distance[c] += (difference * difference) / variance;
    }
  }

  // 3. The nearest.
  const count = Math.min(candidates, Math.max(MIN_NEIGHBOURS, Math.round(2 * Math.sqrt(t - start))));
  const limit = smallest(distance.slice(), count - 1);
  const near = new Int32Array(count);
  let chosen = 0;
  for (let c = 0; c < candidates && chosen < count; c++) if (distance[c] <= limit) near[chosen++] = start + longest + c;
  return near.subarray(0, chosen);
}

/** The element that sorting would put at `rank`; the order of `x` is lost. Hoare's selection (1961), O(n). */
function smallest(x: Float64Array, rank: number): number {
  let left = 0;
  let right = x.length - 1;
  while (left < right) {
    const pivot = x[(left + right) >> 1];
    let i = left;
    let j = right;
    while (i <= j) {
      while (x[i] < pivot) i++;
      while (x[j] > pivot) j--;
      if (i > j) break;
      const value = x[i];
      x[i++] = x[j];
      x[j--] = value;
    }
    if (rank <= j) right = j;
    else if (rank >= i) left = i;
    else break;
  }
  return x[rank];
}

/** Two ascending lists as one, in `into`. */
function merge(a: Float64Array, b: Float64Array, into: Float64Array): Float64Array {
  let i = 0;
  let j = 0;
  let n = 0;
  while (i < a.length && j < b.length) into[n++] = b[j] < a[i] ? b[j++] : a[i++];
  while (i < a.length) into[n++] = a[i++];
  while (j < b.length) into[n++] = b[j++];
  return into.subarray(0, n);
}
