import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Transform } from "../src/model.js";
import {
  biasAdjustedMean,
  boxCox,
  guerrero,
  inverseBoxCox,
  inverseTransform,
  resolveTransform,
  transformSeries,
  transformValue,
} from "../src/transform.js";

// Made by fixtures/transform.R.
const reference: {
  boxCox: { lambda: number; x: number[]; y: number[] }[];
  guerrero: { name: string; y: number[]; period: number; lower: number; lambda: number; lambdaR: number }[];
  biasAdjusted: { lambda: number; mean: number; variance: number; value: number };
} = JSON.parse(readFileSync(new URL("fixtures/transform.json", import.meta.url), "utf8"));
const close = (actual: number, expected: number, tolerance: number) =>
  expect(Math.abs(actual - expected) / Math.max(1, Math.abs(expected)), `${actual} against ${expected}`).toBeLessThan(
    tolerance,
  );

describe("Box–Cox", () => {
  it.each(reference.boxCox)("has R's values at λ = $lambda", ({ lambda, x, y }) => {
    const ours = boxCox(x, lambda);
    // Near λ = 0 it is R that loses digits: 1e-16/λ.
    for (let i = 0; i < x.length; i++) close(ours[i], y[i], lambda === 1e-9 ? 1e-6 : 1e-13);
    const back = inverseBoxCox(ours, lambda);
    for (let i = 0; i < x.length; i++) close(back[i], x[i], 1e-12);
  });

  it("continues smoothly through λ = 0", () => {
    expect(boxCox([7], 1e-12)[0]).toBeCloseTo(Math.log(7), 10);
  });

  it("ends at −1/λ for a negative λ, without NaN", () => {
    expect(inverseBoxCox([2, 2.5, 10], -0.5)).toEqual(Float64Array.of(Infinity, Infinity, Infinity));
  });

  it("names the value that has no image", () => {
    expect(() => boxCox([1, 0], 0)).toThrow(/y\[1\] is 0/);
    expect(() => boxCox([1, -3], -0.5)).toThrow(/above 0/);
    expect(() => boxCox([1], Number.NaN)).toThrow(/lambda/);
    expect([...boxCox([1, Number.NaN, 3], 0)].map(Number.isNaN)).toEqual([false, true, false]);
  });
});

describe("guerrero", () => {
  it.each(reference.guerrero)("has R's λ for $name", ({ y, period, lower, lambda, lambdaR }) => {
    const ours = guerrero(y, period, { lower });
    close(ours, lambda, 1e-7);
    close(ours, lambdaR, 1e-4);
  });

  it("answers 1 where nothing can be learnt", () => {
    expect(guerrero(new Array(50).fill(3), 4)).toBe(1);
    expect(guerrero([1, 2, 3], 4)).toBe(1);
    expect(guerrero([], 1)).toBe(1);
    expect(guerrero(new Array(50).fill(Number.NaN), 4)).toBe(1);
  });

  it("does not depend on the unit of the data", () => {
    const { y, period } = reference.guerrero[0];
    for (const unit of [1e-200, 1e200]) {
      const scaled = y.map((v) => v * unit);
      expect(guerrero(scaled, period)).toBeCloseTo(guerrero(y, period), 6);
    }
  });
});

const transforms: Transform[] = [
  { kind: "log", offset: 0 },
  { kind: "log", offset: 2.5 },
  { kind: "logit", lower: 0, upper: 100 },
  { kind: "box-cox", lambda: 0.3 },
  { kind: "box-cox", lambda: -0.4 },
  { kind: "box-cox", lambda: 0 },
];

