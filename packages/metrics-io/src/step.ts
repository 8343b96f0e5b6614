import { AdapterError } from "./errors.js";
import { resample } from "./resample.js";
import type { EpochMillis, Samples } from "./types.js";

/** The spacing of a series: a fixed time, or whole months where the calendar rules (monthly, quarterly, yearly data). */
export interface Step {
  /** Median distance of neighbours, rounded to whole seconds or minutes where it is irregular; NaN for fewer than two samples. */
  readonly millis: number;
  /** 1, 3, 12 …, where every sample lies at the same day and time of a month; null for a fixed step. */
  readonly months: number | null;
  /** Every distance is a whole multiple of the step, so the samples lie on a grid that may have holes. */
  readonly regular: boolean;
}

/** Beyond this a wrong time far away is more likely than so long a series. */
const MAX_GRID = 20_000_000;

/** The step of times in strictly rising order. O(n log n). */
export function detectStep(times: Float64Array): Step {
  if (times.length < 2) return { millis: Number.NaN, months: null, regular: false };
  const distances = Float64Array.from({ length: times.length - 1 }, (_, i) => times[i + 1] - times[i]);
  const millis = lowerMedian(distances);

  const remainder = withinMonth(times[0]);
  if (times.every((time) => withinMonth(time) === remainder)) {
    const distancesInMonths = distances.map((_, i) => monthNumber(times[i + 1]) - monthNumber(times[i]));
    const months = lowerMedian(distancesInMonths);
    return { millis, months, regular: distancesInMonths.every((distance) => distance % months === 0) };
  }
  const regular = distances.every((distance) => distance % millis === 0);
  return { millis: regular ? millis : roundedStep(millis), months: null, regular };
}

/** The time `count` steps after `time` (before it, when negative). */
export function addSteps(time: EpochMillis, step: Step, count: number): EpochMillis {
  if (step.months === null) return time + count * step.millis;
  const date = new Date(time);
  // Adding months to the 31st would run over into the month after; such days keep to the end of their month.
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + count * step.months);
  const lastDay = new Date(date);
  lastDay.setUTCMonth(date.getUTCMonth() + 1, 0);
  date.setUTCDate(Math.min(day, lastDay.getUTCDate()));
  return date.getTime();
}

/**
 * A series on a grid of its own step, with NaN where a row is missing. Samples that lie on such a grid keep their times and values;
 * others become means of buckets as wide as the step (see {@link resample}).
 */
export function toGrid(samples: Samples, step: Step = detectStep(samples.times)): Samples {
  const { times, values } = samples;
  if (times.length < 2) return samples;
  if (!step.regular) return resample(samples, { stepSeconds: step.millis / 1000 });

  const position = (time: number) =>
    step.months === null ? (time - times[0]) / step.millis : (monthNumber(time) - monthNumber(times[0])) / step.months;
  const length = position(times[times.length - 1]) + 1;
  if (length > MAX_GRID) {
    throw new AdapterError(
      "grid",
      `${times.length} samples lie on a grid of ${length} places; look for a wrong time, or resample with a larger step`,
      { code: "INVALID_DATA" },
    );
  }
  const grid = new Float64Array(length).fill(Number.NaN);
  for (let i = 0; i < times.length; i++) grid[position(times[i])] = values[i];
  return { times: Float64Array.from(grid, (_, i) => addSteps(times[0], step, i)), values: grid };
}

/** Collectors run late by a little; what they meant is the whole minute or second nearby. */
function roundedStep(millis: number): number {
  for (const unit of [60_000, 1000]) {
    const rounded = Math.round(millis / unit) * unit;
    if (Math.abs(rounded - millis) <= 0.02 * millis) return rounded;
  }
  return millis;
}

function lowerMedian(values: Float64Array): number {
  return values.slice().sort()[(values.length - 1) >> 1];
}

/** Months since year 0. */
function monthNumber(time: number): number {
  const date = new Date(time);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** Milliseconds since the month began. */
function withinMonth(time: number): number {
  const date = new Date(time);
  date.setUTCDate(1);
  date.setUTCHours(0, 0, 0, 0);
  return time - date.getTime();
}
