import type { MetricStore, SeriesInfo, StoredForecast } from "@loadcast/metrics-io";
import type { Clock } from "./clock.js";
import { describeError, LoadcastError } from "./errors.js";
import type { EventBus } from "./events.js";
import type { Executor } from "./executor/executor.js";
import type { Log } from "./log.js";
import { type ModelShelf, type ModelVersion, versionName } from "./models.js";
import { type Ingested, ingest } from "./pipeline/ingest.js";
import { type Prepared, preprocess } from "./pipeline/preprocess.js";
import { readiness } from "./readiness.js";
import { boundsOf, HORIZON, LEVELS, MAX_MODEL_AGE, MAX_SILENCE, MIN_OBSERVED, PERIODS } from "./settings.js";

export interface CycleDependencies {
  store: MetricStore;
  models: ModelShelf;
  executor: Executor;
  events: EventBus;
  clock: Clock;
  log: Log;
  /** Milliseconds of history a model is trained on. */
  history: number;
  /** Series that are not to be seen: the demo host's, when it is turned off. */
  hidden?: (series: SeriesInfo) => boolean;
}

/** The pipeline, put together: what the scheduler, the CLI and the HTTP routes call. */
export interface Cycle {
  series(): Promise<SeriesInfo[]>;
  /** The recent past of a series on the grid. */
  ingest(series: SeriesInfo): Promise<Ingested>;
  /** Trains a new version; two calls for one series at the same time are one training. */
  train(series: SeriesInfo, signal?: AbortSignal): Promise<ModelVersion>;
  /** Forecasts with the latest version, training the first one where there is none, and stores the forecast. Null: not ready. */
  infer(series: SeriesInfo, signal?: AbortSignal): Promise<StoredForecast | null>;
  /** The same for every series. One that fails does not stop the others. */
  trainAll(signal?: AbortSignal): Promise<Outcome[]>;
  inferAll(signal?: AbortSignal): Promise<Outcome[]>;
  /** What went wrong last with a series; null when nothing did. */
  lastError(id: string): string | null;
}

export interface Outcome {
  readonly id: string;
  readonly result: "done" | "waiting" | "failed";
  readonly detail: string;
}

/** ingest → preprocess → train → infer → write, for one series or all of them. */
export function createCycle(dependencies: CycleDependencies): Cycle {
  const { store, models, executor, events, clock, log, history, hidden = () => false } = dependencies;
  const training = new Map<string, Promise<ModelVersion>>();
  const errors = new Map<string, string>();

  const series = async () => (await store.listSeries()).filter((info) => !hidden(info));
  const read = (info: SeriesInfo) => ingest(store, info, { now: clock.now(), history });
  const prepare = (ingested: Ingested) =>
    preprocess(ingested, {
      periods: PERIODS,
      metric: true,
      bounds: boundsOf(ingested.metric),
      longestGap: MAX_SILENCE,
      enough: MIN_OBSERVED,
    });

  const trainPrepared = (ingested: Ingested, prepared: Prepared, signal?: AbortSignal): Promise<ModelVersion> => {
    const running = training.get(ingested.id);
    if (running) return running;
    const began = clock.now();
    const promise = executor
      .run("train", { prepared }, signal ? { signal } : {})
      .then((trained) =>
        models.save({
          series: ingested.id,
          trainedAt: clock.now(),
          values: prepared.values.length,
          until: endOf(ingested, prepared),
          trained,
        }),
      )
      .then((version) => {
        events.publish({ type: "model", series: version.series, modelVersion: versionName(version) });
        log.info(
          `trained ${versionName(version)} on ${version.values} values in ${((clock.now() - began) / 1000).toFixed(1)} s`,
        );
        return version;
      })
      .finally(() => training.delete(ingested.id));
    training.set(ingested.id, promise);
    return promise;
  };

  const train = async (info: SeriesInfo, signal?: AbortSignal) => {
    const ingested = await read(info);
    const state = readiness(ingested, clock.now());
    if (!state.ready) throw new LoadcastError("NOT_READY", `${info.id}: ${state.reason}`);
    return trainPrepared(ingested, prepare(ingested), signal);
  };

  const infer = async (info: SeriesInfo, signal?: AbortSignal) => {
    const ingested = await read(info);
    if (!readiness(ingested, clock.now()).ready) return null;
    const prepared = prepare(ingested);
    const known = await models.latest(info.id);
    const fresh = known !== null && clock.now() - known.until <= MAX_MODEL_AGE;
    const version = fresh ? known : await trainPrepared(ingested, prepared, signal);
    const { times, mean, median, intervals } = await executor.run(
      "infer",
      { prepared, trained: version.trained, horizon: HORIZON, levels: LEVELS },
      signal ? { signal } : {},
    );
    const forecast: StoredForecast = {
      host: info.host,
      metric: info.metric,
      issuedAt: clock.now(),
      modelVersion: versionName(version),
      times: times as number[],
      mean,
      median,
      intervals,
    };
    await store.writeForecast(forecast);
    events.publish({
      type: "forecast",
      series: info.id,
      modelVersion: forecast.modelVersion,
      issuedAt: new Date(forecast.issuedAt).toISOString(),
    });
    return forecast;
  };

  /** Runs a step for every series, as many at a time as the executor does, and keeps each one's failure. */
  const forAll = async (
    step: (info: SeriesInfo) => Promise<Omit<Outcome, "id">>,
    signal?: AbortSignal,
  ): Promise<Outcome[]> => {
    const queue = await series();
    const outcomes: Outcome[] = [];
    const lane = async () => {
      for (let info = queue.shift(); info && !signal?.aborted; info = queue.shift()) {
        try {
          outcomes.push({ id: info.id, ...(await step(info)) });
          errors.delete(info.id);
        } catch (error) {
          if (signal?.aborted) return;
          const reason = describeError(error);
          if (errors.get(info.id) !== reason) log.warn(`${info.id}: ${reason}`);
          errors.set(info.id, reason);
          outcomes.push({ id: info.id, result: "failed", detail: reason });
        }
      }
    };
    await Promise.all(Array.from({ length: executor.concurrency }, lane));
    return outcomes.sort((a, b) => (a.id < b.id ? -1 : 1));
  };

  return {
    series,
    ingest: read,
    train,
    infer,
    trainAll: (signal) =>
      forAll(async (info) => {
        const ingested = await read(info);
        const state = readiness(ingested, clock.now());
        if (!state.ready) return { result: "waiting", detail: state.reason };
        const version = await trainPrepared(ingested, prepare(ingested), signal);
        return { result: "done", detail: versionName(version) };
      }, signal),
    async inferAll(signal) {
      const outcomes = await forAll(async (info) => {
        const forecast = await infer(info, signal);
        if (forecast) return { result: "done", detail: forecast.modelVersion };
        const state = readiness(await read(info), clock.now());
        return { result: "waiting", detail: state.ready ? "" : state.reason };
      }, signal);
      await store.flush();
      return outcomes;
    },
    lastError: (id) => errors.get(id) ?? null,
  };
}

/** The time after the last value a model was trained on. */
function endOf(ingested: Ingested, prepared: Prepared): number {
  return ingested.start + (ingested.values.length - prepared.trailing) * ingested.step.count;
}
