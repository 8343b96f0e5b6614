import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stateCovarianceColumn } from "../../src/autocovariance.js";
import { ExactLikelihood } from "../../src/likelihood/exact.js";
import { startScore } from "../../src/likelihood/start-score.js";
import { SeasonalProduct } from "../../src/polynomial.js";
import { type ArmaFactors, type SarimaSpec, validateSpec } from "../../src/spec.js";
import { pacfToAr } from "../../src/stationarity.js";
import { allClose } from "../close.js";

type Block = "ar" | "ma" | "seasonalAr" | "seasonalMa";
const BLOCKS: readonly Block[] = ["ar", "ma", "seasonalAr", "seasonalMa"];
type Factors = ArmaFactors & Record<Block, number[]>;

const factor = (limit: number, size: number) =>
  fc
    .array(fc.double({ min: -limit, max: limit, noNaN: true }), { maxLength: size })
    .map((partial) => Array.from(pacfToAr(Float64Array.from(partial))));

const factors = (limit: number): fc.Arbitrary<Factors> =>
  fc
    .record({
      ar: factor(limit, 3),
      ma: factor(limit, 3),
      seasonalAr: factor(limit, 2),
      seasonalMa: factor(limit, 2),
      period: fc.integer({ min: 2, max: 7 }),
    })
    .filter((f) => BLOCKS.some((block) => f[block].length > 0));

/** Wanders, so that no coefficient explains it. */
const series = (n: number, seed: number) => {
  let level = 0;
  return Float64Array.from({ length: n }, (_, t) => {
    level = 0.8 * level + Math.sin(seed + 12.9898 * (t + 1) ** 1.3) * 2;
    return level + Math.cos(seed * t * t);
  });
};

const regressors = (n: number) => [
  Float64Array.from({ length: n }, (_, t) => Math.cos(1.3 * t) + 0.01 * t),
  Float64Array.from({ length: n }, (_, t) => Math.sin(2.1 * t)),
];

const specOf = (f: Factors, d: number, D: number): SarimaSpec => ({
  order: [f.ar.length, d, f.ma.length],
  seasonal: [f.seasonalAr.length, D, f.seasonalMa.length, f.period],
});

/** Derivatives of `value` in every coefficient: central differences, extrapolated once (Richardson). */
function differences(f: Factors, value: (f: Factors) => number, h: number): number[] {
  return BLOCKS.flatMap((block) =>
    f[block].map((keep, i) => {
      const at = (x: number) => {
        f[block][i] = keep + x;
        const result = value(f);
        f[block][i] = keep;
        return result;
      };
      const slope = (step: number) => (at(step) - at(-step)) / (2 * step);
      return (4 * slope(h) - slope(2 * h)) / 3;
    }),
  );
}

/** Both as shares of the largest derivative. */
function compare(score: Float64Array, expected: number[], tolerance: number): void {
  const size = Math.max(0.1, ...expected.map(Math.abs));
  allClose(
    score.map((value) => value / size),
    expected.map((value) => value / size),
    tolerance,
    "score",
  );
}

interface Case {
  f: Factors;
  n: number;
  d: number;
  D: number;
  seed: number;
  gaps: number[];
  withRegressors: boolean;
  sigma2: number | undefined;
}

const cases = (limit: number, shortest: number, longest: number): fc.Arbitrary<Case> =>
  fc.record({
    f: factors(limit),
    n: fc.integer({ min: shortest, max: longest }),
    d: fc.integer({ min: 0, max: 1 }),
    D: fc.integer({ min: 0, max: 1 }),
    seed: fc.integer({ min: 1, max: 1000 }),
    gaps: fc.array(fc.integer({ min: 1, max: shortest - 2 }), { maxLength: 5 }),
    withRegressors: fc.boolean(),
    sigma2: fc.constantFrom(undefined, undefined, 1.7),
  });

function likelihoods({ f, n, d, D, seed, gaps, withRegressors }: Case) {
  const y = series(n, seed);
  for (const t of gaps) y[t] = Number.NaN;
  const spec = validateSpec(specOf(f, d, D));
  const data = { y, spec, mean: spec.mean, regressors: withRegressors ? regressors(n) : [] };
  return {
    fast: new ExactLikelihood(data, "innovations"),
    slow: new ExactLikelihood(data, "kalman"),
    structured: new ExactLikelihood(data, "structured"),
  };
}

/** The score of each engine against differences of another one's likelihood. */
function check(c: Case, step: number, tolerance: number): void {
  const { fast, slow, structured } = likelihoods(c);
  for (const [scored, other] of [
    [fast, slow],
    [slow, fast],
    [structured, slow],
  ]) {
    // Where a place of the season is never observed, the filter keeps such places apart and has no score.
    if (scored.undetermined > 0) {
      expect(slow.recordScores()).toBe(false);
      continue;
    }
    expect(scored.recordScores()).toBe(true);
    expect(scored.evaluate(c.f)).toBe(true);
    const score = new Float64Array(BLOCKS.reduce((sum, block) => sum + c.f[block].length, 0));
    expect(scored.score(score, c.sigma2)).toBe(true);
    const objective = (f: Factors) => (other.evaluate(f) ? other.objective(c.sigma2) : Number.NaN);
    compare(score, differences(c.f, objective, step), tolerance);
  }
}

