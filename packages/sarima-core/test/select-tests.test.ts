import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { canovaHansen } from "../src/select/canova-hansen.js";
import { interpolated, longestRun, withoutGaps } from "../src/select/gaps.js";
import { ocsb } from "../src/select/ocsb.js";
import { leastSquares } from "../src/select/regression.js";
import { nsdiffs, seasonalStrength } from "../src/select/seasonality.js";
import { stl } from "../src/select/stl.js";
import { adf, kpss, ndiffs, phillipsPerron } from "../src/select/unit-root.js";
import { vonMisesTail } from "../src/select/von-mises.js";

interface Expected {
  statistic: number;
  p: number;
  lags: number;
}
type Case = {
  name: string;
  period: number;
  y: number[];
  strength: number;
  stl: { at: number[]; seasonal: number[]; trend: number[]; remainder: number[] };
  ndiffs: Record<"kpss" | "kpssTrend" | "adf" | "pp" | "kpss01", number>;
  nsdiffs: Record<"strength" | "ocsb" | "ch" | "twice", number>;
  ocsb: { statistic: number; critical: number; lags: number };
} & Record<
  | "kpssLevel"
  | "kpssTrend"
  | "kpssLong"
  | "kpssUrca"
  | "adf"
  | "adf_none"
  | "adf_drift"
  | "adf_trend"
  | "adf_drift4"
  | "ppAlpha"
  | "ppTau"
  | "ppUrcaTau"
  | "ppUrcaAlpha"
  | "ocsb_aic"
  | "ocsb_aicc"
  | "ocsb_bic"
  | "ocsb_fixed2"
  | "ch",
  Expected
>;
// Made by fixtures/select.R.
const { series: cases }: { series: Case[] } = JSON.parse(
  readFileSync(new URL("fixtures/select.json", import.meta.url), "utf8"),
);
const seasonal = cases.filter((c) => c.period > 1);

const digits = (actual: number, expected: number, tolerance = 1e-9): void => {
  expect(
    Math.abs(actual - expected) / Math.max(1, Math.abs(expected)),
    `${actual} against R's ${expected}`,
  ).toBeLessThan(tolerance);
};

describe.each(cases)("$name", (c) => {
  it("has R's KPSS", () => {
    for (const [ours, r] of [
      [kpss(c.y), c.kpssLevel],
      [kpss(c.y, { null: "trend" }), c.kpssTrend],
      [kpss(c.y, { lags: "long" }), c.kpssLong],
    ] as const) {
      digits(ours.statistic, r.statistic);
      digits(ours.pValue, r.p);
      expect(ours.lags).toBe(r.lags);
    }
    digits(kpss(c.y, { lags: c.kpssUrca.lags }).statistic, c.kpssUrca.statistic);
  });

  it("has R's augmented Dickey–Fuller", () => {
    const ours = adf(c.y);
    digits(ours.statistic, c.adf.statistic);
    digits(ours.pValue, c.adf.p);
    expect(ours.lags).toBe(c.adf.lags);
    digits(adf(c.y, { regression: "none", lags: 1 }).statistic, c.adf_none.statistic);
    digits(adf(c.y, { regression: "level", lags: 1 }).statistic, c.adf_drift.statistic);
    digits(adf(c.y, { regression: "trend", lags: 1 }).statistic, c.adf_trend.statistic);
    digits(adf(c.y, { regression: "level", lags: 4 }).statistic, c.adf_drift4.statistic);
  });

  it("has R's Phillips–Perron", () => {
    for (const [type, r] of [
      ["alpha", c.ppAlpha],
      ["tau", c.ppTau],
    ] as const) {
      const ours = phillipsPerron(c.y, { statistic: type });
      digits(ours.statistic, r.statistic);
      digits(ours.pValue, r.p);
      expect(ours.lags).toBe(r.lags);
    }
    digits(phillipsPerron(c.y, { regression: "level" }).statistic, c.ppUrcaTau.statistic);
    digits(phillipsPerron(c.y, { regression: "level", statistic: "alpha" }).statistic, c.ppUrcaAlpha.statistic);
  });

  it("takes as many differences as R", () => {
    expect({
      kpss: ndiffs(c.y),
      kpssTrend: ndiffs(c.y, { null: "trend" }),
      adf: ndiffs(c.y, { test: "adf" }),
      pp: ndiffs(c.y, { test: "pp" }),
      kpss01: ndiffs(c.y, { alpha: 0.01 }),
    }).toEqual(c.ndiffs);
  });
});

