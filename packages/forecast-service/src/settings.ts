import type { Step } from "./calendar.js";

/** The grid on which the service forecasts. */
export const STEP_MILLIS = 300_000;
export const STEP: Step = { unit: "millisecond", count: STEP_MILLIS };

/** Four hours ahead. */
export const HORIZON = 48;
export const LEVELS: readonly number[] = [0.8, 0.95];

/** The season of 5-minute monitoring data that is in reach of a short history: one hour. */
export const PERIOD = 12;

/**
 * Values a first forecast needs: three full hours. Two cycles are the least that tell a season from chance, and the third leaves some 30
 * residuals, below which an interval is a guess.
 */
export const MIN_OBSERVED = 3 * PERIOD;

/** A series silent for longer than this many steps gets no new forecasts: what it would say is about the past. */
export const MAX_SILENCE = 12;

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
