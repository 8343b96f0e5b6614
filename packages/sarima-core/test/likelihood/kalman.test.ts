import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kalmanWhiten } from "../../src/likelihood/kalman.js";
import { kalmanSmooth } from "../../src/likelihood/smoother.js";
import { expandAr, expandDifference, expandMa } from "../../src/polynomial.js";
import { pacfToAr } from "../../src/stationarity.js";
import { close } from "../close.js";
import { type DenseModel, denseDensity } from "../oracle/dense.js";
import {
  caseSeries,
  hasReferenceData,
  type ReferenceCase,
  readReference,
  referenceDataNote,
} from "../reference-data.js";

const polynomials = (model: DenseModel) => ({
  phi: expandAr(model.ar, model.sar, model.period),
  theta: expandMa(model.ma, model.sma, model.period),
  delta: expandDifference(model.d, model.D, model.period),
});

function logLik(model: DenseModel, y: Float64Array, sigma2?: number): { logLik: number; sigma2: number; nobs: number } {
  const { whitened, nobs, sumLogF } = kalmanWhiten({ ...polynomials(model), y });
  const rss = whitened.reduce((sum, e) => sum + e * e, 0);
  const s2 = sigma2 ?? rss / nobs;
  return { nobs, sigma2: s2, logLik: -0.5 * (nobs * Math.log(2 * Math.PI * s2) + sumLogF + rss / s2) };
}

const partials = (max: number, size: number) =>
  fc.array(fc.double({ min: -max, max, noNaN: true }), { minLength: 0, maxLength: size });
const stationary = (max: number, size: number) =>
  partials(max, size).map((kappa) => Array.from(pacfToAr(Float64Array.from(kappa))));

const models: fc.Arbitrary<DenseModel> = fc.record({
  ar: stationary(0.9, 3),
  ma: stationary(1.2, 3),
  sar: stationary(0.8, 2),
  sma: stationary(1.1, 2),
  period: fc.integer({ min: 2, max: 5 }),
  d: fc.integer({ min: 0, max: 2 }),
  D: fc.integer({ min: 0, max: 1 }),
});

/** Some 30 values, a share of them gaps; lead and tail gaps, long outages and gaps among the first values all occur. */
const data = fc
  .tuple(
    fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 26, maxLength: 38 }),
    fc.constantFrom(0, 0.1, 0.4, 0.7),
    fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 38, maxLength: 38 }),
  )
  .map(([values, share, draws]) => Float64Array.from(values, (v, t) => (draws[t] < share ? Number.NaN : v)));

const observed = (y: Float64Array) => y.filter((v) => !Number.isNaN(v)).length;

/** Differenced three times, the oracle's matrix grows as t⁵ and it is the one that loses digits. */
const digits = (model: DenseModel, tolerance: number) =>
  model.d + model.D > 2 ? 1e-5 : model.d > 1 ? 10 * tolerance : tolerance;

/** The dense oracle integrates d + sD times; where the flat part is nearly undetermined it has no digits to compare with. */
const comparable = (oracle: { logDeterminant: number; sigma2: number; variance: number[] }) =>
  Number.isFinite(oracle.logDeterminant) && oracle.sigma2 > 1e-3 && Math.max(...oracle.variance) < 1e5;

