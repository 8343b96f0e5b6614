import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ExactLikelihood } from "../../src/likelihood/exact.js";
import { GapPrecision } from "../../src/likelihood/gap-precision.js";
import { expandDifference } from "../../src/polynomial.js";
import { validateSpec } from "../../src/spec.js";
import { pacfToAr } from "../../src/stationarity.js";
import { allClose, close } from "../close.js";

const coefficients = (max: number, size: number) =>
  fc
    .array(fc.double({ min: -max, max, noNaN: true }), { maxLength: size })
    .map((kappa) => Array.from(pacfToAr(Float64Array.from(kappa))));

const cases = fc.record({
  f: fc.record({
    ar: coefficients(0.95, 3),
    ma: coefficients(1.3, 3),
    seasonalAr: coefficients(0.8, 1),
    seasonalMa: coefficients(1.1, 2),
    period: fc.integer({ min: 2, max: 6 }),
  }),
  d: fc.integer({ min: 0, max: 2 }),
  D: fc.integer({ min: 0, max: 1 }),
  n: fc.integer({ min: 60, max: 140 }),
  share: fc.constantFrom(0.05, 0.2, 0.5),
  outage: fc.integer({ min: 0, max: 25 }),
  seed: fc.integer({ min: 1, max: 1000 }),
  withRegressors: fc.boolean(),
  sigma2: fc.constantFrom(undefined, 1.7),
});

describe("many gaps without a column for each", () => {
  it("have the likelihood and the regression of the Kalman filter", () => {
    let compared = 0;
    fc.assert(
      fc.property(cases, ({ f, d, D, n, share, outage, seed, withRegressors, sigma2 }) => {
        const uniform = (t: number) => Math.abs(Math.sin(seed + 12.9898 * (t + 1)) * 43758.5453) % 1;
        const y = Float64Array.from({ length: n }, (_, t) =>
          uniform(t) < share || (t >= 30 && t < 30 + outage) ? Number.NaN : 5 + 3 * Math.cos(seed * t * t) + t / 20,
        );
        const spec = validateSpec({
          order: [f.ar.length, d, f.ma.length],
          seasonal: [f.seasonalAr.length, D, f.seasonalMa.length, f.period],
        });
        const regressors = withRegressors ? [Float64Array.from(y, (_, t) => Math.cos(1.3 * t))] : [];
        const likelihood = (engine: "kalman" | "structured") => {
          const it = new ExactLikelihood({ y, spec, mean: spec.mean, regressors }, engine);
          fc.pre(it.undetermined === 0);
          expect(it.evaluate(f)).toBe(true);
          return it;
        };
        const slow = likelihood("kalman");
        const structured = likelihood("structured");
        close(structured.logLikelihood(sigma2), slow.logLikelihood(sigma2), 1e-9, "log-likelihood");
        close(structured.sigma2(), slow.sigma2(), 1e-8, "sigma2");
        allClose(structured.coefficients(), [...slow.coefficients()], 1e-6, "regression");
        compared++;
      }),
      { numRuns: 200 },
    );
    expect(compared).toBeGreaterThan(150);
  });

  it("keep their digits in an outage of 36 hours in a week with a day for a season", () => {
    const n = 2016;
    const y = Float64Array.from({ length: n }, (_, t) =>
      t >= 900 && t < 1332 ? Number.NaN : 50 + 8 * Math.sin((2 * Math.PI * t) / 288) + 2 * Math.sin(t * t),
    );
    const f = { ar: [0.5], ma: [-0.9], seasonalAr: [], seasonalMa: [-0.7], period: 288 };
    const spec = validateSpec({ order: [1, 1, 1], seasonal: [0, 1, 1, 288] });
    const data = { y, spec, mean: false, regressors: [] };
    const chosen = new ExactLikelihood(data);
    const slow = new ExactLikelihood(data, "kalman");
    chosen.evaluate(f);
    slow.evaluate(f);
    close(chosen.logLikelihood(), slow.logLikelihood(), 1e-11, "log-likelihood");
  });

  it.each([
    [{ ar: [], ma: [0.3], seasonalAr: [], seasonalMa: [], period: 1 }, 2, 0, 180],
    [{ ar: [0.3], ma: [-0.8], seasonalAr: [], seasonalMa: [-0.6], period: 12 }, 2, 1, 150],
    [{ ar: [], ma: [-0.9], seasonalAr: [], seasonalMa: [-0.9], period: 12 }, 1, 2, 100],
  ])("keep them where differencing leaves an outage nearly undetermined: %j, d %i, D %i", (f, d, D, outage) => {
    const y = Float64Array.from({ length: 300 }, (_, t) =>
      t >= 60 && t < 60 + outage ? Number.NaN : t + Math.sin(t * t),
    );
    const spec = validateSpec({
      order: [f.ar.length, d, f.ma.length],
      seasonal: [0, D, f.seasonalMa.length, Math.max(2, f.period)],
    });
    const data = { y, spec, mean: false, regressors: [] };
    const structured = new ExactLikelihood(data, "structured");
    const slow = new ExactLikelihood(data, "kalman");
    structured.evaluate(f);
    slow.evaluate(f);
    close(structured.logLikelihood(), slow.logLikelihood(), 1e-9, "log-likelihood");
  });

  it("say so where nothing determines them: every value of a random walk", () => {
    const walk = new GapPrecision(5, expandDifference(1, 0, 1), [0, 1, 2, 3, 4]);
    expect(walk.factor(Float64Array.of(1, 0, 0, 0))).toBeNaN();
    const most = new GapPrecision(5, expandDifference(1, 0, 1), [1, 2, 3]);
    // 2 on the diagonal, −1 beside it: the determinant is 4.
    expect(most.factor(Float64Array.of(1, 0, 0, 0))).toBeCloseTo(Math.log(4), 14);
  });
});
