import { describe, expect, it } from "vitest";
import { sarima } from "../../src/fit.js";
import { forecast } from "../../src/forecast.js";
import { logLikelihood } from "../../src/log-likelihood.js";
import { Random } from "../../src/random.js";
import { isInvertible, isStationary } from "../../src/stationarity.js";
import { allClose, close } from "../close.js";
import { rSeries } from "../r-arima.js";

const lh = rSeries("lh");
const airline = rSeries("logAirPassengers");
const AIRLINE = { order: [0, 1, 1], seasonal: [0, 1, 1, 12] } as const;
const huron = rSeries("LakeHuron");
const years = huron.map((_, t) => t);

describe("fixed", () => {
  it("everything: no search, the likelihood at these values", () => {
    const fixed = { ma: [-0.3], seasonalMa: [-0.7], sigma2: 0.002 };
    const model = sarima(airline, AIRLINE, { fixed });
    expect(model.params).toMatchObject(fixed);
    close(model.logLik, logLikelihood(airline, AIRLINE, fixed), 1e-12);
    expect(Array.from(model.standardErrors)).toEqual([0, 0]);
    expect(model.fixedMask).toEqual([true, true]);
    expect(model.sigma2Fixed).toBe(true);
    // Nothing was estimated: the criteria have no penalty.
    close(model.aic, -2 * model.logLik, 1e-12);
    expect(model.converged).toBe(true);
  });

  it("in part: what is free is optimal given the rest, for every factor", () => {
    const free = sarima(airline, AIRLINE);
    const half = sarima(airline, AIRLINE, { fixed: { ma: [-0.2] } });
    expect(half.params.ma).toEqual([-0.2]);
    expect(half.logLik).toBeLessThan(free.logLik);
    for (const nudge of [-0.01, 0.01]) {
      const sma = [half.params.seasonalMa[0] + nudge];
      expect(logLikelihood(airline, AIRLINE, { ma: [-0.2], seasonalMa: sma })).toBeLessThan(half.logLik);
    }
    // At the free optimum's own value nothing changes.
    const same = sarima(airline, AIRLINE, { fixed: { ma: [...free.params.ma] } });
    close(same.logLik, free.logLik, 1e-9);
    close(same.params.seasonalMa[0], free.params.seasonalMa[0], 1e-5);
  });

  it("single coefficients inside a factor, on both sides", () => {
    const model = sarima(lh, { order: [3, 0, 2] }, { fixed: { ar: [null, 0, null], ma: [0.2, null] } });
    expect(model.params.ar[1]).toBe(0);
    expect(model.params.ma[0]).toBe(0.2);
    expect(isStationary(model.params.ar) && isInvertible(model.params.ma)).toBe(true);
    expect(Array.from(model.standardErrors, (se) => se === 0)).toEqual([false, true, false, true, false, false]);
    const at = (ar: number[], ma: number[]) => logLikelihood(lh, { order: [3, 0, 2] }, { ar, ma });
    const { ar, ma } = model.params;
    for (const h of [-0.01, 0.01]) {
      expect(at([ar[0] + h, 0, ar[2]], [...ma])).toBeLessThan(model.logLik);
      expect(at([ar[0], 0, ar[2] + h], [...ma])).toBeLessThan(model.logLik);
      expect(at([...ar], [0.2, ma[1] + h])).toBeLessThan(model.logLik);
    }
  });

  it("mean, one of two regressors, sigma2", () => {
    const squares = years.map((t) => t * t);
    const spec = { order: [1, 0, 0] as const };
    const regressors = [years, squares];
    const free = sarima(huron, spec, { regressors });
    const held = sarima(huron, spec, { regressors, fixed: { mean: 579, beta: [null, 0.0005], sigma2: 0.5 } });
    expect([held.params.mean, held.params.beta[1], held.sigma2]).toEqual([579, 0.0005, 0.5]);
    expect(held.logLik).toBeLessThan(free.logLik);
    close(held.logLik, logLikelihood(huron, spec, { ...held.params }, { regressors }), 1e-11);
    expect(held.parameterNames).toEqual(["ar1", "mean", "beta1", "beta2"]);
    expect(Array.from(held.standardErrors, (se) => se === 0)).toEqual([false, true, false, true]);
    const exact = sarima(huron, spec, {
      regressors,
      fixed: { mean: free.params.mean, beta: [...free.params.beta], sigma2: free.sigma2 },
    });
    close(exact.logLik, free.logLik, 1e-9);
    close(exact.params.ar[0], free.params.ar[0], 1e-4);
  });

  it("takes moving averages on and beyond the unit circle as they are", () => {
    for (const ma of [[-1], [2.5]]) {
      const model = sarima(lh, { order: [0, 0, 1] }, { fixed: { ma } });
      expect(model.params.ma).toEqual(ma);
      close(model.logLik, logLikelihood(lh, { order: [0, 0, 1] }, { ma }), 1e-12);
    }
  });

  it.each([
    [{ ar: [1.2, null, null] }, undefined],
    [{ ar: [1, 0, 0] }, "NON_STATIONARY"],
    [{ ar: [0.5] }, "INVALID_PARAMS"],
    [{ beta: [1] }, "INVALID_PARAMS"],
    [{ sigma2: 0 }, "INVALID_PARAMS"],
    [{ sigma2: -1 }, "INVALID_PARAMS"],
  ])("%j → %s", (fixed, code) => {
    if (code === undefined) expect(isStationary(sarima(lh, { order: [3, 0, 0] }, { fixed }).params.ar)).toBe(true);
    else expect(() => sarima(lh, { order: [3, 0, 0] }, { fixed })).toThrow(expect.objectContaining({ code }));
  });
});

