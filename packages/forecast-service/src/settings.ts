import type { Step } from "./calendar.js";

/** The grid on which the service forecasts. */
export const STEP_MILLIS = 300_000;
export const STEP: Step = { unit: "millisecond", count: STEP_MILLIS };

/** Four hours ahead. */
export const HORIZON = 48;
/** Intervals that people see. */
export const LEVELS: readonly number[] = [0.8, 0.95];
/** Values outside this interval of the step before are anomalies. Stored with each forecast, shown with none. */
export const ANOMALY_LEVEL = 0.99;

/** Seasons of 5-minute monitoring data that a week shows: an hour and a day. */
export const PERIODS: readonly number[] = [12, 288];
export const DAY_STEPS = 288;

/**
 * Values a first forecast needs: three full hours. Two cycles are the least that tell a season from chance, and the third leaves some 30
 * residuals, below which an interval is a guess.
 */
export const MIN_OBSERVED = 3 * PERIODS[0];

/** A series silent for longer than this many steps gets no new forecasts: what it would say is about the past. */
export const MAX_SILENCE = 12;

/** A series silent for so long is gone, as far as anyone can tell: a machine that was replaced, a pod that was scaled away. */
export const GONE_AFTER = 86_400_000;

/**
 * A model that was fitted to data older than this knows too little of the present: a new one is trained before it forecasts, and the
 * gate decides between the two.
 */
export const MAX_MODEL_AGE = 86_400_000;

/** Values that arrive later than this after their time are seen when a model is trained, not before. */
export const LATE_WINDOW = 3_600_000;

/** Horizons at which forecasts are held against what came: 5 minutes, 1 hour, 4 hours, in steps. */
export const JUDGED_STEPS: readonly number[] = [1, 12, 48];

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
