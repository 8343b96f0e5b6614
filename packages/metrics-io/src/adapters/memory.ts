import { AdapterError } from "../errors.js";
import { NO_SAMPLES, sliceSamples, tidySamples } from "../samples.js";
import { checkKey, checkRange, seriesId, unknownSeries } from "../series.js";
import { checkForecast } from "../stored-forecast.js";
import type { MetricStore, Samples, SeriesInfo, SeriesKey, StoredForecast } from "../types.js";

const NAME = "memory";

interface Entry {
  readonly key: SeriesKey;
  synthetic: boolean;
  /** In order; what was written since the last read waits in `fresh`. */
  samples: Samples;
  fresh: Samples[];
  /** By issue time. */
  readonly forecasts: Map<number, StoredForecast>;
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
      entry = { key: { host, metric }, synthetic: false, samples: NO_SAMPLES, fresh: [], forecasts: new Map() };
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

    async flush() {
      checkOpen();
    },

    async close() {
      closed = true;
      entries.clear();
    },
  };
}

/** Merges what was written since the last read; many small writes then cost one merge. */
function settle(entry: Entry): Samples {
  if (entry.fresh.length > 0) {
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
