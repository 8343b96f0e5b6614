import { AdapterError } from "./errors.js";
import type { Samples, TimeRange } from "./types.js";

export const NO_SAMPLES: Samples = Object.freeze({ times: new Float64Array(0), values: new Float64Array(0) });

/** The largest time a JavaScript Date can hold, in milliseconds either side of 1970. */
const MAX_TIME = 8.64e15;

/**
 * Samples as they come, turned into samples as they are kept: times rounded to whole milliseconds, in order, each time once (the
 * sample given last wins), gaps (NaN values) left out. The input is not changed. O(n) when already in order, else O(n log n).
 *
 * Throws AdapterError (INVALID_ARGUMENT) for columns of different length, a time that is not a number, an infinite value.
 */
export function tidySamples(adapter: string, times: ArrayLike<number>, values: ArrayLike<number>): Samples {
  const n = times.length;
  if (values.length !== n) {
    throw new AdapterError(adapter, `times and values differ in length: ${n} and ${values.length}`, {
      code: "INVALID_ARGUMENT",
    });
  }
  const t = new Float64Array(n);
  const v = new Float64Array(n);
  let kept = 0;
  let ordered = true;
  for (let i = 0; i < n; i++) {
    const time = Math.round(times[i]);
    const value = values[i];
    if (typeof times[i] !== "number" || !(Math.abs(time) <= MAX_TIME)) {
      throw new AdapterError(
        adapter,
        `time ${i} is not a number of milliseconds since 1970 that a date can hold, got ${String(times[i])}`,
        { code: "INVALID_ARGUMENT" },
      );
    }
    if (typeof value !== "number" || value === Infinity || value === -Infinity) {
      throw new AdapterError(adapter, `value ${i} must be a finite number, or NaN for a gap; got ${String(value)}`, {
        code: "INVALID_ARGUMENT",
      });
    }
    if (Number.isNaN(value)) continue;
    if (kept > 0 && time <= t[kept - 1]) ordered = false;
    t[kept] = time;
    v[kept] = value;
    kept++;
  }
  const tidy = kept === n ? { times: t, values: v } : { times: t.slice(0, kept), values: v.slice(0, kept) };
  return ordered ? tidy : orderSamples(tidy);
}

/**
 * The same samples in time order with each time once: the last value given for it, and NaN only where nothing but NaN was given.
 * O(n log n).
 */
export function orderSamples({ times, values }: Samples): Samples {
  const index = Uint32Array.from(times, (_, i) => i).sort((a, b) => times[a] - times[b] || a - b);
  const outTimes = new Float64Array(times.length);
  const outValues = new Float64Array(times.length);
  let m = 0;
  for (const i of index) {
    if (m > 0 && outTimes[m - 1] === times[i]) {
      if (!Number.isNaN(values[i])) outValues[m - 1] = values[i];
      continue;
    }
    outTimes[m] = times[i];
    outValues[m] = values[i];
    m++;
  }
  return { times: outTimes.slice(0, m), values: outValues.slice(0, m) };
}

/** The samples with from ≤ time < to, as copies. `samples` must be in time order. O(log n + size of the answer). */
export function sliceSamples(samples: Samples, range: TimeRange): Samples {
  const begin = lowerBound(samples.times, range.from);
  const end = lowerBound(samples.times, range.to);
  return { times: samples.times.slice(begin, end), values: samples.values.slice(begin, end) };
}

/** The first index whose element is ≥ x; the length when there is none. */
function lowerBound(sorted: Float64Array, x: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
