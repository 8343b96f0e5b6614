import { describe, expect, it } from "vitest";
import {
  append,
  autoEnsemble,
  fromJSON,
  logLikelihood,
  memberModel,
  type SarimaEnsemble,
  toJSON,
} from "../../src/index.js";
import { rArima, rSeries } from "../r-arima.js";
import { load } from "./series.js";

const gap = Number.NaN;

function likelyMembers(ensemble: SarimaEnsemble) {
  return ensemble.members.flatMap(({ id, fit }) => {
    const model = memberModel(ensemble, id);
    expect(model === null).toBe(fit.kind !== "sarima");
    return model && fit.kind === "sarima" ? [{ id, fit, model }] : [];
  });
}

describe("the model of a member", () => {
  it("has the likelihood, criteria and standard errors that R gives for the same orders", () => {
    const r = rArima.fits.find((one) => one.series === "Nile" && one.order.join() === "1,0,1");
    if (!r) throw new Error("arima.json has no fit of (1,0,1) to Nile");
    const model = memberModel(autoEnsemble(rSeries("Nile")), "sarima-raw");
    expect(model?.spec.order).toEqual([1, 0, 1]);
    // A member's search may end 0.005 below the maximum.
    const { logLik = gap, aic = gap, bic = gap } = model ?? {};
    expect(Math.abs(logLik - r.logLik)).toBeLessThan(0.005);
    expect(aic - r.aic).toBeCloseTo(2 * (r.logLik - logLik), 4);
    expect(bic - r.bic).toBeCloseTo(2 * (r.logLik - logLik), 4);
    expect(model?.parameterNames).toEqual(["ar1", "ma1", "mean"]);
    const { ar = [], ma = [], mean = gap } = model?.params ?? {};
    [...ar, ...ma].forEach((value, i) => {
      expect(Math.abs(value - r.coef[i])).toBeLessThan(0.03 * r.se[i]);
    });
    // The maximum is flat: what a search leaves open is a small part of a standard error.
    expect(Math.abs(mean - r.coef[2])).toBeLessThan(0.01 * r.se[2]);
    // R takes differences of differences; ours are those of an exact score.
    r.se.forEach((error, i) => {
      expect(Math.abs((model?.standardErrors[i] ?? gap) / error - 1)).toBeLessThan(0.02);
    });
  });

  it("stands at the coefficients of the member, on the values it was fitted to, in the units of the series", () => {
    const long = load(2100);
    const few = load(600, 2).map((value, t) => (t % 97 === 50 ? gap : value));
    const many = load(600, 3).map((value, t) => (t % 20 === 10 ? gap : value));
    const wave = Float64Array.from({ length: 300 }, (_, t) => Math.sin(t / 9));
    const cases: [y: Float64Array, options: object, seen: number][] = [
      [long, { periods: [12], upper: 200 }, 2016],
      [few, { periods: [12] }, 594],
      [many, { periods: [12] }, 600],
      [load(300, 4).map((value, t) => value + 5 * wave[t]), { regressors: [wave] }, 300],
    ];
    let withErrors = 0;
    for (const [y, options, seen] of cases) {
      const ensemble = autoEnsemble(y, options);
      const found = likelyMembers(ensemble);
      expect(found.length).toBeGreaterThan(0);
      for (const { fit, model } of found) {
        const { order, seasonal } = model.spec;
        expect(model.nobs).toBe(seen - order[1] - seasonal[1] * seasonal[3]);
        expect(model.params).toMatchObject({
          ar: fit.ar,
          ma: fit.ma,
          seasonalAr: fit.seasonalAr,
          seasonalMa: fit.seasonalMa,
        });
        const unit = fit.scale === "raw" ? ensemble.unit : 1;
        expect(model.params.mean).toBeCloseTo(fit.mean * unit, 6);
        const { sigma2, mean, ...factors } = model.params;
        const given = { ...factors, ...(model.spec.mean ? { mean } : {}), sigma2 };
        const transform = model.transform ? { transform: model.transform } : {};
        const likelihood = logLikelihood(model.y, model.spec, given, transform);
        expect(model.logLik / likelihood).toBeCloseTo(1, 9);
        const count = model.parameterNames.length + 1;
        expect(model.aic).toBeCloseTo(2 * count - 2 * model.logLik, 6);
        expect(model.standardErrors).toHaveLength(model.parameterNames.length);
        // Where the hourly job is the same every hour a seasonal root sits on the unit circle, and the model says so.
        const known = model.standardErrors.every((error) => error > 0);
        expect(known || model.warnings.some((warning) => warning.includes("Hessian"))).toBe(true);
        if (known) withErrors++;
      }
    }
    expect(withErrors).toBeGreaterThan(2);
  });

  it("is at a maximum as sharp as its standard errors say", () => {
    const ensemble = autoEnsemble(load(900, 5));
    const found = likelyMembers(ensemble);
    expect(found.length).toBeGreaterThan(0);
    for (const { model } of found) {
      const transform = model.transform ? { transform: model.transform } : {};
      const { sigma2: _, mean: __, ...factors } = model.params;
      const [error] = model.standardErrors;
      const moved = { ...factors, ar: [factors.ar[0] + error / 10, ...factors.ar.slice(1)] };
      const loss = model.logLik - logLikelihood(model.y, model.spec, moved, transform);
      // A tenth of a standard error costs (1/10)² / 2 where the others follow, and more where they stay.
      expect(loss).toBeGreaterThan(0.9 * 0.005);
    }
  });

  it("is the same after a document, and goes on with values that came later", () => {
    const ensemble = autoEnsemble(load(400, 6), { periods: [12] });
    const again = fromJSON(toJSON(ensemble)) as SarimaEnsemble;
    const later = append(ensemble, [25, 0, 26]);
    for (const { id, model } of likelyMembers(ensemble)) {
      const same = memberModel(again, id);
      expect([same?.logLik, ...(same?.standardErrors ?? [])]).toEqual([model.logLik, ...model.standardErrors]);
      expect(memberModel(later, id)?.y.length).toBe(403);
      expect(Number.isFinite(memberModel(later, id)?.logLik)).toBe(true);
    }
  });

  it("says which members there are", () => {
    const ensemble = autoEnsemble(load(60, 7));
    expect(() => memberModel(ensemble, "sarima")).toThrow(/id must be that of a member: ar-.+received "sarima"/);
  });
});
