import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { normalQuantile } from "../../src/baselines/gaussian.js";
import { studentQuantile } from "../../src/baselines/historical-mean.js";
import {
  drift,
  empiricalQuantiles,
  historicalMean,
  naive,
  seasonalNaive,
  ses,
  theta,
} from "../../src/baselines/index.js";
import { smoothWith } from "../../src/baselines/ses.js";

// Made by fixtures/baselines.R
const reference = JSON.parse(readFileSync(new URL("../fixtures/baselines.json", import.meta.url), "utf8"));
const gap = Number.NaN;

function expectClose(ours: ArrayLike<number>, theirs: number[], relative: number) {
  expect(ours.length).toBe(theirs.length);
  const scale = Math.max(...theirs.map(Math.abs));
  for (let i = 0; i < theirs.length; i++) expect(Math.abs(ours[i] - theirs[i]) / scale).toBeLessThan(relative);
}

describe.each(["AirPassengers", "LakeHuron", "lh"])("baselines on %s agree with R's forecast package", (name) => {
  const { y, period } = reference[name];
  const cases = {
    naive: [naive(y), 1e-12],
    seasonalNaive: [seasonalNaive(y, period), 1e-12],
    drift: [drift(y), 1e-12],
    mean: [historicalMean(y), 1e-12],
    // R's Nelder–Mead stops short of the least-squares optimum, hence the wider tolerance (the optimum is tested below).
    ses: [ses(y), 2e-3],
    theta: [theta(y), 2e-3],
  } as const;
  it.each(Object.keys(cases) as (keyof typeof cases)[])("%s", (method) => {
    const [fitted, tolerance] = cases[method];
    const ours = fitted.forecast(24, { levels: [0.8, 0.95] });
    const theirs = reference[name][method];
    expectClose(ours.mean, theirs.mean, tolerance);
    expectClose(ours.intervals[0].lower, theirs.lower80, tolerance);
    expectClose(ours.intervals[0].upper, theirs.upper80, tolerance);
    expectClose(ours.intervals[1].lower, theirs.lower95, tolerance);
    expectClose(ours.intervals[1].upper, theirs.upper95, tolerance);
  });

  it("ses finds an α no other α beats", () => {
    const series = Float64Array.from(y);
    const best = smoothWith(series, ses(y).params.alpha).sse;
    for (let alpha = 0.001; alpha < 1; alpha += 0.001)
      expect(smoothWith(series, alpha).sse).toBeGreaterThan(best * (1 - 1e-9));
  });
});

describe("exponential smoothing", () => {
  it("has the initial level of least squares: moving it either way costs", () => {
    const y = Float64Array.of(5, 7, gap, 6, 9, 8, 11, 3);
    const fit = smoothWith(y, 0.3);
    const sse = (initial: number) => {
      let level = initial;
      let sum = 0;
      for (const value of y) {
        if (Number.isNaN(value)) continue;
        sum += (value - level) ** 2;
        level += 0.3 * (value - level);
      }
      return sum;
    };
    expect(sse(fit.initial)).toBeCloseTo(fit.sse, 10);
    expect(sse(fit.initial + 0.01)).toBeGreaterThan(fit.sse);
    expect(sse(fit.initial - 0.01)).toBeGreaterThan(fit.sse);
  });
});

describe("gaps and short series", () => {
  it("naive keeps the last observed value and counts the gaps after it as steps", () => {
    const full = naive([1, 3, 2, 4]).forecast(3);
    const gappy = naive([1, 3, 2, 4, gap, gap]).forecast(1);
    expect(gappy.mean[0]).toBe(4);
    expect(gappy.standardError[0]).toBeCloseTo(full.standardError[2], 12);
  });
  it("seasonalNaive takes the latest observed value of each place", () => {
    const fitted = seasonalNaive([1, 2, 3, 10, gap, 30], 3).forecast(6);
    expect([...fitted.mean]).toEqual([10, 2, 30, 10, 2, 30]);
  });
  it("empiricalQuantiles are the quantiles of the window (type 7, as R)", () => {
    const { p, LakeHuron } = reference.quantile;
    const fitted = empiricalQuantiles(reference.LakeHuron.y);
    const f = fitted.forecast(2, { levels: [0.8, 0.95] });
    expect([
      f.intervals[1].lower[0],
      f.intervals[0].lower[1],
      f.median[0],
      f.intervals[0].upper[0],
      f.intervals[1].upper[1],
    ]).toEqual(LakeHuron.map((value: number) => expect.closeTo(value, 9)));
    expect(p).toHaveLength(5);
    expect(empiricalQuantiles([9, 9, 1, gap, 3], { window: 3 }).forecast(1).median[0]).toBe(2);
  });
  it("refuses what it cannot use, by name", () => {
    expect(() => naive([gap, gap])).toThrow(/naive needs at least 1 observed value; y has 0/);
    expect(() => ses([1, 2])).toThrow(/ses needs at least 3 observed values; y has 2/);
    expect(() => seasonalNaive([1, 2], 3)).toThrow(/one period of 3 values; y has 2/);
    expect(() => empiricalQuantiles([1, gap], { window: 1 })).toThrow(/all gaps/);
    expect(() => naive([1, 2]).forecast(0)).toThrow(/horizon must be a whole number/);
    expect(() => naive([1, 2]).forecast(2, { levels: [1] })).toThrow(/levels\[0\] must be a number between 0 and 1/);
    expect(() => naive([1, Infinity])).toThrow(/NaN to mark a gap/);
  });
});

describe("quantile functions agree with R", () => {
  it("normal", () => {
    const { p, q } = reference.normal;
    p.forEach((value: number, i: number) => {
      expect(Math.abs(normalQuantile(value) - q[i])).toBeLessThan(1e-12 * Math.max(1, Math.abs(q[i])));
    });
    expect(normalQuantile(0)).toBe(-Infinity);
  });
  it.each([3, 10, 143])("Student's t with %d degrees of freedom", (df) => {
    const { p } = reference.student;
    p.forEach((value: number, i: number) => {
      expect(studentQuantile(value, df)).toBeCloseTo(reference.student[`df${df}`][i], 10);
    });
    expect(studentQuantile(0.1, df)).toBeCloseTo(-studentQuantile(0.9, df), 12);
  });
});
