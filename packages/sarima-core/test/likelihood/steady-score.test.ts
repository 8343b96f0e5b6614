import fc from "fast-check";
import { describe, it } from "vitest";
import { steadyScore, usualSteadyScore } from "../../src/likelihood/steady-score.js";
import { SeasonalProduct } from "../../src/polynomial.js";
import { allClose } from "../close.js";

const list = (max: number) => fc.array(fc.double({ min: -0.4, max: 0.4, noNaN: true }), { maxLength: max });

describe("the score's sweep through the steady state", () => {
  it("is the same factor by factor as over the multiplied polynomials", () => {
    const run = fc.record({
      ar: list(2),
      ma: list(2),
      seasonalAr: list(1),
      seasonalMa: list(1),
      period: fc.integer({ min: 2, max: 13 }),
      n: fc.integer({ min: 40, max: 90 }),
      from: fc.integer({ min: 15, max: 38 }),
    });
    fc.assert(
      fc.property(run, ({ n, from, ...factors }) => {
        const { ar, ma, seasonalAr, seasonalMa, period } = factors;
        const column = (k: number) => Float64Array.from({ length: n }, (_, t) => Math.cos(k * t * t + t));
        const [w, v, slope] = [column(1), column(2), column(3)];
        const phi = new SeasonalProduct(ar.length, seasonalAr.length, period);
        const theta = new SeasonalProduct(ma.length, seasonalMa.length, period);
        phi.fill(ar, seasonalAr, -1);
        theta.fill(ma, seasonalMa, 1);
        const phiBar = new Float64Array(phi.poly.lags.length);
        const thetaBar = new Float64Array(theta.poly.lags.length);
        const lambda = new Float64Array(n);
        steadyScore(phi.poly, theta.poly, w, v, slope, lambda, from, 0, phiBar, thetaBar);
        const expected = new Float64Array(phi.coefficients + theta.coefficients);
        const regular = ar.length + ma.length;
        phi.pullBack(phiBar, ar, seasonalAr, -1, expected, 0, regular);
        theta.pullBack(thetaBar, ma, seasonalMa, 1, expected, ar.length, regular + seasonalAr.length);

        const once = new Float64Array(n);
        const natural = new Float64Array(expected.length);
        usualSteadyScore(factors, w, v, slope, once, from, natural);
        allClose(once.subarray(from), lambda.subarray(from), 1e-12, "λ");
        allClose(natural, expected, 1e-11, "score");
      }),
      { numRuns: 200 },
    );
  });
});