describe("regression", () => {
  it("by GLS is what regression on the residuals says at the optimum: no other beta is better", () => {
    const model = sarima(huron, { order: [2, 0, 0] }, { regressors: [years] });
    const { mean, beta } = model.params;
    const at = (m: number, b: number) =>
      logLikelihood(huron, { order: [2, 0, 0] }, { ar: model.params.ar, mean: m, beta: [b] }, { regressors: [years] });
    close(at(mean, beta[0]), model.logLik, 1e-11);
    for (const h of [-0.01, 0.01]) {
      expect(at(mean + h * 50, beta[0])).toBeLessThan(model.logLik);
      expect(at(mean, beta[0] + h)).toBeLessThan(model.logLik);
    }
  });

  it("does not depend on the unit of a column, nor the order of columns", () => {
    const wave = years.map((t) => Math.sin(t));
    const one = sarima(huron, { order: [1, 0, 1] }, { regressors: [years, wave] });
    const other = sarima(
      huron,
      { order: [1, 0, 1] },
      { regressors: [wave.map((v) => v * 1e-6), years.map((v) => v * 1e9)] },
    );
    close(one.logLik, other.logLik, 1e-9);
    close(other.params.beta[0] * 1e-6, one.params.beta[1], 1e-4);
    close(other.params.beta[1] * 1e9, one.params.beta[0], 1e-4);
  });

  it("drift: the mean of the differences", () => {
    const model = sarima(huron, { order: [0, 1, 0], mean: true });
    close(model.params.mean, (huron[97] - huron[0]) / 97, 1e-12);
    expect(model.parameterNames).toEqual(["drift"]);
    close(model.standardErrors[0], Math.sqrt(model.sigma2 / 97), 1e-10);
  });

  it.each([
    ["a constant beside the mean", [years.map(() => 3)], { order: [1, 0, 0] as const }, "regressors[0]"],
    ["a line under d = 1 with drift", [years], { order: [1, 1, 0] as const, mean: true }, "regressors[0]"],
    ["a constant under d = 1", [years.map(() => 1)], { order: [1, 1, 0] as const }, "regressors[0]"],
    [
      "a multiple",
      [years.map(Math.sin), years.map((t) => 5 * Math.sin(t))],
      { order: [1, 0, 0] as const },
      "regressors[1]",
    ],
  ])("%s cannot be told apart: SINGULAR", (_, regressors, spec, name) => {
    for (const method of ["ml", "css"] as const) {
      expect(() => sarima(huron, spec, { regressors, method })).toThrow(
        expect.objectContaining({ code: "SINGULAR", message: expect.stringContaining(name) }),
      );
    }
  });

  it("a pulse on a gap, and a step before the first value, are hidden: SINGULAR, whichever engine", () => {
    const y = huron.map((v, t) => (t === 10 || t < 3 ? Number.NaN : v));
    const pulse = years.map((t) => (t === 10 ? 1 : 0));
    const refused = expect.objectContaining({ code: "SINGULAR" });
    for (const order of [
      [1, 0, 0],
      [0, 1, 1],
    ] as const) {
      expect(() => sarima(y, { order }, { regressors: [pulse] })).toThrow(refused);
      const params = { ar: order[0] ? [0.5] : [], ma: order[2] ? [0.5] : [] };
      for (const engine of ["innovations", "kalman"] as const) {
        expect(() => logLikelihood(y, { order }, params, { engine, regressors: [pulse] })).toThrow(refused);
      }
    }
    expect(() => sarima(y, { order: [1, 0, 0] }, { steps: [2] })).toThrow(refused);
    expect(sarima(y, { order: [1, 0, 0] }, { steps: [40] }).params.beta.length).toBe(1);
  });
});

