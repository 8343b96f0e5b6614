import type { Range } from "./model.js";

/** A quantile of a variable that cannot leave its range is that of the free one, held inside. */
export function withinRange(x: number, range: Range | undefined): number {
  if (range === undefined) return x;
  return Math.min(range.upper, Math.max(range.lower, x));
}
