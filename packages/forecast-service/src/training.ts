import type { MetricSource, ModelRegistry } from "@loadcast/metrics-io";
import { describeOutside, possibleValue } from "./bounds.js";
import type { Champion, Champions } from "./champion.js";
import { trainingChart } from "./chart-svg.js";
import type { Clock } from "./clock.js";
import { seriesSettings } from "./config/series-settings.js";
import type { Config } from "./config.js";
import { formatDuration } from "./duration.js";
import { describeError, LoadcastError } from "./errors.js";
import type { EventBus } from "./events.js";
import type { Executor } from "./executor/executor.js";
import { type Fleet, isGone, type SeriesState } from "./fleet.js";
import type { TrainStage } from "./http/contract.js";
import type { Log } from "./log.js";
import type { ServiceMetrics } from "./metrics.js";
import { holdoutFor } from "./pipeline/gate.js";
import { ingest } from "./pipeline/ingest.js";
import { type Prepared, preprocess } from "./pipeline/preprocess.js";
import { CHAMPION, register } from "./pipeline/register.js";
import type { Trained } from "./pipeline/train.js";
import { boundsParameter, trainingKey } from "./pipeline/training-record.js";
import { knownOf, readiness } from "./readiness.js";
import { type Bounds, HORIZON, LEVELS, MAX_SILENCE, MIN_OBSERVED, PERIODS } from "./settings.js";
import { type Joining, sharedWork } from "./shared-work.js";
import type { StepTimes } from "./step-times.js";
import { outcomeOf, type TrainOutcome } from "./train-outcome.js";

/** How far a training is. */
export interface TrainProgress {
  readonly stage: TrainStage;
  /** What is done, from 0 to 1, at the beginning of the stage. */
  readonly share: number;
}

/** `signal` lets go of the training, which goes on as long as anyone else waits for it. */
export type TrainOptions = Joining<TrainProgress>;

/** Where each stage begins: a search takes about twice as long as the forecasts that are replayed to judge its model. */
const BEGINS: Readonly<Record<TrainStage, number>> = { read: 0, search: 0.05, gate: 0.65, register: 0.95 };

/**
 * Two cores took 295 s to train 2,000 series on four days each (docs/benchmarks.md), and a week takes 1.7 times as long. A fleet larger than
 * this is trained on no more than three days, so that five minutes leave something for readers.
 */
const LARGE_FLEET = 1000;
const LARGE_FLEET_HISTORY = 3 * 86_400_000;

export type Trainer = (state: SeriesState, options?: TrainOptions) => Promise<TrainOutcome>;

/**
 * ingest → preprocess → train → gate → register for one series. Calls for a series at the same time are one training: whoever lets go of it
 * leaves it to the others, and it is stopped when nobody wants it any more.
 */
