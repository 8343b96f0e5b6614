import { tidySamples } from "../../samples.js";
import { seriesId } from "../../series.js";
import type { Anomaly, Samples, SeriesKey, StoredForecast } from "../../types.js";
import { NAME } from "./open.js";

/** What is to be written of one series. */
export interface PendingSeries {
  readonly key: SeriesKey;
  synthetic: boolean | undefined;
  parts: Samples[];
}

const NONE: Samples = { times: new Float64Array(0), values: new Float64Array(0) };

/** Writes that wait for the next transaction. */
export class Pending {
  readonly series = new Map<string, PendingSeries>();
  readonly forecasts = new Map<string, StoredForecast>();
  readonly anomalies = new Map<string, Anomaly>();
  samples = 0;

  /** Every write names its series, so without one there is nothing. */
  get empty(): boolean {
    return this.series.size === 0;
  }

  addSamples(key: SeriesKey, synthetic: boolean | undefined, samples: Samples): void {
    const entry = this.entry(key);
    if (synthetic !== undefined) entry.synthetic = synthetic;
    if (samples.times.length > 0) entry.parts.push(samples);
    this.samples += samples.times.length;
  }

  addForecast(forecast: StoredForecast): void {
    this.entry(forecast);
    this.forecasts.set(`${forecast.issuedAt} ${seriesId(forecast)}`, forecast);
  }

  addAnomaly(anomaly: Anomaly): void {
    this.entry(anomaly);
    this.anomalies.set(`${anomaly.time} ${seriesId(anomaly)}`, anomaly);
  }

  /** Adds what was put in later than this: its values win. */
  addLater(later: Pending): void {
    for (const { key, synthetic, parts } of later.series.values()) {
      this.addSamples(key, synthetic, NONE);
      for (const part of parts) this.addSamples(key, undefined, part);
    }
    for (const [id, forecast] of later.forecasts) this.forecasts.set(id, forecast);
    for (const [id, anomaly] of later.anomalies) this.anomalies.set(id, anomaly);
  }

  /** The same in parts of at most so many samples, to be written in this order. What else there is comes with the first. */
  split(most: number): Pending[] {
    if (this.samples <= most) return [this];
    let part = new Pending();
    const parts = [part];
    for (const forecast of this.forecasts.values()) part.addForecast(forecast);
    for (const anomaly of this.anomalies.values()) part.addAnomaly(anomaly);
    for (const { key, synthetic, parts: all } of this.series.values()) {
      part.addSamples(key, synthetic, NONE);
      for (const { times, values } of all) {
        for (let at = 0; at < times.length; ) {
          if (part.samples === most) {
            part = new Pending();
            parts.push(part);
          }
          const end = Math.min(times.length, at + most - part.samples);
          part.addSamples(key, synthetic, { times: times.subarray(at, end), values: values.subarray(at, end) });
          at = end;
        }
      }
    }
    return parts;
  }

  /** Leaves each time once: who was told that a write failed may have written the same again. */
  tidy(): void {
    this.samples = 0;
    for (const entry of this.series.values()) {
      if (entry.parts.length > 1) entry.parts = [mergeParts(entry.parts)];
      for (const { times } of entry.parts) this.samples += times.length;
    }
  }

  private entry(key: SeriesKey): PendingSeries {
    const id = seriesId(key);
    let entry = this.series.get(id);
    if (entry === undefined) {
      entry = { key: { host: key.host, metric: key.metric }, synthetic: undefined, parts: [] };
      this.series.set(id, entry);
    }
    return entry;
  }
}

/** All parts of a series as one, in order, each time once. */
export function mergeParts(parts: readonly Samples[]): Samples {
  if (parts.length === 1) return parts[0];
  let length = 0;
  for (const part of parts) length += part.times.length;
  const times = new Float64Array(length);
  const values = new Float64Array(length);
  let at = 0;
  for (const part of parts) {
    times.set(part.times, at);
    values.set(part.values, at);
    at += part.times.length;
  }
  return tidySamples(NAME, times, values);
}
