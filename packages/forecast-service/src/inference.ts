import type { MetricStore, StoredForecast } from "@loadcast/metrics-io";
import type { Champion, Champions } from "./champion.js";
import type { Clock } from "./clock.js";
import { seriesSettings } from "./config/series-settings.js";
import type { Config } from "./config.js";
import { describeError } from "./errors.js";
import type { EventBus } from "./events.js";
import { type Executor, JobError } from "./executor/executor.js";
import { type Fleet, knownOfState, type SeriesState } from "./fleet.js";
import type { Log } from "./log.js";
import type { ServiceMetrics } from "./metrics.js";
import { outlookOf } from "./monitor/outlook.js";
import type { InferInput, Inferred } from "./pipeline/infer.js";
import { monitor, remember } from "./pipeline/monitor.js";
import { preprocess } from "./pipeline/preprocess.js";
import { roundForecast } from "./pipeline/round.js";
import { type ReadAhead, readAhead } from "./read-ahead.js";
import { readiness } from "./readiness.js";
import { ANOMALY_LEVEL, HORIZON, LEVELS, STEP, STEP_MILLIS } from "./settings.js";
import type { StepTimes } from "./step-times.js";
import { readTail, type Tail, type TailOptions } from "./tail.js";
import type { Trainer } from "./training.js";

/** What came of one series in a round. */
export interface Outcome {
  readonly id: string;
  readonly result: "done" | "waiting" | "failed";
  readonly detail: string;
}

/** A series that can be forecast, and the version of the model that does it. */
interface Ready {
  readonly state: SeriesState;
  readonly input: InferInput;
  readonly version: number;
}

/** The part of the pipeline that runs every few minutes. */
export interface Inference {
  /** Forecasts a batch of series, training a model where there is none. One that fails does not stop the others. */
  infer(states: readonly SeriesState[], options?: { signal?: AbortSignal; ahead?: ReadAhead }): Promise<Outcome[]>;
  /** For `infer` of all of these, batch by batch in this order: reads what it needs for many at once. */
  readAhead(states: readonly SeriesState[]): ReadAhead;
  /** Reads what readers want to know of a series: its recent values, and what was forecast last. */
  refresh(state: SeriesState): Promise<void>;
}

/** Steps that are kept in memory of a series: two days, so that the season before is at hand for every value that is judged. */
const TAIL_STEPS = 600;
/** Older values change no forecast. */
const LONGEST_TAIL = 14 * 86_400_000;
/** Drift that did not show for so long has passed. */
const DRIFT_MEMORY = 6 * 3_600_000;

/** Weights follow what came every four hours, each series at a round of its own: some 20 ms each, that is half a second in a round of 2,000. */
const ROUNDS_BETWEEN_WEIGHINGS = 48;
/** After a start all are to be weighed: as many in a round as two cores do in a second or two, and all within an hour. */
const WEIGHINGS_IN_A_ROUND = 170;
const ROUNDS_FOR_ALL = 12;

