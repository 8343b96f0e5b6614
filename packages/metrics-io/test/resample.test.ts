import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AdapterError, type ResampleOptions, resample } from "../src/index.js";

interface Sample {
  time: number;
  value: number;
}

const columns = (samples: readonly Sample[]) => ({
  times: samples.map(({ time }) => time),
  values: samples.map(({ value }) => value),
});

/** The same by the definition: for each bucket, look at every sample. */
function oracle(samples: readonly Sample[], step: number, from: number, to: number) {
  const buckets = [];
  for (let start = Math.floor(from / step) * step; start < to; start += step) {
    const last = new Map<number, number>();
    for (const { time, value } of samples) {
      if (start <= time && time < start + step && !Number.isNaN(value)) last.set(time, value);
    }
    const values = [...last.values()];
    buckets.push({ start, count: values.length, mean: values.reduce((a, b) => a + b, 0) / values.length });
  }
  return buckets;
}

const sample = fc.record({
  time: fc.integer({ min: -100_000, max: 100_000 }),
  value: fc.oneof(
    { weight: 5, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
    { weight: 1, arbitrary: fc.constant(Number.NaN) },
  ),
});
const samplesArbitrary = fc.array(sample, { maxLength: 60 });
const stepSeconds = fc.constantFrom(0.5, 1, 7, 30);

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 2, 29, 12);

describe("resample", () => {
  it("gives means of 5 minutes, labelled by their start, with the number of samples", () => {
    const grid = resample({
      times: [NOON, NOON + MINUTE, NOON + 5 * MINUTE - 1, NOON + 5 * MINUTE, NOON + 16 * MINUTE],
      values: [1, 2, 6, 10, 20],
    });
    expect([...grid.times]).toEqual([0, 5, 10, 15].map((m) => NOON + m * MINUTE));
    expect([...grid.values]).toEqual([3, 10, Number.NaN, 20]);
    expect([...grid.counts]).toEqual([3, 1, 0, 1]);
    expect(grid.stepMillis).toBe(300_000);
  });

  it("agrees with the definition for any samples, step and range", () => {
    fc.assert(
      fc.property(
        samplesArbitrary,
        stepSeconds,
        fc.integer({ min: -120_000, max: 120_000 }),
        fc.nat(150_000),
        (samples, seconds, from, length) => {
          const to = from + length;
          const grid = resample(columns(samples), { stepSeconds: seconds, from, to });
          const expected = oracle(samples, seconds * 1000, from, to);
          expect([...grid.times]).toEqual(expected.map(({ start }) => start));
          expect([...grid.counts]).toEqual(expected.map(({ count }) => count));
          expected.forEach(({ mean }, i) => {
            if (Number.isNaN(mean)) expect(grid.values[i]).toBeNaN();
            else expect(Math.abs(grid.values[i] - mean)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(mean)));
          });
        },
      ),
    );
  });

  it("does not mind the order of samples with different times", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(sample, { selector: ({ time }) => time, maxLength: 40 }),
        fc.func(fc.integer()),
        (samples, weight) => {
          const shuffled = [...samples].sort((a, b) => weight(a.time) - weight(b.time));
          const [a, b] = [samples, shuffled].map((s) => resample(columns(s), { stepSeconds: 7 }));
          expect(b.counts).toEqual(a.counts);
          expect(b.values).toEqual(a.values);
        },
      ),
    );
  });

  it("does not mind samples given twice, and loses none", () => {
    fc.assert(
      fc.property(samplesArbitrary, (samples) => {
        const once = resample(columns(samples), { stepSeconds: 7 });
        expect(resample(columns([...samples, ...samples]), { stepSeconds: 7 })).toEqual(once);
        const distinct = new Set(samples.filter(({ value }) => !Number.isNaN(value)).map(({ time }) => time));
        expect(once.counts.reduce((a, b) => a + b, 0)).toBe(distinct.size);
      }),
    );
  });

  it("moves with time by whole steps, and does nothing to its own result", () => {
    fc.assert(
      fc.property(samplesArbitrary, fc.integer({ min: -50, max: 50 }), (samples, shift) => {
        const grid = resample(columns(samples), { stepSeconds: 7 });
        const moved = resample(columns(samples.map(({ time, value }) => ({ time: time + shift * 7000, value }))), {
          stepSeconds: 7,
        });
        expect(moved.values).toEqual(grid.values);
        expect(moved.times).toEqual(grid.times.map((t) => (grid.times.length > 0 ? t + shift * 7000 : t)));
        const again = resample(grid, { stepSeconds: 7 });
        expect(again.values).toEqual(grid.values);
        expect(again.times).toEqual(grid.times);
      }),
    );
  });

  it("has the same edges whatever the first sample is", () => {
    const grid = resample({ times: [NOON + 123_456], values: [1] }, { stepSeconds: 300 });
    expect([...grid.times]).toEqual([NOON]);
  });

  it("knows no daylight saving time: the night of 2026-03-29 has 288 buckets like any other", () => {
    const from = Date.UTC(2026, 2, 29);
    const grid = resample({ times: [], values: [] }, { from, to: from + 24 * 60 * MINUTE });
    expect(grid.times.length).toBe(288);
    expect([...grid.values].every(Number.isNaN)).toBe(true);
  });

  it("leaves out a last bucket that is not complete, when told what time it is", () => {
    const samples = { times: [NOON, NOON + 5 * MINUTE], values: [1, 2] };
    const values = (completeAt: number) => [...resample(samples, { completeAt }).values];
    expect(values(NOON + 10 * MINUTE)).toEqual([1, 2]);
    expect(values(NOON + 10 * MINUTE - 1)).toEqual([1]);
    expect(values(NOON)).toEqual([]);
    expect([...resample(samples).values]).toEqual([1, 2]);
  });

  it("makes a gap of buckets that stand on too few samples", () => {
    const samples = { times: [NOON, NOON + 1, NOON + 5 * MINUTE], values: [1, 3, 9] };
    const grid = resample(samples, { minCount: 2 });
    expect([...grid.values]).toEqual([2, Number.NaN]);
    expect([...grid.counts]).toEqual([2, 1]);
  });

  it("gives an empty grid for no samples", () => {
    const grid = resample({ times: [NOON], values: [Number.NaN] });
    expect([grid.times.length, grid.values.length, grid.counts.length]).toEqual([0, 0, 0]);
  });

  it("leaves its input as it was", () => {
    const samples = { times: Float64Array.of(5, 1, 3), values: Float64Array.of(1, 2, 3) };
    resample(samples);
    expect([[...samples.times], [...samples.values]]).toEqual([
      [5, 1, 3],
      [1, 2, 3],
    ]);
  });

  it.each<[RegExp, ResampleOptions]>([
    [/stepSeconds/, { stepSeconds: 0 }],
    [/stepSeconds/, { stepSeconds: Number.NaN }],
    [/stepSeconds/, { stepSeconds: Infinity }],
    [/from must be a time/, { from: Number.NaN }],
    [/to must be a time/, { to: Infinity }],
    [/from must not be after to/, { from: 2, to: 1 }],
    [/too many/, { from: 0, to: 1e15, stepSeconds: 1 }],
    [/minCount/, { minCount: 1.5 }],
  ])("refuses %s in %o", (message, options) => {
    const attempt = () => resample({ times: [1], values: [1] }, options);
    expect(attempt).toThrow(AdapterError);
    expect(attempt).toThrow(message);
  });
});
