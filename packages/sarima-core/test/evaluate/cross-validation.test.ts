import { describe, expect, it } from "vitest";
import { empiricalQuantiles, naive } from "../../src/baselines/index.js";
import { crossValidate } from "../../src/fitted.js";

const y = Float64Array.from({ length: 60 }, (_, t) => t + (t % 7));

describe("crossValidate", () => {
  it("shows the fitter only the past, and places the last test values at the end", () => {
    const seen: [number, number, number][] = [];
    const result = crossValidate(
      y,
      (training, { origin, trainStart }) => {
        expect([...training]).toEqual([...y.slice(trainStart, origin)]);
        seen.push([trainStart, origin, training.length]);
        return naive(training);
      },
      { horizon: 5, origins: 3, window: 20, step: 4 },
    );
    expect(seen).toEqual([
      [27, 47, 20],
      [31, 51, 20],
      [35, 55, 20],
    ]);
    expect(result.origins.map((o) => o.origin)).toEqual([47, 51, 55]);
  });
  it("measures what the forecasts missed, by origin, overall and by step", () => {
    const result = crossValidate(y, naive, { horizon: 4, origins: 5 });
    const byHand = result.origins.map(({ origin }) => [0, 1, 2, 3].map((h) => Math.abs(y[origin + h] - y[origin - 1])));
    result.origins.forEach((o, k) => {
      expect(o.mae).toBeCloseTo(byHand[k].reduce((a, b) => a + b) / 4, 12);
    });
    expect(result.overall.mae).toBeCloseTo(byHand.flat().reduce((a, b) => a + b) / 20, 12);
    for (let h = 0; h < 4; h++) {
      expect(result.byHorizon.mae[h]).toBeCloseTo(byHand.reduce((sum, row) => sum + row[h], 0) / 5, 12);
    }
    const inside = result.byHorizon.coverage[1].coverage;
    expect([...inside].reduce((a, b) => a + b) / 4).toBeCloseTo(result.overall.intervals[1].coverage, 12);
  });
  it("uses given positions, a test that runs over the end, and gaps in the test values", () => {
    const gappy = y.slice();
    gappy[58] = Number.NaN;
    const result = crossValidate(gappy, naive, { horizon: 4, origins: [30, 57] });
    expect(result.origins.map((o) => o.n)).toEqual([4, 2]);
  });
  it("reports an origin where the fitter fails, and throws when all do", () => {
    const fitter = (training: Float64Array) => {
      if (training.length < 55) throw new Error("too short for me");
      return empiricalQuantiles(training);
    };
    const result = crossValidate(y, fitter, { horizon: 2, origins: 3 });
    expect(result.origins.map((o) => o.error)).toEqual(["too short for me", undefined, undefined]);
    expect(result.overall.n).toBe(4);
    expect(() => crossValidate(y.slice(0, 20), fitter, { horizon: 2, origins: 3 })).toThrow(/too short for me/);
  });
  it("stops when the signal fires, and tells its progress", () => {
    const controller = new AbortController();
    const done: number[] = [];
    const run = () =>
      crossValidate(y, naive, {
        horizon: 2,
        origins: 5,
        signal: controller.signal,
        onProgress: (count) => {
          done.push(count);
          if (count === 2) controller.abort();
        },
      });
    expect(run).toThrow(expect.objectContaining({ code: "ABORTED" }));
    expect(done).toEqual([1, 2]);
  });
  it("refuses more origins than fit, and positions out of order", () => {
    expect(() => crossValidate(y, naive, { horizon: 10, origins: 7 })).toThrow(/need more than 70 values; y has 60/);
    expect(() => crossValidate(y, naive, { horizon: 1, origins: [9, 9] })).toThrow(/ascending/);
    expect(() => crossValidate(y, naive, { horizon: 0 })).toThrow(/horizon/);
  });
});
