import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type HessianAt, hessianByScores, hessianByValues, MovableFactors } from "../../src/estimate/hessian.js";
import { sarima } from "../../src/fit.js";
import { ExactLikelihood } from "../../src/likelihood/exact.js";
import { type SarimaSpec, validateSpec } from "../../src/spec.js";
import { allClose, close } from "../close.js";

const n = 150;
const y = Float64Array.from({ length: n }, (_, t) => Math.sin(12.9898 * (t + 1) ** 1.3) * 2 + Math.cos(0.31 * t));
const columns = [
  Float64Array.from({ length: n }, (_, t) => Math.cos(1.3 * t)),
  Float64Array.from({ length: n }, (_, t) => (t / n) ** 2),
];

function at(given: SarimaSpec, gaps: number[], withColumns: boolean, fixed: boolean[], sigma2?: number): HessianAt {
  const spec = validateSpec(given);
  const values = y.slice();
  for (const t of gaps) values[t] = Number.NaN;
  const regressors = withColumns ? columns : [];
  const likelihood = new ExactLikelihood({ y: values, spec, mean: spec.mean, regressors }, "innovations");
  const factors = { ar: [0.5], ma: [-0.3], seasonalAr: [], seasonalMa: [0.4], period: 6 };
  likelihood.evaluate(factors);
  const b = likelihood.regression;
  const R = likelihood.regressionR();
  const variance = sigma2 ?? likelihood.current.rss / likelihood.nobs;
  const regression = new Float64Array(b * b);
  for (let i = 0; i < b; i++) {
    for (let j = 0; j < b; j++) {
      for (let m = 0; m < b; m++) regression[i * b + j] += (R[m * b + i] * R[m * b + j]) / variance;
    }
  }
  return { likelihood, at: new MovableFactors(factors, fixed), sigma2, regression };
}

describe("second derivatives by scores", () => {
  it("are those by values, with regressors, gaps, fixed coefficients, σ² given or not", () => {
    const spec: SarimaSpec = { order: [1, 0, 1], seasonal: [0, 1, 1, 6], mean: true };
    const model = fc.record({
      gaps: fc.array(fc.integer({ min: 1, max: n - 2 }), { maxLength: 3 }),
      withColumns: fc.boolean(),
      fixed: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
      sigma2: fc.constantFrom(undefined, 2),
    });
    fc.assert(
      fc.property(model, ({ gaps, withColumns, fixed, sigma2 }) => {
        const where = at(spec, gaps, withColumns, fixed, sigma2);
        const byValues = hessianByValues(where, false);
        const byScores = hessianByScores(where);
        if (!byScores) return expect.fail("a score was expected");
        const size = Math.max(...byValues.map(Math.abs));
        allClose(
          byScores.map((x) => x / size),
          byValues.map((x) => x / size),
          5e-6,
          "Hessian",
        );
      }),
      { numRuns: 40 },
    );
  });

  it("keep their digits where coefficients nearly cancel", () => {
    // Both roots near 0.97: second differences of values are off by percents, those of scores not. The reference is an
    // extrapolation of second differences in extended precision.
    const long = Float64Array.from(
      { length: 900 },
      (_, t) => Math.sin(12.9898 * (t + 1) ** 1.3) + 0.2 * Math.cos(t / 40),
    );
    const spec = validateSpec({ order: [1, 0, 1], mean: false });
    const likelihood = new ExactLikelihood({ y: long, spec, mean: false, regressors: [] });
    const factors = { ar: [0.97], ma: [-0.93], seasonalAr: [], seasonalMa: [], period: 1 };
    const where: HessianAt = {
      likelihood,
      at: new MovableFactors(factors, [false, true]),
      sigma2: undefined,
      regression: new Float64Array(0),
    };
    const value = (h: number) => {
      likelihood.evaluate({ ...factors, ar: [0.97 + h] }, true);
      return -likelihood.logLikelihood();
    };
    const second = (h: number) => (value(h) - 2 * value(0) + value(-h)) / (h * h);
    const reference = (4 * second(2e-4) - second(4e-4)) / 3;
    const [H] = hessianByScores(where) ?? [Number.NaN];
    close(H / reference, 1, 2e-6);
  });
});

describe("standard errors", () => {
  it("reach the same value from different starts", () => {
    const spec: SarimaSpec = { order: [2, 0, 1], seasonal: [1, 0, 0, 6] };
    const a = sarima(y, spec);
    const b = sarima(y, spec, { start: a.params });
    allClose(a.standardErrors, b.standardErrors, 1e-5);
  });
});
