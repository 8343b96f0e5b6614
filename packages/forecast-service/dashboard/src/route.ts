/** What the page shows, as the part of its address after `#`: `#/series/demo/cpu?range=24h`. A link reopens the same view. */

export const RANGES = ["4h", "24h", "3d", "7d", "14d", "30d"] as const;
export type Range = (typeof RANGES)[number];

const HOUR = 3_600_000;
export const RANGE_MS: Readonly<Record<Range, number>> = {
  "4h": 4 * HOUR,
  "24h": 24 * HOUR,
  "3d": 72 * HOUR,
  "7d": 168 * HOUR,
  "14d": 336 * HOUR,
  "30d": 720 * HOUR,
};

/** In words, for labels and summaries. */
export const RANGE_WORDS: Readonly<Record<Range, string>> = {
  "4h": "4 hours",
  "24h": "24 hours",
  "3d": "3 days",
  "7d": "7 days",
  "14d": "14 days",
  "30d": "30 days",
};

/** How far ahead past forecasts can be compared with what came. */
export const AHEAD = { "5m": 300, "1h": 3600, "4h": 14_400 } as const;
export type Ahead = keyof typeof AHEAD;

/** Past forecasts over what came: none, each at one distance, or the one issued at a time (milliseconds). */
export type Past = Ahead | number | null;

/** Hosts of the overview that are shown. */
export const FILTERS = ["all", "forecast", "waiting", "failed"] as const;
export type Filter = (typeof FILTERS)[number];

export interface OverviewRoute {
  readonly page: "overview";
  readonly q: string;
  readonly metric: string;
  readonly status: Filter;
}

export interface SeriesRoute {
  readonly page: "series";
  readonly id: string;
  readonly range: Range;
  /** Milliseconds; what of the range is shown enlarged. */
  readonly zoom: readonly [from: number, to: number] | null;
  readonly past: Past;
  readonly anomalies: boolean;
}

export interface ModelRoute {
  readonly page: "model";
  readonly id: string;
  /** Null: the one in use. */
  readonly version: number | null;
}

export interface AccuracyRoute {
  readonly page: "accuracy";
  readonly id: string;
  readonly range: Range;
}

export type Route =
  | OverviewRoute
  | SeriesRoute
  | ModelRoute
  | AccuracyRoute
  | { readonly page: "what-if" }
  | { readonly page: "system" }
  /** An address that leads nowhere, as it was asked for. */
  | { readonly page: "unknown"; readonly address: string };

export const OVERVIEW: OverviewRoute = { page: "overview", q: "", metric: "", status: "all" };

const DEFAULT_RANGE = { series: "24h", accuracy: "7d" } as const;

/** The plain view of a series: its last day and its forecast. */
export function seriesRoute(id: string): SeriesRoute {
  return { page: "series", id, range: DEFAULT_RANGE.series, zoom: null, past: null, anomalies: true };
}

/**
 * Reads an address. What it does not understand behind the `?` falls back to the default, because people edit and cut links; that
 * there is no such page has to be said.
 */
export function parseRoute(hash: string): Route {
  const [path = "", search = ""] = hash.split("?", 2);
  const query = new URLSearchParams(search);
  if (path === "" || path === "#" || path === "#/") {
    const status = FILTERS.find((known) => known === query.get("status")) ?? "all";
    return { page: "overview", q: query.get("q") ?? "", metric: query.get("metric") ?? "", status };
  }
  if (path === "#/what-if") return { page: "what-if" };
  if (path === "#/system") return { page: "system" };
  const match = /^#\/(series|model|accuracy)\/(.+)$/.exec(path);
  const id = match && decodeId(match[2]);
  if (!match || id === null) return { page: "unknown", address: hash };
  if (match[1] === "model") {
    const version = Number(query.get("version"));
    return { page: "model", id, version: Number.isInteger(version) && version > 0 ? version : null };
  }
  const range = RANGES.find((known) => known === query.get("range"));
  if (match[1] === "accuracy") return { page: "accuracy", id, range: range ?? DEFAULT_RANGE.accuracy };
  return {
    page: "series",
    id,
    range: range ?? DEFAULT_RANGE.series,
    zoom: parseZoom(query),
    past: parsePast(query.get("past")),
    anomalies: query.get("anomalies") !== "off",
  };
}

/** The inverse of `parseRoute`. Slashes of an id stay readable, everything else is escaped; defaults are left out. */
export function formatRoute(route: Route): string {
  if (route.page === "what-if" || route.page === "system") return `#/${route.page}`;
  if (route.page === "unknown") return route.address;
  const query = new URLSearchParams();
  if (route.page === "overview") {
    if (route.q !== "") query.set("q", route.q);
    if (route.metric !== "") query.set("metric", route.metric);
    if (route.status !== "all") query.set("status", route.status);
    return withQuery("#/", query);
  }
  const path = `#/${route.page}/${route.id.split("/").map(encodeURIComponent).join("/")}`;
  if (route.page === "model") {
    if (route.version !== null) query.set("version", String(route.version));
    return withQuery(path, query);
  }
  if (route.range !== DEFAULT_RANGE[route.page]) query.set("range", route.range);
  if (route.page === "series") {
    if (route.zoom) {
      query.set("from", isoSecond(route.zoom[0]));
      query.set("to", isoSecond(route.zoom[1]));
    }
    if (route.past !== null) query.set("past", typeof route.past === "number" ? isoSecond(route.past) : route.past);
    if (!route.anomalies) query.set("anomalies", "off");
  }
  return withQuery(path, query);
}

function withQuery(path: string, query: URLSearchParams): string {
  // Colons of times are legal here, and a link with them can be read.
  const text = query.toString().replaceAll("%3A", ":");
  return text === "" ? path : `${path}?${text}`;
}

function decodeId(text: string): string | null {
  try {
    return text.split("/").map(decodeURIComponent).join("/");
  } catch {
    return null; // a lone % is not a valid escape
  }
}

/** Whole seconds: finer times only make links longer. */
function isoSecond(ms: number): string {
  return new Date(Math.round(ms / 1000) * 1000).toISOString().replace(".000", "");
}

function parseZoom(query: URLSearchParams): [number, number] | null {
  const from = Date.parse(query.get("from") ?? "");
  const to = Date.parse(query.get("to") ?? "");
  return from < to ? [from, to] : null;
}

function parsePast(text: string | null): Past {
  if (text === null) return null;
  if (Object.hasOwn(AHEAD, text)) return text as Ahead;
  const issued = Date.parse(text);
  return Number.isFinite(issued) ? issued : null;
}
