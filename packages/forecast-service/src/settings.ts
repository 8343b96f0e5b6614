import type { Step } from "./calendar.js";

/** The grid on which the service forecasts. */
export const STEP_MILLIS = 300_000;
export const STEP: Step = { unit: "millisecond", count: STEP_MILLIS };

/** Four hours ahead. */
export const HORIZON = 48;
export const LEVELS: readonly number[] = [0.8, 0.95];

/** Seasons of 5-minute monitoring data that a week shows: an hour and a day. */
export const PERIODS: readonly number[] = [12, 288];

/**
 * Values a first forecast needs: three full hours. Two cycles are the least that tell a season from chance, and the third leaves some 30
 * residuals, below which an interval is a guess.
 */
export const MIN_OBSERVED = 3 * PERIODS[0];

/** A series silent for longer than this many steps gets no new forecasts: what it would say is about the past. */
export const MAX_SILENCE = 12;

/** A model whose training ended longer ago than this knows too little of the present: it is trained anew before it forecasts. */
export const MAX_MODEL_AGE = 86_400_000;

/** What a metric can be, by the unit at the end of its name. */
export function boundsOf(metric: string): Bounds | null {
  return unitOf(metric) === "percent" ? { lower: 0, upper: 100 } : null;
}

export function unitOf(metric: string): "percent" | "none" {
  return metric.endsWith("_percent") ? "percent" : "none";
}

export interface Bounds {
  readonly lower?: number | undefined;
  readonly upper?: number | undefined;
}
