import { type MetricStore, resample, type SeriesInfo, type StoredForecast } from "@loadcast/metrics-io";
import type { Clock } from "./clock.js";
import type { Cycle } from "./cycle.js";
import { LoadcastError } from "./errors.js";
import type {
  ForecastStep,
  HistoryResponse,
  SeriesEntry,
  SeriesListResponse,
  StoredForecastResponse,
} from "./http/contract.js";
import { readiness } from "./readiness.js";
import { STEP_MILLIS, unitOf } from "./settings.js";

/** What readers ask for: series with their state, history, the latest forecast. */
export interface Catalogue {
  list(): Promise<SeriesListResponse>;
  entry(id: string): Promise<SeriesEntry>;
  /** @throws LoadcastError `UNKNOWN_SERIES`, `TOO_MANY_POINTS` */
  history(id: string, range: { from?: number; to?: number; stepMillis?: number }): Promise<HistoryResponse>;
  /** @throws LoadcastError `UNKNOWN_SERIES`, `NO_FORECAST` with the reason */
  forecast(id: string): Promise<StoredForecastResponse>;
}

/** A month at 5 minutes is 8,928. */
export const MAX_HISTORY_POINTS = 20_000;
const DEFAULT_HISTORY = 86_400_000;
/** Where the last value is looked for at first, before the whole past of a series is read. */
const RECENT = 3_600_000;

export function createCatalogue(options: {
  store: MetricStore;
  cycle: Cycle;
  clock: Clock;
  /** When the scheduler makes the next forecasts; null when nothing is scheduled. */
  nextRun: () => number | null;
  /** The first of its runs at or after a time. */
  firstRunAfter: (time: number) => number;
  /** Whether a run is under way. */
  forecasting: () => boolean;
}): Catalogue {
  const { store, cycle, clock, nextRun, firstRunAfter, forecasting } = options;

  const find = async (id: string): Promise<SeriesInfo> => {
    const info = (await cycle.series()).find((series) => series.id === id);
    if (!info) {
      throw new LoadcastError(
        "UNKNOWN_SERIES",
        `there is no series ${JSON.stringify(id)}; GET /api/v1/series names those known`,
      );
    }
    return info;
  };

  const lastValue = async (info: SeriesInfo): Promise<SeriesEntry["last"]> => {
    if (info.last === undefined) return null;
    const { times, values } = await store.read(info, { from: info.last - RECENT, to: info.last + 1 });
    const i = times.length - 1;
    return i < 0 ? null : { time: iso(times[i]), value: values[i] };
  };

  const describe = async (info: SeriesInfo): Promise<SeriesEntry> => {
    const now = clock.now();
    const next = nextRun();
    const [last, forecast] = await Promise.all([lastValue(info), store.latestForecast(info)]);
    const common = {
      id: info.id,
      host: info.host,
      metric: info.metric,
      unit: unitOf(info.metric),
      synthetic: info.synthetic,
      last,
      modelVersion: forecast?.modelVersion ?? null,
      nextRun: next === null ? null : iso(next),
    };
    if (forecast && endOf(forecast) > now) return { ...common, status: "forecast", reason: null, history: null };

    const ingested = await cycle.ingest(info);
    const state = readiness(ingested, now);
    const history = {
      have: ingested.observed,
      need: state.ready ? ingested.observed : state.need,
      stepSeconds: STEP_MILLIS / 1000,
      firstForecastAt: null as string | null,
    };
    if (state.ready) {
      const error = cycle.lastError(info.id);
      return error
        ? { ...common, status: "failed", reason: `The last attempt failed: ${error}`, history }
        : {
            ...common,
            status: "waiting",
            reason: "Has enough history; its forecast is being made.",
            history: { ...history, firstForecastAt: forecasting() ? iso(now) : next === null ? null : iso(next) },
          };
    }
    const at = state.completeAt === null ? null : firstRunAfter(state.completeAt);
    return {
      ...common,
      status: "waiting",
      reason: state.reason,
      history: { ...history, firstForecastAt: at === null ? null : iso(at) },
    };
  };

  return {
    async list() {
      const entries = await Promise.all((await cycle.series()).map(describe));
      return { now: iso(clock.now()), series: entries.sort((a, b) => (a.id < b.id ? -1 : 1)) };
    },
    entry: async (id) => describe(await find(id)),
    async history(id, { to = clock.now(), from = to - DEFAULT_HISTORY, stepMillis = STEP_MILLIS }) {
      const info = await find(id);
      if (from > to) {
        throw new LoadcastError("BAD_RANGE", `from (${iso(from)}) must not be after to (${iso(to)})`);
      }
      const points = Math.ceil((to - from) / stepMillis);
      if (points > MAX_HISTORY_POINTS) {
        throw new LoadcastError(
          "TOO_MANY_POINTS",
          `${points} points were asked for and at most ${MAX_HISTORY_POINTS} are given: ask for a shorter range or a longer step`,
        );
      }
      const start = Math.floor(from / stepMillis) * stepMillis;
      const end = Math.ceil(to / stepMillis) * stepMillis;
      const samples = await store.read(info, { from: start, to: end });
      const grid = resample(samples, { stepSeconds: stepMillis / 1000, from: start, to: end });
      return {
        id,
        from: iso(start),
        to: iso(end),
        stepSeconds: stepMillis / 1000,
        points: Array.from(grid.times, (time, i) => ({
          time: iso(time),
          value: Number.isNaN(grid.values[i]) ? null : grid.values[i],
        })),
      };
    },
    async forecast(id) {
      const info = await find(id);
      const forecast = await store.latestForecast(info);
      if (!forecast) {
        const { reason } = await describe(info);
        throw new LoadcastError("NO_FORECAST", `${id} has no forecast yet: ${reason}`);
      }
      return {
        id,
        synthetic: info.synthetic,
        issuedAt: iso(forecast.issuedAt),
        modelVersion: forecast.modelVersion,
        stepSeconds: STEP_MILLIS / 1000,
        forecast: forecastSteps(forecast, forecast.times),
      };
    },
  };
}

/** Columns → one object for each step, numbered from 1. */
export function forecastSteps(
  columns: Pick<StoredForecast, "mean" | "median" | "intervals">,
  times: readonly number[] | null,
): ForecastStep[] {
  return columns.mean.map((mean, i) => ({
    step: i + 1,
    ...(times ? { time: iso(times[i]) } : {}),
    mean,
    median: columns.median[i],
    intervals: columns.intervals.map(({ level, lower, upper }) => ({ level, lower: lower[i], upper: upper[i] })),
  }));
}

function endOf(forecast: StoredForecast): number {
  return (forecast.times.at(-1) ?? Number.NEGATIVE_INFINITY) + STEP_MILLIS;
}

const iso = (time: number) => new Date(time).toISOString();
