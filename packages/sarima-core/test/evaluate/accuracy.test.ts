import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalQuantile } from "../../src/baselines/gaussian.js";
import { naive, theta } from "../../src/baselines/index.js";
import { accuracy } from "../../src/evaluate/accuracy.js";
import { coverage, crpsFromQuantiles, crpsFromSamples, pinball, winkler } from "../../src/evaluate/scores.js";

const reference = JSON.parse(readFileSync(new URL("../fixtures/baselines.json", import.meta.url), "utf8"));
const gap = Number.NaN;

describe("accuracy", () => {
  it("agrees with R's forecast::accuracy (theta on AirPassengers, two years ahead)", () => {
    const y: number[] = reference.AirPassengers.y;
    const training = y.slice(0, 120);
    const ours = accuracy(y.slice(120), theta(training).forecast(24), { training });
    for (const measure of ["me", "mae", "rmse", "mase"] as const) {
      expect(Math.abs(ours[measure] / reference.accuracy[measure] - 1)).toBeLessThan(2e-3); // α is R's only to 1e-3
    }
  });
  it("by hand: gaps do not count, sMAPE is 0 where both are 0", () => {
    const a = accuracy([1, gap, 3, 0], [2, 5, 1, 0], { training: [0, 1, gap, 4, 6] });
    expect(a).toMatchObject({ n: 3, mae: 1, me: 1 / 3, mase: 1 / 1.5 });
    expect(a.rmse).toBeCloseTo(Math.sqrt(5 / 3), 12);
    expect(a.rmsse).toBeCloseTo(Math.sqrt(5 / 3) / Math.sqrt(2.5), 12);
    expect(a.smape).toBeCloseTo((200 / 3 + 100 + 0) / 3, 12);
  });
  it("judges a forecast's median by absolute and its mean by squared error", () => {
    const forecast = { ...naive([1, 2]).forecast(1), mean: Float64Array.of(10), median: Float64Array.of(4) };
    expect(accuracy([4], forecast)).toMatchObject({ mae: 0, rmse: 6 });
  });
  it("has no scale on a constant training series, and nothing where all is gap", () => {
    expect(accuracy([1], [2], { training: [3, 3, 3] }).mase).toBeNaN();
    expect(accuracy([gap], [2])).toMatchObject({ n: 0, mae: gap });
  });
  it("refuses lengths that differ and a training shorter than the period", () => {
    expect(() => accuracy([1, 2], [1])).toThrow(/predicted must have 2 values/);
    expect(() => accuracy([1], [1], { training: [1, 2], period: 2 })).toThrow(/longer than the period of 2/);
  });
});

describe("scores", () => {
  it("winkler and coverage by hand", () => {
    const [y, lo, hi] = [
      [1, 5, 12, gap],
      [0, 6, 0, 0],
      [2, 8, 10, 1],
    ];
    expect(winkler(y, lo, hi, 0.8)).toBeCloseTo((2 + (2 + 10) + (10 + 20)) / 3, 12);
    expect(coverage(y, lo, hi)).toBeCloseTo(1 / 3, 12);
  });
  it("the interval score is the pinball losses of its two ends, times 2/α", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -9, max: 9, noNaN: true }),
        fc.double({ min: -9, max: 9, noNaN: true }),
        fc.double({ min: 0, max: 9, noNaN: true }),
        (y, lo, width) => {
          const ends = pinball([y], [lo], 0.05) + pinball([y], [lo + width], 0.95);
          expect((2 / 0.1) * ends).toBeCloseTo(winkler([y], [lo], [lo + width], 0.9), 8);
        },
      ),
    );
  });
  it("CRPS from samples is E|X − y| − ½ E|X − X′|, the double sum", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 1, maxLength: 12 }),
        fc.double({ min: -9, max: 9, noNaN: true }),
        (x, y) => {
          let distance = 0;
          let spread = 0;
          for (const a of x) {
            distance += Math.abs(a - y) / x.length;
            for (const b of x) spread += Math.abs(a - b) / x.length ** 2;
          }
          expect(
            crpsFromSamples(
              [y],
              x.map((value) => [value]),
            ),
          ).toBeCloseTo(distance - spread / 2, 9);
        },
      ),
    );
  });
  it("CRPS from dense quantiles of the normal is its closed form", () => {
    const p = Array.from({ length: 4999 }, (_, i) => (i + 1) / 5000);
    for (const y of [-2, 0, 0.7]) {
      const phi = Math.exp((-y * y) / 2) / Math.sqrt(2 * Math.PI);
      const Phi = { "-2": 0.022750131948, "0": 0.5, "0.7": 0.758036347777 }[String(y)] as number;
      const closed = y * (2 * Phi - 1) + 2 * phi - 1 / Math.sqrt(Math.PI); // Gneiting & Raftery (2007), eq. 21
      expect(
        crpsFromQuantiles(
          [y],
          p.map((value) => [normalQuantile(value)]),
          p,
        ),
      ).toBeCloseTo(closed, 3);
    }
  });
  it("equal samples and quantiles give equal CRPS", () => {
    const x = [1, 2, 4, 8];
    const p = [0.125, 0.375, 0.625, 0.875];
    expect(
      crpsFromQuantiles(
        [3],
        x.map((value) => [value]),
        p,
      ),
    ).toBeCloseTo(
      crpsFromSamples(
        [3],
        x.map((value) => [value]),
      ),
      12,
    );
  });
  it("refuses probabilities outside (0, 1) or out of order", () => {
    expect(() => pinball([1], [1], 1)).toThrow(/p must be a number between 0 and 1/);
    expect(() => crpsFromQuantiles([1], [[1], [2]], [0.5, 0.5])).toThrow(/must ascend/);
    expect(() => crpsFromSamples([1], [])).toThrow(/at least one path/);
  });
});
