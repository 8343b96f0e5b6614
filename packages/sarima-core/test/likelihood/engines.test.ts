import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { logLikelihood } from "../../src/log-likelihood.js";
import { pacfToAr } from "../../src/stationarity.js";
import { type DenseModel, denseDensity } from "../oracle/dense.js";

/**
 * The law that the library stands on: the two engines, one that never forms a covariance matrix and treats gaps as regressors, and
 * one that is a textbook Kalman filter, give one likelihood, and it is that of the dense matrix.
 */

const coefficients = (max: number, size: number) =>
  fc
    .array(fc.double({ min: -max, max, noNaN: true }), { maxLength: size })
    .map((kappa) => Array.from(pacfToAr(Float64Array.from(kappa))));

const models: fc.Arbitrary<DenseModel> = fc.record({
  ar: coefficients(0.95, 3),
  ma: coefficients(1.3, 3),
  sar: coefficients(0.8, 2),
  sma: coefficients(1.1, 2),
  period: fc.integer({ min: 2, max: 6 }),
  d: fc.integer({ min: 0, max: 2 }),
  D: fc.integer({ min: 0, max: 1 }),
});

const data = fc
  .tuple(
    fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 26, maxLength: 44 }),
    fc.constantFrom(0, 0, 0.1, 0.4, 0.7),
    fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 44, maxLength: 44 }),
    // Levels and units far from 1 must not cost digits.
    fc.constantFrom(1, 1e-150, 1e6, 1e150),
  )
  .map(([values, share, draws, unit]) => ({
    unit,
    y: Float64Array.from(values, (v, t) => (draws[t] < share ? Number.NaN : v)),
  }));

const observed = (y: Float64Array) => y.filter((v) => !Number.isNaN(v)).length;

/** The engines have 1e-9; the oracle's own matrix loses digits with every differencing. */
function agree(values: [string, number][], tolerance: number): void {
  for (const [name, value] of values.slice(1)) {
    const error = Math.abs(value - values[0][1]) / Math.max(1, Math.abs(value));
    if (!(error <= tolerance)) expect.fail(`${name} ${value} against ${values[0][0]} ${values[0][1]}, off by ${error}`);
  }
}

describe("the two engines and the dense oracle", () => {
  const columns = (y: Float64Array) => [
    Float64Array.from(y, (_, t) => Math.cos(1.3 * t) + 0.01 * t * t),
    Float64Array.from(y, (_, t) => Math.sin(2.1 * t)),
  ];

  it.each([
    ["σ² concentrated out", false, undefined],
    ["σ² given", false, 1.7],
    ["with regressors", true, undefined],
  ])("agree: %s", (_, regressors, sigma2) => {
    let compared = 0;
    fc.assert(
      fc.property(models, data, (model, { y, unit }) => {
        const m = model.d + model.period * model.D;
        fc.pre(observed(y) > m + 6 && (!regressors || model.d + model.D < 2));
        const oracle = denseDensity(model, y, regressors ? columns(y) : [], sigma2);
        fc.pre(Number.isFinite(oracle.logLik) && oracle.sigma2 > 1e-3 && Math.max(...oracle.variance) < 1e5);
        const scaled = y.map((value) => value * unit);
        const shift = oracle.nobs * Math.log(unit);
        const likelihood = (engine: "innovations" | "kalman") =>
          logLikelihood(
            scaled,
            {
              order: [model.ar.length, model.d, model.ma.length],
              seasonal: [model.sar.length, model.D, model.sma.length, model.period],
              mean: false,
            },
            {
              ar: model.ar,
              ma: model.ma,
              seasonalAr: model.sar,
              seasonalMa: model.sma,
              ...(sigma2 === undefined ? {} : { sigma2: sigma2 * unit * unit }),
            },
            { engine, ...(regressors ? { regressors: columns(y) } : {}) },
          ) + shift;
        const innovations: [string, number] = ["innovations", likelihood("innovations")];
        agree([innovations, ["kalman", likelihood("kalman")]], 1e-9);
        agree([innovations, ["dense", oracle.logLik]], [1e-9, 1e-9, 1e-8, 1e-5][model.d + model.D]);
        compared++;
      }),
      { numRuns: 250 },
    );
    expect(compared).toBeGreaterThan(200);
  });

  it.each([
    [[0.9, 3e-7], []],
    [[-0.0014, 2.5e-7], []],
    [[], [0.5, 0, 0, 3e-7]],
    [[0.8], [0.3, 0, 0, 0, 2e-7]],
  ])("keep every digit where a far coefficient is almost nothing: ar %j, ma %j", (ar, ma) => {
    const y = Float64Array.from({ length: 30 }, (_, t) => Math.sin(t * t) + 2);
    const oracle = denseDensity({ ar, ma, sar: [], sma: [], period: 2, d: 0, D: 0 }, y).logLik;
    for (const engine of ["innovations", "kalman"] as const) {
      const ours = logLikelihood(y, { order: [ar.length, 0, ma.length], mean: false }, { ar, ma }, { engine });
      expect(Math.abs(ours / oracle - 1)).toBeLessThan(1e-13);
    }
  });
});
