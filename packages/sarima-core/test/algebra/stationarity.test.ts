import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arToPacf, fromUnit, isInvertible, isStationary, pacfToAr, toUnit } from "../../src/stationarity.js";
import { allClose, close } from "../close.js";
import { autocovariances, solveLinear } from "../oracle/dense.js";

const partials = (max: number, size = 8) =>
  fc.array(fc.double({ min: -max, max, noNaN: true }), { maxLength: size }).map((x) => Float64Array.from(x));

describe("partial autocorrelations and coefficients", () => {
  it("step-down undoes step-up", () => {
    fc.assert(
      fc.property(partials(0.95), (kappa) => {
        const back = arToPacf(pacfToAr(kappa));
        if (!back) return expect.fail("stationary by construction");
        allClose(back, kappa, 1e-7);
      }),
      { numRuns: 500 },
    );
  });

  it("are the last coefficients of the Yule–Walker predictors of each order", () => {
    fc.assert(
      fc.property(partials(0.9, 5), (kappa) => {
        const gamma = autocovariances(
          { ar: Array.from(pacfToAr(kappa)), ma: [], sar: [], sma: [], period: 1, d: 0, D: 0 },
          kappa.length,
        );
        kappa.forEach((value, i) => {
          const k = i + 1;
          const A = Array.from({ length: k }, (_, a) => Array.from({ length: k }, (_, b) => gamma[Math.abs(a - b)]));
          close(solveLinear(A, gamma.slice(1, k + 1))[i], value, 1e-8);
        });
      }),
    );
  });

  it("every point of the cube is stationary; a root on or inside the circle is not", () => {
    fc.assert(fc.property(partials(0.99), (kappa) => isStationary(pacfToAr(kappa))));
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -0.97, max: 0.97, noNaN: true }), { minLength: 1, maxLength: 5 }),
        (roots) => {
          // ∏ (1 − ρ B): stationary with all |ρ| < 1, not when one of them is 1, −1 or more.
          const coefficients = (list: number[]) => {
            let c = [1];
            for (const rho of list) c = [...c, 0].map((v, i) => v - rho * (c[i - 1] ?? 0));
            return c.slice(1).map((v) => -v);
          };
          expect(isStationary(coefficients(roots))).toBe(true);
          for (const bad of [1.001, -1.05, 3]) expect(isStationary(coefficients([...roots, bad]))).toBe(false);
          expect(isInvertible(coefficients(roots).map((v) => -v))).toBe(true);
        },
      ),
    );
    for (const unit of [[1], [-1], [0.5, 0.5], [0, 1], [0, -1], [2, -1], [Number.NaN], [Infinity]]) {
      expect(isStationary(unit)).toBe(false);
      expect(isInvertible(unit.map((v) => -v))).toBe(false);
    }
    expect(isStationary([])).toBe(true);
    expect(isInvertible([-0.99])).toBe(true);
  });

  it("toUnit and fromUnit undo one another, also far out", () => {
    fc.assert(
      fc.property(fc.double({ min: -1e3, max: 1e3, noNaN: true }), (x) => {
        const r = toUnit(x);
        expect(Math.abs(r)).toBeLessThan(1);
        close(fromUnit(r), x, 1e-9);
      }),
    );
    expect(toUnit(0)).toBe(0);
    expect(Math.abs(toUnit(1e300))).toBeLessThanOrEqual(1);
  });
});
