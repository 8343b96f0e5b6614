import {
  type MetricStore,
  type SampleBatch,
  type SeriesInfo,
  type StoredForecast,
  seriesId,
} from "@loadcast/metrics-io";
import type { Champion } from "./champion.js";
import type { Clock } from "./clock.js";
import type { Outlook, TrainStage } from "./http/contract.js";
import { type DriftWatch, driftWatch } from "./monitor/drift.js";
import { type PendingPredictions, pendingPredictions } from "./monitor/pending-predictions.js";
import { type RollingScores, rollingScores } from "./monitor/rolling.js";
import type { Weighing } from "./pipeline/weighing.js";
import type { Known } from "./readiness.js";
import { type Bounds, GONE_AFTER, STEP_MILLIS } from "./settings.js";
import type { Tail } from "./tail.js";

/** Clocks of two machines may differ by so much. */
const AHEAD = STEP_MILLIS;

/** A training, with or without a version that came of it. */
export interface LastTraining {
  readonly at: number;
  readonly finished: boolean;
  /** Of the values; undefined where it does not say. */
  readonly bounds: Bounds | null | undefined;
}

/** What is known of one series, in memory: readers are answered from here. */
export interface SeriesState {
  readonly id: string;
  readonly host: string;
  readonly metric: string;
  synthetic: boolean;
  /** Grows whenever samples of it were stored. */
  changes: number;
  /** The last sample. */
  last: { readonly time: number; readonly value: number } | null;
  /** When it was taken, also where its value is not known yet; null where there is none. */
  lastTime: number | null;
  /** The latest sample that was dated further ahead than clocks differ; null: none. It counts once its time has come. */
  ahead: number | null;
  /** Null until it was read from the store. */
  tail: Tail | null;
  /** What forecasts are made with; null: there is none. Undefined until the registry was asked. */
  champion: Champion | null | undefined;
  /** Weights that this version of its model was given after training; null: those of its training. */
  weighing: { readonly version: number; readonly values: Weighing } | null;
  /** The latest; null: none. Undefined until the store was asked. */
  forecast: StoredForecast | null | undefined;
  outlook: Outlook | null;
  /** What went wrong with the last attempt. */
  error: string | null;
  /** Start of the earliest samples that came since the tail was read and that a forecast should know; Infinity: none. */
  lateFrom: number;
  reissued: boolean;

  readonly predictions: PendingPredictions;
  /** Whether the scores of the time before the start were put together again. */
  restored: boolean;
  scores: RollingScores;
  readonly watch: DriftWatch;
  drift: { readonly since: number; readonly at: number; readonly reason: string } | null;
  /** How the last training went, whoever wanted it; null: there was none. Undefined until the registry was asked. */
  training: LastTraining | null | undefined;
  /** The training that is under way; null: none. */
  underWay: { readonly stage: TrainStage; readonly since: number } | null;
  /** When drift last had a new model trained. */
  driftTrainedAt: number;
  lastAnomaly: number | null;
}

/** All series that are watched. */
export interface Fleet {
  /** In order of their ids. */
  all(): readonly SeriesState[];
  get(id: string): SeriesState | undefined;
  /** Asks the store which series there are. */
  refresh(): Promise<readonly SeriesState[]>;
  /** Samples were stored. */
  note(batches: readonly SampleBatch[]): void;
  /** Grows with every change that readers can see. */
  revision(): number;
  changed(): void;
}

export function createFleet(options: {
  store: Pick<MetricStore, "listSeries">;
  hidden: (series: Pick<SeriesInfo, "id" | "host" | "metric" | "synthetic">) => boolean;
  clock: Pick<Clock, "now">;
}): Fleet {
  const { store, hidden, clock } = options;
  const states = new Map<string, SeriesState>();
  let ordered: readonly SeriesState[] | null = [];
  let revision = 0;
  const changed = () => {
    revision++;
  };

  const ensure = (series: Pick<SeriesInfo, "id" | "host" | "metric" | "synthetic" | "last">): SeriesState => {
    let state = states.get(series.id);
    if (!state) {
      state = newState(series);
      states.set(series.id, state);
      ordered = null;
    }
    state.synthetic = series.synthetic;
    if (series.last !== undefined) {
      // One wrong date would hide for years that a host is silent.
      if (series.last > clock.now() + AHEAD) state.ahead = Math.max(state.ahead ?? series.last, series.last);
      else state.lastTime = Math.max(state.lastTime ?? series.last, series.last);
    }
    return state;
  };
  const all = () => {
    ordered ??= [...states.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    return ordered;
  };

  return {
    all,
    get: (id) => states.get(id),
    async refresh() {
      const listed = (await store.listSeries()).filter((series) => !hidden(series));
      const ids = new Set(listed.map(({ id }) => id));
      for (const id of states.keys()) {
        if (ids.has(id)) continue;
        states.delete(id);
        ordered = null;
      }
      for (const series of listed) ensure(series);
      changed();
      return all();
    },
    note(batches) {
      for (const batch of batches) {
        const { host, metric, times, values } = batch;
        if (times.length === 0) continue;
        const id = seriesId(batch);
        const synthetic = batch.synthetic ?? states.get(id)?.synthetic ?? false;
        if (hidden({ id, host, metric, synthetic })) continue;
        const state = ensure({ id, host, metric, synthetic });
        state.changes++;
        let first = Infinity;
        const limit = clock.now() + AHEAD;
        for (let i = 0; i < times.length; i++) {
          if (Number.isNaN(values[i])) continue;
          if (times[i] > limit) {
            state.ahead = Math.max(state.ahead ?? times[i], times[i]);
            continue;
          }
          first = Math.min(first, times[i]);
          if (state.last === null || times[i] >= state.last.time) state.last = { time: times[i], value: values[i] };
          state.lastTime = Math.max(state.lastTime ?? times[i], times[i]);
        }
        const issuedFor = state.forecast?.times[0];
        // Before the first forecast the past comes in pieces, older ones after newer ones, and all of it counts.
        if (issuedFor === undefined || first < issuedFor) state.lateFrom = Math.min(state.lateFrom, first);
      }
      changed();
    },
    revision: () => revision,
    changed,
  };
}

/** Whether nothing has come for so long that nobody waits for it any more. */
export function isGone({ lastTime }: Pick<SeriesState, "lastTime">, now: number): boolean {
  return lastTime !== null && now - lastTime > GONE_AFTER;
}

/** What is known of a series, as far as its tail reaches; before that only when its last sample was. */
export function knownOfState({ tail, lastTime, ahead }: SeriesState): Known {
  const lastEnd = lastTime === null ? null : (Math.floor(lastTime / STEP_MILLIS) + 1) * STEP_MILLIS;
  if (tail === null) return { observed: 0, lastEnd, ahead };
  return { observed: tail.observed, lastEnd: tail.lastEnd ?? lastEnd, ahead };
}

function newState({
  id,
  host,
  metric,
  synthetic,
}: Pick<SeriesInfo, "id" | "host" | "metric" | "synthetic">): SeriesState {
  return {
    id,
    host,
    metric,
    synthetic,
    changes: 0,
    last: null,
    lastTime: null,
    ahead: null,
    tail: null,
    champion: undefined,
    weighing: null,
    forecast: undefined,
    outlook: null,
    error: null,
    lateFrom: Infinity,
    reissued: false,
    predictions: pendingPredictions(),
    restored: false,
    scores: rollingScores(),
    watch: driftWatch(),
    drift: null,
    training: undefined,
    underWay: null,
    driftTrainedAt: Number.NEGATIVE_INFINITY,
    lastAnomaly: null,
  };
}
