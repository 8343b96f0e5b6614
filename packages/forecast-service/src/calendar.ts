/** The distance from one value to the next: a fixed time, or calendar months, whose length varies. */
export type Step =
  | { readonly unit: "millisecond"; readonly count: number }
  | { readonly unit: "month"; readonly count: number };

const DAY = 86_400_000;

/** The time `index` steps after `start`. Calendar steps keep the day of the month, or its last day where the month is too short. */
export function timeAt(start: number, step: Step, index: number): number {
  return step.unit === "millisecond" ? start + index * step.count : addMonths(start, index * step.count);
}

function addMonths(start: number, months: number): number {
  const date = new Date(start);
  const month = date.getUTCMonth() + months;
  const day = date.getUTCDate();
  const lastDay = endOfMonth(date.getUTCFullYear(), month);
  // Not Date.UTC for the year: it reads 0–99 as 1900–1999.
  date.setUTCFullYear(date.getUTCFullYear(), month, Math.min(day, lastDay));
  return date.getTime();
}

function endOfMonth(year: number, month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month + 1, 0);
  return date.getUTCDate();
}

/** How many whole steps lie between two times, to the nearest: the inverse of `timeAt`. */
export function stepsBetween(start: number, time: number, step: Step): number {
  if (step.unit === "millisecond") return Math.round((time - start) / step.count);
  const from = new Date(start);
  const to = new Date(time);
  // The middle of a month decides, so that 31 January and 28 February are one step apart and 1 March is not both.
  const months = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth();
  return Math.round((months + (to.getUTCDate() - from.getUTCDate()) / 31) / step.count);
}

/**
 * The step of a series from its times (rising, at least two): the most frequent distance; whole calendar months, quarters and years are
 * recognised by their changing lengths.
 */
export function detectStep(times: ArrayLike<number>): Step {
  const gaps = new Map<number, number>();
  for (let i = 1; i < times.length; i++) {
    const gap = (times[i] as number) - (times[i - 1] as number);
    gaps.set(gap, (gaps.get(gap) ?? 0) + 1);
  }
  const total = times.length - 1;
  const share = (min: number, max: number) => {
    let count = 0;
    for (const [gap, n] of gaps) if (gap >= min * DAY && gap <= max * DAY) count += n;
    return count / total;
  };
  // Four fifths: some periods may be missing from the file. A fixed 30-day step is rare enough to be called a month.
  if (share(28, 31) >= 0.8) return { unit: "month", count: 1 };
  if (share(89, 92) >= 0.8) return { unit: "month", count: 3 };
  if (share(365, 366) >= 0.8) return { unit: "month", count: 12 };
  return { unit: "millisecond", count: commonGap(times, gaps) };
}

/** The most frequent distance when most agree on one; otherwise the step that was meant, which jitter of the clock does not hide. */
function commonGap(times: ArrayLike<number>, gaps: ReadonlyMap<number, number>): number {
  let best = 0;
  let count = 0;
  for (const [gap, n] of gaps) {
    if (n > count || (n === count && gap < best)) {
      best = gap;
      count = n;
    }
  }
  const total = times.length - 1;
  if (count * 2 > total) return best;
  const sorted = [...gaps].sort((a, b) => a[0] - b[0]);
  let seen = 0;
  let median = best;
  for (const [gap, n] of sorted) {
    seen += n;
    if (seen * 2 >= total) {
      median = gap;
      break;
    }
  }
  let near = 0;
  for (const [gap, n] of gaps) if (Math.abs(gap - median) <= median / 4) near += n;
  // Times that keep no rhythm at all have a density, not a step: places of that width are mostly filled.
  if (near * 2 < total) return nearestUsual(((times[total] as number) - (times[0] as number)) / total);
  const usual = nearestUsual(median);
  return Math.abs(usual - median) <= 0.03 * median ? usual : roundGap(median);
}

/** Steps that people give to collectors. */
const USUAL = [
  ...[1, 2, 5, 10, 15, 20, 30].map((seconds) => seconds * 1000),
  ...[1, 2, 3, 5, 10, 15, 20, 30].map((minutes) => minutes * 60_000),
  ...[1, 2, 3, 4, 6, 8, 12, 24, 168].map((hours) => hours * 3_600_000),
];

/** By ratio; far outside all of them the gap itself. */
function nearestUsual(gap: number): number {
  const distance = (step: number) => Math.abs(Math.log(step / gap));
  const nearest = USUAL.reduce((best, step) => (distance(step) < distance(best) ? step : best));
  return distance(nearest) < Math.LN2 ? nearest : roundGap(gap);
}

/** A jittering clock has a nominal step: whole seconds from ten seconds on. */
function roundGap(gap: number): number {
  return gap >= 10_000 ? Math.round(gap / 1000) * 1000 : Math.max(1, Math.round(gap));
}

/** "5 min", "1 month": how a step is called in words. */
export function formatStep(step: Step): string {
  if (step.unit === "month") {
    const names: Record<number, string> = { 1: "1 month", 3: "1 quarter", 12: "1 year" };
    return names[step.count] ?? `${step.count} months`;
  }
  const seconds = step.count / 1000;
  if (seconds % 86_400 === 0) return plural(seconds / 86_400, "day");
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  if (seconds % 60 === 0) return `${seconds / 60} min`;
  return `${seconds} s`;
}

const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;

/** The season that data of this step usually have, and whether they are measurements of a machine. */
export interface UsualSeasons {
  /** In steps, shortest first; empty where there is none. */
  readonly periods: readonly number[];
  readonly metric: boolean;
}

const MINUTE = 60_000;
const HOUR = 3_600_000;
/** Between two and this many steps a season is worth looking for. */
const LONGEST_SEASON = 360;

/**
 * Below a day: a minute, an hour and a day where they have at least 12 steps and not too many (60 at a second, 12 and 288 at five minutes, 48 at half an hour), as machines have them. From a
 * day on: the week of days, the year of weeks, months or quarters.
 */
export function usualSeasons(step: Step): UsualSeasons {
  if (step.unit === "month") {
    return { periods: step.count < 12 && 12 % step.count === 0 ? [12 / step.count] : [], metric: false };
  }
  if (step.count >= DAY) {
    const period = { [DAY]: 7, [7 * DAY]: 52 }[step.count];
    return { periods: period ? [period] : [], metric: false };
  }
  const cycles = [MINUTE, HOUR, DAY].filter((cycle) => cycle % step.count === 0).map((cycle) => cycle / step.count);
  return { periods: cycles.filter((period) => period >= 12 && period <= LONGEST_SEASON), metric: true };
}
