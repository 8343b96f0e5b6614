import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { forecast, formatSpec, type SarimaSpec, sarima } from "../src/index.js";
import { autoSarima } from "../src/select/auto.js";
import { runSearchJob } from "../src/select/jobs.js";
import { autoSarimaAsync } from "../src/select/parallel.js";

interface Reference {
  name: string;
  period: number;
  y: number[];
  order: [number, number, number];
  seasonal: [number, number, number, number];
  constant: boolean;
  aicc: number;
}
// Made by fixtures/auto.R.
const { series }: { series: Reference[] } = JSON.parse(
  readFileSync(new URL("fixtures/auto.json", import.meta.url), "utf8"),
);
const named = (name: string): Reference => series.find((s) => s.name === name) as Reference;

/** Lehmer's generator and Box–Muller: the same noise in every run. */
function noise(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** A load: a daily rhythm, autocorrelated noise on the log scale, never negative. */
function load(n: number, { day = 0, seed = 3 }: { day?: number; seed?: number } = {}): number[] {
  const e = noise(seed);
  let level = 0;
  return Array.from({ length: n }, (_, t) => {
    level = 0.85 * level + 0.15 * e();
    return Math.exp(2 + level + (day > 0 ? 0.5 * Math.sin((2 * Math.PI * t) / day) : 0) + 0.05 * e());
  });
}

describe("autoSarima beside R's exact stepwise search", () => {
  it.each(series)(
    "$name: the same d and D, an AICc that is no worse",
    ({ y, period, order, seasonal, constant, aicc }) => {
      const model = autoSarima(y, { period });
      expect([model.search.d, model.search.D]).toEqual([order[1], seasonal[1]]);
      // R's likelihood is off by its diffuse prior: its model, fitted exactly, is what ours is compared with.
      const spec: SarimaSpec = { order, mean: constant, ...(period > 1 && { seasonal }) };
      expect(model.aicc).toBeLessThan(sarima(y, spec).aicc + 1e-3);
      expect(model.aicc).toBeLessThan(aicc + 0.02);
      expect(model.transform).toBeNull();
      expect(model.calibration).toBeUndefined();
    },
  );

  it("finds the airline model", () => {
    const { y } = named("logAirPassengers");
    expect(formatSpec(autoSarima(y, { period: 12 }).spec)).toBe("(0,1,1)(0,1,1)[12]");
  });
});

describe("the search", () => {
  it("gives three values their mean, as R's auto.arima does: AICc would leave 0", () => {
    const y = [52.58, 58.08, 60.13];
    for (const model of [autoSarima(y, { period: 1 }), autoSarima(y, { periods: [] })]) {
      expect(forecast(model, 2).median[1]).toBeCloseTo(56.93, 6);
    }
  });

  const { y } = named("USAccDeaths");

  it("hands over the table of what it tried, the winner among it", () => {
    const model = autoSarima(y, { period: 12 });
    const { tried } = model.search;
    expect(tried.length).toBeGreaterThan(10);
    const keys = tried.map(({ spec }) => `${formatSpec(spec)}${spec.mean}`);
    expect(new Set(keys).size).toBe(tried.length);
    const best = tried.reduce((a, b) => (b.criterion < a.criterion ? b : a));
    expect(best.spec).toEqual(model.spec);
    expect(Math.abs(best.criterion - model.aicc)).toBeLessThan(0.01);
    for (const { criterion, error } of tried) expect(criterion === Infinity).toBe(error !== undefined);
  });

  it("tries every model in a grid, and finds nothing worse than stepwise does", () => {
    const bounds = { period: 12, maxP: 2, maxQ: 2, maxSeasonalP: 1, maxSeasonalQ: 1 };
    const grid = autoSarima(y, { ...bounds, search: "grid" });
    // 3·3·2·2 orders, less the one whose sum is 6; d + D = 2 leaves no constant.
    expect(grid.search.tried.length).toBe(35);
    expect(grid.aicc).toBeLessThanOrEqual(autoSarima(y, bounds).aicc + 1e-6);
    const exact = sarima(y, grid.spec);
    expect(grid.aicc).toBeCloseTo(exact.aicc, 6);
  });

  it.each(["aic", "bic", "hqic"] as const)("can go by %s", (criterion) => {
    const model = autoSarima(named("lh").y, { period: 1, criterion });
    const best = Math.min(...model.search.tried.map((t) => t.criterion));
    expect(model[criterion]).toBeLessThan(best + 1e-4);
  });

  it("can go by forecasts replayed inside the data", () => {
    const model = autoSarima(named("WWWusage").y, { period: 1, criterion: "rolling", horizon: 5 });
    expect(model.search.criterion).toBe("rolling");
    expect(model.search.tried.some((t) => Number.isFinite(t.criterion))).toBe(true);
  });

  it("keeps to the bounds and the differences it is given", () => {
    const model = autoSarima(y, {
      period: 12,
      d: 0,
      D: 1,
      maxP: 1,
      maxQ: 0,
      maxSeasonalP: 0,
      maxSeasonalQ: 1,
      mean: false,
    });
    for (const { spec } of model.search.tried) {
      expect(spec.order[0]).toBeLessThanOrEqual(1);
      expect(spec.order.slice(1)).toEqual([0, 0]);
      expect(spec.seasonal.slice(0, 2)).toEqual([0, 1]);
      expect(spec.mean).toBe(false);
    }
  });

  it("rejects models at a unit root unless told not to", () => {
    const strict = autoSarima(named("lynx").y, { period: 1, maxP: 5, maxQ: 3 });
    expect(strict.search.tried.some((t) => t.error?.includes("root nearer"))).toBe(true);
    const free = autoSarima(named("lynx").y, { period: 1, maxP: 5, maxQ: 3, minimumRoot: 1 });
    expect(free.search.tried.some((t) => t.error?.includes("root nearer"))).toBe(false);
  });

  it("reports progress and can be stopped", () => {
    const seen: number[] = [];
    const control = new AbortController();
    expect(() =>
      autoSarima(y, {
        period: 12,
        signal: control.signal,
        onProgress: ({ tried, last, best }) => {
          seen.push(tried);
          expect(best.criterion).toBeLessThanOrEqual(last.criterion);
          if (tried === 5) control.abort();
        },
      }),
    ).toThrow(expect.objectContaining({ code: "ABORTED" }));
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  it("runs a grid through an executor, with the same answer", async () => {
    const options = { period: 12, search: "grid", maxP: 2, maxQ: 1, maxSeasonalP: 1, maxSeasonalQ: 1 } as const;
    let jobs = 0;
    const parallel = await autoSarimaAsync(y, {
      ...options,
      jobs: 3,
      executor: async (list) => {
        jobs += list.length;
        // What crosses to a worker is a structured clone.
        return list.map((job) => structuredClone(runSearchJob(structuredClone(job)))).reverse();
      },
    });
    const alone = autoSarima(y, options);
    expect(jobs).toBe(3);
    expect(parallel.spec).toEqual(alone.spec);
    expect(parallel.aicc).toBeCloseTo(alone.aicc, 6);
    expect(parallel.search.tried.map((t) => t.spec)).toEqual(alone.search.tried.map((t) => t.spec));
    const here = await autoSarimaAsync(y, options);
    expect(here.spec).toEqual(alone.spec);
    await expect(autoSarimaAsync(y, { ...options, executor: async () => [] })).rejects.toThrow(/answered for 0 of/);
  });

  it("looks at its signal while scales and cycles are compared, before the first model", () => {
    const long = Array.from(
      { length: 600 },
      (_, t) => 20 + Math.sin(t / 2) + Math.sin(t / 15) + (((t * t) % 7) + 1) / 7,
    );
    let looks = 0;
    const signal = {
      get aborted() {
        looks++;
        return looks > 20;
      },
    } as AbortSignal;
    const tried: unknown[] = [];
    const search = () => autoSarima(long, { periods: [12, 96], signal, onProgress: (p) => tried.push(p) });
    expect(search).toThrow(expect.objectContaining({ code: "ABORTED" }));
    expect(tried).toEqual([]);
  });

  it("gives way to events, so that a timer can stop it", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort());
    const options = { period: 12, search: "grid", signal: stop.signal } as const;
    await expect(autoSarimaAsync(y, options)).rejects.toMatchObject({ code: "ABORTED" });
  });

  it("estimates regressors with every candidate", () => {
    const x = Array.from({ length: 120 }, (_, t) => Math.cos(t * t));
    const e = noise(5);
    let u = 0;
    const z = x.map((value) => {
      u = 0.6 * u + e();
      return 10 + 4 * value + u;
    });
    const model = autoSarima(z, { period: 1, regressors: [x] });
    expect(model.params.beta[0]).toBeCloseTo(4, 0);
    expect(model.spec.order[1]).toBe(0);
    const ahead = forecast(model, 3, { regressors: [[0, 1, 0]] });
    expect(ahead.mean[1] - ahead.mean[0]).toBeGreaterThan(2);
  });
});

describe("series of metrics", () => {
  it("are searched on the scale that forecasts best, and stay possible", () => {
    const y = load(400);
    const model = autoSarima(y, { periods: [12, 288] });
    expect(model.transform?.kind).not.toBeUndefined();
    expect(model.search.scales.length).toBeGreaterThanOrEqual(4);
    const scores = model.search.scales.map((s) => s.score);
    expect([...scores].sort((a, b) => a - b)).toEqual(scores);
    expect(model.warnings.join()).toMatch(/season of 288 is left out: it needs 864 values, y has 400/);
    const { intervals, median, mean } = forecast(model, 48, { levels: [0.5, 0.8, 0.95, 0.999] });
    for (let h = 0; h < 48; h++) {
      expect(median[h]).toBeGreaterThan(0);
      expect(mean[h]).toBeGreaterThan(0);
      for (let i = 0; i < intervals.length; i++) {
        expect(intervals[i].lower[h]).toBeGreaterThanOrEqual(0);
        expect(intervals[i].lower[h]).toBeLessThanOrEqual(median[h]);
        if (i > 0) expect(intervals[i].upper[h]).toBeGreaterThan(intervals[i - 1].upper[h]);
      }
    }
  });

  it("get Fourier terms for a cycle that is there, and none for one that is not", () => {
    const daily = autoSarima(load(480, { day: 96 }), { periods: [12, 96] });
    expect(daily.harmonics.map((h) => h.period)).toEqual([96]);
    const none = autoSarima(load(480), { periods: [12, 96] });
    expect(none.harmonics).toEqual([]);
    // The cycle goes on: six steps, a quarter of it, and half of it later.
    const ahead = forecast(daily, 96).median;
    expect(Math.max(...ahead) / Math.min(...ahead)).toBeGreaterThan(1.8);
  });

  it("stay between the bounds they are given", () => {
    const y = load(300).map((v) => Math.min(100, 9 * v));
    const model = autoSarima(y, { periods: [12], lower: 0, upper: 100 });
    const { intervals } = forecast(model, 48, { levels: [0.99] });
    for (const value of intervals[0].upper) expect(value).toBeLessThanOrEqual(100);
    expect(() => autoSarima(y, { periods: [12], upper: 50 })).toThrow(/outside of lower = 0 and upper = 50/);
  });

  it("keep the d, D and scale they are given", () => {
    const y = load(200);
    const model = autoSarima(y, { periods: [12], d: 1, D: 0, transform: "none" });
    expect([model.search.d, model.search.D, model.transform]).toEqual([1, 0, null]);
    const logged = autoSarima(y, { periods: [12], transform: { kind: "log", offset: 1 } });
    expect(logged.transform).toEqual({ kind: "log", offset: 1 });
  });

  it("may have their spikes treated as gaps, never without a word", () => {
    const y = load(300);
    y[100] = 900;
    const gaps = autoSarima(y, { periods: [12], outliers: "gaps" });
    expect(gaps.warnings.join()).toMatch(/spikes that stand out: \d, at 100.*treated as gaps/);
    expect(gaps.y[100]).toBeNaN();
    const kept = autoSarima(y, { periods: [12] });
    expect(kept.y[100]).toBe(900);
    expect(kept.search.outliers).toBeNull();
    const shifted = load(400).map((v, t) => v + (t >= 250 ? 60 : 0));
    const stepped = autoSarima(shifted, { periods: [12], levelShifts: "steps", transform: "none" });
    expect(stepped.steps.length).toBe(1);
    expect(Math.abs(stepped.steps[0] - 250)).toBeLessThanOrEqual(2);
  });

  it("with gaps are searched as well", () => {
    const y = load(300).map((v, t) => ((t > 50 && t < 60) || t === 200 ? Number.NaN : v));
    const model = autoSarima(y, { periods: [12] });
    expect(model.nobs).toBeLessThanOrEqual(290);
    expect(forecast(model, 10).median.every(Number.isFinite)).toBe(true);
  });
});

describe("a series that supports no model", () => {
  it.each([
    ["constant", new Array(50).fill(3)],
    ["zeros", new Array(50).fill(0)],
    ["two values", [1, 5]],
    ["three values", [1, 5, 2]],
    ["a line", Array.from({ length: 30 }, (_, t) => 2 * t)],
    ["one step", [...new Array(40).fill(1), ...new Array(40).fill(2)]],
    ["mostly gaps", Array.from({ length: 60 }, (_, t) => (t % 20 === 0 ? t % 7 : Number.NaN))],
    ["periodic", Array.from({ length: 96 }, (_, t) => t % 12)],
    ["tiny scale", Array.from({ length: 60 }, (_, t) => 1e-100 * (1 + (t % 5)))],
    ["one spike", Array.from({ length: 100 }, (_, t) => (t === 50 ? 1e9 : 1))],
  ])("gets an answer all the same: %s", (_, y) => {
    for (const options of [{ period: 12 }, { periods: [12, 288] }, { period: 1 }]) {
      const model = autoSarima(y, options);
      const { median, intervals } = forecast(model, 12);
      for (const value of [...median, ...intervals[1].lower, ...intervals[1].upper])
        expect(Number.isNaN(value)).toBe(false);
    }
  });

  it.each([
    [[5, 5, 5], 5],
    [[41.2, 39.8, 44.1], 41.7],
    [[41, 40], 40.5],
    [[7, Number.NaN, 9, 8], 8],
  ])("%j: three values or fewer have their mean as forecast, not 0", (y, mean) => {
    for (const options of [{}, { criterion: "bic" }, { period: 12 }] as const) {
      const model = autoSarima(y, options);
      expect(model.warnings.join()).toMatch(/simplest/);
      for (const value of forecast(model, 3).median) expect(value).toBeCloseTo(mean, 12);
    }
  });

  it("or an error that says what is missing", () => {
    expect(() => autoSarima([])).toThrow(/0 observed values; a model needs at least 2/);
    expect(() => autoSarima([1])).toThrow(/at least 2/);
    expect(() => autoSarima([Number.NaN, Number.NaN, 1])).toThrow(/at least 2/);
    expect(() => autoSarima([1, Infinity, 2])).toThrow(/use NaN to mark a gap/);
    expect(() => autoSarima([1, 2, 3], { period: 12, periods: [12] })).toThrow(/not both/);
    expect(() => autoSarima([1, 2, 3], { periods: 12 as never })).toThrow(/periods must be an array/);
    expect(() => autoSarima([1, 2, 3], { search: "random" as never })).toThrow(/"stepwise" or "grid"/);
    expect(() => autoSarima([1, 2, 3], { criterion: "mdl" as never })).toThrow(
      /"aicc", "aic", "bic", "hqic", "rolling"/,
    );
    expect(() => autoSarima([1, 2, 3, 4], { D: 1 })).toThrow(/there is no season/);
  });
});
