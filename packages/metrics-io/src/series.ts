import { AdapterError } from "./errors.js";
import type { SeriesKey, TimeRange } from "./types.js";

/** What a series is called by adapters, routes and the command line: `${host}/${metric}`. */
export function seriesId(key: SeriesKey): string {
  return `${key.host}/${key.metric}`;
}

/**
 * The inverse of {@link seriesId}. The last slash divides, because a host may contain one (a container's path) and a metric may not.
 * Throws AdapterError (INVALID_ARGUMENT) for a text that no key gives.
 */
export function parseSeriesId(id: string): SeriesKey {
  const slash = id.lastIndexOf("/");
  const key = { host: id.slice(0, Math.max(slash, 0)), metric: id.slice(slash + 1) };
  if (slash < 0) {
    throw new AdapterError("series", `${JSON.stringify(id)} is not a series id; write host/metric`, {
      code: "INVALID_ARGUMENT",
    });
  }
  checkKey("series", key);
  return key;
}

/** Throws unless host and metric are non-empty, without control characters, and metric without a slash. */
export function checkKey(adapter: string, key: SeriesKey): void {
  for (const part of ["host", "metric"] as const) {
    const text: unknown = key?.[part];
    const problem =
      typeof text !== "string" || text === ""
        ? "must be a non-empty text"
        : // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
          /[\u0000-\u001f\u007f]/.test(text)
          ? "must not contain control characters"
          : part === "metric" && text.includes("/")
            ? "must not contain a slash"
            : null;
    if (problem !== null) {
      throw new AdapterError(adapter, `series ${part} ${problem}, got ${JSON.stringify(text) ?? String(text)}`, {
        code: "INVALID_ARGUMENT",
      });
    }
  }
}

/** Throws unless from ≤ to. ±Infinity is allowed and means no limit on that side. */
export function checkRange(adapter: string, range: TimeRange): void {
  const { from, to } = range ?? {};
  if (typeof from !== "number" || typeof to !== "number" || !(from <= to)) {
    throw new AdapterError(
      adapter,
      `a range needs from ≤ to in milliseconds since 1970, got from ${String(from)} to ${String(to)}`,
      { code: "INVALID_ARGUMENT" },
    );
  }
}

export function unknownSeries(adapter: string, key: SeriesKey): AdapterError {
  return new AdapterError(
    adapter,
    `there is no series ${JSON.stringify(seriesId(key))}; listSeries() names those known`,
    {
      code: "UNKNOWN_SERIES",
    },
  );
}