describe.each(seasonal)("seasonality of $name", (c) => {
  it("has R's decomposition and strength", () => {
    const parts = stl(Float64Array.from(c.y), c.period);
    c.stl.at.forEach((t, i) => {
      digits(parts.seasonal[t], c.stl.seasonal[i]);
      digits(parts.trend[t], c.stl.trend[i]);
      digits(parts.remainder[t], c.stl.remainder[i]);
    });
    digits(seasonalStrength(c.y, c.period), c.strength);
  });

  it("has R's OCSB", () => {
    const ours = ocsb(c.y, c.period);
    digits(ours.statistic, c.ocsb.statistic);
    digits(ours.criticalValue, c.ocsb.critical);
    for (const method of ["aic", "aicc", "bic"] as const) {
      const chosen = ocsb(c.y, c.period, { lagMethod: method, maxLag: 3 });
      digits(chosen.statistic, c[`ocsb_${method}`].statistic);
      expect(chosen.lags).toBe(c[`ocsb_${method}`].lags);
    }
    digits(ocsb(c.y, c.period, { maxLag: 2 }).statistic, c.ocsb_fixed2.statistic);
  });

  it("has R's Canova–Hansen", () => {
    const ours = canovaHansen(c.y, c.period);
    digits(ours.statistic, c.ch.statistic, 1e-8);
    expect(ours.lags).toBe(c.ch.lags);
    // uroot interpolates in a table from 0.01 to 0.1, and draws a straight line from there to 1 at 0.
    if (c.ch.p !== null && c.ch.p < 0.1) expect(Math.abs(Math.max(0.01, ours.pValue) - c.ch.p)).toBeLessThan(0.005);
  });

  it("takes as many seasonal differences as R", () => {
    expect({
      strength: nsdiffs(c.y, c.period),
      ocsb: nsdiffs(c.y, c.period, { test: "ocsb" }),
      ch: nsdiffs(c.y, c.period, { test: "ch" }),
      twice: nsdiffs(c.y, c.period, { max: 2 }),
    }).toEqual(c.nsdiffs);
  });
});

describe("vonMisesTail", () => {
  it("is the Cramér–von Mises distribution in one dimension", () => {
    digits(vonMisesTail(0.3473, 1), 0.1, 1e-5);
    digits(vonMisesTail(0.46136, 1), 0.05, 1e-5);
    digits(vonMisesTail(0.74346, 1), 0.01, 1e-5);
  });

  it("has the critical values that Canova & Hansen simulated", () => {
    for (const [dimension, ten, five, one] of [
      [2, 0.61, 0.749, 1.07],
      [3, 0.846, 1.01, 1.35],
      [4, 1.07, 1.24, 1.6],
      [11, 2.49, 2.75, 3.27],
    ]) {
      expect(vonMisesTail(ten, dimension)).toBeCloseTo(0.1, 2);
      expect(vonMisesTail(five, dimension)).toBeCloseTo(0.05, 2);
      expect(vonMisesTail(one, dimension)).toBeCloseTo(0.01, 2);
    }
  });

  it("falls from 1 to 0", () => {
    for (const dimension of [1, 5, 47, 287]) {
      let last = vonMisesTail(0, dimension);
      expect(last).toBe(1);
      for (let x = 0.05; x < 100; x *= 1.3) {
        const p = vonMisesTail(x, dimension);
        expect(p).toBeLessThanOrEqual(last + 1e-8);
        last = p;
      }
      expect(last).toBeLessThan(1e-3);
    }
  });
});

