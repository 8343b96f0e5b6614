import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { designColumns, fourier, stepColumns } from "../src/regressors.js";

// Made by fixtures/transform.R.
const reference: {
  fourier: { n: number; period: number[]; K: number[]; start: number; columns: number[][] }[];
} = JSON.parse(readFileSync(new URL("fixtures/transform.json", import.meta.url), "utf8"));

describe("fourier", () => {
  it.each(reference.fourier)("has the columns of forecast::fourier: period $period, K $K", (expected) => {
    const columns = fourier(expected.n, expected.period, expected.K, expected.start);
    expect(columns.length).toBe(expected.columns.length);
    columns.forEach((column, j) => {
      for (let i = 0; i < expected.n; i++)
        expect(Math.abs(column[i] - expected.columns[j][i])).toBeLessThan(2e-14 * expected.start + 1e-14);
    });
  });

  it("is periodic without any error, however late", () => {
    const [early] = fourier(12, 12, 1, 1);
    const [late] = fourier(12, 12, 1, 12_000_001);
    expect(late).toEqual(early);
  });

  it("refuses more harmonics than the cycle has", () => {
    expect(() => fourier(10, 12, 7)).toThrow(/at most 6 harmonics; received 7/);
    expect(() => fourier(10, [12, 24], 3)).toThrow(/arrays of one length/);
    expect(() => fourier(10, 0, 1)).toThrow(/period/);
    expect(() => fourier(-1, 12, 1)).toThrow(/n must be/);
  });
});

describe("designColumns", () => {
  it("continues into the future where training ended", () => {
    const harmonics = [{ period: 7.3, order: 2 }];
    const steps = [3, 14];
    const user = Float64Array.from({ length: 20 }, (_, i) => i * i);
    const whole = designColumns(20, harmonics, steps, [user]);
    const training = designColumns(12, harmonics, steps, [user.slice(0, 12)]);
    const future = designColumns(8, harmonics, steps, [user.slice(12)], 12);
    expect(whole.length).toBe(1 + 4 + 2);
    whole.forEach((column, j) => {
      expect([...training[j], ...future[j]]).toEqual([...column]);
    });
  });

  it("has a step from its position on", () => {
    expect(stepColumns(5, [2]).map((c) => [...c])).toEqual([[0, 0, 1, 1, 1]]);
    expect(stepColumns(3, [2, 6], 4).map((c) => [...c])).toEqual([
      [1, 1, 1],
      [0, 0, 1],
    ]);
  });

  it("refuses gaps and wrong lengths", () => {
    expect(() => designColumns(3, undefined, undefined, [[1, 2]])).toThrow(/regressors\[0\] must have 3 values/);
    expect(() => designColumns(2, undefined, undefined, [[1, Number.NaN]])).toThrow(/regressors\[0\]\[1\] is a gap/);
  });
});
