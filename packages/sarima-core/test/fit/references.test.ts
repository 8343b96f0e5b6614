import { describe, expect, it } from "vitest";
import { sarima } from "../../src/fit.js";
import { logLikelihood } from "../../src/log-likelihood.js";
import type { FitOptions } from "../../src/model.js";
import { close } from "../close.js";
import { type RFit, rArima, rSeries, seasonalOf } from "../r-arima.js";
import {
  caseSeries,
  hasReferenceData,
  type ReferenceCase,
  readReference,
  referenceDataNote,
} from "../reference-data.js";

function fitAsR(fit: RFit, options: FitOptions = {}) {
  const y = rSeries(fit.series);
  const [p, , q] = fit.order;
  const [P, , Q] = fit.seasonal;
  const held = fit.fixed ?? fit.coef.map(() => null);
  const take = (from: number, count: number) => held.slice(from, from + count);
  const fixed = {
    ar: take(0, p),
    ma: take(p, q),
    seasonalAr: take(p + q, P),
    seasonalMa: take(p + q + P, Q),
    mean: fit.mean ? held[p + q + P + Q] : null,
  };
  const spec = { order: fit.order, seasonal: seasonalOf(fit.seasonal), mean: fit.mean };
  return sarima(y, spec, { regressors: fit.trend ? [y.map((_, t) => t)] : undefined, fixed, ...options });
}

const flat = (
  { ar, ma, seasonalAr, seasonalMa, mean, beta }: ReturnType<typeof sarima>["params"],
  withMean: boolean,
) => [...ar, ...ma, ...seasonalAr, ...seasonalMa, ...(withMean ? [mean] : []), ...beta];

/** The table of published optima: coefficients, σ², log-likelihood. */
const table: [
  string,
  RFit["order"],
  RFit["seasonal"],
  { mean?: boolean; trend?: boolean },
  number[],
  number,
  number,
][] = [
  ["logAirPassengers", [0, 1, 1], [0, 1, 1, 12], {}, [-0.401822893, -0.556935873], 0.00134809912, 244.69648683],
  ["USAccDeaths", [0, 1, 1], [0, 1, 1, 12], {}, [-0.43027005, -0.55272861], 99352.584, -425.441102],
  ["WWWusage", [3, 1, 0], [0, 0, 0, 1], {}, [1.151344, -0.661228, 0.340712], 9.363328, -251.996942],
  ["lh", [3, 0, 0], [0, 0, 0, 1], { mean: true }, [0.644802, -0.063382, -0.219796, 2.393119], 0.178660317, -27.092411],
  [
    "LakeHuron",
    [2, 0, 0],
    [0, 0, 0, 1],
    { mean: true, trend: true },
    [1.004818, -0.291302, 579.0994, -0.021568],
    0.456618,
    -101.198267,
  ],
  [
    "presidents",
    [3, 0, 0],
    [0, 0, 0, 1],
    { mean: true },
    [0.749595, 0.252233, -0.189034, 56.2167],
    81.11813,
    -414.08193,
  ],
  ["gappyNile", [2, 0, 0], [0, 0, 0, 1], { mean: true }, [0.362226, 0.167766, 918.3101], 23675.77, -387.703219],
  ["co2", [0, 1, 1], [0, 1, 1, 12], {}, [-0.350068, -0.850548], 0.08260312, -86.075647],
  ["nottem", [1, 0, 0], [2, 1, 0, 12], {}, [0.32401, -0.884839, -0.304186], 5.759526, -445.439433],
];

describe("published optima", () => {
  it.each(table)(
    "%s %j %j",
    (series, order, seasonal, { mean = false, trend = false }, coefficients, sigma2, logLik) => {
      const y = rSeries(series);
      // The table counts years from 1920, when the series is 45 old.
      const years = y.map((_, t) => t - 45);
      const model = sarima(y, { order, seasonal: seasonalOf(seasonal), mean }, trend ? { regressors: [years] } : {});
      flat(model.params, mean).forEach((value, j) => {
        close(value, coefficients[j], 5e-6, model.parameterNames[j]);
      });
      close(model.sigma2 / sigma2, 1, 5e-6, "sigma2");
      expect(Math.abs(model.logLik - logLik)).toBeLessThan(2e-6);
      expect(model.converged).toBe(true);
      expect(model.warnings).toEqual([]);
    },
  );
});

