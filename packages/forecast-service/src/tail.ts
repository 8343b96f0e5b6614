import { type MetricSource, resample, type SeriesKey } from "@loadcast/metrics-io";
import { type Known, knownOf } from "./readiness.js";
import { LATE_WINDOW, STEP_MILLIS } from "./settings.js";

/** The recent past of a series on the 5-minute grid, kept in memory: a round reads what is new and no more. */
export interface Tail extends Known {
  /** Start of the first bucket. */
  readonly start: number;
  /** Complete buckets; NaN is a gap. */
  readonly values: Float64Array;
}

export interface TailUpdate {
  readonly tail: Tail;
  /** Whether a value changed that was known before: samples came late. */
  readonly changed: boolean;
}

/**
 * Reads what came since the last time, and the last hour again, in which samples may have come late.
 *
 * @param from how far the tail should reach back
 * @param again read again from here, because samples are known to have come for it
 */
export async function readTail(
  source: Pick<MetricSource, "read">,
  key: SeriesKey,
  before: Tail | null,
  { now, from, again = Infinity }: { now: number; from: number; again?: number },
): Promise<TailUpdate> {
  const floor = (time: number) => Math.floor(time / STEP_MILLIS) * STEP_MILLIS;
  const end = floor(now);
  const wanted = Math.min(end, floor(from));
  const knownEnd = before ? endOf(before) : wanted;
  // A tail that does not reach back far enough is read again as a whole; so is one after the clock was set back.
  const usable = before !== null && knownEnd <= end && before.start <= wanted;
  const readFrom = usable ? Math.max(wanted, Math.min(floor(again), knownEnd - LATE_WINDOW)) : wanted;
  const samples = await source.read(key, { from: readFrom, to: end });
  const grid = resample(samples, { stepSeconds: STEP_MILLIS / 1000, from: readFrom, to: end, completeAt: now });

  const start = wanted;
  const values = new Float64Array(Math.max(0, (end - start) / STEP_MILLIS)).fill(Number.NaN);
  if (usable) {
    const skip = (start - before.start) / STEP_MILLIS;
    values.set(before.values.subarray(skip, skip + values.length));
  }
  let changed = false;
  grid.values.forEach((value, i) => {
    const time = readFrom + i * STEP_MILLIS;
    const at = (time - start) / STEP_MILLIS;
    if (at < 0 || at >= values.length) return;
    if (usable && time < knownEnd && !Object.is(values[at], value)) changed = true;
    values[at] = value;
  });
  return { tail: { start, values, ...knownOf(values, start) }, changed };
}

export function endOf({ start, values }: Pick<Tail, "start" | "values">): number {
  return start + values.length * STEP_MILLIS;
}

/** The value of the bucket that starts at `time`; NaN where there is none. */
export function valueAt({ start, values }: Pick<Tail, "start" | "values">, time: number): number {
  return values[(time - start) / STEP_MILLIS] ?? Number.NaN;
}
