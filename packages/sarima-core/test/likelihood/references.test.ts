import { describe, expect, it } from "vitest";
import { logLikelihood } from "../../src/log-likelihood.js";
import { close } from "../close.js";
import { rArima, rSeries, seasonalOf } from "../r-arima.js";
import {
  caseSeries,
  hasReferenceData,
  type ReferenceCase,
  readReference,
  referenceDataNote,
} from "../reference-data.js";

/** The likelihood at R's own coefficients, apart from what any optimiser finds. */
describe.each(rArima.fits)("R's log-likelihood of $series $order $seasonal", (fit) => {
  it.each(["innovations", "kalman"] as const)("%s engine", (engine) => {
    const [p, , q] = fit.order;
    const [P, , Q] = fit.seasonal;
    const take = (from: number, count: number) => fit.coef.slice(from, from + count);
    const y = rSeries(fit.series);
    const at = p + q + P + Q;
    const value = logLikelihood(
      y,
      { order: fit.order, seasonal: seasonalOf(fit.seasonal), mean: fit.mean },
      {
        ar: take(0, p),
        ma: take(p, q),
        seasonalAr: take(p + q, P),
        seasonalMa: take(p + q + P, Q),
        mean: fit.mean ? fit.coef[at] : undefined,
        beta: fit.trend ? [fit.coef[at + 1]] : undefined,
        sigma2: fit.sigma2,
      },
      { engine, regressors: fit.trend ? [y.map((_, t) => t)] : undefined },
    );
    // R's filter stops updating its gains at a tolerance of its own; it is good to some nine digits.
    close(value, fit.logLik, 1e-8);
  });
});

describe.skipIf(!hasReferenceData)(`likelihood.json${referenceDataNote}`, () => {
  interface Case extends ReferenceCase {
    reference: { loglik: number; source: string };
  }
  const cases = hasReferenceData ? readReference<{ cases: Case[] }>("likelihood.json").cases : [];
  const tolerance: Record<string, number> = { mp40: 1e-10, dense: 1e-7, exactDiffuse: 1e-7, flatDense: 1e-6 };

  it("every case, with the engine that is chosen", () => {
    const far: string[] = [];
    for (const c of cases) {
      const { ar, ma, sar, sma, mean } = c.params;
      const value = logLikelihood(
        caseSeries(c),
        { order: c.order, seasonal: [...c.seasonal, c.m], mean: c.mean },
        { ar, ma, seasonalAr: sar, seasonalMa: sma, mean: c.mean ? mean : undefined },
      );
      const error = Math.abs(value - c.reference.loglik) / Math.max(1, Math.abs(c.reference.loglik));
      if (!(error <= tolerance[c.reference.source]))
        far.push(`${c.id} (${c.reference.source}): ${error.toExponential(1)}`);
    }
    expect(cases.length).toBeGreaterThan(200);
    expect(far).toEqual([]);
  });
});
