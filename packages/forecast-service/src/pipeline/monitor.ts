import type { Anomaly, StoredForecast } from "@loadcast/metrics-io";
import type { SeriesState } from "../fleet.js";
import { type Prediction, predictionsOf } from "../monitor/predictions.js";
import { type Bounds, DAY_STEPS, LATE_WINDOW, STEP_MILLIS } from "../settings.js";
import { endOf, valueAt } from "../tail.js";
import { clampTo } from "./clamp.js";

/** What came out of holding new values against what had been forecast. */
export interface Observed {
  readonly anomalies: Anomaly[];
  /** Why a new model is needed; null where the errors are as they should be. */
  readonly drift: string | null;
  readonly judged: number;
}

/**
 * Step 8: holds the values that came since the last time against what forecasts had said of them: errors by horizon, coverage, drift, and
 * values outside the 99 % interval of the step before. A value that is missing waits an hour for its samples.
 */
export function monitor(state: SeriesState, bounds: Bounds | null = null): Observed {
  const { tail, predictions, scores, watch } = state;
  const anomalies: Anomaly[] = [];
  let drift: string | null = null;
  let judged = 0;
  if (!tail) return { anomalies, drift, judged };
  const clamp = clampTo(bounds);
  const end = endOf(tail);
  for (const prediction of predictions.before(end)) {
    const { time, horizon, outer } = prediction;
    // No forecast leaves the bounds, so a value that jitter carried beyond them is at them.
    const y = clamp(valueAt(tail, time));
    if (Number.isNaN(y)) {
      if (time < end - LATE_WINDOW) predictions.delete(prediction);
      continue;
    }
    predictions.delete(prediction);
    judged++;
    scores.add(prediction, y, valueAt(tail, time - DAY_STEPS * STEP_MILLIS));
    if (horizon !== 0) continue;
    drift = watch.observe(prediction, y) ?? drift;
    if (outer && (y < outer.lower || y > outer.upper)) anomalies.push(anomalyOf(state, prediction, y));
  }
  return { anomalies, drift, judged };
}

/** Keeps what a forecast says of times to come. One issued again for the same times takes the place of the one before. */
export function remember(state: SeriesState, forecast: StoredForecast): void {
  for (const prediction of predictionsOf(forecast)) state.predictions.set(prediction);
}

function anomalyOf({ host, metric }: SeriesState, prediction: Prediction, value: number): Anomaly {
  const { lower, upper } = prediction.outer as { lower: number; upper: number };
  return { host, metric, time: prediction.time, value, lower, upper, modelVersion: prediction.modelVersion };
}