describe("transform and back", () => {
  it.each(transforms)("is the identity: $kind $lambda $offset", (t) => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 99.999, noNaN: true }), (y) => {
        const back = inverseTransform(transformValue(y, t), t);
        close(back, y, 1e-9);
      }),
    );
  });

  it.each(transforms)("keeps the order of quantiles: $kind $lambda $offset", (t) => {
    const x = Array.from({ length: 80 }, (_, i) => -2 + i / 20);
    const y = x.map((v) => inverseTransform(v, t));
    for (let i = 1; i < y.length; i++) expect(y[i]).toBeGreaterThan(y[i - 1]);
  });

  it("never leaves the bounds of a logit, however far out", () => {
    for (const x of [-1e9, -800, -40, 0, 40, 800, 1e9]) {
      const y = inverseTransform(x, { kind: "logit", lower: 20, upper: 80 });
      expect(y).toBeGreaterThanOrEqual(20);
      expect(y).toBeLessThanOrEqual(80);
    }
  });

  it("keeps gaps", () => {
    const y = transformSeries(Float64Array.of(1, Number.NaN, 2), transforms[0]);
    expect([...y].map(Number.isNaN)).toEqual([false, true, false]);
  });
});

describe("biasAdjustedMean", () => {
  /** Midpoint sum over the quantiles of the normal distribution, built without the code under test's rule. */
  const oracle = (mean: number, variance: number, t: Transform): number => {
    let sum = 0;
    const n = 400_000;
    for (let i = 0; i < n; i++) {
      const z = -10 + (20 * (i + 0.5)) / n;
      sum += Math.exp(-0.5 * z * z) * inverseTransform(mean + Math.sqrt(variance) * z, t);
    }
    return (sum * 20) / n / Math.sqrt(2 * Math.PI);
  };

  it.each([
    [1, 0.25, { kind: "log", offset: 0 }],
    [0.5, 2, { kind: "log", offset: 3 }],
    [1.5, 0.3, { kind: "logit", lower: 0, upper: 100 }],
    [-3, 30, { kind: "logit", lower: 0, upper: 1 }],
    [2, 0.5, { kind: "box-cox", lambda: 0.5 }],
    [3, 0.7, { kind: "box-cox", lambda: 0.2 }],
    [3, 0.7, { kind: "box-cox", lambda: 0 }],
  ] as [number, number, Transform][])("integrates: mean %d, variance %d, %o", (mean, variance, t) => {
    close(biasAdjustedMean(mean, variance, t), oracle(mean, variance, t), 1e-8);
  });

  it("is R's approximation where no mean exists", () => {
    const { lambda, mean, variance, value } = reference.biasAdjusted;
    close(biasAdjustedMean(mean, variance, { kind: "box-cox", lambda }), value, 1e-13);
  });

  it("is the median without variance", () => {
    for (const t of transforms) expect(biasAdjustedMean(0.3, 0, t)).toBe(inverseTransform(0.3, t));
    expect(biasAdjustedMean(5, 2, null)).toBe(5);
  });
});

describe("resolveTransform", () => {
  const y = Float64Array.from({ length: 60 }, (_, i) => 50 + 20 * Math.sin(i) + (i % 7));

  it("fills in what is open", () => {
    expect(resolveTransform(undefined, y, 12)).toBeNull();
    expect(resolveTransform({ kind: "log" }, y, 12)).toEqual({ kind: "log", offset: 0 });
    const auto = resolveTransform({ kind: "box-cox", lambda: "auto" }, y, 12);
    expect(auto).toEqual({ kind: "box-cox", lambda: guerrero(y, 12, { lower: -0.9 }) });
  });

  it("refuses values outside the domain and says what to do", () => {
    expect(() => resolveTransform({ kind: "log" }, Float64Array.of(1, 0), 1)).toThrow(/y\[1\] is 0.*larger offset/);
    expect(() => resolveTransform({ kind: "logit", lower: 0, upper: 100 }, Float64Array.of(1, 100), 1)).toThrow(
      /y\[1\] is 100.*widen the bounds/,
    );
    expect(() => resolveTransform({ kind: "logit", lower: 3, upper: 3 }, y, 1)).toThrow(/below transform.upper/);
    expect(() => resolveTransform({ kind: "sqrt" } as never, y, 1)).toThrow(/"box-cox", "log" or "logit".*"sqrt"/);
    expect(() => resolveTransform("log" as never, y, 1)).toThrow(/transform.kind/);
  });
});
