import { AdapterError } from "../../errors.js";
import type { HttpClient } from "../../http.js";
import { NAME } from "./metric.js";

/** One series of an answer: its labels and its points as Prometheus writes them, time in seconds and value as a text. */
export interface PromSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [time: number, value: string])[];
}

/** Evaluates a query once, at a time in milliseconds. A range selector gives a matrix of raw samples, anything else one point a series. */
export async function instantQuery(http: HttpClient, query: string, time: number): Promise<PromSeries[]> {
  return post(http, "/api/v1/query", { query, time: (time / 1000).toFixed(3) });
}

/** Evaluates a query at `from`, `from + step` … up to and including `to`, all in milliseconds. */
export async function rangeQuery(
  http: HttpClient,
  query: string,
  { from, to, step }: { from: number; to: number; step: number },
): Promise<PromSeries[]> {
  const seconds = (millis: number) => (millis / 1000).toFixed(3);
  return post(http, "/api/v1/query_range", { query, start: seconds(from), end: seconds(to), step: seconds(step) });
}

async function post(http: HttpClient, path: string, form: Record<string, string>): Promise<PromSeries[]> {
  // A query by POST may be longer than an address, and reading twice does no harm.
  const answer = await http.json({ path, method: "POST", body: new URLSearchParams(form), repeatable: true });
  const { status, data } = (answer ?? {}) as { status?: string; data?: { resultType?: string; result?: unknown } };
  if (status !== "success" || !Array.isArray(data?.result)) throw unexpected(http, path);
  if (data.resultType === "scalar") return [];
  return data.result.map((series: { metric?: Record<string, string>; values?: unknown; value?: unknown }) => {
    const points = data.resultType === "matrix" ? series.values : [series.value];
    if (!Array.isArray(points) || typeof series.metric !== "object") throw unexpected(http, path);
    return { labels: series.metric, points: points as PromSeries["points"] };
  });
}

function unexpected(http: HttpClient, path: string): AdapterError {
  return new AdapterError(
    NAME,
    `${http.address}${path} did not answer as Prometheus does; is this the right address?`,
    {
      code: "INVALID_DATA",
    },
  );
}
