import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { append, autoSarima, diff, forecast, logLikelihood, SarimaError, sarima, undiff } from "../src/index.js";
import { Random } from "../src/random.js";

/**
 * Whatever is handed over: a result without NaN, or a SarimaError that names the argument. Never another error, never a hang.
 */

const random = new Random(11);
const noise = (n: number, scale = 1) => Array.from({ length: n }, () => scale * (random.uniform() - 0.5));
const y = noise(60);
const column = y.map((_, t) => t % 5);
const SPEC = { order: [1, 0, 0] as const };
const plain = sarima(y, SPEC);
const regressed = sarima(y, SPEC, { regressors: [column] });

const cyclic: unknown[] = [];
cyclic[0] = cyclic;
const junk: [string, unknown][] = [
  ["null", null],
  ["undefined", undefined],
  ["a string", "abc"],
  ["a number", 5],
  ["a fraction", 0.37],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-1", -1],
  ["1e9", 1e9],
  ["a boolean", true],
  ["a BigInt", 10n],
  ["a symbol", Symbol("x")],
  ["a function", () => 1],
  ["{}", {}],
  ["a date", new Date(0)],
  ["a map", new Map()],
  ["an object without prototype", Object.create(null)],
  ["[]", []],
  // biome-ignore lint/suspicious/noSparseArray: that is what is tried
  ["a sparse array", [, 1, , 2]],
  ["a nested array", [[1, 2], [3]]],
  ["an array in itself", cyclic],
  ["an array of strings", ["1", "2", "3"]],
  ["an array of BigInts", [1n, 2n]],
  ["an array with Infinity", [1, Number.NEGATIVE_INFINITY, 3]],
  ["BigInt64Array", new BigInt64Array(3)],
  ["Float32Array", Float32Array.from(y)],
  ["Int8Array of zeros", new Int8Array(40)],
  ["length 3 without values", { length: 3 }],
  ["length 1e15", { length: 1e15 }],
  ["length −1", { length: -1 }],
  ["a length that is a string", { length: "3" }],
  ["the empty proxy", new Proxy([], {})],
];

