import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { filterPass } from "../src/estimate/filter-pass.js";
import { sarima } from "../src/fit.js";
import { forecast } from "../src/forecast.js";
import { expandAr, expandDifference, expandMa, multiply, psiWeights } from "../src/polynomial.js";
import { predictTransformed } from "../src/predict.js";
import { predictionErrors, simulate } from "../src/simulate.js";
import { validateSpec } from "../src/spec.js";
import { pacfToAr } from "../src/stationarity.js";
import { thresholdProbability, timeToThreshold } from "../src/threshold.js";
import { append } from "../src/update.js";
import { type DenseModel, denseCovariance } from "./oracle/dense.js";

/** A random walk with seasons, reproducible, some of it missing. */
function series(n: number, gaps: number[] = []): Float64Array {
  let level = 20;
  const y = Float64Array.from({ length: n }, (_, t) => {
    level += Math.sin(12.9898 * t) + 0.3 * Math.cos(7.1 * t * t);
    return level + 3 * Math.sin((2 * Math.PI * t) / 12);
  });
  for (const t of gaps) y[t] = Number.NaN;
  return y;
}

const moments = (paths: Float64Array[], h: number) => {
  const values = paths.map((path) => path[h]);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return { mean, sd: Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length) };
};

describe("prediction errors", () => {
  const coefficients = (size: number, max: number) =>
    fc
      .array(fc.double({ min: -max, max, noNaN: true }), { maxLength: size })
      .map((kappa) => Array.from(pacfToAr(Float64Array.from(kappa))));
  const models = fc.record({
    ar: coefficients(2, 0.9),
    ma: coefficients(2, 1.2),
    sar: coefficients(1, 0.8),
    sma: coefficients(1, 0.9),
    period: fc.constant(4),
    d: fc.integer({ min: 0, max: 1 }),
    D: fc.integer({ min: 0, max: 1 }),
  });

  it("factor the covariance of the next values, as the dense oracle has it, gaps at the end or none", () => {
    fc.assert(
      fc.property(
        models,
        fc.uniqueArray(fc.integer({ min: 0, max: 29 }), { maxLength: 8 }),
        (model: DenseModel, gaps) => {
          const n = 30;
          const horizon = 9;
          const y = new Float64Array(n + horizon).fill(Number.NaN);
          y.set(series(n, gaps));
          const { ar, ma, sar, sma, period, d, D } = model;
          const spec = validateSpec({
            order: [ar.length, d, ma.length],
            seasonal: [sar.length, D, sma.length, period],
          });
          const phi = expandAr(ar, sar, period);
          const theta = expandMa(ma, sma, period);
          const delta = expandDifference(d, D, period);
          const factors = { ar, ma, seasonalAr: sar, seasonalMa: sma, period };
          const { state } = filterPass(y.slice(0, n), spec, factors);
          const still = { ...state, alpha: state.alpha.map(() => 0), lags: state.lags.map(() => 0) };

          const columns: { j: number; response: Float64Array }[] = [];
          const settled = predictionErrors(still, { phi, theta, delta }, horizon, (j, response) => {
            columns.push({ j, response });
          });
          const negate = (p: typeof phi) => ({ ...p, coefs: p.coefs.map((c) => -c) });
          const psi = psiWeights(negate(multiply(negate(phi), negate(delta))), theta, horizon);
          for (let j = settled; j < horizon; j++) columns.push({ j, response: psi.slice(0, horizon - j) });

          const expected = denseCovariance(
            model,
            y,
            Array.from({ length: horizon }, (_, h) => n + h),
          );
          for (let a = 0; a < horizon; a++) {
            for (let b = 0; b <= a; b++) {
              const ours = columns.reduce(
                (s, { j, response }) => (b < j ? s : s + response[a - j] * response[b - j]),
                0,
              );
              expect(Math.abs(ours - expected[a][b])).toBeLessThan(1e-7 * (1 + Math.abs(expected[a][b])));
            }
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe("simulate", () => {
  const spec = { order: [1, 1, 1], seasonal: [0, 1, 1, 12] } as const;
  const model = sarima(series(120), spec);

  it.each([
    ["complete data", model],
    ["gaps near the end", sarima(series(120, [30, 105, 106, 107, 118, 119]), spec)],
    [
      "a mean, harmonics and a step",
      sarima(series(120), { order: [2, 0, 0] }, { harmonics: [{ period: 12, order: 1 }], steps: [60] }),
    ],
    ["appended data", append(model, [30, Number.NaN, 31])],
  ])("has the mean and the spread of the forecast: %s", (_, m) => {
    const paths = simulate(m, 15, { paths: 8_000, seed: 4 });
    const { mean, variance } = predictTransformed(m, 15);
    for (let h = 0; h < 15; h++) {
      const { mean: center, sd } = moments(paths, h);
      const error = Math.sqrt(variance[h] / paths.length);
      expect(Math.abs(center - mean[h])).toBeLessThan(4.5 * error);
      expect(Math.abs(sd / Math.sqrt(variance[h]) - 1)).toBeLessThan(4.5 / Math.sqrt(2 * paths.length));
    }
  });

  it("stays inside the bounds of a logit, and its quantiles are those of the forecast", () => {
    const y = series(120).map((value) => 100 / (1 + Math.exp(-value / 20)));
    const m = sarima(y, { order: [1, 0, 1] }, { transform: { kind: "logit", lower: 0, upper: 100 } });
    const paths = simulate(m, 10, { paths: 10_000 });
    for (const path of paths) for (const value of path) expect(value > 0 && value < 100).toBe(true);
    const { intervals } = forecast(m, 10, { levels: [0.8] });
    for (let h = 0; h < 10; h++) {
      const below = paths.filter((path) => path[h] < intervals[0].lower[h]).length / paths.length;
      const above = paths.filter((path) => path[h] > intervals[0].upper[h]).length / paths.length;
      expect(Math.abs(below - 0.1)).toBeLessThan(4.5 * Math.sqrt(0.09 / paths.length));
      expect(Math.abs(above - 0.1)).toBeLessThan(4.5 * Math.sqrt(0.09 / paths.length));
    }
  });

  it("bootstraps the centred residuals: one step ahead there are no other values", () => {
    const residuals = Array.from(model.residuals.filter((e) => Number.isFinite(e)));
    const center = residuals.reduce((a, b) => a + b, 0) / residuals.length;
    const { mean } = predictTransformed(model, 1);
    const F = predictTransformed(model, 1).variance[0] / model.sigma2;
    for (const [value] of simulate(model, 1, { paths: 500, innovations: "bootstrap" })) {
      const e = (value - mean[0]) / Math.sqrt(F);
      expect(Math.min(...residuals.map((r) => Math.abs(r - center - e)))).toBeLessThan(1e-9);
    }
  });

  it("is the same for the same seed, another for another, and more paths begin with the same ones", () => {
    const a = simulate(model, 6, { paths: 5, seed: 11 });
    expect(simulate(model, 6, { paths: 5, seed: 11 })).toEqual(a);
    expect(simulate(model, 6, { paths: 9, seed: 11 }).slice(0, 5)).toEqual(a);
    expect(simulate(model, 6, { paths: 5, seed: 12 })).not.toEqual(a);
  });

  it("is the mean itself when there is nothing random", () => {
    const m = sarima(new Float64Array(30).fill(7), { order: [1, 0, 0] });
    expect(simulate(m, 3, { paths: 2 }).map((path) => Array.from(path))).toEqual([
      [7, 7, 7],
      [7, 7, 7],
    ]);
  });

  it("names what is wrong", () => {
    expect(() => simulate(model, 0)).toThrow(/horizon/);
    expect(() => simulate(model, 5, { paths: 0 })).toThrow(/paths/);
    expect(() => simulate(model, 5, { seed: 0.5 })).toThrow(/seed/);
    expect(() => simulate(model, 5, { innovations: "uniform" as "gaussian" })).toThrow(/innovations must be/);
    expect(() => simulate(model, 100_000, { paths: 100_000 })).toThrow(/fewer paths/);
    expect(() => simulate(model, 5, { regressors: [[1, 2, 3, 4, 5]] })).toThrow(/regressors/);
  });
});

describe("thresholds", () => {
  // A random walk: P(within h steps above a) = 2 P(W_h > a) in the limit of small steps; checked against the paths themselves.
  const walk = sarima(series(200), { order: [0, 1, 0] });
  const threshold = walk.y[199] + 3 * Math.sqrt(walk.sigma2);

  it("count the paths beyond, at a step and by it", () => {
    const options = { threshold, paths: 4000, seed: 5 };
    const { atStep, byStep, probability, standardError } = thresholdProbability(walk, 20, options);
    const paths = simulate(walk, 20, options);
    for (let h = 0; h < 20; h++) {
      expect(atStep[h]).toBeCloseTo(paths.filter((path) => path[h] > threshold).length / 4000, 12);
      expect(byStep[h]).toBeCloseTo(
        paths.filter((path) => path.slice(0, h + 1).some((v) => v > threshold)).length / 4000,
        12,
      );
    }
    expect(probability).toBe(byStep[19]);
    expect(standardError).toBeCloseTo(Math.sqrt((probability * (1 - probability)) / 4000), 12);
    // One step ahead it is the normal tail at three standard deviations.
    expect(Math.abs(atStep[0] - 0.00135)).toBeLessThan(4 * Math.sqrt(0.00135 / 4000));
  });

  it("say when: quantiles of the first passage, null beyond the horizon", () => {
    const options = { threshold, paths: 4000, seed: 5, level: 0.5 };
    const { median, interval, probability } = timeToThreshold(walk, 200, options);
    const { byStep } = thresholdProbability(walk, 200, options);
    expect(median).toBe(byStep.findIndex((p) => p >= 0.5) + 1);
    expect(interval.lower).toBe(byStep.findIndex((p) => p >= 0.25) + 1);
    expect(interval.upper).toBe(byStep.findIndex((p) => p >= 0.75) + 1 || null);
    expect(probability).toBe(byStep[199]);
    expect(timeToThreshold(walk, 2, { threshold: threshold * 10, paths: 100 })).toEqual({
      median: null,
      interval: { level: 0.8, lower: null, upper: null },
      probability: 0,
    });
  });

  it("look below when asked, and name what is wrong", () => {
    const low = thresholdProbability(walk, 5, { threshold: walk.y[199], direction: "below", paths: 2000 });
    expect(Math.abs(low.atStep[0] - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / 2000));
    expect(() => thresholdProbability(walk, 5, { threshold: Number.NaN })).toThrow(/threshold must be/);
    expect(() => thresholdProbability(walk, 5, { threshold: 1, direction: "up" as "above" })).toThrow(
      /direction must be/,
    );
    expect(() => thresholdProbability(walk, 5, undefined as never)).toThrow(/options must be/);
    expect(() => timeToThreshold(walk, 5, { threshold: 1, level: 2 })).toThrow(/level must be/);
  });
});
