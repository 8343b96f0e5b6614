import type { StoredForecast } from "@loadcast/metrics-io";
import type { Band } from "../pipeline/contest.js";
import { ANOMALY_LEVEL, JUDGED_STEPS, LEVELS } from "../settings.js";

/** What a forecast said of one time, kept until that time comes. */
export interface Prediction {
  /** Which of the judged horizons. */
  readonly horizon: number;
  /** Start of the bucket it is about. */
  readonly time: number;
  readonly modelVersion: string;
  readonly median: number;
  /** In the order of the levels people see. */
  readonly bands: readonly Band[];
  /** Outside of it a value is an anomaly; only one step ahead. */
  readonly outer: Band | null;
}

/** The predictions of a whole forecast at the judged horizons. */
export function predictionsOf(forecast: StoredForecast): Prediction[] {
  return JUDGED_STEPS.flatMap((step, horizon) =>
    step <= forecast.times.length ? [predictionAt(forecast, step - 1, horizon)] : [],
  );
}

function predictionAt(
  { times, modelVersion, median, intervals }: StoredForecast,
  i: number,
  horizon: number,
): Prediction {
  const band = (level: number): Band | null => {
    const interval = intervals.find((candidate) => candidate.level === level);
    return interval ? { level, lower: interval.lower[i], upper: interval.upper[i] } : null;
  };
  return {
    horizon,
    time: times[i],
    modelVersion,
    median: median[i],
    bands: LEVELS.map(band).filter((found) => found !== null),
    outer: horizon === 0 ? band(ANOMALY_LEVEL) : null,
  };
}
