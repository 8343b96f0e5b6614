/** The questions this page asks the service, and what it tells it to do. */
import type {
  AccuracyResponse,
  AliasRequest,
  AliasResponse,
  AnomaliesResponse,
  HistoryResponse,
  ModelDetailResponse,
  ModelVersionsResponse,
  OverviewResponse,
  PastForecastsResponse,
  Problem,
  SeriesEntry,
  SeriesListResponse,
  StoredForecastResponse,
  SystemResponse,
  TaskResponse,
} from "../../../src/http/contract.js";
import { storedToken } from "./token.js";

/** The service answered, and the answer is an error (RFC 9457). */
export class ApiError extends Error {
  override name = "ApiError";
  constructor(
    readonly status: number,
    readonly problem: Partial<Problem>,
    /** When the service wants to be asked again. */
    readonly retryAfterMs: number | null = null,
  ) {
    super(problem.detail ?? problem.title ?? `The service answered with status ${status}.`);
  }
}

/** No answer at all: no connection, or none in time. */
export class NoAnswerError extends Error {
  override name = "NoAnswerError";
}

/** Times in milliseconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface OverviewQuery {
  readonly limit: number;
  readonly after?: string | null;
  readonly q?: string;
  readonly metric?: string;
  readonly status?: string;
}

export interface Client {
  overview(query: OverviewQuery, signal: AbortSignal): Promise<OverviewResponse>;
  /** Those whose id holds `q`, from all pages of the answer. */
  series(q: string, signal: AbortSignal): Promise<SeriesEntry[]>;
  /** Without `stepSeconds`: the grid of the series. */
  history(
    id: string,
    query: Span & { stepSeconds?: number | undefined },
    signal: AbortSignal,
  ): Promise<HistoryResponse>;
  /** Null where the service has none. */
  forecast(id: string, signal: AbortSignal): Promise<StoredForecastResponse | null>;
  pastForecasts(id: string, query: Span & { limit: number }, signal: AbortSignal): Promise<PastForecastsResponse>;
  anomalies(id: string, span: Span, signal: AbortSignal): Promise<AnomaliesResponse>;
  accuracy(id: string, span: Span, signal: AbortSignal): Promise<AccuracyResponse>;
  versions(id: string, before: number | null, signal: AbortSignal): Promise<ModelVersionsResponse>;
  /** A version's number, or an alias. Null where there is none. */
  model(id: string, version: number | string, signal: AbortSignal): Promise<ModelDetailResponse | null>;
  system(signal: AbortSignal): Promise<SystemResponse>;
  task(task: string, signal: AbortSignal): Promise<TaskResponse>;

  start(kind: "train" | "backtest", id: string): Promise<TaskResponse>;
  cancel(task: string): Promise<TaskResponse>;
  alias(id: string, alias: string, request: AliasRequest): Promise<AliasResponse>;
}

/** What every answer, or its absence, says about the connection. */
export interface Witness {
  /** `serverNow` in milliseconds; null where the answer does not say. */
  answered(serverNow: number | null): void;
  silent(words: string): void;
}

export interface ClientOptions {
  /** Empty in the browser; tests give the address of their server. */
  readonly base?: string;
  readonly timeoutMs?: number;
  readonly witness?: Witness;
}

const TIMEOUT_MS = 15_000;
const SERIES_PAGE = 500;

export function createClient({ base = "", timeoutMs = TIMEOUT_MS, witness }: ClientOptions = {}): Client {
  async function ask<T>(method: string, path: string, signal: AbortSignal | null, json?: unknown): Promise<T> {
    let response: Response;
    let body: unknown;
    const limit = AbortSignal.timeout(timeoutMs);
    // Who reads has a session, where one is needed; a token that does not fit would only take that away.
    const token = method === "GET" ? null : storedToken();
    try {
      response = await fetch(`${base}/api/v1${path}`, {
        method,
        headers: {
          accept: "application/json",
          ...(json === undefined ? {} : { "content-type": "application/json" }),
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
      body = await response.json().catch((cause: unknown) => {
        if (response.ok || signal?.aborted) throw cause;
        return {}; // an error page of something in between; the status says enough
      });
    } catch (cause) {
      if (signal?.aborted) throw cause;
      const words = limit.aborted
        ? `The service did not answer within ${timeoutMs / 1000} seconds.`
        : "The service does not answer.";
      witness?.silent(words);
      throw new NoAnswerError(words, { cause });
    }
    // Something in between that says "bad gateway" is not the service.
    if (response.status < 502 || response.headers.get("content-type")?.includes("json")) {
      witness?.answered(serverTime(response, body));
    }
    if (!response.ok) throw new ApiError(response.status, body as Partial<Problem>, retryAfter(response));
    return body as T;
  }
  const get = <T>(path: string, signal: AbortSignal) => ask<T>("GET", path, signal);
  const of = (id: string) => `/series/${encodeURIComponent(id)}`;
  const model = (id: string) => `/models/${encodeURIComponent(id)}`;

  return {
    overview: (query, signal) => get(`/overview?${search({ ...query })}`, signal),
    async series(q, signal) {
      const found: SeriesEntry[] = [];
      let after: string | null | undefined = null;
      do {
        const page: SeriesListResponse & { next?: string | null } = await get(
          `/series?${search({ q, limit: SERIES_PAGE, after })}`,
          signal,
        );
        found.push(...page.series);
        after = page.next;
      } while (after);
      return found;
    },
    history: (id, { stepSeconds, ...span }, signal) =>
      get(`${of(id)}/history?${search({ ...iso(span), step: stepSeconds })}`, signal),
    forecast: (id, signal) => orNull(get(`${of(id)}/forecast`, signal)),
    pastForecasts: (id, { limit, ...span }, signal) =>
      get(`${of(id)}/forecasts?${search({ ...iso(span), limit })}`, signal),
    anomalies: (id, span, signal) => get(`${of(id)}/anomalies?${search(iso(span))}`, signal),
    accuracy: (id, span, signal) => get(`${of(id)}/accuracy?${search(iso(span))}`, signal),
    versions: (id, before, signal) => get(`${model(id)}/versions?${search({ before })}`, signal),
    model: (id, version, signal) => orNull(get(`${model(id)}/versions/${version}`, signal)),
    system: (signal) => get("/system", signal),
    task: (task, signal) => get(`/tasks/${encodeURIComponent(task)}`, signal),
    start: (kind, id) => ask("POST", `${of(id)}/${kind}`, null, {}),
    cancel: (task) => ask("DELETE", `/tasks/${encodeURIComponent(task)}`, null),
    alias: (id, alias, request) => ask("POST", `${model(id)}/aliases/${alias}`, null, request),
  };
}

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

function iso({ from, to }: Span): { from: string; to: string } {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

function search(entries: Record<string, string | number | null | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(entries)) {
    if (value !== null && value !== undefined && value !== "") query.set(name, String(value));
  }
  return query.toString();
}

/** A number of seconds; at least one, so that a service in trouble is not asked without end. */
function retryAfter(response: Response): number | null {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) ? Math.max(1, seconds) * 1000 : null;
}

/** The server's clock: what the answer says, else its Date header, which is exact to the second. */
function serverTime(response: Response, body: unknown): number | null {
  const said = (body as { now?: unknown } | null)?.now;
  const time = Date.parse(typeof said === "string" ? said : (response.headers.get("date") ?? ""));
  return Number.isFinite(time) ? time : null;
}