describe.each(rArima.fits)("R's fit of $series $order $seasonal, fixed $fixed", (fit) => {
  const model = fitAsR(fit);

  it("is not higher, and close", () => {
    expect(model.logLik).toBeGreaterThan(fit.logLik - 1e-7 * Math.abs(fit.logLik));
    expect(model.logLik).toBeLessThan(fit.logLik + 1e-3);
    expect(model.nobs).toBe(fit.nobs);
  });

  it("has these coefficients and standard errors", () => {
    const values = flat(model.params, fit.mean);
    expect(values.length).toBe(fit.coef.length);
    fit.coef.forEach((value, j) => {
      const held = fit.fixed?.[j] != null;
      // R stops where the likelihood is flat; its Hessian is a difference too.
      expect(Math.abs(values[j] - value), fit.names[j]).toBeLessThanOrEqual(held ? 0 : 0.02 * fit.se[j]);
      if (held) expect(model.standardErrors[j]).toBe(0);
      else if (!(fit.trend && j >= 2)) close(model.standardErrors[j] / fit.se[j], 1, 2e-3, `se of ${fit.names[j]}`);
    });
  });

  it("is counted as R counts", () => {
    const shift = -2 * (model.logLik - fit.logLik);
    close(model.aic, fit.aic + shift, 1e-9, "aic");
    close(model.bic, fit.bic + shift, 1e-9, "bic");
    const k = (fit.aic + 2 * fit.logLik) / 2;
    close(model.aicc, model.aic + (2 * k * (k + 1)) / (fit.nobs - k - 1), 1e-9, "aicc");
    close(model.hqic, -2 * model.logLik + 2 * k * Math.log(Math.log(fit.nobs)), 1e-9, "hqic");
  });

  it("is reached from css too, and at the log-likelihood that logLikelihood says", () => {
    const other = fitAsR(fit, { method: "css-ml" });
    close(other.logLik, model.logLik, 1e-8);
    const spec = { order: fit.order, seasonal: seasonalOf(fit.seasonal), mean: fit.mean };
    const regressors = fit.trend ? [rSeries(fit.series).map((_, t) => t)] : undefined;
    const given = { ...model.params, mean: fit.mean ? model.params.mean : undefined };
    close(logLikelihood(rSeries(fit.series), spec, given, { regressors }), model.logLik, 1e-10);
  });
});

describe.each(rArima.css)('R\'s method = "CSS" for $series $order $seasonal', (fit) => {
  it("has these coefficients, where both minimise the same sum", () => {
    const model = fitAsR(fit, { method: "css" });
    expect(model.method).toBe("css");
    const [p, , q] = fit.order;
    const [P, , Q] = fit.seasonal;
    // R starts its moving average after the first p + sP values, we at the first; and a mean is found beside, not before.
    const same = (p + P === 0 || q + Q === 0) && !fit.mean;
    const values = flat(model.params, fit.mean);
    fit.coef.forEach((value, j) => {
      expect(Math.abs(values[j] - value), fit.names[j]).toBeLessThan(same ? 2e-4 : fit.se[j]);
    });
  });
});

describe.skipIf(!hasReferenceData)(`mle.json${referenceDataNote}`, () => {
  interface Case extends ReferenceCase {
    best: { loglik: number; k: number };
  }
  const cases = hasReferenceData ? readReference<{ cases: Case[] }>("mle.json").cases : [];
  /** Cases whose maximum the search is known to miss, by id. None at present: all 138 are reached. */
  const missed: string[] = [];

  it("reaches the best known log-likelihood less 0.01 on a sample", () => {
    // A third of the cases, the short ones: the whole set is what bench/accuracy.mjs runs.
    const sample = cases.filter((c, i) => c.n <= 450 && i % 3 === 0);
    expect(sample.length).toBeGreaterThan(20);
    const short: string[] = [];
    for (const c of sample) {
      const model = sarima(caseSeries(c), { order: c.order, seasonal: [...c.seasonal, c.m], mean: c.mean }, {});
      if (model.logLik < c.best.loglik - 0.01) short.push(`${c.id}: ${(model.logLik - c.best.loglik).toFixed(3)}`);
      expect(model.aic).toBeCloseTo(-2 * model.logLik + 2 * c.best.k, 8);
    }
    expect(short.filter((line) => !missed.some((id) => line.startsWith(id)))).toEqual([]);
  });
});
