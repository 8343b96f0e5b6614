import { describe, expect, it } from "vitest";
import { forecast, type SarimaSpec, sarima } from "../src/index.js";
import { autoregression } from "../src/select/autoregression.js";
import { findCycles } from "../src/select/cycles.js";
import { placeOrigins, replay, rollingScore } from "../src/select/rolling-score.js";
import { candidateTransforms, compareScales, describeTransform } from "../src/select/scale.js";
import { validateSpec } from "../src/spec.js";
import { isStationary } from "../src/stationarity.js";

/** Lehmer's generator and Box–Muller: the same noise in every run. */
function noise(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

function arma(n: number, ar: number, ma: number, seed: number): Float64Array {
  const e = noise(seed);
  let [x, last] = [0, 0];
  return Float64Array.from({ length: n }, () => {
    const now = e();
    x = ar * x + now + ma * last;
    last = now;
    return x;
  });
}

describe("replay", () => {
  const walk = arma(240, 0.5, 0.3, 4);
  for (let t = 1; t < walk.length; t++) walk[t] += walk[t - 1];

  it.each([
    [{ order: [2, 1, 0] }, { ar: [0.4, 0.2], ma: [], seasonalAr: [], seasonalMa: [] }],
    [{ order: [1, 1, 2] }, { ar: [0.5], ma: [0.3, -0.2], seasonalAr: [], seasonalMa: [] }],
    [
      { order: [1, 0, 1], seasonal: [1, 1, 1, 12] },
      { ar: [0.6], ma: [0.2], seasonalAr: [0.3], seasonalMa: [-0.4] },
    ],
  ] as [SarimaSpec, { ar: number[]; ma: number[]; seasonalAr: number[]; seasonalMa: number[] }][])(
    "has the paths of a model with fixed parameters on each shorter series: %o",
    (spec, coefficients) => {
      const full = { ...spec, mean: false };
      const checked = validateSpec(full);
      const model = { spec: checked, factors: { ...coefficients, period: checked.seasonal[3] }, sigma2: 2 };
      let visits = 0;
      replay(walk, model, { positions: [150, 201, 236], horizon: 10 }, (origin, path, length, deviation) => {
        const fitted = sarima(walk.slice(0, origin), full, { fixed: { ...coefficients, sigma2: 2 } });
        const exact = forecast(fitted, 10);
        expect(length).toBe(Math.min(10, 240 - origin));
        for (let h = 0; h < length; h++) {
          // The replay starts from zeros, the filter from the stationary distribution: forgotten by then.
          expect(Math.abs(path[h] - exact.mean[h])).toBeLessThan(1e-5 * Math.abs(exact.mean[h]) + 1e-5);
          expect(Math.abs(deviation[h] / exact.standardError[h] - 1)).toBeLessThan(1e-5);
        }
        visits++;
      });
      expect(visits).toBe(3);
    },
  );

  it("knows the mean of the past only", () => {
    const y = Float64Array.from({ length: 100 }, (_, t) => (t < 60 ? 1 : 9));
    const spec = validateSpec({ order: [0, 0, 0], mean: true });
    const factors = { ar: [], ma: [], seasonalAr: [], seasonalMa: [], period: 0 };
    const seen: number[] = [];
    replay(y, { spec, factors, sigma2: 1 }, { positions: [50, 60, 80], horizon: 5 }, (_, path) => seen.push(path[4]));
    expect(seen).toEqual([1, 1, (60 + 9 * 20) / 80]);
  });
});

describe("rollingScore", () => {
  it("is the error of the median and the score of the interval, on the original scale", () => {
    const y = Float64Array.of(1, 2, 4, 8, 16, 32, 64, 128);
    const z = y.map(Math.log);
    const spec = validateSpec({ order: [0, 1, 0], mean: false });
    const factors = { ar: [], ma: [], seasonalAr: [], seasonalMa: [], period: 0 };
    const sigma2 = 0.01;
    const score = rollingScore(y, z, null, { spec, factors, sigma2 }, { positions: [6], horizon: 2 }, Math.exp);
    // By hand: 32 is forecast for 64 and 128, with 95 % intervals 32·exp(±1.96·0.1·√h).
    const bounds = [1, 2].map((h) => [-1, 1].map((s) => 32 * Math.exp(s * 1.959963984540054 * 0.1 * Math.sqrt(h))));
    expect(score.mae).toBeCloseTo((32 + 96) / 2, 10);
    const winkler = bounds.map(([low, high], i) => high - low + 40 * ([64, 128][i] - high));
    expect(score.winkler).toBeCloseTo((winkler[0] + winkler[1]) / 2, 8);
    expect(score.value).toBeCloseTo(Math.log(score.mae) + 0.5 * Math.log(score.winkler), 12);
    expect(score.standardized[0]).toBeCloseTo(Math.log(2) / 0.1, 8);
  });

  it("judges no gap", () => {
    const y = Float64Array.of(1, 2, 1, 2, Number.NaN, 2, 1, 2);
    const filled = y.map((v) => (Number.isNaN(v) ? 1e9 : v));
    const spec = validateSpec({ order: [0, 0, 0], mean: true });
    const factors = { ar: [], ma: [], seasonalAr: [], seasonalMa: [], period: 0 };
    const score = rollingScore(y, filled, null, { spec, factors, sigma2: 1 }, { positions: [3], horizon: 2 }, (x) => x);
    expect(score.standardized.length).toBe(1);
  });

  it("places origins inside the data, no more than it needs", () => {
    for (const n of [40, 100, 288, 576, 4032, 20_000]) {
      const { positions } = placeOrigins(n, 48);
      expect(positions.length).toBeLessThanOrEqual(125);
      expect(positions[0]).toBeGreaterThanOrEqual(Math.min(30, n - 4));
      expect(positions.at(-1)).toBeLessThan(n);
      for (let i = 1; i < positions.length; i++) expect(positions[i]).toBeGreaterThan(positions[i - 1]);
    }
  });
});

describe("autoregression", () => {
  it("solves the Yule–Walker equations of the order that it chose, and is stationary", () => {
    const w = arma(400, 0.7, 0.4, 9);
    const { ar, sigma2 } = autoregression(w, 20);
    const gamma = (k: number) => w.subarray(k).reduce((sum, value, t) => sum + value * w[t], 0) / w.length;
    expect(ar.length).toBeGreaterThan(0);
    for (let k = 1; k <= ar.length; k++) {
      const right = ar.reduce((sum, a, j) => sum + a * gamma(Math.abs(k - j - 1)), 0);
      expect(Math.abs(right - gamma(k))).toBeLessThan(1e-9 * gamma(0));
    }
    const biased = gamma(0) - ar.reduce((sum, a, j) => sum + a * gamma(j + 1), 0);
    expect(sigma2).toBeCloseTo((biased * 400) / (400 - ar.length - 1), 9);
    expect(isStationary(ar)).toBe(true);
  });

  it("has order 0 for a series without variance", () => {
    expect(autoregression(new Float64Array(50), 10)).toEqual({ ar: [], sigma2: 0 });
  });
});

describe("findCycles", () => {
  it("finds what is there", () => {
    const n = 600;
    const u = arma(n, 0.8, 0, 3);
    const cycle = Float64Array.from(
      { length: n },
      (_, t) => 3 * Math.sin((2 * Math.PI * t) / 100 + 1) + Math.cos((4 * Math.PI * t) / 100),
    );
    const { harmonics, pattern, coefficients } = findCycles(
      u.map((v, t) => v + cycle[t]),
      [100],
      26,
    );
    expect(harmonics.length).toBe(1);
    expect(harmonics[0].order).toBeGreaterThanOrEqual(2);
    expect(coefficients).toBe(2 * harmonics[0].order);
    const error = (pattern as Float64Array).map((v, t) => v - cycle[t]);
    expect(Math.sqrt(error.reduce((a, b) => a + b * b, 0) / n)).toBeLessThan(0.8);
  });

  it("seldom finds what is not", () => {
    let found = 0;
    for (let seed = 1; seed <= 40; seed++) {
      if (findCycles(arma(500, 0.7, 0.2, 97 * seed), [96], 26).harmonics.length > 0) found++;
    }
    expect(found).toBeLessThanOrEqual(4);
  });
});

describe("compareScales", () => {
  const free = { lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY };
  const question = (y: Float64Array) => ({
    y,
    columns: [],
    period: 12,
    cycles: [],
    range: free,
    transforms: candidateTransforms(y, free, 12),
    differences: [0, 1],
    D: 0,
    horizon: 24,
  });

  it("prefers the log where errors are relative, and the values themselves where they are not", () => {
    const u = arma(400, 0.8, 0, 21);
    const relative = compareScales(question(u.map((v) => Math.exp(3 + v))))[0];
    expect(relative.transform?.kind).toBe("log");
    const absolute = compareScales(question(u.map((v) => 20 + v - 1.2 * Math.max(0, v - 1))))[0];
    expect(describeTransform(absolute.transform)).not.toBe("log");
  });

  it("differences a walk, and not a stationary series", () => {
    const steps = arma(400, 0, 0, 33);
    const walk = steps.slice();
    for (let t = 1; t < walk.length; t++) walk[t] += walk[t - 1];
    expect(compareScales({ ...question(walk), transforms: [null] })[0].d).toBe(1);
    const still = arma(400, 0.5, 0, 8).map((v) => 50 + v);
    expect(compareScales({ ...question(still), transforms: [null] })[0].d).toBe(0);
  });

  it("offers only scales on which every value has a place", () => {
    const kinds = (y: number[], range = free) =>
      candidateTransforms(Float64Array.from(y), range, 1).map((t) => t?.kind ?? "none");
    const y = Array.from({ length: 60 }, (_, t) => 40 + 30 * Math.sin(t) * Math.cos(t * t));
    expect(kinds(y)).toContain("log");
    expect(kinds(y.map((v) => v - 60))).toEqual(["none"]);
    expect(kinds(y, { lower: 0, upper: 100 })).toContain("logit");
    const withZeros = [0, ...y, 100];
    const [log] = candidateTransforms(Float64Array.from(withZeros), free, 1).filter((t) => t?.kind === "log");
    expect(log).toEqual({ kind: "log", offset: Math.min(...y) / 2 });
    const [logit] = candidateTransforms(Float64Array.from(withZeros), { lower: 0, upper: 100 }, 1).filter(
      (t) => t?.kind === "logit",
    );
    expect(logit?.kind === "logit" && logit.lower).toBeLessThan(0);
    expect(logit?.kind === "logit" && logit.upper).toBeGreaterThan(100);
  });
});