describe("Kalman filter", () => {
  it("gives the density of the dense oracle, gaps anywhere, differenced or not", () => {
    let compared = 0;
    fc.assert(
      fc.property(models, data, (model, y) => {
        const m = model.d + model.period * model.D;
        fc.pre(observed(y) > m + 3);
        const oracle = denseDensity(model, y);
        fc.pre(comparable(oracle));
        const ours = logLik(model, y);
        expect(ours.nobs).toBe(oracle.nobs);
        close(ours.logLik, oracle.logLik, digits(model, 1e-9), "log-likelihood");
        close(ours.sigma2, oracle.sigma2, digits(model, 1e-9), "sigma2");
        compared++;
      }),
      { numRuns: 300 },
    );
    expect(compared).toBeGreaterThan(250);
  });

  it("whitens regressors as it whitens y: the regression on them is the dense GLS", () => {
    fc.assert(
      fc.property(models, data, (model, y) => {
        // Twice differenced, the oracle's own matrix costs it eight digits of beta.
        fc.pre(model.d < 2);
        const m = model.d + model.period * model.D;
        fc.pre(observed(y) > m + 6);
        const columns = [
          Float64Array.from(y, (_, t) => Math.cos(1.3 * t) + 0.01 * t * t),
          Float64Array.from(y, (_, t) => Math.sin(2.1 * t)),
        ];
        const oracle = denseDensity(model, y, columns);
        fc.pre(comparable(oracle));
        const { whitened: z, whitenedColumns: X } = kalmanWhiten({ ...polynomials(model), y, columns });
        const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + v * b[i], 0);
        const [a, b, c] = [dot(X[0], X[0]), dot(X[0], X[1]), dot(X[1], X[1])];
        fc.pre(a * c - b * b > 1e-4 * a * c);
        const [u, v] = [dot(X[0], z), dot(X[1], z)];
        const beta = [(c * u - b * v) / (a * c - b * b), (a * v - b * u) / (a * c - b * b)];
        close(beta[0], oracle.beta[0], 1e-8, "beta1");
        close(beta[1], oracle.beta[1], 1e-8, "beta2");
        close(dot(z, z) - beta[0] * u - beta[1] * v, oracle.rss, 1e-8, "rss");
      }),
      { numRuns: 150 },
    );
  });

  it("predicts each value from those before it: trailing gaps are the dense forecasts", () => {
    fc.assert(
      fc.property(models, data, fc.integer({ min: 1, max: 8 }), (model, y, horizon) => {
        const m = model.d + model.period * model.D;
        fc.pre(observed(y) > m + 3);
        const extended = new Float64Array(y.length + horizon).fill(Number.NaN);
        extended.set(y);
        const oracle = denseDensity(model, extended);
        fc.pre(comparable(oracle));
        const { prediction, F } = kalmanWhiten({ ...polynomials(model), y: extended });
        for (let t = y.length; t < extended.length; t++) {
          close(prediction[t], oracle.mean[t], digits(model, 1e-7), "mean");
          close(F[t], oracle.variance[t], digits(model, 1e-7), "variance");
        }
      }),
      { numRuns: 150 },
    );
  });

  it("predicts inside the data from the past only, while the first values are still uncertain too", () => {
    fc.assert(
      fc.property(models, data, fc.nat(), (model, y, draw) => {
        const m = model.d + model.period * model.D;
        const t = m + 3 + (draw % (y.length - m - 3));
        const past = y.slice(0, t + 1);
        past[t] = Number.NaN;
        fc.pre(!Number.isNaN(y[t]) && observed(past) > m + 2);
        const oracle = denseDensity(model, past);
        fc.pre(comparable(oracle));
        const { prediction, F, v } = kalmanWhiten({ ...polynomials(model), y });
        close(prediction[t], oracle.mean[t], digits(model, 1e-7), "prediction");
        close(v[t], y[t] - oracle.mean[t], digits(model, 1e-7), "innovation");
        close(F[t], oracle.variance[t], digits(model, 1e-7), "variance");
      }),
      { numRuns: 150 },
    );
  });

  it("keeps what is undetermined apart: a month that is never observed has no variance, the others have", () => {
    const model: DenseModel = { ar: [0.4], ma: [], sar: [], sma: [-0.5], period: 4, d: 0, D: 1 };
    const y = Float64Array.from({ length: 40 }, (_, t) => (t % 4 === 2 ? Number.NaN : Math.sin(3 * t) + 0.1 * t));
    y[13] = Number.NaN;
    const { nobs, sumLogF } = kalmanWhiten({ ...polynomials(model), y });
    // Three of the four initial values can be informed: 29 observations less 3.
    expect(nobs).toBe(26);
    expect(Number.isFinite(sumLogF)).toBe(true);
    const { mean, variance } = kalmanSmooth({ ...polynomials(model), y });
    expect(variance[13]).toBeLessThan(2);
    expect(mean[13]).toBeGreaterThan(-3);
    for (let t = 2; t < 40; t += 4) expect(variance[t]).toBe(Number.POSITIVE_INFINITY);
  });

  it("refuses what it cannot filter", () => {
    const model: DenseModel = { ar: [1.1], ma: [], sar: [], sma: [], period: 4, d: 0, D: 1 };
    expect(() => kalmanWhiten({ ...polynomials(model), y: new Float64Array(9) })).toThrow(/root on or inside/);
    expect(() => kalmanWhiten({ ...polynomials({ ...model, ar: [] }), y: new Float64Array(4) })).toThrow(/more than 4/);
    const empty = new Float64Array(9).fill(Number.NaN);
    expect(() => kalmanWhiten({ ...polynomials({ ...model, ar: [], D: 0 }), y: empty })).toThrow(/more than 0/);
  });

  it("leaves a state from which the next values follow as the dense oracle has them", () => {
    fc.assert(
      fc.property(models, data, (model, y) => {
        const m = model.d + model.period * model.D;
        fc.pre(observed(y) > m + 3);
        const extended = new Float64Array(y.length + 1).fill(Number.NaN);
        extended.set(y);
        const oracle = denseDensity(model, extended);
        fc.pre(comparable(oracle));
        const { state } = kalmanWhiten({ ...polynomials(model), y });
        const { delta } = polynomials(model);
        let mean = state.alpha[0][0];
        let F = state.P[0];
        const weights = Array.from(state.gapLags, (lag) => delta.coefs[delta.lags.indexOf(lag)] ?? 0);
        delta.lags.forEach((lag, i) => {
          mean += delta.coefs[i] * state.lags[0][lag - 1];
        });
        const r = state.alpha[0].length;
        weights.forEach((a, i) => {
          F += 2 * a * state.gapAlpha[i * r];
          weights.forEach((b, j) => {
            F += a * b * state.gapVariance[i * weights.length + j];
          });
        });
        close(mean, oracle.mean[y.length], digits(model, 1e-7), "mean");
        close(F, oracle.variance[y.length], digits(model, 1e-7), "variance");
        const gaps = Array.from(state.gapLags, (lag) => y.length - lag);
        expect(gaps.every((t) => Number.isNaN(y[t]))).toBe(true);
        gaps.forEach((t, i) => {
          // The last values can still only be filtered, which is what smoothing is at the end of the data.
          close(state.lags[0][y.length - t - 1], oracle.mean[t], digits(model, 1e-7), "gap");
          close(state.gapVariance[i * gaps.length + i], oracle.variance[t], digits(model, 1e-7), "gap variance");
        });
      }),
      { numRuns: 150 },
    );
  });
});

