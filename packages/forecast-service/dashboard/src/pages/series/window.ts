/** Which stretch of time the chart shows, and how finely. All in milliseconds. */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Seconds between the points of a history this long; undefined is the series' own grid. No screen shows more points. */
export function historyStep(span: number): number | undefined {
  if (span <= 8 * DAY) return undefined;
  return span <= 15 * DAY ? 900 : 1800;
}

export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The range with the forecast that belongs to it; a long past leaves a little less for the future than it needs alone. */
export function wholeWindow(
  now: number,
  rangeMs: number,
  { firstValue, lastStep }: { firstValue: number | null; lastStep: number | null },
): Stretch {
  const end = lastStep === null ? now : Math.max(now + 4 * HOUR, lastStep);
  const start = now - rangeMs;
  // A young series would be a speck at the right edge of an empty chart.
  const from =
    firstValue === null || firstValue - start < 0.05 * rangeMs
      ? start
      : Math.max(start, Math.min(firstValue, now - HOUR / 6));
  return { from, to: end + (end - from) * 0.004 };
}

/** A zoom the reader asked for, kept inside the whole; null where it is (nearly) all of it. */
export function clampZoom(asked: Stretch, whole: Stretch): [from: number, to: number] | null {
  const width = Math.min(asked.to - asked.from, whole.to - whole.from);
  if (width > 0.97 * (whole.to - whole.from)) return null;
  const from = Math.min(Math.max(asked.from, whole.from), whole.to - width);
  return [from, from + width];
}
