import { describe, expect, it } from "vitest";
import { type AutoSarimaOptions, autoSarima, forecast } from "../src/index.js";
import { formatModel } from "../src/summary.js";

const shape = (n: number, f: (t: number) => number) => Array.from({ length: n }, (_, t) => f(t));
const season = (t: number) => [3, 1, -2, 0, 5, -7, 1, 2, 0, -1, 4, -6][t % 12];
const gappy = (y: number[]) => y.map((value, t) => (t % 7 === 3 ? Number.NaN : value));

/** Series, options, model, and what follows at the first three steps. */
const exact: readonly [string, number[], AutoSarimaOptions, string, number[]][] = [
  ["a line", shape(10, (t) => t + 1), {}, "SARIMA(0,1,0) with drift", [11, 12, 13]],
  ["a line with a gap", gappy(shape(10, (t) => t + 1)), {}, "SARIMA(0,1,0) with drift", [11, 12, 13]],
  ["a long line", shape(100, (t) => 3 + 0.7 * t), { period: 12 }, "SARIMA(0,1,0) with drift", [73, 73.7, 74.4]],
  ["a constant", shape(50, () => 7), { periods: [12] }, "SARIMA(0,0,0) with mean", [7, 7, 7]],
  ["zeros", shape(50, () => 0), { periods: [12] }, "SARIMA(0,0,0)", [0, 0, 0]],
  ["a season", shape(120, (t) => 10 + season(t)), { period: 12 }, "SARIMA(0,0,0)(0,1,0)[12]", [13, 11, 8]],
  [
    "the same, a grid",
    shape(120, season),
    { period: 12, search: "grid", maxOrder: 2 },
    "SARIMA(0,0,0)(0,1,0)[12]",
    [3, 1, -2],
  ],
  [
    "a line with a season",
    shape(120, (t) => 10 + t / 2 + season(t)),
    { period: 12 },
    "SARIMA(0,0,0)(0,1,0)[12] with drift",
    [73, 71.5, 69],
  ],
  [
    "the same with gaps",
    gappy(shape(120, (t) => 10 + t / 2 + season(t))),
    { period: 12 },
    "SARIMA(0,0,0)(0,1,0)[12] with drift",
    [73, 71.5, 69],
  ],
  ["alternation", shape(60, (t) => t % 2), { period: 2 }, "SARIMA(0,0,0)(0,1,0)[2]", [0, 1, 0]],
  ["a square wave", shape(120, (t) => (t % 24 < 12 ? 0 : 10)), { period: 24 }, "SARIMA(0,0,0)(0,1,0)[24]", [0, 0, 0]],
];

describe("a series without noise", () => {
  it.each(exact)("%s gets the simplest model that says so", (_, y, options, model, next) => {
    const fitted = autoSarima(y, options);
    expect(formatModel(fitted)).toBe(model);
    const { median, intervals } = forecast(fitted, 3);
    next.forEach((value, h) => {
      expect(median[h]).toBeCloseTo(value, 9);
      expect(intervals[0].upper[h] - intervals[0].lower[h]).toBe(0);
    });
  });
});

/** What is nearly without noise, and what no model is made for. */
const awkward: Readonly<Record<string, [number[], AutoSarimaOptions]>> = {
  step: [shape(120, (t) => (t < 60 ? 5 : 20)), {}],
  "step of a metric": [shape(120, (t) => (t < 60 ? 5 : 20)), { periods: [12] }],
  "alternation without a season": [shape(120, (t) => t % 2), {}],
  "zeros and ones": [shape(120, (t) => ((t * t * 7 + t * 3) % 11 < 4 ? 1 : 0)), { periods: [12], lower: 0, upper: 1 }],
  spike: [shape(120, (t) => (t === 70 ? 100 : 0)), { periods: [12] }],
  "all equal but the last": [shape(120, (t) => (t === 119 ? 8 : 5)), { periods: [12] }],
  "all equal but the first": [shape(120, (t) => (t === 0 ? 8 : 5)), { periods: [12] }],
  "few integers": [shape(120, (t) => Math.round(2 + 1.4 * Math.sin(t * t))), { periods: [12] }],
  large: [shape(120, (t) => 1e12 * (1 + 0.01 * Math.sin(t * t))), { periods: [12] }],
  small: [shape(120, (t) => 1e-12 * (1 + 0.5 * Math.sin(t * t))), {}],
  parabola: [shape(60, (t) => t * t), {}],
  "two values": [[1, 2], {}],
};

describe("an awkward series", () => {
  it.each(Object.entries(awkward))(
    "%s has ordered, finite intervals no wider than ten times its range",
    (_, [y, options]) => {
      const { median, intervals } = forecast(autoSarima(y, options), 14);
      const range = Math.max(...y) - Math.min(...y);
      for (const { lower, upper } of intervals) {
        for (let h = 0; h < 14; h++) {
          expect(lower[h]).toBeLessThanOrEqual(median[h]);
          expect(median[h]).toBeLessThanOrEqual(upper[h]);
          expect(upper[h] - lower[h]).toBeLessThan(10 * range);
        }
      }
    },
  );
});
