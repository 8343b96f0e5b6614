import { AdapterError } from "../../errors.js";
import type { HttpClient } from "../../http.js";
import { matrixReader } from "./matrix.js";
import { NAME } from "./metric.js";

/** One series of an answer: its labels, and its points as columns. Times are in seconds; what is no finite number is NaN. */
export interface PromSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly times: Float64Array;
  readonly values: Float64Array;
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
  const { document, points } = await http.stream(
    {
      path,
      method: "POST",
      headers: { accept: "application/json" },
      // A query by POST may be longer than an address, and reading twice does no harm.
      body: new URLSearchParams(form),
      repeatable: true,
    },
    ({ headers }) => {
      const type = headers.get("content-type") ?? "";
      if (!/\bjson\b/i.test(type)) {
        throw new AdapterError(
          NAME,
          `${http.address}${path} answered ${type || "without a type"} instead of JSON; is this the right address?`,
          { code: "INVALID_DATA" },
        );
      }
      return matrixReader(http.address + path);
    },
  );
  const { status, data } = (document ?? {}) as { status?: string; data?: { resultType?: string; result?: unknown } };
  if (status !== "success" || !Array.isArray(data?.result)) throw unexpected(http, path);
  if (data.resultType === "scalar") return [];
  let list = 0;
  return data.result.map((series: { metric?: Record<string, string>; values?: unknown; value?: unknown }) => {
    if (typeof series.metric !== "object") throw unexpected(http, path);
    if (data.resultType === "matrix") {
      // A series of native histograms alone has no values.
      if (series.values === undefined) return { labels: series.metric, ...NO_POINTS };
      if (!Array.isArray(series.values)) throw unexpected(http, path);
      return { labels: series.metric, ...(points.length > 0 ? points[list++] : columnsOf(series.values)) };
    }
    if (!Array.isArray(series.value)) throw unexpected(http, path);
    const [time, value] = series.value.map(Number);
    return { labels: series.metric, times: Float64Array.of(time), values: Float64Array.of(value) };
  });
}

/** The points of an answer that is written otherwise than Prometheus does, with spaces. */
function columnsOf(values: readonly (readonly [number, string])[]) {
  return {
    times: Float64Array.from(values, ([time]) => Number(time)),
    values: Float64Array.from(values, ([, value]) => Number(value)),
  };
}

const NO_POINTS = { times: new Float64Array(0), values: new Float64Array(0) };

function unexpected(http: HttpClient, path: string): AdapterError {
  return new AdapterError(
    NAME,
    `${http.address}${path} did not answer as Prometheus does; is this the right address?`,
    {
      code: "INVALID_DATA",
    },
  );
}