describe("search", () => {
  it("start does no harm, wherever it is", () => {
    const best = sarima(lh, { order: [2, 0, 1] });
    for (const start of [
      { ar: [0.99, 0], ma: [0.9] },
      { ar: [-5, 3], ma: [-20] },
      { ar: [0, 0], ma: [0] },
      best.params,
      {},
    ]) {
      close(sarima(lh, { order: [2, 0, 1] }, { start }).logLik, best.logLik, 1e-7);
    }
  });

  it("out of iterations: says so, and what it returns is still a model", () => {
    const model = sarima(rSeries("lynx"), { order: [3, 0, 2] }, { maxIterations: 1 });
    expect(model.converged).toBe(false);
    expect(model.warnings.join()).toContain("maxIterations");
    close(
      model.logLik,
      logLikelihood(rSeries("lynx"), { order: [3, 0, 2] }, { ...model.params, sigma2: undefined, mean: undefined }),
      1e-9,
    );
  });

  it("stays stationary and invertible on what has neither property", () => {
    const random = new Random(5);
    const walk = new Float64Array(200);
    for (let t = 1; t < 200; t++) walk[t] = walk[t - 1] + random.uniform() - 0.5;
    for (const y of [
      walk,
      walk.map((v, t) => (t > 0 ? v - walk[t - 1] - (t > 1 ? walk[t - 1] - walk[t - 2] : 0) : v)),
    ]) {
      for (const method of ["ml", "css", "css-ml"] as const) {
        const { params } = sarima(y, { order: [2, 0, 2], seasonal: [1, 0, 1, 4] }, { method });
        expect(isStationary(params.ar) && isStationary(params.seasonalAr)).toBe(true);
        expect(isInvertible(params.ma) && isInvertible(params.seasonalMa)).toBe(true);
      }
    }
  });

  it("warns at the boundary, and calls standard errors what they are", () => {
    const random = new Random(7);
    const noise = Float64Array.from({ length: 200 }, () => random.uniform());
    const over = sarima(noise, { order: [0, 2, 1] });
    expect(over.params.ma[0]).toBeLessThan(-0.999);
    expect(over.warnings.join()).toContain("over-differenced");
    const trend = sarima(
      noise.map((v, t) => 0.01 * v + t),
      { order: [1, 0, 0] },
    );
    expect(trend.warnings.join()).toContain("consider differencing");
  });

  it("is the same twice, and leaves its arguments alone", () => {
    const y = lh.slice();
    const spec = Object.freeze({ order: Object.freeze([1, 0, 1] as const) });
    const a = sarima(y, spec);
    expect(sarima(y, spec)).toEqual(a);
    expect(y).toEqual(lh);
    expect(
      Object.isFrozen(a) && Object.isFrozen(a.params) && Object.isFrozen(a.params.ar) && Object.isFrozen(a.spec),
    ).toBe(true);
    y[0] = 99;
    expect(a.y[0]).toBe(lh[0]);
  });
});

describe("what a model says of its data", () => {
  it.each([
    ["complete", lh],
    ["with gaps", lh.map((v, t) => (t % 7 === 3 || t < 2 ? Number.NaN : v))],
  ])("residuals and fitted values, %s", (_, y) => {
    const model = sarima(y, { order: [2, 0, 1] });
    let sum = 0;
    let count = 0;
    y.forEach((value, t) => {
      if (Number.isNaN(value)) {
        expect(model.residuals[t]).toBeNaN();
        return;
      }
      count++;
      sum += model.residuals[t] ** 2;
      // Innovations have the sign and at most the size that the residual's standardisation gives them.
      expect((value - model.fitted[t]) * model.residuals[t]).toBeGreaterThanOrEqual(0);
      expect(Math.abs(value - model.fitted[t])).toBeGreaterThanOrEqual(Math.abs(model.residuals[t]) * (1 - 1e-9));
    });
    expect(count).toBe(model.nobs);
    close(sum / count, model.sigma2, 1e-9, "mean square of the standardised residuals");
  });

  it("starts after the differences are filled", () => {
    const model = sarima(airline, AIRLINE);
    expect(model.nobs).toBe(131);
    expect(model.residuals.subarray(0, 13).every(Number.isNaN)).toBe(true);
    expect(model.residuals.subarray(13).some(Number.isNaN)).toBe(false);
  });
});

