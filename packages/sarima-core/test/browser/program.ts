import type * as Core from "../../src/index.js";

/**
 * What the test runs in Node and in the browser. It is sent to the page as text: nothing outside of it may be used.
 * Every number of the answer is compared.
 */
export function program(core: typeof Core) {
  const n = 160;
  const random = (t: number) => {
    // The fractional part of a product is exact arithmetic: the same series everywhere.
    const x = t * t * 0.6180339887498949 + t * 0.4142135623730951;
    return x - Math.floor(x) - 0.5;
  };
  const cycle = [0, 3, 5, 6, 5, 3, 0, -3, -5, -6, -5, -3];
  let level = 40;
  const y = Array.from({ length: n }, (_, t) => {
    level += random(t);
    return level + cycle[t % 12] + 2 * random(3 * t + 1);
  });
  const gappy = y.map((value, t) => (t === 20 || (t > 90 && t < 99) || t === 157 ? Number.NaN : value));

  const likelihood = [
    core.logLikelihood(y, { order: [1, 1, 1], seasonal: [0, 1, 1, 12] }, { ar: [0.3], ma: [-0.5], seasonalMa: [-0.6] }),
    core.logLikelihood(
      gappy,
      { order: [2, 0, 1], seasonal: [1, 0, 0, 12] },
      { ar: [0.5, 0.2], ma: [0.3], seasonalAr: [0.4] },
    ),
    core.logLikelihood(
      gappy,
      { order: [0, 1, 1], seasonal: [0, 1, 1, 12] },
      { ma: [-0.4], seasonalMa: [-0.6] },
      { engine: "kalman" },
    ),
    core.logLikelihood(y, { order: [0, 1, 1], seasonal: [0, 1, 1, 72] }, { ma: [-0.4], seasonalMa: [-0.6] }),
  ];
  const airline = core.sarima(y, { order: [0, 1, 1], seasonal: [0, 1, 1, 12] });
  const model = core.sarima(
    gappy,
    { order: [1, 0, 1], seasonal: [1, 0, 0, 12] },
    { transform: { kind: "logit", lower: 0, upper: 100 } },
  );
  const appended = core.append(airline, [41, Number.NaN, 43]);
  const back = core.fromJSON(core.toJSON(appended));
  const { mean, median, standardError, intervals } = core.forecast(model, 24);
  const checks = core.diagnostics(airline);
  return {
    likelihood,
    airline: [airline.logLik, ...airline.params.ma, ...airline.params.seasonalMa, airline.sigma2],
    errors: [...airline.standardErrors],
    model: [
      model.logLik,
      ...model.params.ar,
      ...model.params.ma,
      ...model.params.seasonalAr,
      model.params.mean,
      model.sigma2,
    ],
    forecast: [...mean, ...median, ...standardError, ...intervals.flatMap(({ lower, upper }) => [...lower, ...upper])],
    differenced: [...core.forecast(appended, 24).mean],
    saved: [...core.forecast(back, 24).mean],
    paths: core.simulate(model, 12, { paths: 20, seed: 9 }).flatMap((path) => [...path]),
    smoothed: [...core.smooth(model).mean],
    tests: [
      checks.ljungBox?.pValue ?? Number.NaN,
      checks.jarqueBera?.pValue ?? Number.NaN,
      checks.heteroskedasticity?.pValue ?? Number.NaN,
      ...checks.acf,
      core.kpss(y).statistic,
    ],
    summary: core.summary(airline),
  };
}
