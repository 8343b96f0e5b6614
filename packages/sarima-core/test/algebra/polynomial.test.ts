import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  dense,
  expandAr,
  expandDifference,
  expandMa,
  lagPolynomial,
  multiply,
  psiWeights,
} from "../../src/polynomial.js";
import { allClose } from "../close.js";
import { arPolynomial, differencePolynomial, maPolynomial } from "../oracle/dense.js";
import { rArima } from "../r-arima.js";

const coefficients = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: -9, max: 9 })), { maxLength: 4 });
const period = fc.integer({ min: 1, max: 6 });

describe("lag polynomials", () => {
  it("keep only what is not zero, in order", () => {
    const poly = lagPolynomial([0, 2, 0, -1], 3);
    expect(Array.from(poly.lags)).toEqual([6, 12]);
    expect(Array.from(poly.coefs)).toEqual([2, -1]);
    expect(poly.degree).toBe(12);
    expect(lagPolynomial([0, 0]).degree).toBe(0);
    expect(Array.from(dense(poly, 7))).toEqual([0, 0, 0, 0, 0, 2, 0]);
  });

  it("have exactly the terms of the whole products, zeros by cancellation left out", () => {
    fc.assert(
      fc.property(coefficients, coefficients, coefficients, coefficients, period, (ar, ma, sar, sma, s) => {
        const model = { ar, ma, sar, sma, period: s, d: 0, D: 0 };
        const wholeAr = arPolynomial(model).slice(1);
        const wholeMa = maPolynomial(model).slice(1);
        const phi = expandAr(ar, sar, s);
        const theta = expandMa(ma, sma, s);
        expect(Array.from(dense(phi, wholeAr.length), (c) => c + 0)).toEqual(wholeAr.map((c) => 0 - c));
        expect(Array.from(dense(theta, wholeMa.length))).toEqual(wholeMa.map((c) => c + 0));
        for (const poly of [phi, theta]) {
          expect(Array.from(poly.coefs)).not.toContain(0);
          expect(Array.from(poly.lags)).toEqual([...poly.lags].sort((a, b) => a - b));
          expect(poly.degree).toBe(poly.lags.at(-1) ?? 0);
        }
      }),
    );
  });

  it("multiply commutatively and associatively", () => {
    fc.assert(
      fc.property(coefficients, coefficients, coefficients, period, (x, y, z, s) => {
        const [a, b, c] = [lagPolynomial(x), lagPolynomial(y, s), lagPolynomial(z)];
        expect(multiply(a, b)).toEqual(multiply(b, a));
        expect(multiply(multiply(a, b), c)).toEqual(multiply(a, multiply(b, c)));
      }),
    );
  });

  it("of differences are those of the dense oracle", () => {
    for (const [d, D, s] of [
      [0, 0, 4],
      [1, 0, 0],
      [2, 1, 12],
      [3, 2, 5],
      [1, 2, 2],
    ]) {
      const whole = differencePolynomial({ ar: [], ma: [], sar: [], sma: [], period: s, d, D }).slice(1);
      expect(Array.from(dense(expandDifference(d, D, s), whole.length), (c) => c + 0)).toEqual(whole.map((c) => 0 - c));
    }
  });

  it.each(rArima.arma)("ψ weights of R's ARMAtoMA($ar, $ma)", ({ ar, ma, psi }) => {
    allClose(psiWeights(lagPolynomial(ar), lagPolynomial(ma), psi.length), psi, 1e-14, "psi");
    expect(psiWeights(lagPolynomial(ar), lagPolynomial(ma), 0).length).toBe(0);
    expect(Array.from(psiWeights(lagPolynomial(ar), lagPolynomial(ma), 1))).toEqual([1]);
  });

  it("ψ weights satisfy φ(B)ψ(B) = θ(B)", () => {
    fc.assert(
      fc.property(coefficients, coefficients, period, (ar, ma, s) => {
        const [phi, theta] = [expandAr(ar, [2], s), expandMa(ma, [1], s)];
        const count = 14;
        const psi = psiWeights(phi, theta, count);
        const left = dense(phi, count);
        const right = dense(theta, count);
        for (let k = 1; k < count; k++) {
          let sum = psi[k];
          for (let i = 1; i <= k; i++) sum -= left[i - 1] * psi[k - i];
          const scale = psi.slice(0, k + 1).reduce((m, v) => Math.max(m, Math.abs(v)), 1);
          expect(Math.abs(sum - right[k - 1])).toBeLessThanOrEqual(1e-12 * 1000 * scale);
        }
      }),
    );
  });
});
