import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MetricSource, Samples, SeriesKey } from "../../src/index.js";
import { rejection } from "./rejection.js";

export interface SourceUnderTest {
  /** Series that the adapter can hold at once, by id in rising order. */
  readonly keys: readonly SeriesKey[];
  /** Its list tells first and last time and count. Default true. */
  readonly knowsExtent?: boolean;
  /** A source that holds these samples for each of the keys. */
  create(samples: Samples): Promise<MetricSource>;
}

const START = Date.UTC(2026, 0, 31, 23, 50);
/** Irregular on purpose: late by some milliseconds, with a hole. Values are sums of powers of two, so that percentages stay exact. */
const TIMES = [0, 15_000, 30_007, 45_000, 60_001, 600_000, 615_000, 630_000].map((offset) => START + offset);
const VALUES = [12.5, 0, 100, 50.25, 37.5, 3.125, 99.75, 64];
const ALL = { from: -Infinity, to: Infinity };

/** What every MetricSource must do. */
export function describeSource(name: string, { keys, knowsExtent = true, create }: SourceUnderTest): void {
  describe(`${name} as a MetricSource`, () => {
    let source: MetricSource;
    const key = keys[0];

    beforeAll(async () => {
      source = await create({ times: Float64Array.from(TIMES), values: Float64Array.from(VALUES) });
    }, 120_000); // a real server may have to start on a busy machine
    afterAll(() => source.close());

    it("lists its series in order of their id", async () => {
      const series = await source.listSeries();
      expect(series).toEqual(
        keys.map(({ host, metric }) => ({
          host,
          metric,
          id: `${host}/${metric}`,
          synthetic: false,
          ...(knowsExtent ? { first: TIMES[0], last: TIMES[TIMES.length - 1], count: TIMES.length } : {}),
        })),
      );
      expect(JSON.parse(JSON.stringify(series))).toEqual(series);
    });

    it("reads every sample of each series in time order", async () => {
      for (const each of keys) {
        const { times, values } = await source.read(each, ALL);
        expect(times).toEqual(Float64Array.from(TIMES));
        expect(values).toEqual(Float64Array.from(VALUES));
      }
    });

    it("takes ranges as half open", async () => {
      const { times, values } = await source.read(key, { from: TIMES[1], to: TIMES[3] });
      expect([...times]).toEqual([TIMES[1], TIMES[2]]);
      expect([...values]).toEqual([VALUES[1], VALUES[2]]);
    });

    it("answers any range as a plain filter of all samples would", async () => {
      const bound = fc.oneof(
        fc.double({ min: START - 1000, max: START + 700_000, noNaN: true }),
        fc.constantFrom(-Infinity, Infinity, ...TIMES),
      );
      await fc.assert(
        fc.asyncProperty(bound, bound, async (a, b) => {
          const range = { from: Math.min(a, b), to: Math.max(a, b) };
          const { times, values } = await source.read(key, range);
          const expected = TIMES.map((time, i) => ({ time, value: VALUES[i] })).filter(
            ({ time }) => range.from <= time && time < range.to,
          );
          expect([...times].map((time, i) => ({ time, value: values[i] }))).toEqual(expected);
        }),
        { numRuns: 50 },
      );
    });

    it("gives empty columns where there is nothing", async () => {
      for (const range of [
        { from: START, to: START },
        { from: START - 5000, to: START },
        { from: -Infinity, to: -Infinity },
        { from: Infinity, to: Infinity },
        { from: -1e300, to: -1e299 },
        { from: TIMES[TIMES.length - 1] + 1, to: Infinity },
        { from: START + 100_000, to: START + 200_000 },
      ]) {
        const { times, values } = await source.read(key, range);
        expect([times, values]).toEqual([new Float64Array(0), new Float64Array(0)]);
      }
    });

    it("gives columns that the caller may change", async () => {
      const first = await source.read(key, ALL);
      first.values.fill(-1);
      first.times.fill(-1);
      expect((await source.read(key, ALL)).values).toEqual(Float64Array.from(VALUES));
    });

    it("answers reads made at the same time", async () => {
      const answers = await Promise.all(TIMES.map((from) => source.read(key, { from, to: Infinity })));
      expect(answers.map(({ times }) => times.length)).toEqual(TIMES.map((_, i) => TIMES.length - i));
    });

    it("refuses a series it does not have", async () => {
      const error = await rejection(source.read({ host: "no such host", metric: "none" }, ALL));
      expect(error.code).toBe("UNKNOWN_SERIES");
      expect(error.adapter).toBe(source.name);
      expect(error.message).toContain("no such host/none");
    });

    it.each([
      { from: Number.NaN, to: START },
      { from: START, to: Number.NaN },
      { from: START + 1, to: START },
    ])("refuses the range $from to $to", async (range) => {
      expect((await rejection(source.read(key, range))).code).toBe("INVALID_ARGUMENT");
    });

    it.each([
      { host: "", metric: "x" },
      { host: "x", metric: "" },
      { host: "x", metric: "a/b" },
      { host: "x\ny", metric: "a" },
    ])("refuses the key %o", async (bad) => {
      expect((await rejection(source.read(bad, ALL))).code).toBe("INVALID_ARGUMENT");
    });

    it("opens more than once without harm", async () => {
      await source.open?.();
      await source.open?.();
      expect((await source.read(key, ALL)).times.length).toBe(TIMES.length);
    });

    it("is closed for good, and closing twice is harmless", async () => {
      const other = await create({ times: Float64Array.of(START), values: Float64Array.of(1) });
      await other.close();
      await other.close();
      expect((await rejection(other.read(key, ALL))).code).toBe("CLOSED");
      expect((await rejection(other.listSeries())).code).toBe("CLOSED");
      if (other.open) expect((await rejection(other.open())).code).toBe("CLOSED");
    });
  });
}
