import { describe, expect, it } from "vitest";
import { forecast, logLikelihood, type SarimaSpec, sarima } from "../../src/index.js";
import { Random } from "../../src/random.js";
import { allClose, close } from "../close.js";

/** Data far from zero, as counters and bytes of memory are: in quarters, which a billion of them leaves exact. */
const random = new Random(5);
const noise = Array.from({ length: 120 }, () => Math.round(4 * random.normal()) / 4);
const ar = noise.map(() => 0);
for (let t = 0; t < ar.length; t++) ar[t] = Math.round(4 * (0.7 * (ar[t - 1] ?? 0) + noise[t])) / 4;
const walk: number[] = [];
for (const step of ar) walk.push((walk.at(-1) ?? 0) + step);
const LEVEL = 2 ** 40;
const high = (y: number[]) => y.map((v) => v + LEVEL);
const gaps = (y: number[]) => y.map((v, t) => (t % 17 === 3 ? Number.NaN : v));

const models: [string, number[], SarimaSpec][] = [
  ["a mean", ar, { order: [1, 0, 1] }],
  ["a mean, gaps", gaps(ar), { order: [1, 0, 0], seasonal: [1, 0, 0, 4] }],
  ["a difference", walk, { order: [1, 1, 1] }],
  ["a drift, gaps", gaps(walk), { order: [1, 1, 0], mean: true }],
  ["a season's difference", walk, { order: [1, 1, 0], seasonal: [0, 1, 1, 4] }],
  ["three differences", gaps(walk), { order: [0, 3, 2] }],
];

describe.each(models)("a level of 2⁴⁰: %s", (_, y, spec) => {
  it("takes no digit of the likelihood", () => {
    const params = {
      ar: spec.order[0] ? [0.6] : [],
      ma: [-0.3, 0.1].slice(0, spec.order[2]),
      seasonalAr: spec.seasonal?.[0] ? [0.2] : [],
      seasonalMa: spec.seasonal?.[2] ? [-0.4] : [],
    };
    close(logLikelihood(high(y), spec, params), logLikelihood(y, spec, params), 1e-11, "log-likelihood");
  });

  it("gives the same model, forecasts as much higher, and says the same of its mean", () => {
    const low = sarima(y, spec);
    const model = sarima(high(y), spec);
    close(model.logLik, low.logLik, 1e-9, "maximum");
    allClose(model.standardErrors, low.standardErrors, 1e-4, "standard errors");
    expect(model.params.mean).toBeCloseTo(low.params.mean + (spec.order[1] + (spec.seasonal?.[1] ?? 0) ? 0 : LEVEL), 3);
    const [a, b] = [forecast(model, 8), forecast(low, 8)];
    a.mean.forEach((value, h) => {
      expect(value - LEVEL).toBeCloseTo(b.mean[h], 1);
    });
    allClose(a.standardError, b.standardError, 1e-4, "forecasts' errors");
  });
});
