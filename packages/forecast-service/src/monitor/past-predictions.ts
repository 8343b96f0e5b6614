import type { MetricStore, SeriesKey } from "@loadcast/metrics-io";
import { HORIZON, STEP_MILLIS } from "../settings.js";
import { type Prediction, predictionsOf } from "./predictions.js";

/** Forecasts that are read for one answer; of more, as many, evenly spread. */
const MOST_FORECASTS = 600;

/** What forecasts said of a range of times; of forecasts for the same time at the same horizon, the one issued last. */
export async function predictionsIn(
  store: Pick<MetricStore, "forecasts">,
  series: SeriesKey,
  from: number,
  to: number,
  limit = MOST_FORECASTS,
): Promise<Prediction[]> {
  const issued = { from: from - (HORIZON + 1) * STEP_MILLIS, to };
  const found = new Map<string, Prediction>();
  for (const forecast of await store.forecasts(series, { ...issued, limit })) {
    for (const prediction of predictionsOf(forecast)) {
      if (prediction.time < from || prediction.time >= to) continue;
      found.set(`${prediction.horizon} ${prediction.time}`, prediction);
    }
  }
  return [...found.values()].sort((a, b) => a.time - b.time);
}
