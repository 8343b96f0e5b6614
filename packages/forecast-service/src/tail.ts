import { type MetricSource, resample, type Samples, type SeriesKey } from "@loadcast/metrics-io";
import { type Outside, sameBounds, withinBounds } from "./bounds.js";
import { type Known, knownOf } from "./readiness.js";
import { type Bounds, DAY_STEPS, LATE_WINDOW, STEP_MILLIS } from "./settings.js";

/** The recent past of a series on the 5-minute grid, kept in memory: a round reads what is new and no more. */
export interface Tail extends Known {
  /** Start of the first bucket. */
  readonly start: number;
  /** Complete buckets; NaN is a gap. */
  readonly values: Float64Array;
  /** Samples outside of these are in none of the values. */
  readonly bounds: Bounds | null;
  /** How many those were in each bucket, and the last of them; null where there were none. */
  readonly left: { readonly counts: Uint16Array; readonly last: Outside["last"] } | null;
}

export interface TailUpdate {
  readonly tail: Tail;
  /** Whether a value changed that was known before: samples came late. */
  readonly changed: boolean;
}

export interface TailOptions {
  readonly now: number;
  /** How far the tail should reach back. */
  readonly from: number;
  /** Read again from here, because samples are known to have come for it. */
  readonly again?: number;
  /** Samples outside of them are left out and counted. */
  readonly bounds?: Bounds | null;
}

/** What `readTail` asks the source for. */
export function tailRange(before: Tail | null, options: TailOptions): { from: number; to: number } {
  const { end, readFrom } = placesOf(before, options);
  return { from: readFrom, to: end };
}

function placesOf(before: Tail | null, { now, from, again = Infinity, bounds = null }: TailOptions) {
  const floor = (time: number) => Math.floor(time / STEP_MILLIS) * STEP_MILLIS;
  const end = floor(now);
  const wanted = Math.min(end, floor(from));
  const knownEnd = before ? endOf(before) : wanted;
  // A tail that does not reach back far enough is read again as a whole; so is one after the clock was set back,
  // and one that was read with other bounds.
  const usable = before !== null && knownEnd <= end && before.start <= wanted && sameBounds(before.bounds, bounds);
  const readFrom = usable ? Math.max(wanted, Math.min(floor(again), knownEnd - LATE_WINDOW)) : wanted;
  return { end, wanted, knownEnd, readFrom, kept: usable ? before : null };
}

/**
 * Reads what came since the last time, and the last hour again, in which samples may have come late.
 */
export async function readTail(
  source: Pick<MetricSource, "read">,
  key: SeriesKey,
  before: Tail | null,
  options: TailOptions,
): Promise<TailUpdate> {
  const { now, bounds = null } = options;
  const { end, wanted, knownEnd, readFrom, kept } = placesOf(before, options);
  const { samples, outside } = withinBounds(await source.read(key, { from: readFrom, to: end }), bounds);
  const grid = resample(samples, { stepSeconds: STEP_MILLIS / 1000, from: readFrom, to: end, completeAt: now });

  const start = wanted;
  const values = new Float64Array(Math.max(0, (end - start) / STEP_MILLIS)).fill(Number.NaN);
  if (kept) {
    const skip = (start - kept.start) / STEP_MILLIS;
    values.set(kept.values.subarray(skip, skip + values.length));
  }
  let changed = false;
  grid.values.forEach((value, i) => {
    const time = readFrom + i * STEP_MILLIS;
    const at = (time - start) / STEP_MILLIS;
    if (at < 0 || at >= values.length) return;
    if (kept && time < knownEnd && !Object.is(values[at], value)) changed = true;
    values[at] = value;
  });
  const left = leftOut(kept, outside, { start, length: values.length, readFrom });
  return { tail: { start, values, bounds, left, ...knownOf(values, start) }, changed };
}

/** Counts of what was left out, by bucket: those known from before, and those of the part that was read. */
function leftOut(
  before: Tail | null,
  { times, values }: Samples,
  { start, length, readFrom }: { start: number; length: number; readFrom: number },
): Tail["left"] {
  if (times.length === 0 && !before?.left) return null;
  const counts = new Uint16Array(length);
  const known = Math.max(0, (readFrom - start) / STEP_MILLIS);
  if (before?.left) {
    const skip = (start - before.start) / STEP_MILLIS;
    counts.set(before.left.counts.subarray(skip, skip + known));
  }
  for (const time of times) counts[Math.floor((time - start) / STEP_MILLIS)]++;
  if (!counts.some((count) => count > 0)) return null;
  const i = times.length - 1;
  const last = i < 0 ? before?.left?.last : { time: times[i], value: values[i] };
  return last === undefined ? null : { counts, last };
}

/** What the bounds of a series called impossible in the last day of its tail; null where there was nothing. */
export function outsideOf({ left, bounds }: Pick<Tail, "left" | "bounds">): Outside | null {
  if (!left || !bounds) return null;
  const count = left.counts.subarray(-DAY_STEPS).reduce((sum, one) => sum + one, 0);
  return count === 0 ? null : { count, last: left.last, bounds };
}

export function endOf({ start, values }: Pick<Tail, "start" | "values">): number {
  return start + values.length * STEP_MILLIS;
}

/** The value of the bucket that starts at `time`; NaN where there is none. */
export function valueAt({ start, values }: Pick<Tail, "start" | "values">, time: number): number {
  return values[(time - start) / STEP_MILLIS] ?? Number.NaN;
}
