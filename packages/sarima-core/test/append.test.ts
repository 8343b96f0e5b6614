import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sarima } from "../src/fit.js";
import { forecast } from "../src/forecast.js";
import type { FitOptions, SarimaModel } from "../src/model.js";
import type { SarimaSpec } from "../src/spec.js";
import { pacfToAr } from "../src/stationarity.js";
import { append } from "../src/update.js";
import { allClose, close } from "./close.js";
import { rSeries } from "./r-arima.js";

/** The law: to append is to fit the longer series with every parameter held fixed. */
function holds(appended: SarimaModel, whole: SarimaModel, tolerance: number): void {
  expect(appended.nobs).toBe(whole.nobs);
  close(appended.logLik, whole.logLik, tolerance, "logLik");
  allClose(appended.y, whole.y, 0, "y");
  allClose(appended.residuals, whole.residuals, tolerance, "residuals");
  allClose(appended.fitted, whole.fitted, tolerance, "fitted");
  const options = { regressors: whole.regressors.map(() => [0.3, -0.2, 1, 2, 0]) };
  const [a, b] = [forecast(appended, 5, options), forecast(whole, 5, options)];
  allClose(a.mean, b.mean, tolerance, "mean");
  allClose(a.standardError, b.standardError, tolerance, "standard error");
}

const factor = (max: number, size: number) =>
  fc
    .array(fc.double({ min: -max, max, noNaN: true }), { maxLength: size })
    .map((kappa) => Array.from(pacfToAr(Float64Array.from(kappa))));
const setting = fc.record({
  ar: factor(0.9, 2),
  ma: factor(0.95, 2),
  seasonalAr: factor(0.8, 1),
  seasonalMa: factor(0.9, 1),
  period: fc.integer({ min: 2, max: 6 }),
  d: fc.integer({ min: 0, max: 1 }),
  D: fc.integer({ min: 0, max: 1 }),
  values: fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 30, maxLength: 60 }),
  added: fc.integer({ min: 1, max: 15 }),
  share: fc.constantFrom(0, 0, 0.15, 0.4),
  draws: fc.array(fc.nat(99), { minLength: 60, maxLength: 60 }),
  regressors: fc.boolean(),
  harmonics: fc.boolean(),
});

