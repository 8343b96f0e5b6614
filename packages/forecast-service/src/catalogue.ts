import { type MetricStore, resample, type StoredForecast } from "@loadcast/metrics-io";
import { describeOutside } from "./bounds.js";
import type { Clock } from "./clock.js";
import { LoadcastError } from "./errors.js";
import { firstRead, withinPatience } from "./first-read.js";
import { type Fleet, knownOfState, type SeriesState } from "./fleet.js";
import { forecastSteps } from "./forecast-steps.js";
import type { HistoryResponse, SeriesEntry, SeriesPageResponse, StoredForecastResponse } from "./http/contract.js";
import type { Inference } from "./inference.js";
import { shownLevels } from "./pipeline/write.js";
import { readiness } from "./readiness.js";
import { recentAnswers } from "./recent-answers.js";
import { type SeriesQuery, seriesPage } from "./series-page.js";
import { STEP_MILLIS, unitOf } from "./settings.js";
import { outsideOf } from "./tail.js";

/** What readers ask for: series with their state, history, the latest forecast. */
export interface Catalogue {
  /** All series, with what readers want to know of them in memory. */
  all(): Promise<readonly SeriesState[]>;
  /** @throws LoadcastError `UNKNOWN_SERIES` */
  find(id: string): Promise<SeriesState>;
  /** What people see of a series that `all` or `find` gave. */
  describe(state: SeriesState): SeriesEntry;
  /** In order of their ids; without a query all of them. */
  list(query?: SeriesQuery): Promise<SeriesPageResponse>;
  entry(id: string): Promise<SeriesEntry>;
  /** @throws LoadcastError `UNKNOWN_SERIES`, `TOO_MANY_POINTS` */
  history(id: string, range: { from?: number; to?: number; stepMillis?: number }): Promise<HistoryResponse>;
  /** @throws LoadcastError `UNKNOWN_SERIES`, `NO_FORECAST` with the reason */
  forecast(id: string): Promise<StoredForecastResponse>;
}

/** A month at 5 minutes is 8,928. */
export const MAX_HISTORY_POINTS = 20_000;
const DEFAULT_HISTORY = 86_400_000;

