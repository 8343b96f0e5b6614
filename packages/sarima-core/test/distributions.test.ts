import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { chiSquareCdf, chiSquareTail } from "../src/distributions/chi-square.js";
import { fCdf, fTail } from "../src/distributions/f.js";
import { normalCdf, normalTail } from "../src/distributions/normal.js";
import { normalQuantile } from "../src/distributions/normal-quantile.js";

// Made by fixtures/distributions.R.
const reference: Record<"normal" | "quantile" | "chiSquare" | "f", number[][]> = JSON.parse(
  readFileSync(new URL("fixtures/distributions.json", import.meta.url), "utf8"),
);

/** Worst relative error; values that underflow must be below 1e-300 on both sides. */
function worst(rows: number[][], value: (row: number[]) => [number, number]): number {
  return Math.max(
    ...rows.map((row) => {
      const [actual, expected] = value(row);
      return Math.abs(expected) < 1e-300 ? (Math.abs(actual) < 1e-299 ? 0 : 1) : Math.abs(actual / expected - 1);
    }),
  );
}

describe("distribution functions, relative to R", () => {
  it("normal, in both tails", () => {
    expect(worst(reference.normal, ([x, p]) => [normalCdf(x), p])).toBeLessThan(1e-14);
    expect(worst(reference.normal, ([x, p]) => [normalTail(-x), p])).toBeLessThan(1e-14);
    for (const [p, x] of reference.quantile) {
      expect(Math.abs(normalQuantile(p) - x)).toBeLessThan(4e-15 * (1 + Math.abs(x)));
    }
  });

  it("chi-square", () => {
    expect(reference.chiSquare.length).toBe(110);
    expect(worst(reference.chiSquare, ([x, df, p]) => [chiSquareCdf(x, df), p])).toBeLessThan(1e-12);
    expect(worst(reference.chiSquare, ([x, df, , q]) => [chiSquareTail(x, df), q])).toBeLessThan(1e-12);
  });

  it("F", () => {
    expect(reference.f.length).toBe(324);
    expect(worst(reference.f, ([x, a, b, p]) => [fCdf(x, a, b), p])).toBeLessThan(1e-12);
    expect(worst(reference.f, ([x, a, b, , q]) => [fTail(x, a, b), q])).toBeLessThan(1e-12);
  });

  it("has the limits at the ends, and NaN outside the domain", () => {
    expect([normalCdf(-Infinity), normalCdf(Infinity), normalCdf(Number.NaN)]).toEqual([0, 1, Number.NaN]);
    expect([chiSquareTail(0, 3), chiSquareTail(Infinity, 3), chiSquareTail(1, 0)]).toEqual([1, 0, Number.NaN]);
    expect([chiSquareCdf(-1, 3), chiSquareCdf(Infinity, 3)]).toEqual([0, 1]);
    expect([fTail(0, 3, 4), fTail(Infinity, 3, 4), fTail(1, -1, 4), fCdf(0, 2, 3), fCdf(Infinity, 2, 3)]).toEqual([
      1,
      0,
      Number.NaN,
      0,
      1,
    ]);
  });
});
