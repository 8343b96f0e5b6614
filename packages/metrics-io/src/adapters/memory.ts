import { checkAnomaly } from "../anomaly.js";
import { AdapterError } from "../errors.js";
import { checkLimits, MEAN_MILLIS, THINNED_MILLIS } from "../retention.js";
import { NO_SAMPLES, sliceSamples, tidySamples } from "../samples.js";
import { checkKey, checkRange, seriesId, unknownSeries } from "../series.js";
import { checkForecast } from "../stored-forecast.js";
import { thinEvenly } from "../thin.js";
import type { Anomaly, MetricStore, Samples, SeriesInfo, SeriesKey, StoredForecast } from "../types.js";

const NAME = "memory";

interface Entry {
  readonly key: SeriesKey;
  synthetic: boolean;
  /** In order, means included; what was written since the last read waits in `fresh`. */
  samples: Samples;
  fresh: Samples[];
  /** How many samples each mean among `samples` stands on, by its time. */
  readonly means: Map<number, number>;
  /** By issue time. */
  readonly forecasts: Map<number, StoredForecast>;
  /** By time. */
  readonly anomalies: Map<number, Anomaly>;
}

/** A store that lasts as long as the process: for tests, trials and services that must not write to a disk. */
export function memoryStore(): MetricStore {
  const entries = new Map<string, Entry>();
  let closed = false;

  const checkOpen = () => {
    if (closed) throw new AdapterError(NAME, "the store is closed; make a new one", { code: "CLOSED" });
  };
  const entryFor = (key: SeriesKey): Entry => {
    const id = seriesId(key);
    let entry = entries.get(id);
    if (entry === undefined) {
      const { host, metric } = key;
      entry = {
        key: { host, metric },
        synthetic: false,
        samples: NO_SAMPLES,
        fresh: [],
        means: new Map(),
        forecasts: new Map(),
        anomalies: new Map(),
      };
      entries.set(id, entry);
    }
    return entry;
  };

  return {
    name: NAME,

    async open() {
      checkOpen();
    },

    async listSeries(): Promise<SeriesInfo[]> {
      checkOpen();
      return [...entries.entries()]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([id, entry]) => {
          const { times } = settle(entry);
          const info = { ...entry.key, id, synthetic: entry.synthetic, count: times.length };
          return times.length === 0 ? info : { ...info, first: times[0], last: times[times.length - 1] };
        });
    },

    async read(key, range) {
      checkOpen();
      checkKey(NAME, key);
      checkRange(NAME, range);
      const entry = entries.get(seriesId(key));
      if (entry === undefined) throw unknownSeries(NAME, key);
      return sliceSamples(settle(entry), range);
    },

    async writeSamples(batches) {
      checkOpen();
      const tidy = batches.map((batch) => {
        checkKey(NAME, batch);
        return tidySamples(NAME, batch.times, batch.values);
      });
      batches.forEach((batch, i) => {
        const entry = entryFor(batch);
        if (batch.synthetic !== undefined) entry.synthetic = batch.synthetic;
        if (tidy[i].times.length > 0) entry.fresh.push(tidy[i]);
      });
    },

    async writeForecast(forecast) {
      checkOpen();
      const checked = checkForecast(NAME, forecast);
      entryFor(checked).forecasts.set(checked.issuedAt, checked);
    },

    async latestForecast(key, { before = Infinity } = {}) {
      checkOpen();
      checkKey(NAME, key);
      checkRange(NAME, { from: -Infinity, to: before });
      let latest: StoredForecast | null = null;
      for (const forecast of entries.get(seriesId(key))?.forecasts.values() ?? []) {
        if (forecast.issuedAt < before && (latest === null || forecast.issuedAt > latest.issuedAt)) latest = forecast;
      }
      return latest === null ? null : structuredClone(latest);
    },

    async forecasts(key, { limit = Infinity, ...range }) {
      checkOpen();
      checkKey(NAME, key);
      checkRange(NAME, range);
      const found = inRange(entries.get(seriesId(key))?.forecasts, range);
      return structuredClone(thinEvenly(NAME, found, limit));
    },

    async writeAnomalies(anomalies) {
      checkOpen();
      const checked = anomalies.map((anomaly) => checkAnomaly(NAME, anomaly));
      for (const anomaly of checked) entryFor(anomaly).anomalies.set(anomaly.time, anomaly);
    },

    async anomalies(key, range) {
      checkOpen();
      checkKey(NAME, key);
      checkRange(NAME, range);
      return structuredClone(inRange(entries.get(seriesId(key))?.anomalies, range));
    },

    async forgetEmpty() {
      checkOpen();
      const empty = [...entries].filter(([, entry]) => settle(entry).times.length === 0).map(([id]) => id);
      for (const id of empty) entries.delete(id);
      return empty.sort();
    },

    async prune(limits, { signal } = {}) {
      checkOpen();
      const { samplesBefore, downsampledBefore, forecastsThinnedBefore, forecastsBefore } = checkLimits(NAME, limits);
      const report = { averaged: 0, deleted: 0, forecasts: 0, anomalies: 0 };
      for (const entry of entries.values()) {
        if (signal?.aborted) throw new AdapterError(NAME, "pruning was stopped", { code: "ABORTED" });
        report.deleted += forget(entry, downsampledBefore);
        report.averaged += average(entry, samplesBefore);
        report.anomalies += keep(entry.anomalies, (time) => time >= downsampledBefore);
        let hour = Number.NaN;
        report.forecasts += keep(entry.forecasts, (issued) => {
          if (issued < forecastsBefore) return false;
          const first = Math.floor(issued / THINNED_MILLIS) !== hour;
          hour = Math.floor(issued / THINNED_MILLIS);
          return first || issued >= forecastsThinnedBefore;
        });
      }
      return report;
    },

    async flush() {
      checkOpen();
    },

    async close() {
      closed = true;
      entries.clear();
    },
  };
}

