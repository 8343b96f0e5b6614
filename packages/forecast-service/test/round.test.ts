import type { StoredForecast } from "@loadcast/metrics-io";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { roundForecast } from "../src/pipeline/round.js";

const forecastOf = (steps: readonly { at: number; inner: number; outer: number }[]): StoredForecast => ({
  ...{ host: "web-1", metric: "cpu_percent", issuedAt: 0, modelVersion: "web-1/cpu_percent@1" },
  times: steps.map((_, i) => i * 300_000),
  mean: steps.map(({ at, inner }) => at + inner / 8),
  median: steps.map(({ at }) => at),
  intervals: [
    { level: 0.95, lower: steps.map(({ at, outer }) => at - outer), upper: steps.map(({ at, outer }) => at + outer) },
    { level: 0.8, lower: steps.map(({ at, inner }) => at - inner), upper: steps.map(({ at, inner }) => at + inner) },
  ],
});
const columns = ({ mean, median, intervals }: StoredForecast) => [
  mean,
  median,
  ...intervals.flatMap(({ lower, upper }) => [lower, upper]),
];

describe("rounding a forecast", () => {
  it("leaves four digits more than the narrowest inner interval has", () => {
    const { mean, median, intervals } = roundForecast(
      forecastOf([
        { at: 40.123456789, inner: 5.55555555, outer: 9.99999999 },
        { at: 41.987654321, inner: 1.23456789, outer: 2.34567891 },
      ]),
      null,
    );
    // 2.469… wide: 2 and four digits
    expect(median).toEqual([40.1235, 41.9877]);
    expect(mean).toEqual([40.8179, 42.142]);
    expect(intervals[1]).toEqual({ level: 0.8, lower: [34.5679, 40.7531], upper: [45.679, 43.2222] });
    expect(intervals[0].lower).toEqual([30.1235, 39.642]);
  });

  it("moves no number by a ten-thousandth of that width, and none past another or a bound", () => {
    const step = fc.record({
      at: fc.double({ min: -1, max: 1, noNaN: true }),
      inner: fc.double({ min: 1e-6, max: 1, noNaN: true }),
      outer: fc.double({ min: 1, max: 3, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), fc.integer({ min: -6, max: 12 }), (steps, power) => {
        const scale = 10 ** power;
        const bounds = { lower: -0.7123456789 * scale, upper: 0.6543210987 * scale };
        const clamp = (value: number) => Math.min(bounds.upper, Math.max(bounds.lower, value));
        const wide = forecastOf(
          steps.map(({ at, inner, outer }) => ({ at: at * scale, inner: inner * scale, outer: outer * scale })),
        );
        const exact: StoredForecast = {
          ...wide,
          mean: wide.mean.map(clamp),
          median: wide.median.map(clamp),
          intervals: wide.intervals.map(({ level, lower, upper }) => ({
            level,
            lower: lower.map(clamp),
            upper: upper.map(clamp),
          })),
        };
        const rounded = roundForecast(exact, bounds);
        const { lower, upper } = exact.intervals[1];
        const narrowest = Math.min(...upper.map((end, i) => end - lower[i]));
        columns(exact).forEach((column, c) => {
          column.forEach((value, i) => {
            const moved = Math.abs(columns(rounded)[c][i] - value);
            // An integer at least, and exact where the interval is as narrow as the numbers are.
            expect(moved).toBeLessThanOrEqual(Math.max(narrowest * 1e-4, narrowest > 1e4 ? 0.5 : 0));
            expect(Math.abs(clamp(columns(rounded)[c][i]))).toBe(Math.abs(columns(rounded)[c][i]));
          });
        });
        exact.median.forEach((_, i) => {
          const [outer, inner] = rounded.intervals;
          const order = [outer.lower[i], inner.lower[i], rounded.median[i], inner.upper[i], outer.upper[i]];
          expect(order).toEqual([...order].sort((a, b) => a - b));
        });
      }),
    );
  });

  it("leaves a forecast alone that is sure of a value", () => {
    const sure = forecastOf([
      { at: 33.333333333333336, inner: 0, outer: 0 },
      { at: 33.333333333333336, inner: 0.5, outer: 1 },
    ]);
    expect(roundForecast(sure, null)).toBe(sure);
  });

  it("writes no negative zero", () => {
    const { median } = roundForecast(forecastOf([{ at: -1e-9, inner: 1, outer: 2 }]), null);
    expect(Object.is(median[0], 0)).toBe(true);
  });
});
