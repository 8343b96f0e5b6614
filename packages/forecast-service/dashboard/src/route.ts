/** What the page shows, as the part of its address after `#`: `#/series/demo/cpu?range=24h`. */

export const RANGES = ["4h", "24h", "3d", "14d"] as const;
export type Range = (typeof RANGES)[number];

export const DEFAULT_RANGE: Range = "24h";

const HOUR = 3_600_000;
export const RANGE_MS: Readonly<Record<Range, number>> = {
  "4h": 4 * HOUR,
  "24h": 24 * HOUR,
  "3d": 72 * HOUR,
  "14d": 336 * HOUR,
};

/** In words, for labels and summaries. */
export const RANGE_WORDS: Readonly<Record<Range, string>> = {
  "4h": "4 hours",
  "24h": "24 hours",
  "3d": "3 days",
  "14d": "14 days",
};

export interface Route {
  /** Series id, or null when the address names none. */
  readonly id: string | null;
  readonly range: Range;
}

const PREFIX = "#/series/";

/** Reads an address; anything it does not understand falls back to the default, because people edit and cut links. */
export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.split("?", 2);
  const asked = new URLSearchParams(query).get("range");
  const range = RANGES.find((known) => known === asked) ?? DEFAULT_RANGE;
  if (!path.startsWith(PREFIX)) return { id: null, range };
  try {
    const id = path.slice(PREFIX.length).split("/").map(decodeURIComponent).join("/");
    return { id: id === "" ? null : id, range };
  } catch {
    return { id: null, range }; // a lone % is not a valid escape
  }
}

/** The inverse of `parseRoute`. Slashes of the id stay readable, everything else is escaped. */
export function formatRoute(route: Route): string {
  const path = route.id === null ? "#/" : PREFIX + route.id.split("/").map(encodeURIComponent).join("/");
  return `${path}?range=${route.range}`;
}
