/**
 * Made-up answers of the API, for developing the page and testing it in a browser without a service. Not part of what
 * is built. Every number follows from the seed and the given time.
 */
import type {
  HistoryResponse,
  Problem,
  SeriesEntry,
  SeriesListResponse,
  StoredForecastResponse,
} from "../../src/http/contract.js";

/** `empty`: no series yet. `broken`: the service answers 503. `many`: forty hosts. `slow`: answers after two seconds. */
export const SITUATIONS = ["normal", "empty", "broken", "many", "slow"] as const;
export type Situation = (typeof SITUATIONS)[number];

export interface Answer {
  readonly status: number;
  readonly body: SeriesListResponse | HistoryResponse | StoredForecastResponse | Problem;
}

const STEP = 300;
const HORIZON = 48;
const MINUTE = 60_000;

interface Signal {
  readonly seed: number;
  readonly base: number;
  readonly daily: number;
  readonly hourly: number;
  readonly noise: number;
  /** Hours of history. */
  readonly hours: number;
}

const CPU: Signal = { seed: 1, base: 34, daily: 17, hourly: 5, noise: 3.2, hours: 340 };
const MEMORY: Signal = { seed: 2, base: 61, daily: 4, hourly: 0.6, noise: 0.5, hours: 340 };

const SIGNALS: Readonly<Record<string, Signal>> = {
  "demo/cpu_percent": CPU,
  "demo/memory_percent": MEMORY,
  "web-01/cpu_percent": { ...CPU, seed: 3, base: 22 },
  "web-01/memory_percent": { ...MEMORY, seed: 4, hours: 1.2 },
  "db-02/cpu_percent": { ...CPU, seed: 5, base: 50 },
  "db-02/memory_percent": { ...MEMORY, seed: 6, base: 84 },
};

/** A number in [0, 1) that depends on nothing but its arguments. */
function chance(seed: number, at: number): number {
  const x = Math.sin(seed * 127.1 + at * 311.7) * 43_758.5453;
  return x - Math.floor(x);
}

function valueAt(signal: Signal, slot: number): number | null {
  const { seed, base, daily, hourly, noise } = signal;
  const day = slot % 2016;
  if ((day > 1700 && day < 1722) || (day > 640 && day < 646) || chance(seed + 9, slot) < 0.002) return null;
  const rhythm =
    daily * Math.sin((2 * Math.PI * (slot % 288)) / 288 - 1.9) + hourly * Math.sin((2 * Math.PI * slot) / 12);
  const normal = (chance(seed, slot) + chance(seed + 1, slot) + chance(seed + 2, slot) - 1.5) * 2;
  const spike = chance(seed + 5, slot) < 0.004 ? 22 : 0;
  return Math.min(100, Math.max(0, base + rhythm + noise * normal + spike));
}

const slotOf = (ms: number) => Math.floor(ms / (STEP * 1000));
const iso = (ms: number) => new Date(ms).toISOString();

/** Answers `GET path` as the service would at time `now`; null for a path it does not know. */
export function answer(path: string, now: number, situation: Situation): Answer | null {
  const url = new URL(path, "http://localhost");
  if (!url.pathname.startsWith("/api/v1/")) return null;
  if (situation === "broken") {
    return problem(
      503,
      "STORE_UNAVAILABLE",
      "The store cannot be opened: ./data/loadcast.duckdb is locked by another process.",
    );
  }
  const [, , , resource, id, part] = url.pathname.split("/").map(decodeURIComponent);
  if (resource !== "series") return null;
  if (id === undefined) return { status: 200, body: list(now, situation) };
  const entry = list(now, situation).series.find((candidate) => candidate.id === id);
  if (!entry) return problem(404, "SERIES_UNKNOWN", `There is no series ${id}.`);
  if (part === "history") return { status: 200, body: history(entry, url.searchParams, now) };
  if (part !== "forecast") return null;
  const stored = forecast(entry, now);
  return stored ? { status: 200, body: stored } : problem(404, "NO_FORECAST", entry.reason ?? "There is no forecast.");
}

function problem(status: number, code: string, detail: string): Answer {
  const title = status === 404 ? "Not found" : "Service unavailable";
  return { status, body: { type: "about:blank", title, status, detail, code } };
}

