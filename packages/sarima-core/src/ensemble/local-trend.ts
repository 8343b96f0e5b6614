import { type ErrorTable, errorTable, spreadAround } from "./error-table.js";
import type { History } from "./history.js";

/** The straight line through the last values, continued: what a leak does until somebody stops it. */
export interface LocalTrend {
  readonly kind: "trend";
  /** Values that the line is fitted to. */
  readonly window: number;
  readonly errors: ErrorTable;
}

/** Values from whose past the errors are collected. */
const SPAN = 2016;
const MAX_ORIGINS = 150;

/** Collects its errors at the anchors from origins before `end`; null where there are too few. */
export function fitLocalTrend(
  history: History,
  end: number,
  anchors: readonly number[],
  window: number,
): LocalTrend | null {
  const z = history.raw;
  const start = Math.max(0, end - SPAN);
  const first = start + window;
  if (end - first < window) return null;
  const stride = Math.max(1, Math.floor((end - first) / MAX_ORIGINS));
  const lists: number[][] = anchors.map(() => []);
  for (let t = first; t < end; t += stride) {
    const { level, slope } = lineBefore(z, t, window);
    for (let a = 0; a < anchors.length && t + anchors[a] < end; a++) {
      const at = t + anchors[a];
      if (!Number.isNaN(history.y[at])) lists[a].push(z[at] - (level + slope * (anchors[a] + 1)));
    }
  }
  const errors = lists.map((list) => Float64Array.from(list));
  return {
    kind: "trend",
    window,
    errors: errorTable(errors, anchors, { length: end - start, coefficients: 2, unitRoot: true }),
  };
}

export function forecastLocalTrend(
  { window, errors }: LocalTrend,
  history: History,
  t: number,
  steps: readonly number[],
  anchors: readonly number[],
): Float64Array | null {
  if (t < window) return null;
  const { level, slope } = lineBefore(history.raw, t, window);
  const path = Float64Array.from({ length: steps[steps.length - 1] + 1 }, (_, h) => level + slope * (h + 1));
  return spreadAround(path, steps, errors, anchors, true, "raw", history);
}

/** Least squares through the `window` values before t: where the line stands at t − 1, and what it rises by in a step. */
function lineBefore(z: Float64Array, t: number, window: number): { level: number; slope: number } {
  let sum = 0;
  let moment = 0;
  const middle = (window - 1) / 2;
  for (let i = 0; i < window; i++) {
    const value = z[t - window + i];
    sum += value;
    moment += (i - middle) * value;
  }
  const slope = (12 * moment) / (window * (window * window - 1));
  return { level: sum / window + slope * middle, slope };
}