describe("fixed-interval smoother", () => {
  it("gives mean and variance of every gap, leading and trailing ones too", () => {
    fc.assert(
      fc.property(models, data, (model, y) => {
        const m = model.d + model.period * model.D;
        fc.pre(observed(y) > m + 3);
        const oracle = denseDensity(model, y);
        fc.pre(comparable(oracle));
        const { mean, variance } = kalmanSmooth({ ...polynomials(model), y });
        for (let t = 0; t < y.length; t++) {
          close(mean[t], oracle.mean[t], digits(model, 1e-7), `mean at ${t}`);
          close(variance[t], oracle.variance[t], digits(model, 1e-7), `variance at ${t}`);
        }
      }),
      { numRuns: 200 },
    );
  });
});

interface LikelihoodCase extends ReferenceCase {
  reference: { loglik: number; sigma2: number; source: string; nUsed: number };
}

describe.runIf(hasReferenceData)(`Kalman filter against the reference set${referenceDataNote}`, () => {
  const { cases } = hasReferenceData ? readReference<{ cases: LikelihoodCase[] }>("likelihood.json") : { cases: [] };
  /** Dense states of long seasons take seconds each; the fast engine is held to those cases elsewhere. */
  const affordable = cases.filter((c) => c.m * Math.max(c.seasonal[0], c.seasonal[2]) <= 60 && c.n <= 700);

  it("has cases with gaps, differenced and not", () => {
    const gaps = affordable.filter((c) => c.nMissing + c.missingAt.length > 0);
    expect(gaps.some((c) => c.order[1] + c.seasonal[1] > 0)).toBe(true);
    expect(gaps.some((c) => c.order[1] + c.seasonal[1] === 0)).toBe(true);
  });

  it.each(affordable)("$id", (c) => {
    const model: DenseModel = { ...c.params, period: c.m, d: c.order[1], D: c.seasonal[1] };
    const y = caseSeries(c);
    if (c.mean) for (let t = 0; t < y.length; t++) y[t] -= c.params.mean ?? 0;
    const ours = logLik(model, y);
    expect(ours.nobs).toBe(c.reference.nUsed);
    close(ours.logLik, c.reference.loglik, c.reference.source === "mp40" ? 1e-8 : 1e-7, c.reference.source);
  });
});
