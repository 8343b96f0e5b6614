import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { derivedSource, memoryStore, type SampleBatch } from "../../src/index.js";
import { rejection } from "../conformance/rejection.js";
import { describeSource } from "../conformance/source.js";

const ALL = { from: -Infinity, to: Infinity };
const storeWith = async (...batches: SampleBatch[]) => {
  const store = memoryStore();
  await store.writeSamples(batches);
  return store;
};

describeSource("derivedSource over measured series", {
  keys: [
    { host: "web-1", metric: "cpu_percent" },
    { host: "web-1", metric: "memory_percent" },
  ],
  async create({ times, values }) {
    const host = "web-1";
    return derivedSource(
      await storeWith(
        { host, metric: "cpu_percent", times, values },
        { host, metric: "memory_percent", times, values },
      ),
      { other: "missing * 2" },
    );
  },
});

describeSource("derivedSource's own series", {
  keys: [{ host: "web-1", metric: "cpu_percent" }],
  knowsExtent: false,
  async create({ times, values }) {
    const store = await storeWith({ host: "web-1", metric: "half", times, values: values.map((x) => x / 2) });
    const source = derivedSource(store, { cpu_percent: "2 * half" });
    // The inputs are listed as well; the suite is about what is derived.
    return {
      ...source,
      listSeries: async () => (await source.listSeries()).filter(({ metric }) => metric === "cpu_percent"),
    };
  },
});

describe("derivedSource", () => {
  it("gives every host that has the inputs the derived metric", async () => {
    const sample = { times: [1000], values: [1] };
    const source = derivedSource(
      await storeWith(
        { host: "a", metric: "available", synthetic: true, ...sample },
        { host: "a", metric: "total", ...sample },
        { host: "b", metric: "total", ...sample },
      ),
      { memory_percent: "100 * (1 - available / total)" },
    );
    expect((await source.listSeries()).map(({ id, synthetic }) => [id, synthetic])).toEqual([
      ["a/available", true],
      ["a/memory_percent", true],
      ["a/total", false],
      ["b/total", false],
    ]);
    const error = await rejection(source.read({ host: "b", metric: "memory_percent" }, ALL));
    expect(error.code).toBe("UNKNOWN_SERIES");
    expect(error.message).toContain("b/available");
  });

  it("joins inputs where their times are equal, as a join by definition does", async () => {
    const column = fc.uniqueArray(fc.record({ time: fc.nat(30), value: fc.integer({ min: -5, max: 5 }) }), {
      selector: ({ time }) => time,
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(column, column, column, async (a, b, c) => {
        const batch = (metric: string, samples: typeof a) => ({
          host: "h",
          metric,
          times: samples.map(({ time }) => time),
          values: samples.map(({ value }) => value),
        });
        const store = await storeWith(batch("a", a), batch("b", b), batch("c", c));
        const { times, values } = await derivedSource(store, { d: "(a + b) / c" }).read(
          { host: "h", metric: "d" },
          ALL,
        );
        const expected: [number, number][] = [];
        for (let time = 0; time <= 30; time++) {
          const [x, y, z] = [a, b, c].map((samples) => samples.find((sample) => sample.time === time)?.value);
          if (x !== undefined && y !== undefined && z !== undefined && z !== 0) expected.push([time, (x + y) / z]);
        }
        expect([...times].map((time, i) => [time, values[i]])).toEqual(expected);
      }),
    );
  });

  it("refuses formulas that cannot be, when it is opened", async () => {
    const failure = async (formulas: Record<string, string>) =>
      (await rejection(derivedSource(memoryStore(), formulas).open?.() as Promise<void>)).message;
    expect(await failure({ d: "a +" })).toContain("cannot be read");
    expect(await failure({ d: "1 + 1" })).toContain("the formula of d names no metric");
    expect(await failure({ d: "e + 1", e: "a" })).toContain("names e, which is a formula itself");
    expect(await failure({ "a/b": "a" })).toContain("must not contain a slash");
  });
});