/** An argument of the public functions, and the word that an error about it has to contain. */
const places: [string, string, (value: never) => unknown][] = [
  ["y", "y", (v) => sarima(v, SPEC)],
  ["one value of y", "y", (v) => sarima([...y, v], SPEC)],
  ["spec", "spec|order", (v) => sarima(y, v)],
  ["order", "order", (v) => sarima(y, { order: v })],
  ["p", "order|p must|TOO|coefficients", (v) => sarima(y, { order: [v, 0, 0] })],
  ["d", "order|d must|differenc|observed", (v) => sarima(y, { order: [0, v, 0] })],
  ["q", "order|q must|coefficients", (v) => sarima(y, { order: [0, 0, v] })],
  ["seasonal", "seasonal", (v) => sarima(y, { order: [0, 0, 0], seasonal: v })],
  ["period", "seasonal|lag", (v) => sarima(y, { order: [0, 0, 0], seasonal: [1, 0, 0, v] })],
  ["spec.mean", "spec.mean", (v) => sarima(y, { order: [0, 0, 1], mean: v })],
  ["options", "options", (v) => sarima(y, SPEC, v)],
  ["method", "method", (v) => sarima(y, SPEC, { method: v })],
  ["regressors", "regressors", (v) => sarima(y, SPEC, { regressors: v })],
  ["a regressor", "regressors[0]", (v) => sarima(y, SPEC, { regressors: [v] })],
  ["harmonics", "harmonics", (v) => sarima(y, SPEC, { harmonics: v })],
  ["a harmonic", "harmonics[0]", (v) => sarima(y, SPEC, { harmonics: [v] })],
  ["a harmonic's period", "harmonics|cycle", (v) => sarima(y, SPEC, { harmonics: [{ period: v, order: 1 }] })],
  ["a harmonic's order", "harmonics|cycle", (v) => sarima(y, SPEC, { harmonics: [{ period: 6, order: v }] })],
  ["steps", "steps", (v) => sarima(y, SPEC, { steps: v })],
  ["a step", "steps[0]", (v) => sarima(y, SPEC, { steps: [v] })],
  ["transform", "transform", (v) => sarima(y, SPEC, { transform: v })],
  ["transform.kind", "transform", (v) => sarima(y, SPEC, { transform: { kind: v, lambda: 1 } as never })],
  ["lambda", "lambda|positive", (v) => sarima(y, SPEC, { transform: { kind: "box-cox", lambda: v } })],
  ["offset", "offset", (v) => sarima(y, SPEC, { transform: { kind: "log", offset: v } })],
  ["lower", "lower|logit", (v) => sarima(y, SPEC, { transform: { kind: "logit", lower: v, upper: 1 } })],
  ["upper", "lower|upper|logit", (v) => sarima(y, SPEC, { transform: { kind: "logit", lower: -1, upper: v } })],
  ["fixed", "fixed", (v) => sarima(y, SPEC, { fixed: v })],
  ["fixed.ar", "fixed.ar", (v) => sarima(y, SPEC, { fixed: { ar: v } })],
  ["fixed.ar[0]", "fixed.ar", (v) => sarima(y, SPEC, { fixed: { ar: [v] } })],
  ["fixed.ma of a model without", "fixed.ma", (v) => sarima(y, SPEC, { fixed: { ma: v } })],
  ["fixed.mean", "fixed.mean", (v) => sarima(y, SPEC, { fixed: { mean: v } })],
  ["fixed.mean of a model without", "fixed.mean", (v) => sarima(y, { ...SPEC, mean: false }, { fixed: { mean: v } })],
  ["fixed.beta", "fixed.beta", (v) => sarima(y, SPEC, { fixed: { beta: v } })],
  ["fixed.beta[0]", "fixed.beta", (v) => sarima(y, SPEC, { regressors: [column], fixed: { beta: [v] } })],
  ["fixed.sigma2", "fixed.sigma2", (v) => sarima(y, SPEC, { fixed: { sigma2: v } })],
  ["start", "start", (v) => sarima(y, SPEC, { start: v })],
  ["start.ar", "start.ar", (v) => sarima(y, SPEC, { start: { ar: v } })],
  ["start.ar[0]", "start.ar", (v) => sarima(y, SPEC, { start: { ar: [v] } })],
  ["maxIterations", "maxIterations", (v) => sarima(y, SPEC, { maxIterations: v })],
  ["signal", "signal", (v) => sarima(y, SPEC, { signal: v })],
  ["params", "params", (v) => logLikelihood(y, SPEC, v)],
  ["params.ar", "params.ar", (v) => logLikelihood(y, SPEC, { ar: v })],
  ["params.ar[0]", "params.ar", (v) => logLikelihood(y, SPEC, { ar: [v] })],
  ["params.mean", "params.mean", (v) => logLikelihood(y, SPEC, { ar: [0.5], mean: v })],
  ["params.beta", "params.beta", (v) => logLikelihood(y, SPEC, { ar: [0.5], beta: v })],
  ["params.sigma2", "params.sigma2", (v) => logLikelihood(y, SPEC, { ar: [0.5], sigma2: v })],
  ["likelihood options", "options", (v) => logLikelihood(y, SPEC, { ar: [0.5] }, v)],
  ["engine", "engine", (v) => logLikelihood(y, SPEC, { ar: [0.5] }, { engine: v })],
  ["the model of forecast", "model", (v) => forecast(v, 3)],
  ["horizon", "horizon", (v) => forecast(plain, v)],
  ["forecast options", "options", (v) => forecast(plain, 3, v)],
  ["levels", "levels", (v) => forecast(plain, 3, { levels: v })],
  ["a level", "levels", (v) => forecast(plain, 3, { levels: [0.5, v] })],
  ["future regressors", "regressors", (v) => forecast(regressed, 3, { regressors: v })],
  ["a future regressor", "regressors[0]", (v) => forecast(regressed, 3, { regressors: [v] })],
  ["the model of append", "model", (v) => append(v, [1])],
  ["appended values", "y", (v) => append(plain, v)],
  ["append options", "options", (v) => append(plain, [1], v)],
  ["appended regressors", "regressors", (v) => append(regressed, [1], { regressors: v })],
  ["diff's y", "y", (v) => diff(v)],
  ["diff's lag", "lag|more than", (v) => diff(y, v)],
  ["diff's differences", "differenc", (v) => diff(y, 1, v)],
  ["undiff's w", "w", (v) => undiff(v, [1])],
  ["undiff's initial", "initial", (v) => undiff([1, 2], v)],
];

