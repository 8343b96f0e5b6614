/** The four questions this page asks the service. */
import type {
  HistoryResponse,
  Problem,
  SeriesListResponse,
  StoredForecastResponse,
} from "../../../src/http/contract.js";

/** The service answered, and the answer is an error (RFC 9457). */
export class ApiError extends Error {
  override name = "ApiError";
  constructor(
    readonly status: number,
    readonly problem: Partial<Problem>,
  ) {
    super(problem.detail ?? problem.title ?? `The service answered with status ${status}.`);
  }
}

/** No answer at all: no connection, or none in time. */
export class NoAnswerError extends Error {
  override name = "NoAnswerError";
}

export interface Client {
  series(signal: AbortSignal): Promise<SeriesListResponse>;
  history(id: string, query: HistoryQuery, signal: AbortSignal): Promise<HistoryResponse>;
  /** Null where the service has none. */
  forecast(id: string, signal: AbortSignal): Promise<StoredForecastResponse | null>;
}

export interface HistoryQuery {
  readonly from: number; // milliseconds
  readonly to: number;
  /** Absent: the grid of the series. */
  readonly stepSeconds?: number;
}

const TIMEOUT_MS = 10_000;

/** `base` is empty in the browser; tests give the address of their server. */
export function createClient(base = "", timeoutMs = TIMEOUT_MS): Client {
  async function get<T>(path: string, signal: AbortSignal): Promise<T> {
    let response: Response;
    let body: unknown;
    try {
      response = await fetch(`${base}/api/v1${path}`, {
        headers: { accept: "application/json" },
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      body = await response.json().catch((cause: unknown) => {
        if (response.ok || signal.aborted) throw cause;
        return {}; // an error page of something in between; the status says enough
      });
    } catch (cause) {
      if (signal.aborted) throw cause;
      throw new NoAnswerError("The service does not answer.", { cause });
    }
    if (!response.ok) throw new ApiError(response.status, body as Partial<Problem>);
    return body as T;
  }

  return {
    series: (signal) => get("/series", signal),
    history(id, { from, to, stepSeconds }, signal) {
      const query = new URLSearchParams({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
      if (stepSeconds !== undefined) query.set("step", String(stepSeconds));
      return get(`/series/${encodeURIComponent(id)}/history?${query}`, signal);
    },
    async forecast(id, signal) {
      try {
        return await get<StoredForecastResponse>(`/series/${encodeURIComponent(id)}/forecast`, signal);
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }
    },
  };
}
