import { describe, expect, it } from "vitest";
import { sarima } from "../src/fit.js";
import { forecast } from "../src/forecast.js";
import type { SarimaModel } from "../src/model.js";
import { Random } from "../src/random.js";
import { simulate } from "../src/simulate.js";

/** Autocorrelated values with innovations that are far from normal: skewed, variance 1. */
function skewed(n: number, seed: number, gaps: number[] = []): Float64Array {
  const random = new Random(seed);
  let level = 0;
  const y = Float64Array.from({ length: n }, () => {
    level = 0.6 * level - Math.log(1 - random.uniform()) - 1;
    return 20 + level;
  });
  for (const t of gaps) y[t] = Number.NaN;
  return y;
}

const fixed = (y: Float64Array, model: SarimaModel) =>
  sarima(y, model.spec, {
    fixed: { ar: [...model.params.ar], ma: [...model.params.ma], mean: model.params.mean, sigma2: model.sigma2 },
    ...(model.transform ? { transform: { kind: "log" } } : {}),
  });

describe("bootstrap intervals", () => {
  const model = sarima(skewed(300, 1), { order: [1, 0, 0] });

  it("are quantiles of the simulated paths, and leave the point forecast alone", () => {
    const levels = [0.5, 0.9];
    const plain = forecast(model, 5, { levels });
    const out = forecast(model, 5, { levels, intervals: "bootstrap", paths: 1001, seed: 3 });
    expect(out.mean).toEqual(plain.mean);
    expect(out.median).toEqual(plain.median);
    const paths = simulate(model, 5, { paths: 1001, seed: 3, innovations: "bootstrap" });
    out.intervals.forEach(({ level, lower, upper }, l) => {
      expect(level).toBe(levels[l]);
      for (let h = 0; h < 5; h++) {
        const sorted = paths.map((path) => path[h]).sort((a, b) => a - b);
        // 1001 paths: both quantiles are order statistics.
        expect(lower[h]).toBeCloseTo(sorted[Math.round(1000 * ((1 - level) / 2))], 12);
        expect(upper[h]).toBeCloseTo(sorted[Math.round(1000 * ((1 + level) / 2))], 12);
      }
    });
  });

  it("are as lopsided as the residuals", () => {
    const { median, intervals } = forecast(model, 1, { levels: [0.9], intervals: "bootstrap" });
    expect(intervals[0].upper[0] - median[0]).toBeGreaterThan(1.5 * (median[0] - intervals[0].lower[0]));
  });
});

describe("conformal intervals", () => {
  it.each([
    ["complete data", skewed(120, 2), undefined],
    ["gaps", skewed(120, 2, [0, 10, 60, 61, 100]), undefined],
    ["a log", skewed(120, 2), { kind: "log" } as const],
  ])("are the order statistics of the errors that the model makes on its own past: %s", (_, y, transform) => {
    const model = sarima(y, { order: [1, 0, 1] }, { transform });
    const horizon = 4;
    const level = 0.8;
    const { median, intervals } = forecast(model, horizon, { levels: [level], intervals: "conformal" });
    const scale = (value: number) => (transform ? Math.log(value) : value);
    const own = forecast(model, horizon, { levels: [level] });
    const z = 1.2815515655446004;
    for (let h = 0; h < horizon; h++) {
      const errors: number[] = [];
      for (let t = 40; t < y.length - h; t++) {
        if (Number.isNaN(y[t + h])) continue;
        // The slow way: the same parameters on the shorter series.
        const past = forecast(fixed(y.slice(0, t), model), h + 1, { levels: [level] });
        const center = scale(past.median[h]);
        errors.push((Math.abs(scale(y[t + h]) - center) / (scale(past.intervals[0].upper[h]) - center)) * z);
      }
      errors.sort((a, b) => a - b);
      const width = errors[Math.ceil((errors.length + 1) * level) - 1];
      const deviation = (scale(own.intervals[0].upper[h]) - scale(own.median[h])) / z;
      expect(scale(intervals[0].upper[h])).toBeCloseTo(scale(median[h]) + width * deviation, 9);
      expect(scale(intervals[0].lower[h])).toBeCloseTo(scale(median[h]) - width * deviation, 9);
    }
  });

  it("cover what they promise where Gaussian ones do not", () => {
    let inside = 0;
    let gaussian = 0;
    const series = 400;
    for (let k = 0; k < series; k++) {
      const y = skewed(151, 1000 + k);
      const model = sarima(y.slice(0, 150), { order: [1, 0, 0] }, { fixed: { ar: [0.6], mean: 20, sigma2: 1 } });
      const covers = (intervals: "gaussian" | "conformal") => {
        const [{ lower, upper }] = forecast(model, 1, { levels: [0.8], intervals }).intervals;
        return y[150] >= lower[0] && y[150] <= upper[0] ? 1 : 0;
      };
      inside += covers("conformal");
      gaussian += covers("gaussian");
    }
    expect(Math.abs(inside / series - 0.8)).toBeLessThan(3.5 * Math.sqrt((0.8 * 0.2) / series));
    // 1 − e^(−2.28) − nothing below −1: the exponential puts 90 % inside ±1.28.
    expect(gaussian / series).toBeGreaterThan(0.86);
  });

  it("never claim more than they know: too few origins give the widest error, never less than Gaussian", () => {
    const model = sarima(skewed(24, 5), { order: [1, 0, 0] });
    const plain = forecast(model, 20, { levels: [0.99] });
    const out = forecast(model, 20, { levels: [0.99], intervals: "conformal" });
    for (let h = 0; h < 20; h++) {
      expect(out.intervals[0].upper[h]).toBeGreaterThanOrEqual(plain.intervals[0].upper[h] - 1e-12);
    }
  });

  it("refuse a series that leaves nothing to try, and unknown kinds", () => {
    const tiny = sarima([1, 2, 1.5], { order: [0, 1, 0] });
    expect(forecast(tiny, 2, { intervals: "conformal" }).intervals[0].upper.every(Number.isFinite)).toBe(true);
    expect(() => forecast(tiny, 2, { intervals: "student" as "gaussian" })).toThrow(/intervals must be/);
    expect(() => forecast(tiny, 2, { intervals: "bootstrap", paths: 0 })).toThrow(/paths/);
  });
});
