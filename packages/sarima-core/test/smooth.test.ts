import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { sarima } from "../src/fit.js";
import { smooth } from "../src/smooth.js";
import { denseDensity } from "./oracle/dense.js";

const wave = (n: number, gaps: number[]) => {
  const y = Float64Array.from(
    { length: n },
    (_, t) => 30 + 8 * Math.sin((2 * Math.PI * t) / 4) + 3 * Math.sin(t * t) + 0.1 * t,
  );
  for (const t of gaps) y[t] = Number.NaN;
  return y;
};
const gaps = [0, 2, 9, 20, 21, 22, 39];
const near = (a: number, b: number) => expect(Math.abs(a - b)).toBeLessThan(1e-8 * (1 + Math.abs(b)));

describe("smooth", () => {
  it("gives each gap its distribution given all the data, as the dense oracle has it", () => {
    const y = wave(40, gaps);
    const model = sarima(y, { order: [1, 1, 1], seasonal: [0, 1, 1, 4] });
    const { ar, ma, seasonalMa } = model.params;
    const oracle = denseDensity(
      { ar: [...ar], ma: [...ma], sar: [], sma: [...seasonalMa], period: 4, d: 1, D: 1 },
      y,
      [],
      model.sigma2,
    );
    const { mean, median, standardError, intervals } = smooth(model, { levels: [0.9] });
    for (let t = 0; t < 40; t++) {
      near(mean[t], oracle.mean[t]);
      near(median[t], oracle.mean[t]);
      near(standardError[t], Math.sqrt(oracle.variance[t] * model.sigma2));
      near(intervals[0].upper[t], oracle.mean[t] + 1.6448536269514722 * standardError[t]);
    }
  });

  it("puts regression and transformation back, and leaves what was observed alone", () => {
    const y = wave(40, gaps);
    const model = sarima(
      y,
      { order: [1, 0, 0] },
      {
        transform: { kind: "log" },
        regressors: [Array.from(y, (_, t) => Math.sin((2 * Math.PI * t) / 4))],
        steps: [20],
      },
    );
    const { median, mean, standardError } = smooth(model);
    for (let t = 0; t < 40; t++) {
      if (Number.isNaN(y[t])) {
        expect(Math.abs(median[t] - wave(40, [])[t])).toBeLessThan(12);
        expect(mean[t]).toBeGreaterThan(median[t]);
        expect(standardError[t]).toBeGreaterThan(0);
      } else {
        expect([mean[t], median[t], standardError[t]]).toEqual([y[t], y[t], 0]);
      }
    }
    // Without autocorrelation the answer is the regression itself.
    const white = sarima(y, { order: [0, 0, 0] }, { steps: [20] });
    near(smooth(white).mean[9], white.params.mean);
    near(smooth(white).mean[22], white.params.mean + white.params.beta[0]);
    near(smooth(white).standardError[22], Math.sqrt(white.sigma2));
  });

  it("agrees with R's KalmanSmooth on presidents", () => {
    // Made by fixtures/smooth.R.
    const reference: { y: (number | null)[]; ar: number[]; mean: number; smoothed: number[] } = JSON.parse(
      readFileSync(new URL("fixtures/smooth.json", import.meta.url), "utf8"),
    );
    const model = sarima(
      reference.y.map((v) => v ?? Number.NaN),
      { order: [3, 0, 0] },
      {
        fixed: { ar: reference.ar, mean: reference.mean },
      },
    );
    const { mean } = smooth(model);
    reference.smoothed.forEach((value, t) => {
      expect(Math.abs(mean[t] - value)).toBeLessThan(1e-6);
    });
  });
});
