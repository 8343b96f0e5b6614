/**
 * Keeps what the page shows up to date by asking again every 15 s. Knows nothing of the page: it holds a snapshot and
 * tells subscribers when there is a new one.
 */
import type {
  HistoryResponse,
  SeriesEntry,
  SeriesListResponse,
  StoredForecastResponse,
} from "../../../src/http/contract.js";
import { RANGE_MS, type Range, type Route } from "../route.js";
import { ApiError, type Client } from "./client.js";

/** `connecting`: never had an answer. `failing`: it answers with errors. `silent`: it does not answer. */
export type Link = "connecting" | "live" | "failing" | "silent";

export interface Detail {
  readonly id: string;
  readonly range: Range;
  /** What was asked for; the answer may begin later. */
  readonly from: number;
  readonly to: number;
  readonly history: HistoryResponse;
  readonly forecast: StoredForecastResponse | null;
}

export interface Snapshot {
  readonly link: Link;
  /** Why the last attempt failed, in plain words. */
  readonly error: string | null;
  readonly list: SeriesListResponse | null;
  readonly detail: Detail | null;
  /** Why the chosen series could not be read while the list could. */
  readonly detailError: string | null;
  /** True while what is shown is of another series or range than what was chosen. */
  readonly loading: boolean;
  readonly answeredAt: number | null;
  readonly nextAttemptAt: number | null;
  /** Server clock minus this browser's, in ms. */
  readonly skew: number;
}

export interface Live {
  snapshot(): Snapshot;
  subscribe(listener: () => void): () => void;
  /** Shows another series or range; data that no longer fit are dropped only when new ones are there. */
  choose(route: Route): void;
  /** Asks at once instead of at the next tick. */
  refresh(): void;
  stop(): void;
}

export interface LiveOptions {
  readonly intervalMs?: number;
  readonly clock?: () => number;
}

const POLL_MS = 15_000;

/** Two weeks on a screen of 1,400 px have no room for more than quarter hours. */
const COARSE_STEP: Partial<Record<Range, number>> = { "14d": 900 };

/** A young series has few points on its own grid; its raw values show at once that it lives. */
const FINE_STEP: Partial<Record<Range, number>> = { "4h": 30, "24h": 60 };

export function createLive(client: Client, initial: Route, options: LiveOptions = {}): Live {
  const intervalMs = options.intervalMs ?? POLL_MS;
  const clock = options.clock ?? Date.now;
  const listeners = new Set<() => void>();
  let route = initial;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | null = null;
  let historyReadAt = 0;
  /** Young series whose values come less often than a fine grid needs. */
  const sparse = new Set<string>();
  let state: Snapshot = {
    link: "connecting",
    error: null,
    list: null,
    detail: null,
    detailError: null,
    loading: true,
    answeredAt: null,
    nextAttemptAt: null,
    skew: 0,
  };

  function publish(change: Partial<Snapshot>): void {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  }

  async function readDetail(entry: SeriesEntry, now: number, signal: AbortSignal): Promise<void> {
    const { range } = route;
    const old = state.detail?.id === entry.id && state.detail.range === range ? state.detail : null;
    // A bucket that is 5 minutes long does not change visibly every 15 s; the value of now comes with the list.
    const fresh = old !== null && clock() - historyReadAt < (old.history.stepSeconds * 1000) / 5;
    const from = now - RANGE_MS[range];
    const [history, forecast] = await Promise.all([
      fresh ? old.history : readHistory(entry, range, { from, to: now }, signal),
      // Asking for what the list says is not there would only fill the browser's console with 404s.
      entry.modelVersion === null ? null : client.forecast(entry.id, signal),
    ]);
    if (signal.aborted) return;
    if (!fresh) historyReadAt = clock();
    publish({ detail: { id: entry.id, range, from, to: now, history, forecast }, detailError: null, loading: false });
  }

  async function readHistory(
    entry: SeriesEntry,
    range: Range,
    span: { from: number; to: number },
    signal: AbortSignal,
  ): Promise<HistoryResponse> {
    const fine = entry.status === "waiting" && !sparse.has(entry.id) ? FINE_STEP[range] : undefined;
    if (fine !== undefined) {
      const history = await client.history(entry.id, { ...span, stepSeconds: fine }, signal);
      if (isDense(history)) return history;
      sparse.add(entry.id);
    }
    const stepSeconds = COARSE_STEP[range];
    return client.history(entry.id, { ...span, ...(stepSeconds === undefined ? {} : { stepSeconds }) }, signal);
  }

  async function cycle(): Promise<void> {
    clearTimeout(timer);
    running?.abort();
    const controller = new AbortController();
    running = controller;
    const { signal } = controller;
    let listed = false;
    try {
      const list = await client.series(signal);
      if (signal.aborted) return;
      const skew = Date.parse(list.now) - clock();
      listed = true;
      publish({ link: "live", error: null, list, answeredAt: clock(), skew });
      const entry = list.series.find((candidate) => candidate.id === route.id);
      if (entry) await readDetail(entry, clock() + skew, signal);
      else publish({ detail: null, detailError: null, loading: false });
    } catch (error) {
      if (signal.aborted) return;
      fail(error, listed);
    }
    if (signal.aborted) return;
    running = null;
    timer = setTimeout(cycle, intervalMs);
    publish({ nextAttemptAt: clock() + intervalMs });
  }

  function fail(error: unknown, listed: boolean): void {
    const words = error instanceof Error ? error.message : String(error);
    if (!(error instanceof ApiError)) publish({ link: "silent", error: words, loading: false });
    else if (listed) publish({ detailError: words, loading: false });
    else publish({ link: "failing", error: words, loading: false });
  }

  void cycle();

  return {
    snapshot: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    choose(next) {
      if (next.id === route.id && next.range === route.range) return;
      const sameSeries = next.id === route.id;
      route = next;
      publish({ loading: true, detailError: null, ...(sameSeries ? {} : { detail: null }) });
      void cycle();
    },
    refresh: () => void cycle(),
    stop() {
      clearTimeout(timer);
      running?.abort();
      listeners.clear();
    },
  };
}

/** True when most of the grid between the first and the last value is filled. */
function isDense({ points }: HistoryResponse): boolean {
  const filled = points.flatMap(({ value }, place) => (value === null ? [] : [place]));
  return filled.length > 0 && filled.length >= (filled[filled.length - 1] - filled[0] + 1) / 2;
}
