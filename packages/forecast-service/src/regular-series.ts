import type { Samples } from "@loadcast/metrics-io";
import { detectStep, formatStep, type Step, stepsBetween, timeAt } from "./calendar.js";
import { LoadcastError } from "./errors.js";

/** Equally spaced values; NaN is a gap. `start` and `step` are null where times are not known. */
export interface RegularSeries {
  readonly values: Float64Array;
  readonly start: number | null;
  readonly step: Step | null;
}

export interface Regularised extends RegularSeries {
  readonly start: number;
  readonly step: Step;
  /** What was done to the data, in words for people. */
  readonly notes: readonly string[];
}

/** Files hold what they hold; a grid of more places than this that is mostly empty comes from one wrong time far away. */
const MANY_PLACES = 5_000_000;

/**
 * Samples of a file → the regular grid they were most likely taken on. The step is detected, places without a sample become gaps, samples
 * that share a place are averaged. Calendar months, quarters and years stay what they are.
 *
 * @throws LoadcastError `TOO_SHORT` for fewer than two samples, `BAD_TIMES` where no grid of a sane size holds the times.
 */
export function regularise(samples: Samples): Regularised {
  const { times, values } = samples;
  const n = times.length;
  if (n < 2) {
    throw new LoadcastError("TOO_SHORT", `a series needs at least 2 values with different times; this one has ${n}`);
  }
  const step = detectStep(times);
  const start = firstPlace(times, step);
  const length = stepsBetween(start, times[n - 1], step) + 1;
  if (!(length <= 100 * n) || (length > MANY_PLACES && length > 2 * n)) {
    throw new LoadcastError(
      "BAD_TIMES",
      `the times run from ${iso(start)} to ${iso(times[n - 1])} with most steps at ${formatStep(step)}: ${length} places for ${n} values; look for a wrong time`,
    );
  }
  const sums = new Float64Array(length);
  const counts = new Uint32Array(length);
  let offGrid = 0;
  for (let i = 0; i < n; i++) {
    const index = Math.min(length - 1, Math.max(0, stepsBetween(start, times[i], step)));
    if (step.unit === "millisecond" && Math.abs(times[i] - timeAt(start, step, index)) > step.count / 20) offGrid++;
    if (Number.isNaN(values[i])) continue;
    sums[index] += values[i];
    counts[index]++;
  }
  let shared = 0;
  for (let i = 0; i < length; i++) {
    if (counts[i] > 1) shared += counts[i] - 1;
    sums[i] = counts[i] > 0 ? sums[i] / counts[i] : Number.NaN;
  }
  const notes: string[] = [];
  if (offGrid > 0)
    notes.push(`${offGrid} of ${n} times do not lie on the ${formatStep(step)} grid and were moved to it`);
  if (shared > 0) notes.push(`${shared} values share their place with another and were averaged`);
  return { values: sums, start, step, notes };
}

/**
 * Where the grid begins: at the first time, where it is as good as any other; on jittering times at the place that most of them mean, or
 * else the jitter of one moves all the others.
 */
function firstPlace(times: ArrayLike<number>, step: Step): number {
  const first = times[0] as number;
  if (step.unit === "month") return first;
  const { count } = step;
  let [x, y, agree] = [0, 0, 0];
  for (let i = 0; i < times.length; i++) {
    const offset = (times[i] as number) - first;
    if (offset % count === 0) agree++;
    const angle = (2 * Math.PI * (offset % count)) / count;
    x += Math.cos(angle);
    y += Math.sin(angle);
  }
  if (agree * 2 > times.length) return first;
  const phase = (angle: number) => (angle / (2 * Math.PI)) * count;
  const meant = first + phase(Math.atan2(y, x));
  // A whole number of steps since 1970, where the spread of the times leaves that open.
  const whole = Math.round(meant / count) * count;
  const spread = phase(Math.sqrt(-2 * Math.log(Math.min(1, Math.hypot(x, y) / times.length))));
  const open = spread > count / 5 || Math.abs(whole - meant) <= Math.max(count / 50, spread / 2);
  const start = open ? whole : Math.round(meant);
  // The first time has a place, too.
  return start + Math.round((first - start) / count) * count;
}

const iso = (time: number) => new Date(time).toISOString();
