import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diff } from "../../src/difference.js";
import { ExactLikelihood } from "../../src/likelihood/exact.js";
import { logLikelihood } from "../../src/log-likelihood.js";
import type { SarimaParams, SarimaSpec } from "../../src/spec.js";
import { pacfToAr } from "../../src/stationarity.js";
import { close } from "../close.js";
import { type DenseModel, denseDensity } from "../oracle/dense.js";

const factor = (max: number, size: number) =>
  fc
    .array(fc.double({ min: -max, max, noNaN: true }), { maxLength: size })
    .map((kappa) => Array.from(pacfToAr(Float64Array.from(kappa))));

/** MA factors may be anything: not invertible, on the unit circle. */
const anyMa: fc.Arbitrary<number[]> = fc.oneof(
  factor(0.95, 2),
  fc.array(fc.double({ min: -1.5, max: 1.5, noNaN: true }), { maxLength: 2 }),
  fc.constantFrom<number[]>([-1], [1], [-2, 1]),
);
const arma: fc.Arbitrary<DenseModel> = fc.record({
  ar: factor(0.9, 3),
  ma: fc.oneof(factor(0.95, 3), anyMa),
  sar: factor(0.85, 2),
  sma: anyMa,
  period: fc.integer({ min: 2, max: 12 }),
  d: fc.integer({ min: 0, max: 2 }),
  D: fc.integer({ min: 0, max: 1 }),
});

/** Random values; gaps anywhere in a share that may be 0, single ones and a run, at the start and at the end too. */
const data = fc
  .record({
    values: fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 12, maxLength: 44 }),
    share: fc.constantFrom(0, 0, 0.1, 0.3, 0.6),
    draws: fc.array(fc.nat(99), { minLength: 44, maxLength: 44 }),
    run: fc.tuple(fc.nat(43), fc.nat(8)),
    lead: fc.constantFrom(0, 0, 1, 5),
    trail: fc.constantFrom(0, 0, 1, 5),
  })
  .map(({ values, share, draws, run: [from, length], lead, trail }) => {
    const y = Float64Array.from(values, (v, t) => (draws[t] < 100 * share ? Number.NaN : v));
    if (share > 0) y.fill(Number.NaN, from, from + length);
    y.fill(Number.NaN, 0, lead);
    y.fill(Number.NaN, y.length - trail);
    return y;
  });

const specOf = (m: DenseModel, mean = false): SarimaSpec => ({
  order: [m.ar.length, m.d, m.ma.length],
  seasonal: [m.sar.length, m.D, m.sma.length, m.period],
  mean,
});
const paramsOf = (m: DenseModel): SarimaParams => ({ ar: m.ar, ma: m.ma, seasonalAr: m.sar, seasonalMa: m.sma });
const observed = (y: Float64Array) => y.filter((v) => !Number.isNaN(v)).length;
const span = (m: DenseModel) => m.d + m.D * m.period;

/** Every place in the season has an observation. */
const determined = (m: DenseModel, y: Float64Array) =>
  m.D === 0 ||
  Array.from({ length: m.period }, (_, place) => place).every((place) =>
    y.some((v, t) => t % m.period === place && !Number.isNaN(v)),
  );

/** tᵏ/(k! sᴰ), k = d + D, which differencing turns into ones. */
const driftColumn = (m: DenseModel, n: number) => {
  const k = m.d + m.D;
  const factorial = [1, 1, 2, 6][k];
  return Float64Array.from({ length: n }, (_, t) => t ** k / factorial / m.period ** m.D);
};

/** The oracle integrates what is before the window: where that is nearly undetermined it has no digits to compare with. */
const comparable = (oracle: { logDeterminant: number; sigma2: number; variance: number[] }) =>
  Number.isFinite(oracle.logDeterminant) && oracle.sigma2 > 1e-3 && Math.max(...oracle.variance) < 1e5;
/** Differenced three times, the oracle's matrix grows as t⁵ and it is the oracle that loses digits. */
const tolerance = (m: DenseModel) => (m.d + m.D > 2 ? 1e-5 : m.d > 1 ? 1e-7 : 1e-9);