function list(now: number, situation: Situation): SeriesListResponse {
  const series = situation === "empty" ? [] : Object.keys(SIGNALS).map((id) => entryOf(id, now));
  if (situation === "many") {
    for (let host = 3; host < 43; host++) {
      for (const metric of ["cpu_percent", "memory_percent"])
        series.push(entryOf(`node-${host}.fra.example.org/${metric}`, now));
    }
  }
  return { now: iso(now), series };
}

function signalOf(id: string): Signal {
  return SIGNALS[id] ?? { ...(id.endsWith("cpu_percent") ? CPU : MEMORY), seed: id.length * 7 + id.charCodeAt(5) };
}

function entryOf(id: string, now: number): SeriesEntry {
  const [host, metric] = id.split("/");
  const signal = signalOf(id);
  const status = id === "web-01/memory_percent" ? "waiting" : id.startsWith("db-02") ? "failed" : "forecast";
  const measured = Math.floor(now / 15_000) * 15_000;
  const value = valueAt(signal, slotOf(now) - 1) ?? signal.base;
  const need = 48;
  const have = Math.floor((signal.hours * 3600) / STEP);
  return {
    id,
    host,
    metric,
    unit: "percent",
    synthetic: host === "demo",
    status,
    last: { time: iso(measured), value },
    modelVersion: id === "db-02/cpu_percent" || status === "waiting" ? null : `${id}@12`,
    nextRun: iso(now + 3 * MINUTE),
    reason:
      status === "waiting"
        ? `Has ${have} of the ${need} five-minute values (4 h) that a first forecast needs; expected in 2 h 50 min.`
        : status === "failed"
          ? "The last fit did not converge: 61 of the last 288 values are the same. Training is tried again at the next run."
          : null,
    history:
      status === "waiting"
        ? { have, need, stepSeconds: STEP, firstForecastAt: iso(now + (need - have) * STEP * 1000) }
        : null,
  };
}

function history(entry: SeriesEntry, query: URLSearchParams, now: number): HistoryResponse {
  const signal = signalOf(entry.id);
  const step = Number(query.get("step") ?? STEP);
  const to = Date.parse(query.get("to") ?? iso(now));
  const from = Math.max(Date.parse(query.get("from") ?? iso(now - 24 * 60 * MINUTE)), now - signal.hours * 60 * MINUTE);
  const points: HistoryResponse["points"] = [];
  for (let at = Math.ceil(from / (step * 1000)) * step * 1000; at < to; at += step * 1000) {
    if (step < STEP) {
      const around = valueAt(signal, slotOf(at)) ?? signal.base;
      points.push({ time: iso(at), value: around + 0.4 * (chance(signal.seed, at / 1000) - 0.5) });
      continue;
    }
    const values = Array.from({ length: step / STEP }, (_, part) => valueAt(signal, slotOf(at) + part)).filter(
      (value) => value !== null,
    );
    const sum = values.reduce((total, value) => total + value, 0);
    points.push({ time: iso(at), value: values.length === 0 ? null : sum / values.length });
  }
  return { id: entry.id, from: iso(from), to: iso(to), stepSeconds: step, points };
}

function forecast(entry: SeriesEntry, now: number): StoredForecastResponse | null {
  if (entry.modelVersion === null) return null;
  const signal = signalOf(entry.id);
  // What failed has not been renewed for a while.
  const issued = (slotOf(now) - (entry.status === "failed" ? 14 : 0)) * STEP * 1000;
  const smooth: Signal = { ...signal, noise: 0 };
  const last = valueAt(signal, slotOf(issued) - 1) ?? signal.base;
  const steps = Array.from({ length: HORIZON }, (_, index) => {
    const at = issued + index * STEP * 1000;
    const level = valueAt({ ...smooth, seed: 1000 }, slotOf(at)) ?? signal.base;
    const median = level + (last - level) * 0.72 ** (index + 1);
    const deviation = signal.noise * Math.sqrt(0.5 + 0.12 * index);
    const interval = (percent: number, width: number) => ({
      level: percent,
      lower: median - width * deviation,
      upper: median + width * deviation,
    });
    return {
      step: index + 1,
      time: iso(at),
      mean: median,
      median,
      intervals: [interval(0.8, 1.2816), interval(0.95, 1.96)],
    };
  });
  return {
    id: entry.id,
    synthetic: entry.synthetic,
    issuedAt: iso(issued + 20_000),
    modelVersion: entry.modelVersion,
    stepSeconds: STEP,
    forecast: steps,
  };
}