/** The path of a NaN in a result, but where a gap or the warm-up of the filter belongs, or where a warning announces it. */
function findNaN(value: unknown, path = "result"): string | null {
  if (typeof value === "number") return Number.isNaN(value) ? path : null;
  if (value === null || typeof value !== "object") return null;
  for (const [key, inner] of Object.entries(value)) {
    if (["y", "residuals", "fitted", "regressors"].includes(key)) continue;
    if (key === "standardErrors" && "warnings" in value && String(value.warnings).includes("are NaN")) continue;
    const found = findNaN(inner, `${path}.${key}`);
    if (found) return found;
  }
  return null;
}

describe.each(places)("%s", (name, words, call) => {
  it("takes it, or refuses it by name", () => {
    const accepted: string[] = [];
    for (const [label, value] of junk) {
      try {
        const result = call(value as never);
        accepted.push(label);
        if (!name.startsWith("diff") && !name.startsWith("undiff")) expect(findNaN(result), label).toBeNull();
      } catch (error) {
        if (!(error instanceof SarimaError)) throw new Error(`${name} = ${label}`, { cause: error });
        const named = words.split("|").some((word) => error.message.includes(word));
        expect(named, `${label}: ${error.message}`).toBe(true);
        expect(error.message.length, label).toBeLessThan(400);
        expect(error.code, label).toMatch(/^[A-Z_]+$/);
      }
    }
    // Wrong types must not pass for right ones.
    for (const wrong of ["a string", "a function", "an array of BigInts", "a symbol"])
      expect(accepted).not.toContain(wrong);
  });
});

describe("series that say little", () => {
  const AR1MA1 = { order: [1, 0, 1] as const };
  it.each([
    ["empty", [], "TOO_SHORT", "y has no observed value"],
    ["all gaps", [Number.NaN, Number.NaN, Number.NaN], "TOO_SHORT", "y has no observed value among 3"],
    ["one value", [4], "TOO_SHORT", "give more data"],
    ["two values", [4, 5], "TOO_SHORT", "give more data"],
    ["one value among gaps", [Number.NaN, 4, Number.NaN], "TOO_SHORT", "give more data"],
    ["Infinity", [1, 2, Number.POSITIVE_INFINITY, 3], "NON_FINITE", "y[2] is Infinity; use NaN"],
    ["−Infinity", [1, Number.NEGATIVE_INFINITY], "NON_FINITE", "y[1] is -Infinity"],
  ])("%s", (_, values, code, words) => {
    expect(() => sarima(values as number[], AR1MA1)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(words as string) }),
    );
  });

  it("too little for the differencing names what is needed", () => {
    expect(() => sarima([1, 2, 3, 4], { order: [0, 1, 1], seasonal: [0, 1, 1, 12] })).toThrow(
      expect.objectContaining({ code: "TOO_SHORT", message: expect.stringContaining("14") }),
    );
  });

  it("two values are enough for a mean, a random walk, and white noise", () => {
    const mean = sarima([1, 3], { order: [0, 0, 0] });
    expect([mean.params.mean, mean.sigma2, mean.aicc]).toEqual([2, 1, Number.POSITIVE_INFINITY]);
    const walk = forecast(sarima([1, 3], { order: [0, 1, 0] }), 2);
    expect(Array.from(walk.mean)).toEqual([3, 3]);
    expect(walk.standardError[1]).toBeCloseTo(2 * Math.SQRT2, 14);
    expect(sarima([3], { order: [0, 0, 0], mean: false }).sigma2).toBe(9);
  });

  it.each([
    ["a constant", Array(30).fill(5), { order: [1, 0, 1] }, [5, 5]],
    ["zeros", Array(30).fill(0), { order: [2, 0, 0], mean: false }, [0, 0]],
    ["a constant, differenced", Array(30).fill(0.1), { order: [0, 1, 1] }, [0.1, 0.1]],
    ["a line with drift", Array.from({ length: 30 }, (_, t) => 3 * t), { order: [1, 1, 0], mean: true }, [90, 93]],
    ["a line, differenced twice", Array.from({ length: 30 }, (_, t) => 3 * t), { order: [0, 2, 1] }, [90, 93]],
    [
      "a repeated season",
      Array.from({ length: 36 }, (_, t) => t % 4),
      { order: [1, 0, 0], seasonal: [0, 1, 1, 4] },
      [0, 1],
    ],
    [
      "a constant with gaps",
      Array.from({ length: 30 }, (_, t) => (t % 3 ? 7 : Number.NaN)),
      { order: [1, 0, 0] },
      [7, 7],
    ],
  ])("%s: σ² is 0, the forecast goes on, and a warning says so", (_, values, spec, expected) => {
    for (const method of ["ml", "css", "css-ml"] as const) {
      const model = sarima(values, spec as never, { method });
      expect(model.sigma2).toBe(0);
      expect(model.logLik).toBe(Number.POSITIVE_INFINITY);
      expect(model.warnings.join()).toContain("constant");
      expect(findNaN(model)).toBeNull();
      const f = forecast(model, 2);
      expected.forEach((value, h) => {
        expect(f.mean[h]).toBeCloseTo(value, 9);
        expect(f.standardError[h]).toBe(0);
      });
      const other = append(model, [expected[0], Number.NaN, 1000]);
      expect(findNaN(other)).toBeNull();
      expect(other.logLik).toBe(Number.NEGATIVE_INFINITY);
      expect(append(model, expected).logLik).toBe(Number.POSITIVE_INFINITY);
    }
  });

  it("a constant with σ² held fixed is no special case", () => {
    const model = sarima(Array(30).fill(5), { order: [0, 0, 0] }, { fixed: { sigma2: 4 } });
    expect(model.sigma2).toBe(4);
    expect(model.logLik).toBeCloseTo(-15 * Math.log(2 * Math.PI * 4), 10);
  });

  it.each([
    ["alternating", (t: number) => (-1) ** t, { order: [1, 0, 0] as const }],
    ["a sine", (t: number) => Math.sin(t), { order: [2, 0, 0] as const }],
    ["a season, not differenced", (t: number) => t % 4, { order: [0, 0, 0] as const, seasonal: [1, 0, 0, 4] as const }],
    ["one spike", (t: number) => (t === 30 ? 1 : 0), { order: [1, 0, 1] as const }],
    ["a step", (t: number) => (t > 30 ? 1 : 0), { order: [1, 0, 1] as const }],
    ["exploding", (t: number) => 2 ** t, { order: [1, 0, 1] as const }],
    ["over 100 orders of magnitude", (t: number) => 10 ** (2 * t), { order: [1, 1, 1] as const }],
  ])("%s: a likelihood without bound, or nearly, ends all the same", (_, f, spec) => {
    const model = sarima(
      Array.from({ length: 60 }, (_, t) => f(t)),
      spec,
    );
    expect(Number.isFinite(model.logLik)).toBe(true);
    expect(findNaN(model)).toBeNull();
    expect(findNaN(forecast(model, 5))).toBeNull();
  });
});

