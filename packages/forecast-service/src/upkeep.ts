import type { MetricStore, ModelRegistry } from "@loadcast/metrics-io";
import { sameBounds } from "./bounds.js";
import type { Clock } from "./clock.js";
import { seriesSettings } from "./config/series-settings.js";
import type { Config } from "./config.js";
import { describeError } from "./errors.js";
import { type Fleet, knownOfState, type LastTraining, type SeriesState } from "./fleet.js";
import type { Log } from "./log.js";
import { predictionsIn } from "./monitor/past-predictions.js";
import { rollingScores, WINDOW } from "./monitor/rolling.js";
import { recordedBounds } from "./pipeline/training-record.js";
import { readiness } from "./readiness.js";
import { DAY_STEPS, MAX_MODEL_AGE, STEP_MILLIS } from "./settings.js";
import { endOf, valueAt } from "./tail.js";
import type { Trainer } from "./training.js";

/** A new model is given this long to show itself before drift asks for another; a training that failed is not tried again sooner either. */
const COOL_DOWN = 6 * 3_600_000;
/** Why a series wants a new model, the most pressing first. */
const WISHES = ["drift", "new bounds", "age"] as const;
type Wish = (typeof WISHES)[number];
/** After a long stop all models are old: they are trained within an hour of runs, not at once. Small fleets need no such care. */
const RUNS_FOR_ALL = 60;
const LEAST_TRAINED = 5;
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
  registry: Pick<ModelRegistry, "runs">;
  fleet: Fleet;
  train: Trainer;
  clock: Clock;
  log: Log;
  config: Pick<Config, "training" | "thresholds" | "series">;
}): (signal: AbortSignal) => Promise<void> {
  const { store, registry, fleet, train, clock, log, config } = options;

  /** Why a series wants a new model; null where it does not, or has no values that one could be trained on. */
  const wish = (state: SeriesState): Wish | null => {
    const { champion, drift, driftTrainedAt, tail } = state;
    const now = clock.now();
    if (!champion || !tail || !readiness(knownOfState(state), now).ready) return null;
    if (drift !== null && now - driftTrainedAt >= COOL_DOWN) return "drift";
    const { bounds } = seriesSettings(config, state);
    if (champion.bounds !== undefined && !sameBounds(champion.bounds, bounds)) return "new bounds";
    return now - champion.until > MAX_MODEL_AGE ? "age" : null;
  };

  /** Whether the training before lies long enough back. The registry knows it from before a restart, also where no version came of it. */
  const isDue = async (state: SeriesState, wanted: Wish): Promise<boolean> => {
    if (wanted === "drift") return true;
    if (state.training === undefined) state.training = await lastTraining(registry, state.id);
    const { training } = state;
    if (training === null) return true;
    const untried = training.bounds !== undefined && !sameBounds(training.bounds, seriesSettings(config, state).bounds);
    if (wanted === "new bounds" && untried) return true;
    return clock.now() - training.at >= (training.finished ? MAX_MODEL_AGE : COOL_DOWN);
  };

  /** Those to be trained in this run, the most pressing first. */
  const chooseDue = async (signal: AbortSignal): Promise<[SeriesState, Wish][]> => {
    const all = fleet.all();
    const wanting = all
      .flatMap((state): [SeriesState, Wish][] => {
        const wanted = wish(state);
        return wanted === null ? [] : [[state, wanted]];
      })
      .sort(([a, x], [b, y]) => WISHES.indexOf(x) - WISHES.indexOf(y) || untilOf(a) - untilOf(b));
    const most = Math.max(LEAST_TRAINED, Math.ceil(all.length / RUNS_FOR_ALL));
    const due: [SeriesState, Wish][] = [];
    let asked = 0;
    for (const [state, wanted] of wanting) {
      if (signal.aborted || due.length === most) break;
      if (wanted !== "drift" && state.training === undefined && asked++ >= RESTORED) continue;
      if (await isDue(state, wanted)) due.push([state, wanted]);
    }
    return due;
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
    for (const [state, wanted] of await chooseDue(signal)) {
      if (signal.aborted) return;
      if (wanted === "drift") state.driftTrainedAt = clock.now();
      try {
        const { modelVersion, gate } = await train(state, { signal });
        log.info(`${wanted} had ${modelVersion} trained: ${gate.reason}`);
      } catch (error) {
        if (signal.aborted) return;
        // The champion, old as it is, goes on.
        state.training = { at: clock.now(), finished: false, bounds: seriesSettings(config, state).bounds };
        log.warn(`${state.id} has no new model: ${describeError(error)}`);
      }
    }
  };
}

const untilOf = ({ champion }: SeriesState) => champion?.until ?? 0;

/** What the registry knows of the last training of a model. */
async function lastTraining(registry: Pick<ModelRegistry, "runs">, model: string): Promise<LastTraining | null> {
  for await (const run of registry.runs(model)) {
    return { at: run.startedAt, finished: run.status === "finished", bounds: recordedBounds(run) };
  }
  return null;
}