const inOrder = <T>(byTime: ReadonlyMap<number, T>) => [...byTime].sort(([a], [b]) => a - b);

function inRange<T>(byTime: ReadonlyMap<number, T> | undefined, { from, to }: { from: number; to: number }): T[] {
  return inOrder(byTime ?? new Map<number, T>())
    .filter(([time]) => from <= time && time < to)
    .map(([, item]) => item);
}

/** Deletes what is not to be kept, asked for in the order of time; returns how many. */
function keep<T>(byTime: Map<number, T>, kept: (time: number) => boolean): number {
  const before = byTime.size;
  for (const [time] of inOrder(byTime)) if (!kept(time)) byTime.delete(time);
  return before - byTime.size;
}

function forget(entry: Entry, before: number): number {
  const { times } = settle(entry);
  entry.samples = sliceSamples(entry.samples, { from: before, to: Infinity });
  for (const time of entry.means.keys()) if (time < before) entry.means.delete(time);
  return times.length - entry.samples.times.length;
}

/** Turns samples before a limit into means; returns how many samples went into one. */
function average(entry: Entry, before: number): number {
  const { times, values } = sliceSamples(settle(entry), { from: -Infinity, to: before });
  const buckets = new Map<number, { sum: number; n: number }>();
  let averaged = 0;
  for (let i = 0; i < times.length; i++) {
    const n = entry.means.get(times[i]);
    if (n === undefined) averaged++;
    const start = Math.floor(times[i] / MEAN_MILLIS) * MEAN_MILLIS;
    const bucket = buckets.get(start) ?? { sum: 0, n: 0 };
    bucket.sum += values[i] * (n ?? 1);
    bucket.n += n ?? 1;
    buckets.set(start, bucket);
  }
  if (averaged === 0) return 0;
  const recent = sliceSamples(entry.samples, { from: before, to: Infinity });
  const means = [...buckets].map(([start, { sum, n }]) => ({ start, mean: sum / n, n }));
  for (const { start, n } of means) entry.means.set(start, n);
  entry.samples = {
    times: Float64Array.from([...means.map(({ start }) => start), ...recent.times]),
    values: Float64Array.from([...means.map(({ mean }) => mean), ...recent.values]),
  };
  return averaged;
}

/** Merges what was written since the last read; many small writes then cost one merge. */
function settle(entry: Entry): Samples {
  if (entry.fresh.length > 0) {
    // What is written at the time of a mean takes its place.
    for (const { times } of entry.means.size > 0 ? entry.fresh : []) for (const time of times) entry.means.delete(time);
    const parts = [entry.samples, ...entry.fresh];
    const length = parts.reduce((sum, part) => sum + part.times.length, 0);
    const times = new Float64Array(length);
    const values = new Float64Array(length);
    let at = 0;
    for (const part of parts) {
      times.set(part.times, at);
      values.set(part.values, at);
      at += part.times.length;
    }
    entry.samples = tidySamples(NAME, times, values);
    entry.fresh = [];
  }
  return entry.samples;
}
