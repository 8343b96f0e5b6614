import { describe, expect, it } from "vitest";
import { anchorSteps } from "../../src/ensemble/grid.js";
import { historyOf } from "../../src/ensemble/history.js";
import { fitLocalTrend, forecastLocalTrend, type LocalTrend } from "../../src/ensemble/local-trend.js";
import { Random } from "../../src/random.js";

const anchors = anchorSteps(24);
const steps = [0, 5, 23, 40];
const MEDIAN = 7;

describe("the straight line as a member", () => {
  it("continues a line exactly", () => {
    const y = Float64Array.from({ length: 200 }, (_, t) => 3 + 0.25 * t);
    const history = historyOf(y, null, 1);
    const fit = fitLocalTrend(history, 200, anchors, 36) as LocalTrend;
    const q = forecastLocalTrend(fit, history, 200, steps, anchors) as Float64Array;
    steps.forEach((step, s) => {
      for (let k = 0; k < 15; k++) expect(q[k * steps.length + s]).toBeCloseTo(3 + 0.25 * (200 + step), 9);
    });
  });

  it("is as wide as a regression of so few values is uncertain", () => {
    const random = new Random(5);
    const y = Float64Array.from({ length: 4000 }, () => random.normal());
    const history = historyOf(y, null, 1);
    const window = 36;
    const fit = fitLocalTrend(history, 4000, anchors, window) as LocalTrend;
    const q = forecastLocalTrend(fit, history, 4000, steps, anchors) as Float64Array;
    for (const [s, step] of [0, 5, 23].entries()) {
      // Variance of a new value about a fitted line (Draper & Smith 1998, 1.4): noise, level and slope.
      const distance = step + (window + 1) / 2;
      const sd = Math.sqrt(1 + 1 / window + distance ** 2 / ((window * (window ** 2 - 1)) / 12));
      const width = q[13 * steps.length + s] - q[1 * steps.length + s];
      expect(width / (2 * 1.96 * sd)).toBeGreaterThan(0.8);
      expect(width / (2 * 1.96 * sd)).toBeLessThan(1.25);
    }
  });

  it("has no answer where the values are too few, and none of its errors is at a gap", () => {
    const y = Float64Array.from({ length: 100 }, (_, t) => (t === 80 ? Number.NaN : t));
    const history = historyOf(y, null, 1);
    expect(fitLocalTrend(history, 60, anchors, 36)).toBeNull();
    const fit = fitLocalTrend(history, 100, anchors, 36) as LocalTrend;
    expect(fit.errors.flat().every((error) => Math.abs(error) < 1e-9)).toBe(true);
    expect(forecastLocalTrend(fit, history, 20, steps, anchors)).toBeNull();
    expect(forecastLocalTrend(fit, history, 36, steps, anchors)?.[MEDIAN * steps.length]).toBeCloseTo(36, 9);
  });
});
