import { type SampleBatch, type Samples, type SeriesKey, seriesId } from "@loadcast/metrics-io";

export type Reading = SeriesKey & Samples;

/**
 * Tells what is new in what is read again and again. The end of the past is read once more each time, because samples come late; written
 * again each time, it would make the store rewrite forty times what comes in.
 */
export interface FreshSamples {
  /** The samples of `readings` that were not there, or were different, when they were read last. Remembers those from `keepFrom` on. */
  take(readings: readonly Reading[], keepFrom: number): SampleBatch[];
  /** Forgets everything, after what was taken could not be stored. */
  forget(): void;
}

export function createFreshSamples(): FreshSamples {
  let remembered = new Map<string, Samples>();
  return {
    take(readings, keepFrom) {
      const next = new Map<string, Samples>();
      const fresh: SampleBatch[] = [];
      for (const { host, metric, times, values } of readings) {
        const id = seriesId({ host, metric });
        const before = remembered.get(id);
        const news = before ? changes({ times, values }, before) : { times, values };
        if (news.times.length > 0) fresh.push({ host, metric, times: news.times, values: news.values });
        next.set(id, ending(before, { times, values }, keepFrom));
      }
      // A series that is silent now may go on within the time that is read again.
      for (const [id, samples] of remembered) {
        if (!next.has(id) && samples.times.length > 0 && samples.times[samples.times.length - 1] >= keepFrom) {
          next.set(id, samples);
        }
      }
      remembered = next;
      return fresh;
    },
    forget() {
      remembered = new Map();
    },
  };
}

/** What of `now` is not in `before`. Both in time order. */
function changes(now: Samples, before: Samples): Samples {
  const times: number[] = [];
  const values: number[] = [];
  let k = 0;
  for (let i = 0; i < now.times.length; i++) {
    const time = now.times[i];
    while (k < before.times.length && before.times[k] < time) k++;
    if (k < before.times.length && before.times[k] === time && before.values[k] === now.values[i]) continue;
    times.push(time);
    values.push(now.values[i]);
  }
  return { times: Float64Array.from(times), values: Float64Array.from(values) };
}

/** The samples from `keepFrom` on: those that were just read, and before them those of earlier readings. */
function ending(before: Samples | undefined, now: Samples, keepFrom: number): Samples {
  const firstNow = now.times.length > 0 ? now.times[0] : Infinity;
  const times: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < (before?.times.length ?? 0); i++) {
    const time = (before as Samples).times[i];
    if (time < keepFrom || time >= firstNow) continue;
    times.push(time);
    values.push((before as Samples).values[i]);
  }
  for (let i = 0; i < now.times.length; i++) {
    if (now.times[i] < keepFrom) continue;
    times.push(now.times[i]);
    values.push(now.values[i]);
  }
  return { times: Float64Array.from(times), values: Float64Array.from(values) };
}