export function createCatalogue(options: {
  store: MetricStore;
  fleet: Fleet;
  inference: Pick<Inference, "refresh">;
  clock: Clock;
  /** When the scheduler makes the next forecasts; null when nothing is scheduled. */
  nextRun: () => number | null;
  /** The first of its runs at or after a time. */
  firstRunAfter: (time: number) => number;
  /** Whether a run is under way. */
  forecasting: () => boolean;
  /** Sources that cannot be read now, with the reason. */
  trouble?: () => readonly string[];
  /** Why no model can be fitted now; null where there is no such reason. */
  unfit?: () => string | null;
}): Catalogue {
  const { store, fleet, inference, clock, nextRun, firstRunAfter, forecasting } = options;
  const { trouble = () => [], unfit = () => null } = options;
  const known = firstRead(inference.refresh);
  const answers = recentAnswers<HistoryResponse>(clock);

  const all = async (): Promise<readonly SeriesState[]> => {
    const states = fleet.all().length > 0 ? fleet.all() : await fleet.refresh();
    const reads = states.map(known).filter((read) => read !== null);
    // Right after a start with thousands of series nobody waits for all of them: what is not read yet says so.
    if (reads.length > 0) await withinPatience(Promise.all(reads));
    return states;
  };

  const find = async (id: string): Promise<SeriesState> => {
    const state = fleet.get(id) ?? (await fleet.refresh()).find((candidate) => candidate.id === id);
    if (!state) {
      throw new LoadcastError(
        "UNKNOWN_SERIES",
        `there is no series ${JSON.stringify(id)}; GET /api/v1/series names those known`,
      );
    }
    await known(state);
    return state;
  };

  /** Where nothing comes it may be the host, or what is asked for it: which source a series is from is not known. */
  const silent = (reason: string): string => {
    const failing = trouble();
    return failing.length === 0 ? reason : `${reason} Cannot be read now: ${failing.join("; ")}.`;
  };

  /** Why a forecast that still reaches into the future is the last one for now; null where it is not. */
  const whyNotNewer = (state: SeriesState, { issuedAt }: StoredForecast): string | null => {
    const last = `The last forecast is of ${iso(issuedAt).slice(0, 16).replace("T", " ")} UTC.`;
    const waitsFor = unfit();
    if (waitsFor !== null) return `No newer forecast can be made: ${waitsFor}. ${last}`;
    if (state.error !== null) return `The last attempt failed: ${state.error} ${last}`;
    if (!state.tail) return null;
    const ready = readiness(knownOfState(state), clock.now());
    return ready.ready ? null : `${silent(ready.reason)} ${last}`;
  };

  const describe = (state: SeriesState): SeriesEntry => {
    const now = clock.now();
    const next = nextRun();
    const { last, forecast } = state;
    const outside = state.tail && outsideOf(state.tail);
    const note = outside && describeOutside(outside, "of the last day");
    const because = (reason: string) => (note === null ? reason : `${reason} ${note}`);
    const common = {
      id: state.id,
      host: state.host,
      metric: state.metric,
      unit: unitOf(state.metric),
      synthetic: state.synthetic,
      last: last && { time: iso(last.time), value: last.value },
      modelVersion: forecast?.modelVersion ?? null,
      nextRun: next === null ? null : iso(next),
      training: state.underWay && { stage: state.underWay.stage, since: iso(state.underWay.since) },
      outside: outside && {
        count: outside.count,
        last: { time: iso(outside.last.time), value: outside.last.value },
        lower: outside.bounds.lower ?? null,
        upper: outside.bounds.upper ?? null,
        note: note as string,
      },
    };
    if (forecast && endOfForecast(forecast) > now) {
      return { ...common, status: "forecast", reason: whyNotNewer(state, forecast), history: null };
    }

    if (!state.tail) return { ...common, status: "waiting", reason: "Is being read from the store.", history: null };
    const { observed } = state.tail;
    const ready = readiness(knownOfState(state), now, outside === null || observed > 0);
    const history = {
      have: observed,
      need: ready.ready ? observed : ready.need,
      stepSeconds: STEP_MILLIS / 1000,
      firstForecastAt: null as string | null,
    };
    if (ready.ready) {
      const waitsFor = unfit();
      if (waitsFor !== null) {
        return { ...common, status: "waiting", reason: because(`Has enough history, but ${waitsFor}.`), history };
      }
      return state.error
        ? { ...common, status: "failed", reason: because(`The last attempt failed: ${state.error}`), history }
        : {
            ...common,
            status: "waiting",
            reason: because(
              forecasting()
                ? "Has enough history; its forecast is being made."
                : "Has enough history; the next round forecasts it.",
            ),
            history: { ...history, firstForecastAt: forecasting() ? iso(now) : next === null ? null : iso(next) },
          };
    }
    const at = ready.completeAt === null ? null : firstRunAfter(ready.completeAt);
    return {
      ...common,
      status: "waiting",
      reason: because(ready.completeAt === null ? silent(ready.reason) : ready.reason),
      history: { ...history, firstForecastAt: at === null ? null : iso(at) },
    };
  };

  return {
    all,
    find,
    describe,
    async list(query = {}) {
      return { now: iso(clock.now()), ...seriesPage(await all(), describe, query) };
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
      return answers.get(info, `${start} ${end} ${stepMillis}`, points, async () => {
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
      });
    },
    async forecast(id) {
      const state = await find(id);
      const { forecast } = state;
      if (!forecast) throw new LoadcastError("NO_FORECAST", `${id} has no forecast yet: ${describe(state).reason}`);
      return {
        id,
        synthetic: state.synthetic,
        issuedAt: iso(forecast.issuedAt),
        modelVersion: forecast.modelVersion,
        stepSeconds: STEP_MILLIS / 1000,
        forecast: forecastSteps(shownLevels(forecast), forecast.times),
      };
    },
  };
}

function endOfForecast(forecast: StoredForecast): number {
  return (forecast.times.at(-1) ?? Number.NEGATIVE_INFINITY) + STEP_MILLIS;
}

const iso = (time: number) => new Date(time).toISOString();