describe("scales", () => {
  const base = noise(61).map((v, t, x) => v + 0.6 * (x[t + 1] ?? 0));
  const reference = sarima(base, { order: [1, 0, 1] });

  it.each([1e-140, 1e-100, 1e-60, 1e-20, 1e-3, 1e3, 1e20, 1e60, 1e100, 1e140])("%s: the same model", (scale) => {
    const model = sarima(
      base.map((v) => v * scale),
      { order: [1, 0, 1] },
    );
    expect(model.params.ar[0]).toBeCloseTo(reference.params.ar[0], 3);
    expect(model.sigma2 / scale / scale).toBeCloseTo(reference.sigma2, 6);
    expect(model.logLik).toBeCloseTo(reference.logLik - 61 * Math.log(scale), 5);
    const f = forecast(model, 3);
    expect(f.standardError[2] / scale).toBeCloseTo(forecast(reference, 3).standardError[2], 5);
  });

  it.each([1e-320, 1e-300, 1e-200, 1e-160, 1e160, 1e200, 1e300, 1e308])(
    "%s: the variance is no number, and the error says to rescale",
    (scale) => {
      const values = base.map((v) => v * scale);
      expect(() => sarima(values, { order: [1, 0, 1] })).toThrow(
        expect.objectContaining({ code: "NON_FINITE", message: expect.stringContaining("rescale y") }),
      );
      // The log-likelihood is a number all the same.
      const value = logLikelihood(values, { order: [1, 0, 1] }, { ar: [0.5], ma: [0.2] });
      expect(value).toBeCloseTo(
        logLikelihood(base, { order: [1, 0, 1] }, { ar: [0.5], ma: [0.2] }) - 61 * Math.log(scale),
        scale < 1e-310 ? -1 : 5,
      );
    },
  );

  it("noise below the rounding of its level counts as constant", () => {
    const model = sarima(
      base.map((v) => 1e16 + v),
      { order: [0, 1, 1] },
    );
    expect(findNaN(model)).toBeNull();
  });
});

