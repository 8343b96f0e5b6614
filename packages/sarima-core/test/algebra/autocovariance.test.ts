import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arAutocovariances, armaAutocovariances, stateCovarianceColumn } from "../../src/autocovariance.js";
import { expandAr, expandMa, lagPolynomial } from "../../src/polynomial.js";
import { pacfToAr } from "../../src/stationarity.js";
import { allClose, close } from "../close.js";
import { autocovariances } from "../oracle/dense.js";
import { rArima } from "../r-arima.js";

const factor = (max: number, size: number) =>
  fc
    .array(fc.double({ min: -max, max, noNaN: true }), { maxLength: size })
    .map((kappa) => Array.from(pacfToAr(Float64Array.from(kappa))));
const models = fc.record({
  ar: factor(0.9, 3),
  ma: factor(1.5, 3),
  sar: factor(0.9, 2),
  sma: factor(1.5, 2),
  period: fc.integer({ min: 2, max: 6 }),
});

describe("autocovariances", () => {
  it("solve the dense Yule–Walker system", () => {
    fc.assert(
      fc.property(models, (m) => {
        const phi = expandAr(m.ar, m.sar, m.period);
        const theta = expandMa(m.ma, m.sma, m.period);
        const expected = autocovariances({ ...m, d: 0, D: 0 }, 30);
        const actual = armaAutocovariances(phi, theta, 30);
        if (!actual) return expect.fail("stationary by construction");
        const scale = expected[0];
        allClose(
          actual.map((g) => g / scale),
          expected.map((g) => g / scale),
          1e-10,
          "gamma/gamma0",
        );
      }),
      { numRuns: 300 },
    );
  });

  it.each(rArima.arma)("have R's ARMAacf($ar, $ma)", ({ ar, ma, acf }) => {
    const gamma = armaAutocovariances(lagPolynomial(ar), lagPolynomial(ma), acf.length - 1) as Float64Array;
    allClose(
      gamma.map((g) => g / gamma[0]),
      acf,
      1e-12,
    );
  });

  it("are known in closed form for AR(1), MA(1) and white noise", () => {
    const ar = arAutocovariances(lagPolynomial([-0.6]), 5) as Float64Array;
    ar.forEach((g, k) => {
      close(g, (-0.6) ** k / (1 - 0.36), 1e-15);
    });
    expect(Array.from(armaAutocovariances(lagPolynomial([]), lagPolynomial([2]), 3) as Float64Array)).toEqual([
      5, 2, 0, 0,
    ]);
    expect(Array.from(armaAutocovariances(lagPolynomial([]), lagPolynomial([]), 2) as Float64Array)).toEqual([1, 0, 0]);
  });

  it("do not exist outside the stationary region, and on its boundary", () => {
    for (const ar of [[1], [-1], [1.2], [0.5, 0.5], [2, -1], [0, 0, 1.0001], [Number.NaN]]) {
      expect(arAutocovariances(lagPolynomial(ar), 3)).toBeNull();
      expect(stateCovarianceColumn(lagPolynomial(ar), lagPolynomial([0.3]), 4)).toBeNull();
    }
  });

  it("give the first column of the state covariance: cᵢ = γ(i) − Σ φₗ γ(i − l), l ≤ i", () => {
    // w_{t+i} = αᵢ + Σ_{l ≤ i} φₗ w_{t+i−l} + innovations after t, which w_t does not know.
    fc.assert(
      fc.property(models, (m) => {
        const phi = expandAr(m.ar, m.sar, m.period);
        const theta = expandMa(m.ma, m.sma, m.period);
        const r = Math.max(phi.degree, theta.degree + 1);
        const gamma = autocovariances({ ...m, d: 0, D: 0 }, r);
        const column = stateCovarianceColumn(phi, theta, r) as Float64Array;
        const expected = Float64Array.from({ length: r }, (_, i) => {
          let c = gamma[i];
          for (let k = 0; k < phi.lags.length && phi.lags[k] <= i; k++) c -= phi.coefs[k] * gamma[i - phi.lags[k]];
          return c / gamma[0];
        });
        allClose(
          column.map((c) => c / gamma[0]),
          expected,
          1e-10,
        );
      }),
      { numRuns: 200 },
    );
  });
});