describe("gaps", () => {
  const { y } = cases.find((c) => c.name === "co2") as Case;
  const gappy = y.map((v, t) => (t === 100 || t === 101 || t === 300 ? Number.NaN : v));

  it("are left out, passed by, or filled, as each test says", () => {
    expect(kpss(gappy)).toEqual(kpss(y.filter((_, t) => t !== 100 && t !== 101 && t !== 300)));
    expect(adf(gappy)).toEqual(adf(y.slice(102, 300)));
    expect(phillipsPerron(gappy)).toEqual(phillipsPerron(y.slice(102, 300)));
    expect(canovaHansen(gappy, 12)).toEqual(canovaHansen(y.slice(102, 300), 12));
    expect(ocsb(gappy, 12)).toEqual(ocsb(interpolated(Float64Array.from(gappy)), 12));
    expect(seasonalStrength(gappy, 12)).toBeCloseTo(seasonalStrength(y, 12), 2);
    expect(nsdiffs(gappy, 12)).toBe(1);
    expect(ndiffs(gappy)).toBe(1);
  });

  it("are found wherever they are", () => {
    const x = Float64Array.of(Number.NaN, 1, Number.NaN, Number.NaN, 4, 5, Number.NaN);
    expect([...withoutGaps(x)]).toEqual([1, 4, 5]);
    expect([...longestRun(x)]).toEqual([4, 5]);
    expect([...interpolated(x)]).toEqual([1, 1, 2, 3, 4, 5, 5]);
    expect(longestRun(Float64Array.of(Number.NaN)).length).toBe(0);
    expect([...interpolated(Float64Array.of(Number.NaN))]).toEqual([Number.NaN]);
  });
});

describe("series that say nothing", () => {
  const constant = new Array(60).fill(7);

  it("have a defined answer", () => {
    expect(kpss(constant).statistic).toBe(0);
    expect(seasonalStrength(constant, 12)).toBe(0);
    expect(ndiffs(constant)).toBe(0);
    expect(nsdiffs(constant, 12)).toBe(0);
    expect(ndiffs([1, 2])).toBe(0);
    expect(nsdiffs([1, 2], 12)).toBe(0);
    expect(nsdiffs(new Array(60).fill(Number.NaN), 12)).toBe(0);
    expect(ndiffs([])).toBe(0);
  });

  it("or an error that names the remedy, never NaN", () => {
    expect(() => adf(constant)).toThrow(/constant/);
    expect(() => phillipsPerron(constant)).toThrow(/constant/);
    expect(() => ocsb(constant, 12)).toThrow(/constant/);
    expect(() => canovaHansen(constant, 12)).toThrow(/repeats itself/);
    expect(() => kpss([1, 2])).toThrow(/at least 4 observed values; y has 2/);
    expect(() => adf([1, 2, 3, 1, 2], { lags: 3 })).toThrow(/fewer lags/);
    expect(() => seasonalStrength([1, 2, 3], 12)).toThrow(/more than two periods/);
    expect(() => kpss(constant, { null: "drift" as never })).toThrow(/"level" or "trend"; received "drift"/);
    expect(() => nsdiffs(cases[0].y, 12, { test: "hegy" as never })).toThrow(/"strength", "ocsb" or "ch"/);
  });
});

describe("leastSquares", () => {
  it("leaves out a column that the others explain", () => {
    const one = new Float64Array(6).fill(1);
    const t = Float64Array.of(1, 2, 3, 4, 5, 6);
    const both = t.map((v) => 2 * v + 3);
    const y = Float64Array.of(1.1, 1.9, 3.2, 3.8, 5.3, 5.9);
    const fit = leastSquares([one, t, both], y);
    const without = leastSquares([one, t], y);
    expect(fit.coefficients[2]).toBeNaN();
    expect(fit.rank).toBe(2);
    expect([...fit.coefficients.subarray(0, 2)]).toEqual([...without.coefficients]);
  });

  it("keeps its digits where normal equations lose them", () => {
    // Powers of t up to the sixth: the normal equations have a condition number near 1e15.
    const n = 50;
    const columns = Array.from({ length: 6 }, (_, k) => Float64Array.from({ length: n }, (_, t) => (t / 10) ** k));
    const y = Float64Array.from({ length: n }, (_, t) => 3 - 2 * (t / 10) + 0.25 * (t / 10) ** 5);
    const { coefficients } = leastSquares(columns, y);
    [3, -2, 0, 0, 0, 0.25].forEach((expected, k) => {
      expect(Math.abs(coefficients[k] - expected)).toBeLessThan(1e-9);
    });
  });
});