const ARMA11: DenseModel = { ar: [0.5], ma: [0.1], sar: [], sma: [], period: 1, d: 0, D: 0 };

const ENGINES = ["innovations", "kalman"] as const;

describe.each(ENGINES)("exact likelihood, %s engine, against the dense density", (engine) => {
  it("any orders, any gaps, σ² concentrated and given", () => {
    let compared = 0;
    let withGaps = 0;
    fc.assert(
      fc.property(arma, data, fc.double({ min: 0.1, max: 20, noNaN: true }), (m, y, sigma2) => {
        fc.pre(observed(y) > span(m) + 3);
        const oracle = denseDensity(m, y);
        fc.pre(comparable(oracle));
        const params = paramsOf(m);
        close(logLikelihood(y, specOf(m), params, { engine }), oracle.logLik, tolerance(m), "concentrated");
        const given = logLikelihood(y, specOf(m), { ...params, sigma2 }, { engine });
        close(given, denseDensity(m, y, [], sigma2).logLik, tolerance(m), "given");
        compared++;
        if (observed(y) < y.length) withGaps++;
        else {
          // Complete data can be differenced first, which costs the oracle nothing.
          const w = diff(diff(y, m.period, m.D), 1, m.d);
          const differenced = denseDensity({ ...m, d: 0, D: 0 }, w);
          close(logLikelihood(y, specOf(m), params, { engine }), differenced.logLik, 1e-9, "differenced");
        }
      }),
      { numRuns: 200 },
    );
    expect(compared).toBeGreaterThan(120);
    expect(withGaps).toBeGreaterThan(50);
  });

  it("with a mean or drift and two regressors, concentrated, given in part, and given", () => {
    fc.assert(
      fc.property(arma, data, fc.boolean(), (m, y, mean) => {
        fc.pre(m.d < 2 && m.d + m.D < 2 && observed(y) > span(m) + 8);
        const columns = [
          Float64Array.from(y, (_, t) => Math.cos(1.3 * t) + 0.01 * t * t),
          Float64Array.from(y, (_, t) => Math.sin(2.1 * t)),
        ];
        const drift = mean ? [driftColumn(m, y.length)] : [];
        const oracle = denseDensity(m, y, [...drift, ...columns]);
        fc.pre(comparable(oracle));
        const options = { engine, regressors: columns };
        const params = paramsOf(m);
        const spec = specOf(m, mean);
        close(logLikelihood(y, spec, params, options), oracle.logLik, 1e-8, "all concentrated");
        const beta = [0.7, -1.1];
        const rest = y.map((v, t) => v - beta[0] * columns[0][t] - beta[1] * columns[1][t]);
        close(
          logLikelihood(y, spec, { ...params, beta }, options),
          denseDensity(m, rest, drift).logLik,
          1e-8,
          "beta given",
        );
        if (!mean) return;
        const level = 0.4;
        const flat = rest.map((v, t) => v - level * drift[0][t]);
        close(
          logLikelihood(y, spec, { ...params, beta, mean: level }, options),
          denseDensity(m, flat).logLik,
          1e-8,
          "all given",
        );
        // The concentrated values are the maximisers.
        const best = { ...params, mean: oracle.beta[0], beta: oracle.beta.slice(1), sigma2: oracle.sigma2 };
        close(logLikelihood(y, spec, best, options), oracle.logLik, 1e-8, "at the maximum");
      }),
      { numRuns: 80 },
    );
  });

  it("is equivariant: logLik(c·y) = logLik(y) − nobs·log|c|, over 200 orders of magnitude, gaps or not", () => {
    fc.assert(
      fc.property(arma, data, fc.integer({ min: -100, max: 100 }), fc.boolean(), (m, y, power, minus) => {
        fc.pre(observed(y) > span(m) + 4 && determined(m, y));
        fc.pre(Math.max(...y.filter((v) => !Number.isNaN(v)).map(Math.abs)) > 0.1);
        const c = (minus ? -1 : 1) * 2 ** power;
        const spec = specOf(m);
        const params = paramsOf(m);
        const nobs = observed(y) - span(m);
        const base = logLikelihood(y, spec, params, { engine });
        const scaled = logLikelihood(
          y.map((v) => c * v),
          spec,
          params,
          { engine },
        );
        close(scaled, base - nobs * Math.log(Math.abs(c)), 1e-11);
        // Powers of two only: any other factor rounds the data, and near-equal values lose digits by that.
        close(
          logLikelihood(
            y.map((v) => v * 2 ** 398),
            spec,
            params,
            { engine },
          ),
          base - nobs * 398 * Math.LN2,
          1e-10,
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe("exact likelihood", () => {
  it("does not depend on what the differencing removes: level, trend and season", () => {
    fc.assert(
      fc.property(arma, data, (m, y) => {
        fc.pre(m.d + m.D > 0 && observed(y) > span(m) + 4);
        const value = logLikelihood(y, specOf(m), paramsOf(m));
        // What is no more than the rounding of the level is lost in it.
        fc.pre(value < 2 * observed(y));
        const shifted = y.map(
          (v, t) => v + (m.d > 0 ? 16 : 0) + (m.d > 1 ? 3 * t : 0) + (m.D > 0 ? (t * 7) % m.period : 0),
        );
        close(logLikelihood(shifted, specOf(m), paramsOf(m)), value, m.d + m.D > 2 ? 1e-7 : 1e-9);
      }),
      { numRuns: 80 },
    );
  });

  it("is that of the series told backwards: a stationary Gaussian process is reversible", () => {
    fc.assert(
      fc.property(arma, data, (m, y) => {
        const stationary = { ...m, d: 0, D: 0 };
        fc.pre(observed(y) > 4);
        close(
          logLikelihood(y.slice().reverse(), specOf(stationary), paramsOf(m)),
          logLikelihood(y, specOf(stationary), paramsOf(m)),
          1e-9,
        );
      }),
      { numRuns: 80 },
    );
  });

  it("a place in the season that is never observed says nothing, and costs nothing", () => {
    // Without lags below the season its places are separate series: one that is not there may be left out of the season.
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 16, maxLength: 40 }),
        fc.integer({ min: 3, max: 5 }),
        fc.double({ min: -0.9, max: 0.9, noNaN: true }),
        fc.double({ min: -0.9, max: 0.9, noNaN: true }),
        (values, period, sar, sma) => {
          const whole = values.slice(0, values.length - (values.length % period));
          const y = whole.map((v, t) => (t % period === 1 ? Number.NaN : v));
          const rest = whole.filter((_, t) => t % period !== 1);
          fc.pre(rest.length > 2 * period && Math.max(...rest) - Math.min(...rest) > 0.5);
          const params = { seasonalAr: [sar], seasonalMa: [sma] };
          const expected = logLikelihood(rest, { order: [0, 0, 0], seasonal: [1, 1, 1, period - 1] }, params);
          fc.pre(Math.abs(expected) < 10 * rest.length);
          for (const engine of [undefined, ...ENGINES]) {
            const actual = logLikelihood(y, { order: [0, 0, 0], seasonal: [1, 1, 1, period] }, params, { engine });
            close(actual, expected, 1e-8);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("leading and trailing gaps say nothing", () => {
    fc.assert(
      fc.property(arma, data, (m, y) => {
        fc.pre(observed(y) > span(m) + 4);
        const wide = new Float64Array(y.length + 7).fill(Number.NaN);
        wide.set(y, 3);
        const value = logLikelihood(y, specOf(m), paramsOf(m));
        expect(logLikelihood(wide, specOf(m), paramsOf(m))).toBe(value);
      }),
      { numRuns: 60 },
    );
  });

  it("counts n − k observations and knows its concentrated estimates", () => {
    const y = [5, 1, Number.NaN, 4, 2, 6, 3, Number.NaN, Number.NaN, 4, 7, 1];
    const m: DenseModel = { ar: [0.5], ma: [-0.3], sar: [], sma: [], period: 2, d: 0, D: 0 };
    const x = y.map((_, t) => (t % 3) - 1);
    const oracle = denseDensity(m, y, [y.map(() => 1), x]);
    for (const engine of ENGINES) {
      const likelihood = new ExactLikelihood(
        {
          y: Float64Array.from(y),
          spec: { order: [1, 0, 1], seasonal: [0, 0, 0, 0], mean: true },
          mean: true,
          regressors: [Float64Array.from(x)],
        },
        engine,
      );
      expect(likelihood.nobs).toBe(9);
      expect(likelihood.engine).toBe(engine);
      likelihood.evaluate({ ar: [0.5], ma: [-0.3], seasonalAr: [], seasonalMa: [], period: 0 });
      close(likelihood.coefficients()[0], oracle.beta[0], 1e-12);
      close(likelihood.coefficients()[1], oracle.beta[1], 1e-12);
      close(likelihood.sigma2(), oracle.sigma2, 1e-12);
      expect(likelihood.gapCount).toBe(3);
    }
  });

  it("of a constant series is infinite: σ² is 0; with σ² given it is finite", () => {
    const spec: SarimaSpec = { order: [1, 0, 1] };
    const params = { ar: [0.5], ma: [0.1] };
    for (const value of [0, 5, 0.1, -3e7, 1e-320]) {
      for (const engine of ENGINES) {
        const y = new Float64Array(30).fill(value);
        y[7] = Number.NaN;
        expect(logLikelihood(y, spec, params, { engine })).toBe(Infinity);
        const ramp = y.map((v, t) => v * t);
        expect(logLikelihood(ramp, { order: [1, 1, 1], mean: true }, params, { engine })).toBe(Infinity);
        const white = logLikelihood(y, spec, { ...params, sigma2: 1 }, { engine });
        close(
          white,
          denseDensity(
            ARMA11,
            y.map((v) => v * 0),
            [y.map(() => 1)],
            1,
          ).logLik,
          1e-12,
        );
      }
    }
  });

  it("has no scale of its own: σ² given, data of 1e-300 and 1e300", () => {
    const y = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8];
    const spec: SarimaSpec = { order: [1, 0, 1], mean: false };
    const params = { ar: [0.5], ma: [0.1] };
    const zero = denseDensity(
      ARMA11,
      y.map(() => 0),
      [],
      1,
    ).logLik;
    close(
      logLikelihood(
        y.map((v) => v * 1e-300),
        spec,
        { ...params, sigma2: 1 },
      ),
      zero,
      1e-12,
    );
    close(
      logLikelihood(
        y.map((v) => v * 1e-320),
        spec,
        { ...params, sigma2: 1 },
      ),
      zero,
      1e-12,
    );
    close(
      logLikelihood(
        y.map((v) => v * 1e150),
        spec,
        { ...params, sigma2: 1e300 },
      ),
      denseDensity(ARMA11, y, [], 1).logLik - y.length * Math.log(1e150),
      1e-12,
    );
  });

  it("of a non-stationary autoregression is refused, of a moving average with any root it is not", () => {
    const y = [1, 3, 2, 5, 4, 6, 2, 3];
    for (const ar of [[1], [-1], [1.5], [0.6, 0.5]]) {
      for (const engine of ENGINES) {
        expect(() => logLikelihood(y, { order: [ar.length, 0, 0] }, { ar }, { engine })).toThrow(
          expect.objectContaining({ code: "NON_STATIONARY", message: expect.stringContaining("params.ar") }),
        );
      }
    }
    for (const ma of [[-1], [1], [5], [-2, 1], [0, -1]]) {
      const m: DenseModel = { ar: [], ma, sar: [], sma: [], period: 1, d: 0, D: 0 };
      for (const engine of ENGINES) {
        close(
          logLikelihood(y, { order: [0, 0, ma.length], mean: false }, { ma }, { engine }),
          denseDensity(m, y).logLik,
          1e-12,
        );
      }
    }
  });
});
