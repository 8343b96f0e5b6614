import { describe, expect, it } from "vitest";
import { halfWidth } from "../src/calibrated-width.js";
import { normalQuantile } from "../src/distributions/normal-quantile.js";
import { append, autoSarima, forecast, fromJSON, simulate, toJSON } from "../src/index.js";
import { calibrate } from "../src/select/calibration.js";

/** Nearly as often 0 as not: what a raw scale would forecast below. */
const sparse = Array.from({ length: 240 }, (_, t) => Math.max(0, 8 * Math.sin(t * 1.7) * Math.cos(t * t)));

describe("a model that knows its range and the width of its intervals", () => {
  const model = autoSarima(sparse, { periods: [12], transform: "none" });

  it("keeps every forecast and every path inside", () => {
    expect(model.range).toEqual({ lower: 0, upper: Infinity });
    const { intervals } = forecast(model, 24, { levels: [0.99] });
    expect(Math.min(...intervals[0].lower)).toBe(0);
    const paths = simulate(model, 24, { paths: 50, seed: 1 });
    expect(Math.min(...paths.flatMap((path) => [...path]))).toBe(0);
  });

  it("has paths that lie as often beyond its intervals as these promise, at every level and step", () => {
    const wave = Array.from({ length: 600 }, (_, t) => 50 + 10 * Math.sin(t / 9) + 8 * Math.sin(t * t));
    const found = autoSarima(wave, { periods: [12], lower: 0, upper: 100 });
    // Factors far from 1, so that paths without them would be found out.
    const given = { levels: [0.5, 0.8, 0.95], factors: [1.6, 1.2, 0.95] };
    for (const calibration of [given, { levels: [0.5, 0.95], factors: [0.6, 1.5] }]) {
      const fitted = fromJSON({ ...JSON.parse(toJSON(found)), calibration }) as typeof model;
      const { intervals, median } = forecast(fitted, 12, { levels: [0.5, 0.8, 0.95, 0.99] });
      const paths = simulate(fitted, 12, { paths: 8000, seed: 3 });
      for (const { level, lower, upper } of intervals) {
        for (const h of [0, 3, 11]) {
          const share = (count: (value: number) => boolean) => paths.filter((path) => count(path[h])).length / 8000;
          const error = 4.5 * Math.sqrt((((1 - level) / 2) * (1 + level)) / 2 / 8000);
          expect(Math.abs(share((value) => value < lower[h]) - (1 - level) / 2)).toBeLessThan(error);
          expect(Math.abs(share((value) => value > upper[h]) - (1 - level) / 2)).toBeLessThan(error);
          expect(Math.abs(share((value) => value < median[h]) - 0.5)).toBeLessThan(4.5 * Math.sqrt(0.25 / 8000));
        }
      }
      // A bootstrap is as the residuals are, with or without.
      const { calibration: _, ...plain } = fitted;
      const bootstrap = { paths: 20, innovations: "bootstrap" } as const;
      expect(simulate(fitted, 6, bootstrap)).toEqual(simulate(plain, 6, bootstrap));
    }
  });

  it("is the same after JSON, and after append", () => {
    const copy = fromJSON(toJSON(model)) as typeof model;
    expect(copy.range).toEqual(model.range);
    expect(copy.calibration).toEqual(model.calibration);
    expect(forecast(copy, 12)).toEqual(forecast(model, 12));
    const longer = append(model, [1, 2]);
    expect(longer.range).toEqual(model.range);
    expect(longer.calibration).toEqual(model.calibration);
  });

  it("is refused where the document was tampered with", () => {
    const document = JSON.parse(toJSON(model));
    const factors = (list: unknown) => ({ ...document, calibration: { levels: [0.5, 0.9], factors: list } });
    expect(() => fromJSON(factors([1]))).toThrow(/calibration.factors/);
    expect(() => fromJSON(factors([1, -1]))).toThrow(/calibration.factors/);
    expect(() => fromJSON({ ...document, calibration: { levels: [0.9, 0.5], factors: [1, 1] } })).toThrow(/levels/);
  });
});

describe("halfWidth", () => {
  it("is the normal quantile without calibration", () => {
    expect(halfWidth(0.95, undefined)).toBe(normalQuantile(0.975));
  });

  it("takes the factors at their levels, and grows between and beyond", () => {
    const calibration = { levels: [0.5, 0.8, 0.95], factors: [0.8, 0.9, 1.1] };
    expect(halfWidth(0.8, calibration)).toBeCloseTo(0.9 * normalQuantile(0.9), 12);
    expect(halfWidth(0.95, calibration)).toBeCloseTo(1.1 * normalQuantile(0.975), 12);
    expect(halfWidth(0.1, calibration)).toBeCloseTo(0.8 * normalQuantile(0.55), 12);
    expect(halfWidth(0.999, calibration)).toBeCloseTo(1.1 * normalQuantile(0.9995), 12);
    let last = 0;
    for (let level = 0.01; level < 1; level += 0.01) {
      const width = halfWidth(level, calibration);
      expect(width).toBeGreaterThan(last);
      last = width;
    }
  });
});

describe("calibrate", () => {
  const normal = (scale: number) =>
    Float64Array.from({ length: 2000 }, (_, i) => scale * normalQuantile(0.5 + (i + 0.5) / 4000));

  it("widens where errors were larger than promised, and narrows where they were smaller", () => {
    const [as, wide, narrow] = [1, 1.25, 0.8].map((scale) => calibrate(normal(scale)).factors);
    as.forEach((factor, i) => {
      expect(wide[i]).toBeGreaterThan(factor);
      expect(narrow[i]).toBeLessThan(factor);
    });
  });

  it("has widths that grow with the level, whatever the errors", () => {
    for (const errors of [new Float64Array(0), new Float64Array(500), Float64Array.of(1e9), normal(3)]) {
      const { levels, factors } = calibrate(errors);
      factors.forEach((factor, i) => {
        expect(factor).toBeGreaterThan(0.3);
        expect(factor).toBeLessThan(2);
        const width = factor * normalQuantile(0.5 + levels[i] / 2);
        if (i > 0) expect(width).toBeGreaterThanOrEqual(factors[i - 1] * normalQuantile(0.5 + levels[i - 1] / 2));
      });
    }
  });
});
