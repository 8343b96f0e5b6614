import type { Transform } from "../model.js";
import { transformValue } from "../transform.js";

/** The two scales members work on: the data as they are, and the scale that takes their bounds for infinitely far. */
export type ScaleName = "raw" | "shape";

/** What members look at: the series without the gaps at its ends, gaps inside it filled on each scale. */
export interface History {
  /** Original scale, gaps as NaN; first and last are observed. */
  readonly y: Float64Array;
  readonly raw: Float64Array;
  /** Null where no transformation fits: the series has negative values and no bound. */
  readonly shape: Float64Array | null;
  /** raw = y / unit. */
  readonly unit: number;
  readonly transform: Transform | null;
}

/**
 * The scale for a series: the scaled logit between two bounds, the log above one. Without bounds, nonnegative data are taken
 * to have the bound 0; with values below 0 there is none. The offset lets values sit on the bound: half the smallest
 * distance from it that occurs.
 */
export function chooseTransform(
  y: Float64Array,
  lower: number | undefined,
  upper: number | undefined,
): Transform | null {
  let low = Infinity;
  for (const value of y) if (value < low) low = value;
  const floor = lower ?? (low >= 0 ? 0 : undefined);
  if (floor === undefined) return null;
  let fromFloor = Infinity;
  let fromCeiling = Infinity;
  let touches = false;
  for (const value of y) {
    if (Number.isNaN(value)) continue;
    if (value > floor) fromFloor = Math.min(fromFloor, value - floor);
    else touches = true;
    if (upper === undefined) continue;
    if (value < upper) fromCeiling = Math.min(fromCeiling, upper - value);
    else touches = true;
  }
  if (!Number.isFinite(fromFloor)) return null; // every value sits on the bound
  if (upper === undefined) return { kind: "log", offset: (touches ? fromFloor / 2 : 0) - floor };
  const margin = touches ? Math.min(fromFloor, fromCeiling, upper - floor) / 2 : 0;
  return { kind: "logit", lower: floor - margin, upper: upper + margin };
}

/** @param y without gaps at its ends */
export function historyOf(y: Float64Array, transform: Transform | null, unit: number): History {
  return {
    y,
    unit,
    transform,
    raw: fillGaps(y.map((value) => value / unit)),
    shape: transform ? fillGaps(onScale(y, transform)) : null,
  };
}

/** Values that came later may sit on a bound, which the scale has infinitely far away: they go just outside the others. */
function onScale(y: Float64Array, transform: Transform): Float64Array {
  const z = y.map((value) => transformValue(value, transform));
  let low = Infinity;
  let high = -Infinity;
  for (const value of z) {
    if (value < low && value > -Infinity) low = value;
    if (value > high && value < Infinity) high = value;
  }
  return z.map((value) => (value === -Infinity ? low - Math.LN2 : value === Infinity ? high + Math.LN2 : value));
}

/** Largest absolute value, so that squares neither overflow nor vanish; 1 for zeros. */
export function unitOf(y: Float64Array): number {
  let unit = 0;
  for (const value of y) if (!Number.isNaN(value)) unit = Math.max(unit, Math.abs(value));
  return unit > 0 ? unit : 1;
}

/** Gaps between observed values, on the line between them. In place. */
export function fillGaps(z: Float64Array): Float64Array {
  for (let t = 1; t < z.length; t++) {
    if (!Number.isNaN(z[t])) continue;
    let end = t;
    while (end < z.length && Number.isNaN(z[end])) end++;
    const from = z[t - 1];
    const to = end < z.length ? z[end] : from;
    for (let k = t; k < end; k++) z[k] = from + ((to - from) * (k - t + 1)) / (end - t + 1);
    t = end;
  }
  return z;
}
