import type { SeriesInfo, StoredForecast } from "@loadcast/metrics-io";
import type { Clock } from "./clock.js";
import { describeError, LoadcastError } from "./errors.js";
import type { Executor } from "./executor/executor.js";
import { type Fleet, isGone, knownOfState, type SeriesState } from "./fleet.js";
import type { Inference, Outcome } from "./inference.js";
import type { Log } from "./log.js";
import { shownLevels } from "./pipeline/write.js";
import { readiness } from "./readiness.js";
import type { TrainOutcome } from "./train-outcome.js";
import type { Trainer, TrainOptions } from "./training.js";

export type { Outcome } from "./inference.js";
export type { TrainOutcome } from "./train-outcome.js";

/** The pipeline, put together: what the scheduler, the CLI, the HTTP routes and the tasks call. */
export interface Cycle {
  /** The series there are, asked from the store. */
  series(): Promise<SeriesInfo[]>;
  /** Trains a new version; two calls for one series at the same time are one training. */
  train(series: { readonly id: string }, options?: TrainOptions): Promise<TrainOutcome>;
  /** Forecasts with the champion, training the first model where there is none, and stores the forecast. Null: not ready. */
  infer(series: { readonly id: string }, signal?: AbortSignal): Promise<StoredForecast | null>;
  /** The same for every series. One that fails does not stop the others. */
  trainAll(signal?: AbortSignal): Promise<Outcome[]>;
  inferAll(signal?: AbortSignal): Promise<Outcome[]>;
  /** Forecasts once more what was forecast without samples that came late. */
  inferLate(signal?: AbortSignal): Promise<Outcome[]>;
}

const byId = (a: Outcome, b: Outcome) => (a.id < b.id ? -1 : 1);

/** Series that go to a thread together: some 200 ms of work, so that few messages cross and others have their turn. */
const BATCH = 16;

export function createCycle(dependencies: {
  fleet: Fleet;
  inference: Inference;
  train: Trainer;
  executor: Pick<Executor, "concurrency">;
  /** The numbers of all champions: another program may have changed them. */
  championVersions: () => Promise<ReadonlyMap<string, number>>;
  flush: () => Promise<void>;
  clock: Clock;
  log: Log;
}): Cycle {
  const { clock, fleet, inference, train, executor, championVersions, flush, log } = dependencies;

  const find = async ({ id }: { readonly id: string }): Promise<SeriesState> => {
    const state = fleet.get(id) ?? (await fleet.refresh()).find((candidate) => candidate.id === id);
    if (!state) throw new LoadcastError("UNKNOWN_SERIES", `there is no series ${JSON.stringify(id)}`);
    return state;
  };

  /** Works on a list from as many lanes as the executor has places, so that all of them are busy and none is flooded. */
  const inLanes = async <T>(items: readonly T[], work: (item: T) => Promise<void>, signal?: AbortSignal) => {
    const queue = [...items];
    const lane = async () => {
      for (let item = queue.shift(); item !== undefined && !signal?.aborted; item = queue.shift()) await work(item);
    };
    await Promise.all(Array.from({ length: executor.concurrency }, lane));
  };

  /** Those that values still come for. The others are not even read: after a year of a fleet that changes daily they are most. */
  const present = (states: readonly SeriesState[], outcomes: Outcome[]): SeriesState[] => {
    const now = clock.now();
    return states.filter((state) => {
      if (!isGone(state, now)) return true;
      const ready = readiness(knownOfState(state), now);
      outcomes.push({ id: state.id, result: "waiting", detail: ready.ready ? "" : ready.reason });
      return false;
    });
  };

  const inferThese = async (states: readonly SeriesState[], signal?: AbortSignal): Promise<Outcome[]> => {
    const size = Math.max(1, Math.min(BATCH, Math.ceil(states.length / executor.concurrency)));
    const batches = Array.from({ length: Math.ceil(states.length / size) }, (_, i) =>
      states.slice(i * size, (i + 1) * size),
    );
    const outcomes: Outcome[] = [];
    const ahead = inference.readAhead(states);
    await inLanes(
      batches,
      async (batch) => {
        outcomes.push(...(await inference.infer(batch, signal ? { signal, ahead } : { ahead })));
      },
      signal,
    );
    await flush();
    return outcomes.sort(byId);
  };

  return {
    series: async () =>
      (await fleet.refresh()).map(({ id, host, metric, synthetic }) => ({ id, host, metric, synthetic })),
    train: async (series, options) => train(await find(series), options),
    async infer(series, signal) {
      const state = await find(series);
      const [outcome] = await inference.infer([state], signal ? { signal } : {});
      if (outcome?.result === "failed") throw new LoadcastError("FAILED", `${state.id}: ${outcome.detail}`);
      return outcome?.result === "done" && state.forecast ? shownLevels(state.forecast) : null;
    },
    async trainAll(signal) {
      const outcomes: Outcome[] = [];
      await inLanes(
        present(await fleet.refresh(), outcomes),
        async (state) => {
          try {
            const { modelVersion, gate } = await train(state, signal ? { signal } : {});
            outcomes.push({ id: state.id, result: "done", detail: `${modelVersion}: ${gate.reason}` });
          } catch (error) {
            if (signal?.aborted) return;
            const waiting = (error as { code?: unknown }).code === "NOT_READY";
            const detail = describeError(error);
            if (!waiting) log.warn(`training ${state.id}: ${detail}`);
            outcomes.push({ id: state.id, result: waiting ? "waiting" : "failed", detail });
          }
        },
        signal,
      );
      return outcomes.sort(byId);
    },
    async inferAll(signal) {
      const states = await fleet.refresh();
      const versions = await championVersions();
      for (const state of states) {
        state.reissued = false;
        if (state.champion !== undefined && state.champion?.version !== versions.get(state.id))
          state.champion = undefined;
      }
      const gone: Outcome[] = [];
      const outcomes = await inferThese(present(states, gone), signal);
      return [...outcomes, ...gone].sort(byId);
    },
    async inferLate(signal) {
      const late = fleet
        .all()
        .filter(({ forecast, lateFrom, reissued }) => forecast && lateFrom < Infinity && !reissued)
        .filter((state) => !isGone(state, clock.now()));
      if (late.length === 0) return [];
      for (const state of late) state.reissued = true;
      return inferThese(late, signal);
    },
  };
}
