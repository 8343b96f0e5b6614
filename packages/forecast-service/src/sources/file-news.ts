import { type MetricSource, type Samples, type SeriesKey, seriesId } from "@loadcast/metrics-io";

/**
 * Tells what is new in a file that is read again as a whole. A file that grows by a line a minute would else be stored anew as a whole every
 * minute, and each time count as samples that came late.
 */
export interface FileNews {
  /** The samples that the store does not have, or has with another value. */
  find(key: SeriesKey, samples: Samples): Promise<Samples>;
  /** What was found is stored: those days are not looked at again until they change. */
  stored(key: SeriesKey): void;
}

const DAY = 86_400_000;

/** @param store asked for the days of a file that changed */
export function createFileNews(store: Pick<MetricSource, "read">): FileNews {
  /** By series and day, a number that stands for all samples of that day: a year of them in a few kilobytes. */
  const known = new Map<string, Map<number, number>>();
  const found = new Map<string, Map<number, number>>();

  const has = async (key: SeriesKey, from: number, to: number): Promise<Samples> => {
    try {
      return await store.read(key, { from, to });
    } catch (error) {
      if ((error as { code?: unknown }).code !== "UNKNOWN_SERIES") throw error;
      return { times: new Float64Array(0), values: new Float64Array(0) };
    }
  };

  return {
    async find(key, { times, values }) {
      const id = seriesId(key);
      const before = known.get(id);
      const seals = new Map<number, number>();
      const newTimes: number[] = [];
      const newValues: number[] = [];
      for (let begin = 0; begin < times.length; ) {
        const day = Math.floor(times[begin] / DAY);
        let end = begin + 1;
        while (end < times.length && times[end] < (day + 1) * DAY) end++;
        const seal = sealOf(times, values, begin, end);
        seals.set(day, seal);
        if (before?.get(day) !== seal) {
          const there = await has(key, day * DAY, (day + 1) * DAY);
          for (let i = begin, k = 0; i < end; i++) {
            while (k < there.times.length && there.times[k] < times[i]) k++;
            if (there.times[k] === times[i] && there.values[k] === values[i]) continue;
            newTimes.push(times[i]);
            newValues.push(values[i]);
          }
        }
        begin = end;
      }
      found.set(id, seals);
      return { times: Float64Array.from(newTimes), values: Float64Array.from(newValues) };
    },
    stored(key) {
      const id = seriesId(key);
      known.set(id, found.get(id) ?? new Map());
      found.delete(id);
    },
  };
}

const numbers = new Float64Array(1);
const words = new Uint32Array(numbers.buffer);

/** FNV-1a over the bits of times and values, twice with different starts: 53 bits. */
function sealOf(times: Float64Array, values: Float64Array, begin: number, end: number): number {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  const add = (number: number) => {
    numbers[0] = number;
    for (let k = 0; k < 2; k++) {
      a = Math.imul(a ^ words[k], 0x01000193);
      b = Math.imul(b ^ words[k], 0x85ebca6b) ^ (b >>> 13);
    }
  };
  for (let i = begin; i < end; i++) {
    add(times[i]);
    add(values[i]);
  }
  return (a >>> 0) * 2 ** 21 + (b >>> 11);
}
