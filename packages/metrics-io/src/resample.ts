import { AdapterError } from "./errors.js";
import { tidySamples } from "./samples.js";
import type { EpochMillis, Samples } from "./types.js";

/** A regular grid of bucket means. Every column has one entry for each bucket. */
export interface Grid extends Samples {
  readonly stepMillis: number;
  /** Where each bucket starts; bucket i covers times[i] ≤ time < times[i] + stepMillis. */
  readonly times: Float64Array;
  /** Mean of the samples in the bucket; NaN where there are none. */
  readonly values: Float64Array;
  /** How many samples the mean stands on. */
  readonly counts: Uint32Array;
}

export interface ResampleOptions {
  /** Width of a bucket. Default 300. */
  readonly stepSeconds?: number;
  /** The grid begins with the bucket that holds this time; earlier samples are left out. Default: the first sample. */
  readonly from?: EpochMillis;
  /** The grid ends before this time, or with the bucket that holds it. Default: the bucket of the last sample. */
  readonly to?: EpochMillis;
  /** Buckets that end after this time are left out, because more samples may still come. Usually: now. */
  readonly completeAt?: EpochMillis;
  /** Fewer samples than this make a gap. Default 1. */
  readonly minCount?: number;
}

/** 14 days at one second fit ten times; beyond that a wrong unit is more likely than a wish. */
const MAX_BUCKETS = 20_000_000;

/**
 * Irregular samples → a regular grid of bucket means with NaN where nothing was measured.
 *
 * Buckets are aligned to 1970-01-01T00:00:00Z, so that every call gives the same edges; a bucket is labelled by its start. Everything
 * is UTC: daylight saving time does not exist here. Samples may come in any order; of samples with the same time the one given
 * last counts; NaN values are ignored. A partial last bucket is kept unless `completeAt` says when a bucket is complete.
 *
 * No samples give an empty grid, or one of gaps where `from` and `to` are set.
 * Throws AdapterError (INVALID_ARGUMENT) for a bad step, range or column. O(n) for samples in order.
 */
export function resample(
  samples: { times: ArrayLike<number>; values: ArrayLike<number> },
  options: ResampleOptions = {},
): Grid {
  const { times, values } = tidySamples("resample", samples.times, samples.values);
  const edges = gridEdges("resample", options, times);
  const { stepMillis, start, length } = edges;

  const sums = new Float64Array(length);
  const counts = new Uint32Array(length);
  for (let i = 0; i < times.length; i++) {
    const bucket = Math.floor((times[i] - start) / stepMillis);
    if (bucket < 0) continue;
    if (bucket >= length) break;
    sums[bucket] += values[i];
    counts[bucket]++;
  }
  const minCount = Math.max(1, options.minCount ?? 1);
  for (let b = 0; b < length; b++) sums[b] = counts[b] >= minCount ? sums[b] / counts[b] : Number.NaN;
  return { stepMillis, times: bucketStarts(start, stepMillis, length), values: sums, counts };
}

/** First edge and number of buckets for these options and these ordered sample times. */
function gridEdges(
  adapter: string,
  options: ResampleOptions,
  times: Float64Array,
): { stepMillis: number; start: number; length: number } {
  const { stepSeconds = 300, from, to, completeAt, minCount = 1 } = options;
  const refuse = (message: string): never => {
    throw new AdapterError(adapter, message, { code: "INVALID_ARGUMENT" });
  };
  const stepMillis = Math.round(stepSeconds * 1000);
  if (!(stepMillis >= 1 && Number.isFinite(stepMillis))) {
    refuse(`stepSeconds must be a positive number of seconds, at least 0.001; got ${String(stepSeconds)}`);
  }
  if (!(Number.isInteger(minCount) && minCount >= 0)) refuse(`minCount must be a whole number ≥ 0, got ${minCount}`);
  for (const [name, value] of [
    ["from", from],
    ["to", to],
    ["completeAt", completeAt],
  ] as const) {
    if (value !== undefined && !Number.isFinite(value)) {
      refuse(`${name} must be a time in milliseconds since 1970, got ${String(value)}`);
    }
  }
  if (from !== undefined && to !== undefined && from > to) refuse(`from must not be after to, got ${from} and ${to}`);

  const floor = (time: number) => Math.floor(time / stepMillis) * stepMillis;
  const n = times.length;
  // With only one end given and no samples there is nothing to measure the other end by: an empty grid at the end that is known.
  const start = floor(from ?? (n > 0 ? times[0] : (to ?? 0)));
  let end =
    to === undefined ? (n > 0 ? floor(times[n - 1]) + stepMillis : start) : Math.ceil(to / stepMillis) * stepMillis;
  if (completeAt !== undefined) end = Math.min(end, floor(completeAt));
  const length = Math.max(0, Math.round((end - start) / stepMillis));
  if (length > MAX_BUCKETS) {
    refuse(`${length} buckets of ${stepMillis / 1000} s are too many; use a larger stepSeconds or a shorter range`);
  }
  return { stepMillis, start, length };
}

function bucketStarts(start: number, stepMillis: number, length: number): Float64Array {
  const starts = new Float64Array(length);
  for (let b = 0; b < length; b++) starts[b] = start + b * stepMillis;
  return starts;
}
