import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { Anomaly, MetricStore, SampleBatch, SeriesKey, StoredForecast } from "../../src/index.js";
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

    it("reads several series at once as one by one, where it can", async () => {
      const store = await fresh();
      if (!store.readMany) return;
      const keys = ["a", "b", "c", "d"].map((host) => ({ ...CPU, host }));
      await store.writeSamples(
        keys.slice(0, 3).map((key, k) => ({ ...key, times: [1000, 2000, 3000 + k], values: [k, 10 + k, 20 + k] })),
      );
      await store.flush();
      await store.writeSamples([
        { ...keys[1], times: [1500], values: [99] },
        { ...keys[3], times: [], values: [] },
      ]);
      const range = { from: 1500, to: 3001 };
      const order = [keys[2], keys[0], keys[3], keys[1]];
      expect(await store.readMany(order, range)).toEqual(await Promise.all(order.map((key) => store.read(key, range))));
      expect(await store.readMany([], ALL)).toEqual([]);
      expect((await rejection(store.readMany([CPU], ALL))).code).toBe("UNKNOWN_SERIES");
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

      it("are read by the range they were issued in, oldest first", async () => {
        const store = await fresh();
        const issued = async (range: { from: number; to: number; limit?: number }) =>
          (await store.forecasts(CPU, range)).map((forecast) => forecast.issuedAt);
        expect(await issued(ALL)).toEqual([]);
        for (const issuedAt of [3000, 1000, 2000]) await store.writeForecast(forecastOf(CPU, issuedAt));
        await store.writeForecast(forecastOf({ host: "web-2", metric: "cpu_percent" }, 2000));
        expect(await store.forecasts(CPU, { from: 2000, to: 3001 })).toEqual([
          forecastOf(CPU, 2000),
          forecastOf(CPU, 3000),
        ]);
        expect(await issued({ from: 1000, to: 3000 })).toEqual([1000, 2000]);
        expect(await issued({ from: 3001, to: Infinity })).toEqual([]);
        expect((await rejection(store.forecasts(CPU, { from: 2, to: 1 }))).code).toBe("INVALID_ARGUMENT");
      });

      it("are thinned evenly to a limit, the first and the last among them", async () => {
        const store = await fresh();
        for (let i = 0; i <= 10; i++) await store.writeForecast(forecastOf(CPU, i * 1000));
        const issued = async (limit: number) =>
          (await store.forecasts(CPU, { ...ALL, limit })).map((forecast) => forecast.issuedAt / 1000);
        expect(await issued(11)).toHaveLength(11);
        expect(await issued(100)).toHaveLength(11);
        expect(await issued(6)).toEqual([0, 2, 4, 6, 8, 10]);
        expect(await issued(3)).toEqual([0, 5, 10]);
        expect(await issued(2)).toEqual([0, 10]);
        expect(await issued(1)).toEqual([10]);
        for (const limit of [0, -1, 1.5, Number.NaN]) {
          expect((await rejection(store.forecasts(CPU, { ...ALL, limit }))).code).toBe("INVALID_ARGUMENT");
        }
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

    describe("anomalies", () => {
      const anomaly = (time: number, value = 99): Anomaly => ({
        ...{ ...CPU, time, value, lower: 10, upper: 90 },
        modelVersion: "web-1/cpu_percent@7",
      });

      it("come back by range, oldest first, each time once", async () => {
        const store = await fresh();
        expect(await store.anomalies(CPU, ALL)).toEqual([]);
        await store.writeAnomalies([anomaly(3000), anomaly(1000), { ...anomaly(2000), host: "web-2" }]);
        await store.flush();
        await store.writeAnomalies([anomaly(1000, 98), anomaly(2000), { ...anomaly(4000), lower: -Infinity }]);
        expect(await store.anomalies(CPU, { from: 1000, to: 4000 })).toEqual([
          anomaly(1000, 98),
          anomaly(2000),
          anomaly(3000),
        ]);
        expect(await store.anomalies(CPU, { from: 4000, to: Infinity })).toEqual([
          { ...anomaly(4000), lower: -Infinity },
        ]);
        expect((await store.listSeries()).map(({ id }) => id)).toEqual(["web-1/cpu_percent", "web-2/cpu_percent"]);
      });

      it.each<[string, Partial<Anomaly>]>([
        ["no time", { time: Number.NaN }],
        ["a value that is none", { value: Number.NaN }],
        ["a band upside down", { lower: 91 }],
        ["an empty metric", { metric: "" }],
      ])("are refused with %s, and the whole call with it", async (_, change) => {
        const store = await fresh();
        const error = await rejection(store.writeAnomalies([anomaly(1), { ...anomaly(2), ...change }]));
        expect(error.code).toBe("INVALID_ARGUMENT");
        expect(await store.anomalies(CPU, ALL)).toEqual([]);
      });
    });

    describe("prune", () => {
      const FIVE = 300_000;
      /** One sample every 15 s from time 0 on; the value is its number. */
      const quarter = (n: number) => ({
        ...CPU,
        times: Array.from({ length: n }, (_, i) => i * 15_000),
        values: Array.from({ length: n }, (_, i) => i),
      });

      it("without limits lets nothing go", async () => {
        const store = await fresh();
        await store.writeSamples([quarter(60)]);
        expect(await store.prune({})).toEqual({ averaged: 0, deleted: 0, forecasts: 0, anomalies: 0 });
        expect(await readAll(store)).toHaveLength(60);
      });

      it("turns old samples into means at the start of their 5 minutes, and reads join both", async () => {
        const store = await fresh();
        await store.writeSamples([quarter(60), { ...quarter(3), host: "web-2" }]);
        expect(await store.prune({ samplesBefore: 2 * FIVE + 1000 })).toMatchObject({ averaged: 43, deleted: 0 });
        // Values 0…19 have the mean 9.5, 20…39 have 29.5.
        const expected = [[0, 9.5], [FIVE, 29.5], ...Array.from({ length: 20 }, (_, i) => [(40 + i) * 15_000, 40 + i])];
        expect(await readAll(store)).toEqual(expected);
        expect(await readAll(store, { ...CPU, host: "web-2" })).toEqual([[0, 1]]);
        expect(await store.listSeries()).toMatchObject([
          { id: "web-1/cpu_percent", count: 22, first: 0, last: 59 * 15_000 },
          { id: "web-2/cpu_percent", count: 1, first: 0, last: 0 },
        ]);
        // Again it finds nothing to do.
        expect(await store.prune({ samplesBefore: 2 * FIVE + 1000 })).toMatchObject({ averaged: 0 });
        expect(await readAll(store)).toEqual(expected);
      });

      it("takes late samples into the mean by their number, and those at its own time in its place", async () => {
        const store = await fresh();
        await store.writeSamples([{ ...CPU, times: [FIVE, FIVE + 1, 4 * FIVE], values: [10, 20, 1] }]);
        await store.prune({ samplesBefore: 3 * FIVE });
        expect(await readAll(store)).toEqual([
          [FIVE, 15],
          [4 * FIVE, 1],
        ]);
        await store.writeSamples([{ ...CPU, times: [FIVE + 7, 2 * FIVE + 3], values: [30, 5] }]);
        expect(await readAll(store)).toEqual([
          [FIVE, 15],
          [FIVE + 7, 30],
          [2 * FIVE + 3, 5],
          [4 * FIVE, 1],
        ]);
        await store.prune({ samplesBefore: 3 * FIVE });
        expect(await readAll(store)).toEqual([
          [FIVE, 20],
          [2 * FIVE, 5],
          [4 * FIVE, 1],
        ]);
        await store.writeSamples([{ ...CPU, times: [FIVE, FIVE + 1], values: [100, 200] }]);
        expect(await readAll(store)).toContainEqual([FIVE, 100]);
        expect((await store.listSeries())[0].count).toBe(4);
        await store.prune({ samplesBefore: 3 * FIVE });
        expect((await readAll(store))[0]).toEqual([FIVE, 150]);
      });

      it("takes times before 1970 to the 5 minutes they lie in", async () => {
        const store = await fresh();
        await store.writeSamples([{ ...CPU, times: [-1, -FIVE], values: [1, 3] }]);
        await store.prune({ samplesBefore: 0 });
        expect(await readAll(store)).toEqual([[-FIVE, 2]]);
      });

      it("deletes what is older still, and the series stays known", async () => {
        const store = await fresh();
        await store.writeSamples([quarter(60), { ...CPU, host: "web-2", times: [0], values: [1] }]);
        await store.writeAnomalies([
          { ...CPU, time: 1, value: 1, lower: 2, upper: 3, modelVersion: "v" },
          { ...CPU, time: 2 * FIVE, value: 1, lower: 2, upper: 3, modelVersion: "v" },
        ]);
        await store.prune({ samplesBefore: 2 * FIVE });
        expect(await store.prune({ samplesBefore: 3 * FIVE, downsampledBefore: FIVE })).toEqual({
          averaged: 20,
          deleted: 2,
          forecasts: 0,
          anomalies: 1,
        });
        expect(await readAll(store)).toEqual([
          [FIVE, 29.5],
          [2 * FIVE, 49.5],
        ]);
        expect((await store.anomalies(CPU, ALL)).map(({ time }) => time)).toEqual([2 * FIVE]);
        expect(await store.listSeries()).toMatchObject([
          { id: "web-1/cpu_percent", count: 2, first: FIVE },
          { id: "web-2/cpu_percent", count: 0 },
        ]);
        expect(await readAll(store, { ...CPU, host: "web-2" })).toEqual([]);
        // A series that lost everything takes samples as a new one does, older ones included.
        await store.writeSamples([{ ...CPU, host: "web-2", times: [7], values: [8] }]);
        expect(await readAll(store, { ...CPU, host: "web-2" })).toEqual([[7, 8]]);
        expect((await store.listSeries())[1]).toMatchObject({ count: 1, first: 7, last: 7 });
      });

      it("forgets series that have no samples, with all that was kept of them", async () => {
        const store = await fresh();
        const gone = { ...CPU, host: "web-2" };
        await store.writeSamples([quarter(60), { ...gone, times: [0], values: [1] }]);
        await store.writeForecast(forecastOf(gone, 1000));
        await store.writeAnomalies([{ ...gone, time: 2 * FIVE, value: 1, lower: 2, upper: 3, modelVersion: "v" }]);
        expect(await store.forgetEmpty()).toEqual([]);
        await store.prune({ samplesBefore: 1, downsampledBefore: 1 });
        expect(await store.forgetEmpty()).toEqual(["web-2/cpu_percent"]);
        expect((await store.listSeries()).map(({ id }) => id)).toEqual(["web-1/cpu_percent"]);
        expect((await rejection(store.read(gone, ALL))).code).toBe("UNKNOWN_SERIES");
        expect(await store.forgetEmpty()).toEqual([]);
        // It comes back as a new one does, without its past.
        await store.writeSamples([{ ...gone, times: [7], values: [8] }]);
        expect(await readAll(store, gone)).toEqual([[7, 8]]);
        expect(await store.latestForecast(gone)).toBeNull();
        expect(await store.anomalies(gone, ALL)).toEqual([]);
        expect(await store.listSeries()).toHaveLength(2);
      });

      it("thins old forecasts to the first of each hour, and deletes those older still", async () => {
        const store = await fresh();
        const HOUR = 3_600_000;
        for (const host of ["web-1", "web-2"]) {
          for (let issuedAt = 1000; issuedAt < 4 * HOUR; issuedAt += HOUR / 4) {
            await store.writeForecast(forecastOf({ ...CPU, host }, issuedAt));
          }
        }
        await store.flush();
        const report = await store.prune({ forecastsThinnedBefore: 3 * HOUR, forecastsBefore: HOUR });
        expect(report).toEqual({ averaged: 0, deleted: 0, forecasts: 20, anomalies: 0 });
        const left = [HOUR, 2 * HOUR, 3 * HOUR, 3.25 * HOUR, 3.5 * HOUR, 3.75 * HOUR].map((time) => time + 1000);
        for (const host of ["web-1", "web-2"]) {
          const issued = (await store.forecasts({ ...CPU, host }, ALL)).map((forecast) => forecast.issuedAt);
          expect(issued).toEqual(left);
        }
        await store.prune({ forecastsBefore: Infinity });
        expect(await store.latestForecast(CPU)).toBeNull();
      });

      it("agrees with a plain bucket mean under any sequence of writes and limits", async () => {
        const write = fc.record({ time: fc.integer({ min: -8, max: 8 }), value: fc.integer({ min: 0, max: 64 }) });
        const step = fc.oneof(
          { weight: 3, arbitrary: fc.array(write, { minLength: 1, maxLength: 8 }) },
          { weight: 1, arbitrary: fc.integer({ min: -9, max: 9 }) },
        );
        await fc.assert(
          fc.asyncProperty(fc.array(step, { maxLength: 10 }), async (steps) => {
            const store = await create();
            /** Time → value and how many samples it stands on; null for a sample. */
            const oracle = new Map<number, { value: number; n: number | null }>();
            for (const one of steps) {
              if (typeof one === "number") {
                const limit = one * FIVE;
                await store.prune({ samplesBefore: limit });
                const old = [...oracle].filter(([time]) => time < limit);
                for (const [time] of old) oracle.delete(time);
                for (const start of new Set(old.map(([time]) => Math.floor(time / FIVE) * FIVE))) {
                  const inside = old.filter(([time]) => start <= time && time < start + FIVE);
                  const n = inside.reduce((sum, [, point]) => sum + (point.n ?? 1), 0);
                  const sum = inside.reduce((total, [, point]) => total + point.value * (point.n ?? 1), 0);
                  oracle.set(start, { value: sum / n, n });
                }
              } else {
                const times = one.map(({ time }) => time * 100_000);
                await store.writeSamples([{ ...CPU, times, values: one.map(({ value }) => value) }]);
                one.forEach(({ value }, i) => {
                  oracle.set(times[i], { value, n: null });
                });
              }
              if (oracle.size === 0) continue;
              const expected = [...oracle].sort(([a], [b]) => a - b);
              const read = await readAll(store);
              expect(read.map(([time]) => time)).toEqual(expected.map(([time]) => time));
              expected.forEach(([, { value }], i) => {
                expect(read[i][1]).toBeCloseTo(value, 9);
              });
              expect((await store.listSeries())[0].count).toBe(oracle.size);
            }
            await store.close();
          }),
          { numRuns: 25 },
        );
      });

      it("stops when its signal fires, and refuses a limit that is none", async () => {
        const store = await fresh();
        await store.writeSamples([quarter(60)]);
        const stopped = store.prune({ samplesBefore: 3 * FIVE }, { signal: AbortSignal.abort() });
        expect((await rejection(stopped)).code).toBe("ABORTED");
        expect(await store.prune({ samplesBefore: 3 * FIVE })).toMatchObject({ averaged: 60 });
        expect((await rejection(store.prune({ samplesBefore: Number.NaN }))).code).toBe("INVALID_ARGUMENT");
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
        () => store.forecasts(CPU, ALL),
        () => store.writeAnomalies([]),
        () => store.anomalies(CPU, ALL),
        () => store.prune({}),
        () => store.flush(),
        () => store.listSeries(),
      ];
      for (const call of calls) expect((await rejection(call())).code).toBe("CLOSED");
    });
  });
}