/** tail → model → forecast → write → monitor, for a batch of series in one job. */
export function createInference(dependencies: {
  store: MetricStore;
  write: (forecast: StoredForecast) => Promise<void>;
  champions: Champions;
  executor: Executor;
  train: Trainer;
  events: EventBus;
  fleet: Fleet;
  clock: Clock;
  log: Log;
  steps: StepTimes;
  metrics: ServiceMetrics;
  config: Pick<Config, "training" | "thresholds" | "series">;
}): Inference {
  const { store, write, champions, executor, train, events, fleet, clock, log, steps, metrics, config } = dependencies;

  const askChampion = async (state: SeriesState): Promise<Champion | null> => {
    if (state.champion === undefined) state.champion = await champions.find(state.id);
    return state.champion;
  };

  /** What is read of a series next; null while its champion is not known. */
  const tailOptions = (state: SeriesState): TailOptions | null => {
    const { champion } = state;
    if (champion === undefined) return null;
    const now = clock.now();
    const from = Math.max(now - LONGEST_TAIL, Math.min(now - TAIL_STEPS * STEP_MILLIS, champion?.until ?? Infinity));
    return { now, from, again: state.lateFrom, bounds: seriesSettings(config, state).bounds };
  };

  const refresh = async (state: SeriesState, ahead?: ReadAhead): Promise<void> => {
    await askChampion(state);
    const now = clock.now();
    const source = (await ahead?.(state)) ?? store;
    const again = state.lateFrom;
    const { tail } = await readTail(source, state, state.tail, tailOptions(state) as TailOptions);
    state.tail = tail;
    if (state.lateFrom === again) state.lateFrom = Infinity;
    if (state.forecast === undefined) {
      const latest = await store.latestForecast(state);
      state.forecast = latest;
      // After a start, the crossing of a threshold is not known before the next forecast.
      if (latest) state.outlook = outlookOf({ ...latest, crossing: null }, latest.times);
    }
    if (state.last === null) {
      const from = state.lastTime ?? (tail.lastEnd ?? tail.start) - STEP_MILLIS;
      const { times, values } = await store.read(state, { from, to: now + 1 });
      const i = times.length - 1;
      if (i >= 0) {
        state.last = { time: times[i], value: values[i] };
        state.lastTime ??= times[i];
      }
    }
  };

  /** Holds new values against old forecasts; what stands out is kept and told. Returns when that was: drift found now has this time. */
  const observe = (state: SeriesState) =>
    steps.time("monitor", async () => {
      const { anomalies, drift } = monitor(state, seriesSettings(config, state).bounds);
      if (anomalies.length > 0) {
        await store.writeAnomalies(anomalies);
        metrics.anomalous(state, anomalies.length);
        state.lastAnomaly = anomalies[anomalies.length - 1].time;
        for (const { time, value } of anomalies) {
          events.publish({ type: "anomaly", series: state.id, time: new Date(time).toISOString(), value });
        }
      }
      const now = clock.now();
      if (drift !== null) {
        if (state.drift === null) log.info(`${state.id} drifts: ${drift}`);
        state.drift = { since: state.drift?.since ?? now, at: now, reason: drift };
      } else if (state.drift && now - state.drift.at >= DRIFT_MEMORY) state.drift = null;
      return now;
    });

  /** What the job needs, or why there is nothing to be done. */
  const prepare = async (state: SeriesState, ahead?: ReadAhead, signal?: AbortSignal): Promise<Ready | string> => {
    await steps.time("ingest", () => refresh(state, ahead));
    const observedAt = await observe(state);
    const ready = readiness(knownOfState(state), clock.now());
    if (!ready.ready) return ready.reason;
    if (!(await askChampion(state))) await train(state, signal ? { signal } : {});
    const champion = await askChampion(state);
    if (!champion) return "Its champion was not made by this program and cannot be used: promote another version.";
    const { bounds, threshold } = seriesSettings(config, state);
    const { values, start } = state.tail as Tail;
    // Where the bounds were widened since its training, the champion cannot take values beyond its own: gaps, until the next one knows them.
    const prepared = preprocess({ values, start, step: STEP }, { bounds: champion.bounds ?? bounds });
    const { version } = champion;
    const input = {
      prepared: { ...prepared, bounds },
      trained: await champions.load(state.id, champion),
      horizon: HORIZON,
      levels: [...LEVELS, ANOMALY_LEVEL],
      threshold,
      weighing: state.weighing?.version === version ? state.weighing.values : null,
      reweigh: isWeighed(state, version) || state.drift?.at === observedAt,
    };
    return { state, input, version };
  };

  /** Whether the weights of a series follow what came in this round. */
  const isWeighed = (state: SeriesState, version: number): boolean => {
    const all = Math.min(ROUNDS_FOR_ALL, Math.ceil(fleet.all().length / WEIGHINGS_IN_A_ROUND));
    const rounds = state.weighing?.version === version ? ROUNDS_BETWEEN_WEIGHINGS : all;
    return (Math.floor(clock.now() / STEP_MILLIS) + placeOf(state.id)) % rounds === 0;
  };

  const finish = async ({ state, input, version }: Ready, inferred: Inferred): Promise<StoredForecast> => {
    const { mean, median, intervals } = inferred;
    const times = Array.from(inferred.times as number[]);
    const exact: StoredForecast = {
      host: state.host,
      metric: state.metric,
      issuedAt: clock.now(),
      modelVersion: (state.champion as Champion).modelVersion,
      times,
      // Arrays of numbers made here take a third of the memory of those that come from a thread.
      mean: Array.from(mean),
      median: Array.from(median),
      intervals: intervals.map(({ level, lower, upper }) => ({
        level,
        lower: Array.from(lower),
        upper: Array.from(upper),
      })),
    };
    const forecast = roundForecast(exact, input.prepared.bounds);
    await steps.time("write", () => write(forecast));
    remember(state, forecast);
    state.forecast = forecast;
    if (inferred.weighing) state.weighing = { version, values: Array.from(inferred.weighing) };
    state.outlook = outlookOf({ ...forecast, crossing: inferred.crossing }, times);
    state.error = null;
    events.publish({
      type: "forecast",
      series: state.id,
      modelVersion: forecast.modelVersion,
      issuedAt: new Date(forecast.issuedAt).toISOString(),
    });
    return forecast;
  };

  const failed = (state: SeriesState, error: unknown): Outcome => {
    const reason = describeError(error);
    if (state.error !== reason) log.warn(`${state.id}: ${reason}`);
    state.error = reason;
    return { id: state.id, result: "failed", detail: reason };
  };

  return {
    refresh: (state) => refresh(state),
    readAhead: (states) => readAhead(store, states, tailOptions),
    async infer(states, { signal, ahead } = {}) {
      const outcomes: Outcome[] = [];
      const ready: Ready[] = [];
      for (const state of states) {
        if (signal?.aborted) return outcomes;
        try {
          const input = await prepare(state, ahead, signal);
          if (typeof input === "string") {
            state.error = null;
            outcomes.push({ id: state.id, result: "waiting", detail: input });
          } else ready.push(input);
        } catch (error) {
          if (signal?.aborted) return outcomes;
          outcomes.push(failed(state, error));
        }
      }
      if (ready.length > 0) {
        try {
          const inputs = ready.map(({ input }) => input);
          const began = performance.now();
          const results = await steps.time("infer", () => executor.run("inferMany", inputs, signal ? { signal } : {}));
          metrics.inferred(results.filter(({ ok }) => ok).length, (performance.now() - began) / 1000);
          for (const [i, result] of results.entries()) {
            const { state } = ready[i];
            try {
              if (!result.ok) throw new JobError(result.code, result.message);
              const { modelVersion } = await finish(ready[i], result.value);
              outcomes.push({ id: state.id, result: "done", detail: modelVersion });
            } catch (error) {
              outcomes.push(failed(state, error));
            }
          }
        } catch (error) {
          if (signal?.aborted) return outcomes;
          for (const { state } of ready) outcomes.push(failed(state, error));
        }
      }
      fleet.changed();
      return outcomes;
    },
  };
}

/** Any number that belongs to the id, so that series take turns. */
function placeOf(id: string): number {
  let place = 0;
  for (let i = 0; i < id.length; i++) place = (31 * place + id.charCodeAt(i)) % 65_521;
  return place;
}