export function createTrainer(dependencies: {
  store: MetricSource;
  registry: ModelRegistry;
  champions: Champions;
  executor: Executor;
  events: EventBus;
  fleet: Fleet;
  clock: Clock;
  log: Log;
  steps: StepTimes;
  metrics: ServiceMetrics;
  /** Read where it is used: it may change while the service runs. */
  config: Pick<Config, "training" | "thresholds" | "series" | "gate">;
}): Trainer {
  const { store, registry, champions, executor, events, fleet, clock, log, steps, metrics, config } = dependencies;
  const together = sharedWork<TrainProgress, TrainOutcome>();

  const read = async (state: SeriesState): Promise<{ prepared: Prepared; notes: readonly string[] }> => {
    const now = clock.now();
    const { history: wanted, bounds } = seriesSettings(config, state);
    // Hosts that are gone are not trained, and take nothing from the others.
    const present = fleet.all().filter((one) => !isGone(one, now)).length;
    const history = present > LARGE_FLEET ? Math.min(wanted, LARGE_FLEET_HISTORY) : wanted;
    const ingested = await steps.time("ingest", () => ingest(store, state, { now, history, bounds }));
    const { values, start, outside } = ingested;
    const notes = outside ? [describeOutside(outside, `of the last ${formatDuration(history)}`)] : [];
    const ready = readiness(knownOf(values, start), now);
    if (!ready.ready) throw new LoadcastError("NOT_READY", `${state.id}: ${[ready.reason, ...notes].join(" ")}`);
    const prepared = await steps.time("preprocess", async () =>
      preprocess(ingested, {
        periods: PERIODS,
        metric: true,
        bounds,
        longestGap: MAX_SILENCE,
        enough: MIN_OBSERVED,
      }),
    );
    return { prepared, notes };
  };

  const work = async (
    state: SeriesState,
    signal: AbortSignal,
    onProgress: (progress: TrainProgress) => void,
  ): Promise<TrainOutcome> => {
    const startedAt = clock.now();
    const enter = (stage: TrainStage) => {
      signal.throwIfAborted();
      state.underWay = { stage, since: startedAt };
      onProgress({ stage, share: BEGINS[stage] });
    };
    enter("read");
    const { prepared, notes } = await read(state);
    const { model, bounds } = seriesSettings(config, state);
    const { enabled, origins, margin } = config.gate;
    const key = trainingKey(state.id, prepared, model);
    const tried = (finished: boolean) => {
      state.training = { at: startedAt, finished, bounds };
    };
    const done = await trainedBefore(state, key);
    if (done) {
      tried(true);
      return done;
    }
    const shown = withoutEnd(prepared, holdoutFor(prepared.values.length));
    enter("search");
    let trained: Trained;
    try {
      const fitted = await steps.time("train", () =>
        executor.run("train", { prepared: shown, model }, { key, signal }),
      );
      trained = { ...fitted, warnings: [...fitted.warnings, ...notes] };
    } catch (error) {
      if (!signal.aborted) {
        tried(false);
        await logFailure(state.id, key, { startedAt, error, bounds });
      }
      throw error;
    }
    enter("gate");
    const champion = await champions.find(state.id);
    const outgrown = champion !== null && !holds(champion, prepared.values);
    const live =
      champion && !outgrown
        ? { ...(await champions.load(state.id, champion)), provisional: champion.provisional }
        : null;
    const judged = await steps.time("gate", () =>
      executor.run(
        "gate",
        {
          prepared,
          candidate: kept(trained),
          holdout: prepared.values.length - shown.values.length,
          champion: live,
          horizon: HORIZON,
          levels: LEVELS,
          origins,
          margin,
          refit: state.drift !== null,
        },
        // No key: the same data are judged otherwise against another champion, and another service on the queue may have one.
        { signal },
      ),
    );
    const goesLive = (reason: string) => ({ ...judged.report, accepted: true, reason: `Goes live: ${reason}.` });
    const gate = !enabled
      ? goesLive("the gate is turned off")
      : outgrown
        ? goesLive("the champion was trained with narrower bounds and cannot take the values that came")
        : judged.report;
    enter("register");
    const version = await steps.time("register", () =>
      register(registry, {
        series: state.id,
        prepared,
        trained: judged.refitted ? { ...judged.refitted, warnings: trained.warnings } : trained,
        gate,
        key,
        startedAt,
        endedAt: clock.now(),
        artifacts: trainingChart(state.id, prepared, judged.example),
      }),
    );
    const outcome = outcomeOf(version);
    tried(true);
    await announce(state, outcome, champion);
    if (judged.weighing && outcome.champion) {
      state.weighing = { version: outcome.version, values: Array.from(judged.weighing) };
    }
    return outcome;
  };

  /** What was made of the same values before: a training that is repeated changes nothing, and costs nothing. */
  const trainedBefore = async (state: SeriesState, key: string): Promise<TrainOutcome | null> => {
    const number = (await registry.run(state.id, key))?.version ?? null;
    const version = number === null ? null : await registry.version(state.id, number);
    return version && outcomeOf(version);
  };

  const announce = async (state: SeriesState, outcome: TrainOutcome, before: Champion | null) => {
    const { id } = state;
    events.publish({ type: "model", series: id, modelVersion: outcome.modelVersion });
    if (outcome.champion && before?.version !== outcome.version) {
      events.publish({ type: "alias", series: id, alias: CHAMPION, version: outcome.version });
      champions.forget(id);
      state.champion = await champions.find(id);
      state.watch.reset();
      state.drift = null;
    }
    fleet.changed();
    log.debug(`trained ${outcome.modelVersion} on ${outcome.values} values: ${outcome.gate.reason}`);
  };

  const logFailure = async (
    series: string,
    key: string,
    { startedAt, error, bounds }: { startedAt: number; error: unknown; bounds: Bounds | null },
  ) => {
    await registry
      .logRun({
        model: series,
        key: `${key}-failed`,
        startedAt,
        endedAt: clock.now(),
        status: "failed",
        parameters: { error: describeError(error).slice(0, 500), ...boundsParameter(bounds) },
        metrics: {},
      })
      .catch((problem: unknown) =>
        log.warn(`the failed training of ${series} was not logged: ${describeError(problem)}`),
      );
  };

  return (state, options) =>
    together(
      state.id,
      async (signal, onProgress) => {
        const began = performance.now();
        const count = (result: Parameters<ServiceMetrics["trained"]>[0]) =>
          metrics.trained(result, (performance.now() - began) / 1000);
        try {
          const outcome = await work(state, signal, onProgress);
          count(outcome.champion ? "promoted" : "kept");
          return outcome;
        } catch (error) {
          // A series that is not ready, or a stop, is no failure.
          if (!signal.aborted && !(error instanceof LoadcastError)) count("failed");
          throw error;
        } finally {
          state.underWay = null;
        }
      },
      options,
    );
}

/** Whether all values are possible by the bounds the champion was trained with; those of some versions are not known. */
function holds({ bounds }: Champion, values: Float64Array): boolean {
  const counted = possibleValue(bounds ?? null, true);
  return values.every((value) => Number.isNaN(value) || !Number.isNaN(counted(value)));
}

/** Without the last `count` values, and without gaps before them. */
function withoutEnd(prepared: Prepared, count: number): Prepared {
  let end = prepared.values.length - count;
  while (end > 0 && Number.isNaN(prepared.values[end - 1])) end--;
  const values = prepared.values.slice(0, end);
  let gaps = 0;
  for (const value of values) if (Number.isNaN(value)) gaps++;
  return { ...prepared, values, gaps, trailing: 0, periods: prepared.periods.filter((period) => end >= 2 * period) };
}

const kept = ({ document, start, length }: Trained) => ({ document, start, length });
