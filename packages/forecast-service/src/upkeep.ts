import type { MetricStore } from "@loadcast/metrics-io";
import type { Clock } from "./clock.js";
import { describeError } from "./errors.js";
import type { Fleet, SeriesState } from "./fleet.js";
import type { Log } from "./log.js";
import { predictionsIn } from "./monitor/past-predictions.js";
import { rollingScores, WINDOW } from "./monitor/rolling.js";
import { DAY_STEPS, MAX_MODEL_AGE, STEP_MILLIS } from "./settings.js";
import { endOf, valueAt } from "./tail.js";
import type { Trainer } from "./training.js";

/** A new model is given this long to show itself before drift asks for another. */
const COOL_DOWN = 6 * 3_600_000;
/** Series whose past is read in one run, so that a start with thousands of them stays calm. */
const RESTORED = 100;
/** Forecasts that stand for the last day of one series. */
const SAMPLED = 150;
/** Anomalies of the last hour are news, after a start as well. */
const NEWS = 3_600_000;

/**
 * What the pipeline does beside its rounds: models that drift asked for or that have grown old are trained anew, and after a start the
 * scores of the last day and what was unusual in the last hour are put together again from the store.
 */
export function createUpkeep(options: {
  store: Pick<MetricStore, "forecasts" | "anomalies">;
  fleet: Fleet;
  train: Trainer;
  clock: Clock;
  log: Log;
}): (signal: AbortSignal) => Promise<void> {
  const { store, fleet, train, clock, log } = options;

  const isDue = ({ champion, drift, retrainedAt }: SeriesState): boolean => {
    const now = clock.now();
    if (!champion || now - retrainedAt < COOL_DOWN) return false;
    return drift !== null || now - champion.until > MAX_MODEL_AGE;
  };

  const restore = async (state: SeriesState): Promise<void> => {
    const { tail } = state;
    if (!tail || state.restored) return;
    state.restored = true;
    const scores = rollingScores();
    for (const prediction of await predictionsIn(store, state, clock.now() - WINDOW, Infinity, SAMPLED)) {
      const { time } = prediction;
      const y = valueAt(tail, time);
      if (!Number.isNaN(y)) scores.add(prediction, y, valueAt(tail, time - DAY_STEPS * STEP_MILLIS));
      else if (time >= endOf(tail)) state.predictions.set(prediction);
    }
    state.scores = scores;
    const unusual = await store.anomalies(state, { from: clock.now() - NEWS, to: clock.now() + 1 });
    state.lastAnomaly ??= unusual.at(-1)?.time ?? null;
  };

  return async (signal) => {
    const waiting = fleet.all().filter(({ restored, tail }) => !restored && tail !== null);
    for (const state of waiting.slice(0, RESTORED)) {
      if (signal.aborted) return;
      await restore(state);
    }
    for (const state of fleet.all().filter(isDue)) {
      if (signal.aborted) return;
      state.retrainedAt = clock.now();
      try {
        const { modelVersion, gate } = await train(state, { signal });
        log.info(`${state.drift ? "drift" : "age"} had ${modelVersion} trained: ${gate.reason}`);
      } catch (error) {
        if (signal.aborted) return;
        // The champion, old as it is, goes on.
        log.warn(`${state.id} has no new model: ${describeError(error)}`);
      }
    }
  };
}