describe("append", () => {
  it("is the fit with everything fixed on the longer series: at once, one by one, in blocks", () => {
    let gappy = 0;
    fc.assert(
      fc.property(setting, (s) => {
        const y = s.values.map((v, t) => (s.draws[t] < 100 * s.share ? Number.NaN : v));
        const cut = y.length - s.added;
        const head = y.slice(0, cut);
        const observed = (x: number[]) => x.filter((v) => !Number.isNaN(v)).length;
        fc.pre(observed(head) > s.d + s.D * s.period + 8);
        const spec: SarimaSpec = {
          order: [s.ar.length, s.d, s.ma.length],
          seasonal: [s.seasonalAr.length, s.D, s.seasonalMa.length, s.period],
          mean: s.d + s.D < 2,
        };
        const columns = s.regressors ? [y.map((_, t) => Math.sin(t * t)), y.map((_, t) => (t % 7) - 3)] : [];
        const harmonics = s.harmonics ? [{ period: 11, order: 1 }] : [];
        const beta = [...(s.regressors ? [0.4, -0.3] : []), ...(s.harmonics ? [1, 2] : [])];
        const fixed: FitOptions["fixed"] = { ...s, mean: spec.mean ? 0.2 : null, beta, sigma2: 1.7 };
        const fit = (length: number) =>
          sarima(y.slice(0, length), spec, {
            regressors: columns.map((x) => x.slice(0, length)),
            harmonics,
            fixed: {
              ar: fixed.ar,
              ma: fixed.ma,
              seasonalAr: fixed.seasonalAr,
              seasonalMa: fixed.seasonalMa,
              mean: fixed.mean,
              beta,
              sigma2: 1.7,
            },
          });
        const base = fit(cut);
        const whole = fit(y.length);
        // Values that the first observed ones do not determine yet have no finite variance to compare.
        fc.pre(forecast(base, 3, { regressors: columns.map(() => [0, 0, 0]) }).standardError.every((se) => se < 1e3));
        const part = (from: number, to: number) => ({ regressors: columns.map((x) => x.slice(from, to)) });
        holds(append(base, y.slice(cut), part(cut, y.length)), whole, 1e-8);
        for (const block of [1, 4]) {
          let model = base;
          for (let t = cut; t < y.length; t += block) {
            model = append(model, y.slice(t, t + block), part(t, Math.min(y.length, t + block)));
          }
          holds(model, whole, 1e-8);
        }
        if (observed(y) < y.length) gappy++;
      }),
      { numRuns: 120 },
    );
    expect(gappy).toBeGreaterThan(15);
  });

  it("adds log predictive densities: logLik is additive, and what it adds is the density of the forecast", () => {
    const y = rSeries("lh");
    let model = sarima(y.slice(0, 40), { order: [2, 0, 1] });
    for (let t = 40; t < 48; t++) {
      const f = forecast(model, 1);
      const next = append(model, [y[t]]);
      const z = (y[t] - f.mean[0]) / f.standardError[0];
      close(
        next.logLik - model.logLik,
        -0.5 * Math.log(2 * Math.PI) - Math.log(f.standardError[0]) - 0.5 * z * z,
        1e-10,
      );
      close(next.residuals[t], Math.sqrt(model.sigma2) * z, 1e-10);
      close(next.fitted[t], f.mean[0], 1e-12);
      model = next;
    }
  });

  it("keeps parameters and the old model; counts criteria anew", () => {
    const y = rSeries("lh");
    const model = sarima(y.slice(0, 40), { order: [1, 0, 0] });
    const copy = structuredClone({ ...model });
    const next = append(model, y.slice(40));
    expect({ ...model }).toEqual(copy);
    expect(next.params).toBe(model.params);
    expect(next.nobs).toBe(48);
    close(next.aic, -2 * next.logLik + 2 * 3, 1e-12);
    close(next.bic, -2 * next.logLik + 3 * Math.log(48), 1e-12);
    expect(Object.isFrozen(next) && Object.isFrozen(next.state)).toBe(true);
    expect(append(model, [])).toBe(model);
  });

  it("in long seasons, through outages longer than a season, and back to the cheap state", () => {
    const y = Float64Array.from({ length: 900 }, (_, t) => Math.sin((t * Math.PI) / 24) * 5 + Math.cos(t * t));
    y.fill(Number.NaN, 500, 570);
    const spec: SarimaSpec = { order: [1, 0, 1], seasonal: [0, 1, 1, 48] };
    const fixed = { ar: [0.5], ma: [0.2], seasonalMa: [-0.4], sigma2: 1 };
    let model = sarima(y.slice(0, 450), spec, { fixed });
    for (let t = 450; t < 900; t += 50) model = append(model, y.slice(t, t + 50));
    holds(model, sarima(y, spec, { fixed }), 1e-8);
  });

  it("predicts a value exactly now and then, and loses nothing by it", () => {
    const y = [1, 2, 2, 2, 3, Number.NaN, 3, 3, 4, 4];
    const fixed = { ar: [0], ma: [], sigma2: 1 };
    const spec: SarimaSpec = { order: [1, 1, 0] };
    for (const cut of [4, 5, 6, 7, 8]) {
      holds(append(sarima(y.slice(0, cut), spec, { fixed }), y.slice(cut)), sarima(y, spec, { fixed }), 1e-12);
    }
    // A transient filter that meets a gap begins again, with innovations of exactly 0.
    const zeros = [1, -1, 0, 0, 0, 0, 0, 0];
    const long: SarimaSpec = { order: [0, 0, 1], mean: false };
    const held = { ma: [1], sigma2: 1 };
    const again = append(sarima(zeros, long, { fixed: held }), [0, Number.NaN, 0, 0]);
    holds(again, sarima([...zeros, 0, Number.NaN, 0, 0], long, { fixed: held }), 1e-12);
    expect(Number.isFinite(again.logLik)).toBe(true);
  });

  it("takes in the first value of a place in the season that was never observed", () => {
    const y = Float64Array.from({ length: 90 }, (_, t) =>
      t % 12 === 3 && t < 75 ? Number.NaN : Math.cos(t * t) + (t % 12),
    );
    const spec: SarimaSpec = { order: [0, 1, 1], seasonal: [0, 1, 1, 12] };
    const fixed = { ma: [-0.4], seasonalMa: [-0.5], sigma2: 1 };
    const base = sarima(y.slice(0, 70), spec, { fixed });
    expect(base.warnings.join()).toContain("1 of the 12 places in the season");
    const f = forecast(base, 20);
    f.standardError.forEach((se, h) => {
      // The 4th place of each year has no error that could be given; the others have.
      if ((70 + h) % 12 === 3) expect(se).toBe(Number.POSITIVE_INFINITY);
      else expect(se).toBeLessThan(10);
    });
    expect(f.mean.some(Number.isNaN)).toBe(false);
    const whole = sarima(y, spec, { fixed });
    const at = forecast(append(append(base, y.slice(70, 76)), y.slice(76)), 14);
    allClose(at.mean, forecast(whole, 14).mean, 1e-8);
    allClose(at.standardError, forecast(whole, 14).standardError, 1e-8);
  });

  it("transforms as the model does, and refuses what has no image", () => {
    const y = rSeries("logAirPassengers").map(Math.exp);
    const spec: SarimaSpec = { order: [0, 1, 1], seasonal: [0, 1, 1, 12] };
    const transform = { kind: "log" } as const;
    const base = sarima(y.slice(0, 130), spec, { transform });
    const fixed = { ma: [...base.params.ma], seasonalMa: [...base.params.seasonalMa], sigma2: base.sigma2 };
    holds(append(base, y.slice(130)), sarima(y, spec, { transform, fixed }), 1e-9);
    expect(() => append(base, [400, -1])).toThrow(
      expect.objectContaining({ name: "SarimaError", message: expect.stringContaining("y[1]") }),
    );
  });

  it("needs the new values of every regressor", () => {
    const y = rSeries("lh");
    const model = sarima(y, { order: [1, 0, 0] }, { regressors: [y.map((_, t) => Math.sin(t))] });
    for (const regressors of [
      undefined,
      [],
      [[1]],
      [
        [1, 2],
        [3, 4],
      ],
      [[1, Number.NaN]],
    ]) {
      expect(() => append(model, [1, 2], { regressors: regressors as number[][] })).toThrow(
        expect.objectContaining({ code: "INVALID_ARGUMENT", message: expect.stringContaining("regressors") }),
      );
    }
  });
});