describe("transforms", () => {
  const passengers = airline.map(Math.exp);

  it("log: the fit of the logs, fitted values and residuals on that scale", () => {
    const inside = sarima(passengers, AIRLINE, { transform: { kind: "log" } });
    const outside = sarima(airline, AIRLINE);
    close(inside.logLik, outside.logLik, 1e-9);
    allClose(inside.residuals.subarray(13), outside.residuals.subarray(13), 1e-6);
    allClose(inside.y, passengers, 0);
  });

  it("box-cox: λ = 1 is the data less 1, λ = 0 the log, auto is resolved and kept", () => {
    const one = sarima(passengers, AIRLINE, { transform: { kind: "box-cox", lambda: 1 } });
    close(one.logLik, sarima(passengers, AIRLINE).logLik, 1e-9);
    close(
      sarima(passengers, AIRLINE, { transform: { kind: "box-cox", lambda: 0 } }).logLik,
      sarima(airline, AIRLINE).logLik,
      1e-9,
    );
    const auto = sarima(passengers, AIRLINE, { transform: { kind: "box-cox", lambda: "auto" } });
    // forecast::BoxCox.lambda(AirPassengers) is −0.2947156.
    expect(auto.transform).toEqual({ kind: "box-cox", lambda: expect.closeTo(-0.2947156, 3) });
  });

  it("logit keeps everything between its bounds", () => {
    const share = lh.map((v) => (100 * v) / 4);
    const model = sarima(share, { order: [1, 0, 0] }, { transform: { kind: "logit", lower: 0, upper: 100 } });
    const f = forecast(model, 50, { levels: [0.999999] });
    for (const values of [f.mean, f.median, f.intervals[0].lower, f.intervals[0].upper]) {
      for (const v of values) expect(v > 0 && v < 100).toBe(true);
    }
  });

  it.each([
    [{ kind: "log" } as const, [1, 2, 0, 3]],
    [{ kind: "logit", lower: 0, upper: 10 } as const, [1, 2, 10, 3]],
    [{ kind: "box-cox", lambda: -1 } as const, [1, 2, -1, 3]],
  ])("%j refuses what has no image, by position", (transform, y) => {
    expect(() => sarima(y, { order: [0, 0, 0] }, { transform })).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT", message: expect.stringContaining("y[2]") }),
    );
  });
});

describe("AbortSignal", () => {
  const random = new Random(3);
  const long = Float64Array.from(
    { length: 20_000 },
    (_, t) => random.uniform() + 3 * Math.sin((t * 2 * Math.PI) / 288),
  );
  const gappy = long.map((v, t) => (t % 97 === 0 ? Number.NaN : v));
  /** Fires at its n-th reading: a synchronous fit gives a timer no chance to. */
  const firesAt = (n: number) => {
    let reads = 0;
    const signal = {
      get aborted() {
        return ++reads >= n;
      },
      reason: "enough",
    } as AbortSignal;
    return { signal, reads: () => reads };
  };

  it("fired before the fit: nothing is done", () => {
    expect(() => sarima(lh, { order: [1, 0, 0] }, { signal: AbortSignal.abort("enough") })).toThrow(
      expect.objectContaining({ code: "ABORTED", cause: "enough" }),
    );
  });

  it.each([
    ["seasonal 288", long, { order: [1, 0, 1], seasonal: [1, 0, 1, 288] }, "ml", 200],
    ["206 gaps", gappy, { order: [2, 0, 2] }, "ml", 200],
    ["css", long, { order: [1, 0, 1], seasonal: [1, 0, 1, 288] }, "css", 60],
  ] as const)("stops in the middle at that very reading: 20,000 values, %s", (_, y, spec, method, at) => {
    const { signal, reads } = firesAt(at);
    expect(() => sarima(y, spec, { signal, method })).toThrow(
      expect.objectContaining({ code: "ABORTED", cause: "enough" }),
    );
    expect(reads()).toBe(at);
  });

  it("is read within a single evaluation too, every few million operations", () => {
    // Nothing is searched: the likelihood is evaluated a handful of times, each some 10⁷ operations or more.
    const { signal, reads } = firesAt(Number.POSITIVE_INFINITY);
    const fixed = { ar: [0.6], ma: [0.2], seasonalAr: [0.9], seasonalMa: [-0.5] };
    sarima(long, { order: [1, 0, 1], seasonal: [1, 0, 1, 288] }, { signal, fixed });
    expect(reads()).toBeGreaterThan(8);
    const other = firesAt(Number.POSITIVE_INFINITY);
    sarima(gappy.slice(0, 4000), { order: [1, 0, 1] }, { signal: other.signal, fixed: { ar: [0.6], ma: [0.2] } });
    expect(other.reads()).toBeGreaterThan(8);
  });
});
