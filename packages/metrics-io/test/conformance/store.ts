import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { MetricStore, SampleBatch, SeriesKey, StoredForecast } from "../../src/index.js";
import { rejection } from "./rejection.js";

export interface StoreUnderTest {
  /** A store with nothing in it. */
  create(): Promise<MetricStore>;
}

const CPU: SeriesKey = { host: "web-1", metric: "cpu_percent" };
const ALL = { from: -Infinity, to: Infinity };

function forecastOf(key: SeriesKey, issuedAt: number, steps = 3): StoredForecast {
  const times = Array.from({ length: steps }, (_, i) => issuedAt + (i + 1) * 300_000);
  const column = (offset: number) => times.map((_, i) => offset + i / 7);
  return {
    ...key,
    issuedAt,
    modelVersion: "web-1/cpu_percent v7",
    times,
    mean: column(40),
    median: column(39),
    intervals: [
      { level: 80, lower: column(30), upper: column(50) },
      { level: 95, lower: column(20), upper: column(60) },
    ],
  };
}

/** What every MetricStore must do, beyond what its reads share with every source. */
export function describeStore(name: string, { create }: StoreUnderTest): void {
  describe(`${name} as a MetricStore`, () => {
    const opened: MetricStore[] = [];
    const fresh = async () => {
      const store = await create();
      opened.push(store);
      return store;
    };
    afterEach(async () => {
      for (const store of opened.splice(0)) await store.close();
    });
    const readAll = async (store: MetricStore, key: SeriesKey = CPU) => {
      const { times, values } = await store.read(key, ALL);
      return [...times].map((time, i) => [time, values[i]]);
    };

    it("begins empty", async () => {
      const store = await fresh();
      expect(await store.listSeries()).toEqual([]);
      expect((await rejection(store.read(CPU, ALL))).code).toBe("UNKNOWN_SERIES");
      expect(await store.latestForecast(CPU)).toBeNull();
    });

    it("reads what was written without a flush, in time order", async () => {
      const store = await fresh();
      await store.writeSamples([{ ...CPU, times: [3000, 1000, 2000], values: [3, 1, 2] }]);
      expect(await readAll(store)).toEqual([
        [1000, 1],
        [2000, 2],
        [3000, 3],
      ]);
    });

    it("keeps one copy of a batch that is written twice", async () => {
      const store = await fresh();
      const batch = { ...CPU, times: [1000, 2000, 3000], values: [1, 2, 3] };
      await store.writeSamples([batch]);
      await store.flush();
      await store.writeSamples([batch]);
      await store.flush();
      await store.writeSamples([batch, batch]);
      expect(await readAll(store)).toEqual([
        [1000, 1],
        [2000, 2],
        [3000, 3],
      ]);
      expect(await store.listSeries()).toMatchObject([{ count: 3, first: 1000, last: 3000 }]);
    });

    it("lets the value written last win, within a batch, between batches and between calls", async () => {
      const store = await fresh();
      await store.writeSamples([
        { ...CPU, times: [1000, 1000, 2000, 3000], values: [9, 1, 9, 9] },
        { ...CPU, times: [2000], values: [2] },
      ]);
      await store.writeSamples([{ ...CPU, times: [3000], values: [9] }]);
      await store.flush();
      await store.writeSamples([{ ...CPU, times: [3000, 500], values: [3, 0] }]);
      expect(await readAll(store)).toEqual([
        [500, 0],
        [1000, 1],
        [2000, 2],
        [3000, 3],
      ]);
    });

    it("leaves gaps out, and a gap does not erase", async () => {
      const store = await fresh();
      await store.writeSamples([{ ...CPU, times: [1000, 2000], values: [1, Number.NaN] }]);
      await store.flush();
      await store.writeSamples([{ ...CPU, times: [1000], values: [Number.NaN] }]);
      expect(await readAll(store)).toEqual([[1000, 1]]);
    });

    it("rounds times to whole milliseconds and takes those before 1970", async () => {
      const store = await fresh();
      await store.writeSamples([{ ...CPU, times: [-62_135_596_800_000, 1000.4, 1000.6], values: [1, 2, 3] }]);
      expect(await readAll(store)).toEqual([
        [-62_135_596_800_000, 1],
        [1000, 2],
        [1001, 3],
      ]);
    });

    it("keeps every bit of a value", async () => {
      const store = await fresh();
      const values = [0.1 + 0.2, Number.MIN_VALUE, Number.MAX_VALUE, -1 / 3, 0, 2 ** 53 + 2];
      await store.writeSamples([{ ...CPU, times: values.map((_, i) => i), values }]);
      expect((await readAll(store)).map(([, value]) => value)).toEqual(values);
    });

    it("takes a copy: the caller may reuse its arrays at once", async () => {
      const store = await fresh();
      const times = Float64Array.of(1000, 2000);
      const values = Float64Array.of(1, 2);
      await store.writeSamples([{ ...CPU, times, values }]);
      times.fill(0);
      values.fill(0);
      expect(await readAll(store)).toEqual([
        [1000, 1],
        [2000, 2],
      ]);
    });

    it.each<[string, Omit<SampleBatch, keyof SeriesKey>]>([
      ["an infinite value", { times: [1], values: [Infinity] }],
      ["a time that is no number", { times: [Number.NaN], values: [1] }],
      ["a time beyond all dates", { times: [9e15], values: [1] }],
      ["columns of different length", { times: [1, 2], values: [1] }],
      ["a text for a value", { times: [1], values: ["1"] as unknown as number[] }],
    ])("refuses %s, and the whole call with it", async (_, bad) => {
      const store = await fresh();
      const good = { ...CPU, times: [1000], values: [1] };
      const error = await rejection(store.writeSamples([good, { host: "web-2", metric: "cpu_percent", ...bad }]));
      expect(error.code).toBe("INVALID_ARGUMENT");
      expect(await store.listSeries()).toEqual([]);
    });

    it("knows a series from its first write on, even an empty one", async () => {
      const store = await fresh();
      await store.writeSamples([{ ...CPU, times: [], values: [] }]);
      expect(await store.listSeries()).toEqual([{ ...CPU, id: "web-1/cpu_percent", synthetic: false, count: 0 }]);
      expect(await readAll(store)).toEqual([]);
    });

    it("keeps the synthetic mark until another is given", async () => {
      const store = await fresh();
      const marks = async () => (await store.listSeries()).map(({ synthetic }) => synthetic);
      await store.writeSamples([{ ...CPU, synthetic: true, times: [1], values: [1] }]);
      expect(await marks()).toEqual([true]);
      await store.writeSamples([{ ...CPU, times: [2], values: [1] }]);
      expect(await marks()).toEqual([true]);
      await store.writeSamples([{ ...CPU, synthetic: false, times: [3], values: [1] }]);
      expect(await marks()).toEqual([false]);
    });

    it("tells series apart whatever their names are", async () => {
      const store = await fresh();
      const keys = ["a", "a/b", 'it\'s "x"; DROP TABLE samples', "größe-机器", "A"].map((host) => ({
        host,
        metric: "m",
      }));
      await store.writeSamples(keys.map((key, i) => ({ ...key, times: [1000], values: [i] })));
      for (const [i, key] of keys.entries()) expect(await readAll(store, key)).toEqual([[1000, i]]);
      const ids = (await store.listSeries()).map(({ id }) => id);
      expect(ids).toEqual(keys.map(({ host }) => `${host}/m`).sort());
    });

    it("behaves as a map from time to value under any sequence of writes, flushes and reads", async () => {
      const keys = [CPU, { host: "web-1", metric: "memory_percent" }, { host: "web-2", metric: "cpu_percent" }];
      const batch = fc.record({
        key: fc.nat(keys.length - 1),
        samples: fc.array(
          fc.tuple(
            fc.integer({ min: -20, max: 20 }),
            fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(Number.NaN)),
          ),
          {
            maxLength: 12,
          },
        ),
      });
      const step = fc.oneof(
        { weight: 4, arbitrary: fc.array(batch, { minLength: 1, maxLength: 3 }) },
        { weight: 1, arbitrary: fc.constant("flush" as const) },
        { weight: 1, arbitrary: fc.constant("read" as const) },
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          const store = await create();
          const oracle = new Map<number, Map<number, number>>();
          const compare = async () => {
            for (const [k, expected] of oracle) {
              expect(await readAll(store, keys[k])).toEqual([...expected].sort(([a], [b]) => a - b));
            }
            const counts = (await store.listSeries()).map(({ id, count, first, last }) => [id, count, first, last]);
            expect(counts).toEqual(
              [...oracle]
                .map(([k, samples]) => {
                  const times = [...samples.keys()];
                  const ends = times.length === 0 ? [undefined, undefined] : [Math.min(...times), Math.max(...times)];
                  return [`${keys[k].host}/${keys[k].metric}`, samples.size, ...ends];
                })
                .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
            );
          };
          for (const one of steps) {
            if (one === "flush") await store.flush();
            else if (one === "read") await compare();
            else {
              await store.writeSamples(
                one.map(({ key, samples }) => ({
                  ...keys[key],
                  times: samples.map(([time]) => time),
                  values: samples.map(([, value]) => value),
                })),
              );
              for (const { key, samples } of one) {
                const held = oracle.get(key) ?? new Map<number, number>();
                oracle.set(key, held);
                for (const [time, value] of samples) if (!Number.isNaN(value)) held.set(time, value);
              }
            }
          }
          await compare();
          await store.close();
        }),
        { numRuns: 25 },
      );
    });

    it("takes writes and reads at the same time", async () => {
      const store = await fresh();
      await Promise.all(
        Array.from({ length: 40 }, async (_, i) => {
          await store.writeSamples([{ ...CPU, times: [i * 1000], values: [i] }]);
          const { times } = await store.read(CPU, { from: i * 1000, to: i * 1000 + 1 });
          expect(times.length).toBe(1);
        }),
      );
      expect((await readAll(store)).length).toBe(40);
    });

    it("takes 14 days of two metrics at 5 minutes, and 14 days at 15 seconds, in one call each", async () => {
      const store = await fresh();
      const bulk = (key: SeriesKey, n: number, step: number) => ({
        ...key,
        times: Float64Array.from({ length: n }, (_, i) => i * step),
        values: Float64Array.from({ length: n }, (_, i) => i % 97),
      });
      const memory = { host: "web-1", metric: "memory_percent" };
      await store.writeSamples([bulk(CPU, 4032, 300_000), bulk(memory, 4032, 300_000)]);
      const fine = bulk({ host: "web-2", metric: "cpu_percent" }, 80_640, 15_000);
      await store.writeSamples([fine]);
      // As bytes: toEqual takes a second for columns of this length.
      const same = (a: Float64Array, b: Float64Array) => Buffer.from(a.buffer).equals(Buffer.from(b.buffer));
      expect(same((await store.read(memory, ALL)).values, bulk(memory, 4032, 300_000).values)).toBe(true);
      const read = await store.read(fine, ALL);
      expect(read.times.length).toBe(80_640);
      expect(same(read.times, fine.times)).toBe(true);
      expect(same(read.values, fine.values)).toBe(true);
    });

    describe("forecasts", () => {
      it("come back as they were written", async () => {
        const store = await fresh();
        const forecast = forecastOf(CPU, 1_800_000_000_000, 48);
        await store.writeForecast(forecast);
        const back = await store.latestForecast(CPU);
        expect(back).toEqual(forecast);
        expect(JSON.parse(JSON.stringify(back))).toEqual(forecast);
      });

      it("may have typed columns, no intervals, no steps", async () => {
        const store = await fresh();
        const typed = { ...forecastOf(CPU, 1000), intervals: [] };
        await store.writeForecast({ ...typed, mean: Float64Array.from(typed.mean) as unknown as number[] });
        expect(await store.latestForecast(CPU)).toEqual(typed);
        await store.writeForecast(forecastOf(CPU, 2000, 0));
        expect(await store.latestForecast(CPU)).toEqual(forecastOf(CPU, 2000, 0));
      });

      it("are found by the time they were issued, not by the order they were written in", async () => {
        const store = await fresh();
        for (const issuedAt of [3000, 1000, 2000]) await store.writeForecast(forecastOf(CPU, issuedAt));
        const issued = async (before?: number) =>
          (await store.latestForecast(CPU, before === undefined ? {} : { before }))?.issuedAt ?? null;
        expect(await issued()).toBe(3000);
        expect(await issued(3001)).toBe(3000);
        expect(await issued(3000)).toBe(2000);
        expect(await issued(2000.5)).toBe(2000);
        expect(await issued(1000)).toBeNull();
        expect(await issued(-Infinity)).toBeNull();
        expect((await rejection(store.latestForecast(CPU, { before: Number.NaN }))).code).toBe("INVALID_ARGUMENT");
      });

      it("replace the one of the same issue time", async () => {
        const store = await fresh();
        await store.writeForecast(forecastOf(CPU, 1000, 5));
        await store.flush();
        const second = { ...forecastOf(CPU, 1000, 2), modelVersion: "v8" };
        await store.writeForecast(second);
        expect(await store.latestForecast(CPU)).toEqual(second);
      });

      it("belong to their series and make it known", async () => {
        const store = await fresh();
        await store.writeForecast(forecastOf(CPU, 1000));
        expect(await store.latestForecast({ host: "web-2", metric: "cpu_percent" })).toBeNull();
        expect(await store.listSeries()).toMatchObject([{ id: "web-1/cpu_percent", count: 0 }]);
      });

      it("are the caller's to change after reading", async () => {
        const store = await fresh();
        await store.writeForecast(forecastOf(CPU, 1000));
        const back = (await store.latestForecast(CPU)) as StoredForecast;
        (back.mean as number[]).fill(-1);
        expect(await store.latestForecast(CPU)).toEqual(forecastOf(CPU, 1000));
      });

      it.each<[string, Partial<StoredForecast>]>([
        ["a column that is too short", { mean: [1] }],
        ["times that do not rise", { times: [3, 2, 1] }],
        ["a level of 0", { intervals: [{ level: 0, lower: [1, 1, 1], upper: [1, 1, 1] }] }],
        ["an interval that is too long", { intervals: [{ level: 80, lower: [1, 1, 1, 1], upper: [1, 1, 1] }] }],
        ["no issue time", { issuedAt: Number.NaN }],
        ["an empty host", { host: "" }],
      ])("are refused with %s", async (_, change) => {
        const store = await fresh();
        const error = await rejection(store.writeForecast({ ...forecastOf(CPU, 1000), ...change }));
        expect(error.code).toBe("INVALID_ARGUMENT");
        expect(await store.latestForecast(CPU)).toBeNull();
      });
    });

    it("refuses every call after close()", async () => {
      const store = await create();
      await store.close();
      await store.close();
      const calls = [
        () => store.writeSamples([]),
        () => store.writeForecast(forecastOf(CPU, 1000)),
        () => store.latestForecast(CPU),
        () => store.flush(),
        () => store.listSeries(),
      ];
      for (const call of calls) expect((await rejection(call())).code).toBe("CLOSED");
    });
  });
}
