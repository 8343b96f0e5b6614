import { type MetricStore, resample } from "@loadcast/metrics-io";
import { withinBounds } from "./bounds.js";
import type { Clock } from "./clock.js";
import { seriesSettings } from "./config/series-settings.js";
import type { Config } from "./config.js";
import { LoadcastError } from "./errors.js";
import type { SeriesState } from "./fleet.js";
import { forecastSteps } from "./forecast-steps.js";
import { predictionsIn } from "./monitor/past-predictions.js";
import { WINDOW } from "./monitor/rolling.js";
import { addScores, emptyScores, score, toAccuracy } from "./monitor/scores.js";
import { shownLevels } from "./pipeline/write.js";
import type { Monitor, TimeSpan } from "./questions.js";
import { type Bounds, DAY_STEPS, STEP_MILLIS } from "./settings.js";

const DEFAULT_FORECASTS = 24;
/** Parts of what was judged that are told apart, and the length of the shortest: an hour. */
const PARTS = 12;
const LEAST_PART = 12;
const LONGEST = 90 * 86_400_000;

/** Answers from the store: forecasts as they were issued, held against the samples as they are known now. */
export function createMonitor(options: {
  store: Pick<MetricStore, "read" | "forecasts" | "anomalies">;
  find: (id: string) => Promise<SeriesState>;
  clock: Clock;
  config: Pick<Config, "training" | "thresholds" | "series">;
}): Monitor {
  const { store, find, clock, config } = options;
  const spanOf = ({ from, to }: TimeSpan, length = WINDOW) => {
    const end = to ?? clock.now();
    const begin = from ?? end - length;
    if (begin > end) {
      throw new LoadcastError("BAD_RANGE", `from (${iso(begin)}) must not be after to (${iso(end)})`);
    }
    if (end - begin > LONGEST) {
      throw new LoadcastError(
        "BAD_RANGE",
        `the range is longer than ${LONGEST / 86_400_000} days: ask for a shorter one`,
      );
    }
    return { from: begin, to: end };
  };

  return {
    async accuracy(id, span) {
      const state = await find(id);
      const { from, to } = spanOf(span);
      const valueAt = await truth(store, state, { from, to }, seriesSettings(config, state).bounds);
      const judged = (await predictionsIn(store, state, from, to)).filter(({ time }) => !Number.isNaN(valueAt(time)));
      // A service that forecasts since this morning shows how it went since this morning, not one part of a week.
      const start = judged.reduce((first, { time }) => Math.min(first, time), judged.length > 0 ? to : from);
      const partLength = Math.max(LEAST_PART, Math.ceil((to - start) / PARTS / STEP_MILLIS)) * STEP_MILLIS;
      const count = Math.max(1, Math.ceil((to - start) / partLength));
      const parts = Array.from({ length: count }, () => emptyScores());
      for (const prediction of judged) {
        const { time } = prediction;
        const part = parts[Math.floor((time - start) / partLength)];
        score(part, prediction, valueAt(time), valueAt(time - DAY_STEPS * STEP_MILLIS));
      }
      const total = emptyScores();
      for (const part of parts) addScores(total, part);
      return {
        id,
        from: iso(from),
        to: iso(to),
        horizons: toAccuracy(total),
        overTime: parts.map((part, i) => ({
          from: iso(start + i * partLength),
          to: iso(Math.min(to, start + (i + 1) * partLength)),
          horizons: toAccuracy(part),
        })),
        drift: {
          detected: state.drift !== null,
          since: state.drift && iso(state.drift.since),
          reason: state.drift?.reason ?? null,
        },
      };
    },
    async pastForecasts(id, { limit = DEFAULT_FORECASTS, ...span }) {
      const state = await find(id);
      const forecasts = await store.forecasts(state, { ...spanOf(span), limit });
      return {
        id,
        forecasts: forecasts.map((forecast) => ({
          issuedAt: iso(forecast.issuedAt),
          modelVersion: forecast.modelVersion,
          forecast: forecastSteps(shownLevels(forecast), forecast.times),
        })),
      };
    },
    async anomalies(id, span) {
      const state = await find(id);
      const found = await store.anomalies(state, spanOf(span, 7 * WINDOW));
      return {
        id,
        anomalies: found.map(({ time, value, lower, upper }) => ({ time: iso(time), value, lower, upper })),
      };
    },
  };
}

/** The complete buckets of a range and of the day before it. */
async function truth(
  store: Pick<MetricStore, "read">,
  state: SeriesState,
  { from, to }: { from: number; to: number },
  bounds: Bounds | null,
) {
  const start = Math.floor(from / STEP_MILLIS) * STEP_MILLIS - DAY_STEPS * STEP_MILLIS;
  const { samples } = withinBounds(await store.read(state, { from: start, to }), bounds);
  const { values } = resample(samples, { stepSeconds: STEP_MILLIS / 1000, from: start, to, completeAt: to });
  return (time: number) => values[(time - start) / STEP_MILLIS] ?? Number.NaN;
}

const iso = (time: number) => new Date(time).toISOString();
