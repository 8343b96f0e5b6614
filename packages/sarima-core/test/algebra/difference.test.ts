import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyDifference, diff, undiff } from "../../src/difference.js";
import { expandDifference } from "../../src/polynomial.js";
import { rArima } from "../r-arima.js";

const { diff: examples, diffinv } = rArima;
const gaps = (x: (number | null)[]) => Float64Array.from(x, (v) => v ?? Number.NaN);

describe("diff and undiff", () => {
  it.each(examples)("R's diff at lag $lag, $differences times", ({ x, lag, differences, diff: expected }) => {
    expect(diff(gaps(x), lag, differences)).toEqual(gaps(expected));
  });

  it("R's diffinv", () => {
    expect(Array.from(undiff(diffinv.w, diffinv.initial, diffinv.lag))).toEqual(diffinv.y);
    expect(Array.from(undiff(diffinv.w, [5, 7], 1, 2))).toEqual(diffinv.twice);
  });

  // Whole numbers: sums and differences are exact, so the laws are equalities.
  const whole = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 40 });
  const lag = fc.integer({ min: 1, max: 7 });
  const times = fc.integer({ min: 0, max: 3 });

  it("undo one another", () => {
    fc.assert(
      fc.property(whole, lag, times, (y, lag, k) => {
        fc.pre(y.length > lag * k);
        expect(Array.from(undiff(diff(y, lag, k), y.slice(0, lag * k), lag, k))).toEqual(y);
      }),
    );
    fc.assert(
      fc.property(
        whole,
        fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 21, maxLength: 21 }),
        lag,
        times,
        (w, start, lag, k) => {
          expect(Array.from(diff(undiff(w, start.slice(0, lag * k), lag, k), lag, k))).toEqual(w);
        },
      ),
    );
  });

  it("are linear, and differences at two lags commute", () => {
    fc.assert(
      fc.property(whole, lag, lag, (x, a, b) => {
        fc.pre(x.length > a + b);
        const y = x.map((_, t) => t * t - 3 * t);
        const both = x.map((v, t) => 2 * v - y[t]);
        expect(diff(both, a)).toEqual(diff(x, a).map((v, t) => 2 * v - diff(y, a)[t]));
        expect(diff(diff(x, a), b)).toEqual(diff(diff(x, b), a));
      }),
    );
  });

  it("are the polynomial (1 − B)ᵈ(1 − Bˢ)ᴰ", () => {
    fc.assert(
      fc.property(
        whole,
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 0, max: 2 }),
        fc.integer({ min: 2, max: 9 }),
        (y, d, D, s) => {
          const delta = expandDifference(d, D, s);
          expect(delta.degree).toBe(d + s * D);
          fc.pre(y.length > delta.degree);
          const w = new Float64Array(y.length - delta.degree);
          applyDifference(delta, Float64Array.from(y), w);
          expect(w).toEqual(diff(diff(y, s, D), 1, d));
        },
      ),
    );
  });

  it("a gap makes exactly the differences that touch it gaps", () => {
    expect(Array.from(diff([1, Number.NaN, 4, 9, 16], 1), Number.isNaN)).toEqual([true, true, false, false]);
    expect(Array.from(diff([1, Number.NaN, 4, 9, 16], 2), Number.isNaN)).toEqual([false, true, false]);
  });

  it("take copies: the caller's array stays, also without differencing", () => {
    const y = Float64Array.from([1, 2, 3]);
    const out = diff(y, 1, 0);
    out[0] = 9;
    expect(y[0]).toBe(1);
  });

  it.each([
    [() => diff([1, 2, 3], 0), "INVALID_ARGUMENT", "lag"],
    [() => diff([1, 2, 3], 1.5), "INVALID_ARGUMENT", "lag"],
    [() => diff([1, 2, 3], 1, -1), "INVALID_ARGUMENT", "differences"],
    [() => diff([1, 2, 3], 3), "TOO_SHORT", "more than 3"],
    [() => diff([]), "TOO_SHORT", "y has 0 values"],
    [() => diff([1, Number.POSITIVE_INFINITY]), "NON_FINITE", "y[1]"],
    [() => undiff([1], [1], 2), "INVALID_ARGUMENT", "initial must hold the 2 values"],
    [() => undiff([1], "ab" as never, 1), "INVALID_ARGUMENT", "initial"],
  ])("refuses %s with %s", (call, code, words) => {
    expect(call).toThrow(
      expect.objectContaining({ name: "SarimaError", code, message: expect.stringContaining(words) }),
    );
  });
});