describe("orders", () => {
  it.each([
    [{ order: [201, 0, 0] }, "p must be at most"],
    [{ order: [0, 0, 1e9] }, "q must be at most"],
    [{ order: [0, 4, 0] }, "d must be at most"],
    [{ order: [0, 0, 0], seasonal: [0, 3, 0, 4] }, "D at most"],
    [{ order: [0, 0, 0], seasonal: [1, 0, 0, 1e6] }, "longest lag"],
    [{ order: [0, 0, 0], seasonal: [1, 0, 0, 1] }, "at least 2"],
    [{ order: [0, 0, 0], seasonal: [0, 1, 0, 0] }, "at least 2"],
    [{ order: [1, 0] }, "[p, d, q]"],
    [{ order: [1, 0, 0, 0] }, "[p, d, q]"],
    [{ order: [0.5, 0, 0] }, "whole numbers"],
    [{ order: [0, 0, 0], seasonal: [1, 1, 1] }, "[P, D, Q, period]"],
    [{ order: [0, 0, 0], seasonal: false }, "[P, D, Q, period]"],
  ])("%j is refused", (spec, words) => {
    expect(() => sarima(noise(100), spec as never)).toThrow(
      expect.objectContaining({ code: "INVALID_ORDER", message: expect.stringContaining(words) }),
    );
  });

  it("a period that no order uses costs nothing, however long it is", () => {
    const values = noise(80);
    const model = sarima(values, { order: [1, 0, 0], seasonal: [0, 0, 0, 1e12] });
    expect(model.logLik).toBe(sarima(values, { order: [1, 0, 0] }).logLik);
    expect(autoSarima(values, { period: 1e12, maxP: 1, maxQ: 1 }).spec.seasonal[3]).toBe(0);
  });

  it("more coefficients than a search can find are refused; 60 are found", () => {
    expect(() => sarima(noise(500), { order: [61, 0, 0] })).toThrow(
      expect.objectContaining({ code: "INVALID_ORDER", message: expect.stringContaining("61 ARMA coefficients") }),
    );
    expect(sarima(noise(500), { order: [60, 0, 0] }).converged).toBe(true);
  });

  it("more coefficients than values are refused before any work", () => {
    for (const order of [
      [60, 0, 0],
      [0, 0, 60],
      [100, 0, 100],
      [200, 3, 200],
    ] as const) {
      expect(() => sarima(noise(60), { order })).toThrow(expect.objectContaining({ code: "TOO_SHORT" }));
    }
  });
});

describe("anything at all", () => {
  const value = fc.oneof(
    { weight: 8, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
    { weight: 2, arbitrary: fc.integer({ min: -3, max: 3 }) },
    { weight: 1, arbitrary: fc.constant(Number.NaN) },
    { weight: 1, arbitrary: fc.double({ noDefaultInfinity: true }) },
  );
  it("fits or is refused; what is fitted forecasts and takes in more", () => {
    let fitted = 0;
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 40 }),
        fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)),
        fc.tuple(fc.nat(1), fc.nat(1), fc.nat(1), fc.integer({ min: 2, max: 6 })),
        fc.constantFrom("ml", "css", "css-ml"),
        fc.option(fc.boolean(), { nil: undefined }),
        (values, order, seasonal, method, mean) => {
          let model: ReturnType<typeof sarima>;
          try {
            model = sarima(values, { order, seasonal, mean }, { method: method as "ml" });
          } catch (error) {
            if (!(error instanceof SarimaError)) throw error;
            expect(["TOO_SHORT", "NON_FINITE", "NOT_CONVERGED"]).toContain(error.code);
            return;
          }
          fitted++;
          expect(findNaN(model)).toBeNull();
          expect(findNaN(forecast(model, 4))).toBeNull();
          const longer = append(model, [1, Number.NaN, 2]);
          expect(findNaN(longer)).toBeNull();
          expect(findNaN(forecast(longer, 4))).toBeNull();
        },
      ),
      { numRuns: 150 },
    );
    expect(fitted).toBeGreaterThan(20);
  });
});
