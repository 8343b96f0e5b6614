import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { append, forecast, fromJSON, logLikelihood, sarima, smooth, toJSON } from "../../src/index.js";
import type { SarimaModel } from "../../src/model.js";
import { isInvertible, isStationary } from "../../src/stationarity.js";

/** Made by fixtures/clustered-roots.py in 1200-bit arithmetic. */
interface Clustered {
  name: string;
  y: (number | null)[];
  ar: number[];
  ma: number[];
  sar: number[];
  sma: number[];
  period: number;
  d: number;
  D: number;
  mean: number;
  sigma2: number;
  logLik: number;
  /** Gaps, then the six values after the series: their means and standard errors. */
  hidden: number[];
  means: number[];
  errors: number[];
}
const { cases }: { cases: Clustered[] } = JSON.parse(
  readFileSync(new URL("../fixtures/clustered-roots.json", import.meta.url), "utf8"),
);

describe.each(cases)("$name", (c) => {
  const y = c.y.map((v) => v ?? Number.NaN);
  const spec = {
    order: [c.ar.length, c.d, c.ma.length],
    seasonal: [c.sar.length, c.D, c.sma.length, Math.max(2, c.period)],
    mean: c.mean !== 0,
  } as const;
  const coefficients = { ar: c.ar, ma: c.ma, seasonalAr: c.sar, seasonalMa: c.sma, sigma2: c.sigma2 };
  const params = c.mean === 0 ? coefficients : { ...coefficients, mean: c.mean };

  it.each([undefined, "innovations", "kalman"] as const)("log-likelihood (engine: %s)", (engine) => {
    const value = logLikelihood(y, spec, params, { engine });
    expect(Math.abs(value / c.logLik - 1)).toBeLessThan(1e-10);
  });

  const check = (model: SarimaModel, tolerance: number) => {
    const ahead = forecast(model, 6);
    const within = smooth(model);
    c.hidden.forEach((t, k) => {
      const n = y.length;
      const [mean, error] =
        t < n ? [within.mean[t], within.standardError[t]] : [ahead.mean[t - n], ahead.standardError[t - n]];
      expect(Math.abs(error / c.errors[k] - 1), `standard error at ${t}`).toBeLessThan(tolerance);
      // A value at 1e9 has no more than 1e-7 to say.
      const room = tolerance * c.errors[k] + 4e-14 * Math.abs(c.means[k]);
      expect(Math.abs(mean - c.means[k]), `mean at ${t}`).toBeLessThan(room);
    });
  };

  it("smoothed gaps and forecasts", () => {
    const model = sarima(y, spec, { fixed: params });
    check(model, 1e-7);
    check(fromJSON(toJSON(model)) as SarimaModel, 1e-7);
  });

  it("the same after values were appended", () => {
    // Long enough for the start to be over; from there on the state is all there is.
    check(append(sarima(y.slice(0, 25), spec, { fixed: params }), y.slice(25)), 1e-5);
  });
});

describe("roots of a polynomial near the unit circle", () => {
  it("rounding does not decide on which side they are", () => {
    for (const distance of [1e-3, 1e-5, 1e-6, 3e-8]) {
      // (1 − ρB)² with an exact square: ρ = 1 − k/2²⁶.
      const rho = 1 - Math.round(distance * 2 ** 26) / 2 ** 26;
      for (const sign of [1, -1]) {
        expect(isStationary([2 * sign * rho, -rho * rho])).toBe(true);
        expect(isInvertible([-2 * sign * rho, rho * rho])).toBe(true);
        const outside = 2 - rho;
        expect(isStationary([2 * sign * outside, -outside * outside])).toBe(false);
        expect(isStationary([sign * (rho + 1), -rho * sign * sign])).toBe(false);
      }
    }
  });
});