describe("the exact score, against differences of another engine's likelihood", () => {
  it("any orders, differences, gaps, mean, regressors, with σ² given or not", () => {
    fc.assert(
      fc.property(cases(0.85, 36, 90), (c) => check(c, 1e-4, 1e-6)),
      { numRuns: 120 },
    );
  }, 60_000);

  it("near the unit circle", () => {
    fc.assert(
      fc.property(cases(0.985, 36, 90), (c) => check(c, 1e-5, 2e-5)),
      { numRuns: 80 },
    );
  }, 60_000);

  it("where the filter settles long before the end, and where it never does", () => {
    const common = { d: 0, D: 0, seed: 5, gaps: [], withRegressors: false, sigma2: undefined };
    const f = { ar: [1.2, -0.4], ma: [-0.5, 0.2], seasonalAr: [0.6], seasonalMa: [-0.3], period: 12 };
    check({ ...common, n: 400, f }, 1e-4, 1e-6);
    check({ ...common, n: 400, f, gaps: [50, 51, 399 - 3] }, 1e-4, 1e-6);
    check({ ...common, n: 150, f: { ...f, ma: [-0.998] } }, 1e-5, 1e-5);
    check({ ...common, n: 150, f: { ...f, ma: [-1.4, 0.5], seasonalMa: [1.3] } }, 1e-5, 1e-5);
  });

  it("does not depend on what was evaluated before", () => {
    const c: Case = {
      f: { ar: [0.7], ma: [0.3], seasonalAr: [], seasonalMa: [-0.6], period: 4 },
      n: 120,
      d: 0,
      D: 1,
      seed: 3,
      gaps: [40],
      withRegressors: true,
      sigma2: undefined,
    };
    const { fast } = likelihoods(c);
    fast.recordScores();
    const score = () => {
      fast.evaluate(c.f);
      const out = new Float64Array(3);
      expect(fast.score(out)).toBe(true);
      return Array.from(out);
    };
    const first = score();
    fast.evaluate({ ...c.f, ar: [-0.9], ma: [0.99] });
    fast.score(new Float64Array(3));
    expect(score()).toEqual(first);
  });

  it("there is none before an evaluation, and none where digits are lost", () => {
    const f: Factors = { ar: [0.9], ma: [], seasonalAr: [], seasonalMa: [], period: 1 };
    const { fast, slow } = likelihoods({
      ...{ f, n: 80, d: 0, D: 0, seed: 2, gaps: [], withRegressors: false, sigma2: undefined },
    });
    const out = new Float64Array(1);
    for (const engine of [fast, slow]) {
      expect([engine.recordScores(), engine.score(out)]).toEqual([true, false]);
      engine.evaluate(f);
      expect(engine.score(out)).toBe(true);
      // Precise evaluations near the unit circle run in extended precision, which leaves no tape.
      engine.evaluate({ ...f, ar: [0.9999] }, true);
      expect(engine.score(out)).toBe(false);
    }
  });
});

describe("the score of the start", () => {
  it("is the derivative of the state covariance's first column", () => {
    const model = fc.record({ f: factors(0.9), weights: fc.integer({ min: 1, max: 1000 }) });
    fc.assert(
      fc.property(model, ({ f, weights }) => {
        const phi = new SeasonalProduct(f.ar.length, f.seasonalAr.length, f.period);
        const theta = new SeasonalProduct(f.ma.length, f.seasonalMa.length, f.period);
        const r = Math.max(
          f.ar.length + f.period * f.seasonalAr.length,
          f.ma.length + f.period * f.seasonalMa.length + 1,
        );
        const cBar = Float64Array.from({ length: r + 1 }, (_, i) => (i < r ? Math.sin(weights * (i + 1)) : 0));
        const value = (at: Factors) => {
          const c = stateCovarianceColumn(phi.fill(at.ar, at.seasonalAr, -1), theta.fill(at.ma, at.seasonalMa, 1), r);
          return c ? c.reduce((sum, x, i) => sum + x * cBar[i], 0) : Number.NaN;
        };
        const expected = differences(f, value, 1e-5);
        value(f);
        const phiBar = new Float64Array(phi.poly.lags.length);
        const thetaBar = new Float64Array(theta.poly.lags.length);
        startScore(phi.poly, theta.poly, cBar, phiBar, thetaBar);
        const out = new Float64Array(expected.length);
        const seasonal = f.ar.length + f.ma.length;
        phi.pullBack(phiBar, f.ar, f.seasonalAr, -1, out, 0, seasonal);
        theta.pullBack(thetaBar, f.ma, f.seasonalMa, 1, out, f.ar.length, seasonal + f.seasonalAr.length);
        compare(out, expected, 1e-6);
      }),
      { numRuns: 200 },
    );
  });
});
