import { describe, expect, it } from "vitest";
import { encodeFloats } from "../../src/base64.js";
import {
  accuracy,
  append,
  autoEnsemble,
  crossValidate,
  explain,
  forecast,
  fromJSON,
  naive,
  type SarimaEnsemble,
  simulate,
  thresholdProbability,
  timeToThreshold,
  toJSON,
} from "../../src/index.js";
import { Random } from "../../src/random.js";
import { load } from "./series.js";

const y = load(500);
const ensemble = autoEnsemble(y, { periods: [12, 288] });
const gap = Number.NaN;

function expectSane(fitted: SarimaEnsemble, horizon = 12) {
  const f = forecast(fitted, horizon, { levels: [0.5, 0.8, 0.95, 0.999] });
  const [low, high] = [fitted.lower ?? -Infinity, fitted.upper ?? Infinity];
  for (let h = 0; h < horizon; h++) {
    const ladder = [3, 2, 1, 0].map((i) => f.intervals[i].lower[h]);
    ladder.push(f.median[h], ...[0, 1, 2, 3].map((i) => f.intervals[i].upper[h]));
    expect(ladder.every(Number.isFinite)).toBe(true);
    expect(ladder).toEqual([...ladder].sort((a, b) => a - b));
    expect(ladder[0]).toBeGreaterThanOrEqual(low);
    expect(ladder[8]).toBeLessThanOrEqual(high);
    expect(f.mean[h]).toBeGreaterThanOrEqual(ladder[0]);
    expect(f.mean[h]).toBeLessThanOrEqual(ladder[8]);
    expect(f.standardError[h]).toBeGreaterThanOrEqual(0);
  }
  return f;
}

describe("autoEnsemble", () => {
  it("has one distribution whatever intervals are asked for, and refuses what is no kind of them", () => {
    const plain = forecast(ensemble, 6);
    for (const intervals of ["gaussian", "bootstrap", "conformal"] as const) {
      expect(forecast(ensemble, 6, { intervals })).toEqual(plain);
    }
    expect(() => forecast(ensemble, 6, { intervals: "exact" as never })).toThrow(/intervals must be "gaussian"/);
  });

  it("is frozen plain data whose weights sum to 1", () => {
    expect(ensemble.kind).toBe("ensemble");
    expect(Object.isFrozen(ensemble) && Object.isFrozen(ensemble.members[0].weights)).toBe(true);
    for (const part of ["lower", "centre", "upper"] as const) {
      expect(ensemble.members.reduce((sum, m) => sum + m.weights[part], 0)).toBeCloseTo(1, 10);
    }
    const kinds = new Set(ensemble.members.map((m) => m.fit.kind));
    expect(kinds).toEqual(new Set(["autoregression", "sarima", "trend", "recent", "same-time", "analogs"]));
    expectSane(ensemble, 48);
  });
  it("beats naive on its own kind of load, with intervals that hold", () => {
    const series = load(1100, 9);
    const options = { horizon: 24, origins: 8, window: 400, step: 72 };
    const ours = crossValidate(series, (z) => autoEnsemble(z, { periods: [12], horizon: 24 }), options).overall;
    const naively = crossValidate(series, naive, options).overall;
    expect(ours.mae).toBeLessThan(0.9 * naively.mae);
    expect(ours.intervals[1].winkler).toBeLessThan(naively.intervals[1].winkler);
    expect(ours.intervals[0].coverage).toBeGreaterThan(0.65);
    expect(ours.intervals[1].coverage).toBeGreaterThan(0.88);
  });
  it("gives the same answer for the same series, in any unit", () => {
    const again = forecast(autoEnsemble(y, { periods: [12, 288] }), 12);
    const ours = forecast(ensemble, 12);
    expect([...again.median]).toEqual([...ours.median]);
    for (const unit of [1e-200, 1e200]) {
      const scaled = forecast(
        autoEnsemble(
          y.map((value) => value * unit),
          { periods: [12, 288] },
        ),
        12,
      );
      for (let h = 0; h < 12; h++) {
        expect(scaled.median[h] / unit / ours.median[h]).toBeCloseTo(1, 2);
        expect(scaled.intervals[1].upper[h] / unit / ours.intervals[1].upper[h]).toBeCloseTo(1, 1);
      }
    }
  });
  it("keeps to the bounds, also where the data sit on them", () => {
    const clipped = y.map((value) => Math.min(25, value));
    const fitted = autoEnsemble(clipped, { periods: [12], lower: 0, upper: 25 });
    const f = expectSane(fitted, 48);
    expect(Math.max(...f.intervals[3].upper)).toBe(25);
    expect(expectSane(autoEnsemble(y)).intervals[3].lower.every((value) => value >= 0)).toBe(true);
  });
  it("works with negative values, gaps everywhere, and no periods", () => {
    expectSane(autoEnsemble(y.map((value) => value - 25)));
    const gappy = y.map((value, t) => (t < 3 || t > 495 || (t > 200 && t < 260) || t % 5 === 0 ? gap : value));
    const fitted = autoEnsemble(gappy, { periods: [12, 288] });
    expectSane(fitted);
    expect(explain(fitted)).toContain("gaps");
  });
  it("gaps at the end are steps that have passed", () => {
    const cut = autoEnsemble(y, { periods: [12] });
    const later = forecast(append(cut, [gap, gap, gap]), 5);
    const whole = forecast(cut, 8);
    expect([...later.median]).toEqual([...whole.median.slice(3)]);
  });
  it.each([4, 5, 7, 10, 13, 20, 40, 60])("answers for a series of %d values", (n) => {
    const fitted = autoEnsemble(y.slice(0, n), { periods: [12, 288] });
    expectSane(fitted, 24);
    expect(fitted.warnings.join()).toMatch(/shorter than the period/);
  });
  it("a constant series is forecast as it is", () => {
    for (const value of [0, 5, -3]) {
      const f = forecast(autoEnsemble(new Float64Array(100).fill(value), { periods: [12] }), 6);
      expect([...f.median, ...f.intervals[1].lower, ...f.intervals[1].upper]).toEqual(
        new Array(18).fill(expect.closeTo(value, 10)),
      );
    }
  });
  it("never runs away: a trend is followed, and no interval is wider than ten times the range", () => {
    const trend = autoEnsemble(
      Float64Array.from({ length: 200 }, (_, t) => t + (t % 3)),
      { periods: [12] },
    );
    expect(forecast(trend, 6).median[5]).toBeGreaterThan(202);
    const explosive = autoEnsemble(Float64Array.from({ length: 80 }, (_, t) => 1.3 ** t));
    const f = expectSane(explosive, 500);
    const range = 1.3 ** 79;
    for (let h = 0; h < 500; h++) expect(f.intervals[3].upper[h] - f.intervals[3].lower[h]).toBeLessThan(10 * range);
  });
  it("foresees where a leak leads that broke out hours ago, after days of quiet", () => {
    const random = new Random(11);
    const week = 2016;
    const leaks = (hours: number) =>
      Float64Array.from(
        { length: week },
        (_, t) => 30 + 0.5 * random.normal() + Math.max(0, (t - (week - 12 * hours)) / 6),
      );
    const ahead = (hours: number) => forecast(autoEnsemble(leaks(hours), { periods: [12, 288], upper: 100 }), 48);
    // 2 % an hour: at 50 after ten hours, and at 58 four hours later.
    const ten = ahead(10);
    expect(ten.median[47]).toBeGreaterThan(55);
    expect(ten.median[47]).toBeLessThan(60);
    expect(ten.intervals[0].upper[47]).toBeGreaterThan(57);
    // After three hours, at 36, nobody knows; the last hours do not say that it goes back to 30.
    const three = ahead(3);
    expect(three.median[47]).toBeGreaterThan(34);
    expect(three.intervals[0].upper[47]).toBeGreaterThan(38);
  });
  it("separates the effect of a regressor and needs its future", () => {
    const x = Float64Array.from({ length: 500 }, (_, t) => (t % 50 < 10 ? 1 : 0));
    const fitted = autoEnsemble(
      y.map((value, t) => value + 30 * x[t]),
      { periods: [12], regressors: [x] },
    );
    const off = forecast(fitted, 4, { regressors: [[0, 0, 0, 0]] }).median;
    const on = forecast(fitted, 4, { regressors: [[1, 1, 1, 1]] }).median;
    for (let h = 0; h < 4; h++) expect(Math.abs(on[h] - off[h] - 30)).toBeLessThan(3);
    expect(() => forecast(fitted, 4)).toThrow(/regressors must hold 4 values/);
    const longer = append(fitted, [20, 21], { regressors: [[0, 0]] });
    expect(longer.regression?.effects).toHaveLength(502);
    expect(() => append(fitted, [20])).toThrow(/regressors/);
  });
  it("refuses what it cannot use, by name", () => {
    expect(() => autoEnsemble([1, 2, gap, 3])).toThrow(/at least 4 observed values; y has 3/);
    expect(() => autoEnsemble(new Float64Array(50).fill(gap))).toThrow(expect.objectContaining({ code: "TOO_SHORT" }));
    expect(() => autoEnsemble([1, 2, 3, 4, Infinity])).toThrow(expect.objectContaining({ code: "NON_FINITE" }));
    expect(() => autoEnsemble(y, { upper: 10 })).toThrow(/upper is 10 but y goes up to/);
    expect(() => autoEnsemble(y, { lower: 15 })).toThrow(/lower is 15 but y goes down to/);
    expect(() => autoEnsemble([5, 5, 5, 5], { lower: 5, upper: 5 })).toThrow(/lower must lie below upper/);
    expect(() => autoEnsemble(y, { periods: [288, 12] })).toThrow(/periods must ascend/);
    expect(() => autoEnsemble(y, { horizon: 0 })).toThrow(/horizon must be a whole number/);
    expect(() => forecast(ensemble, 4, { levels: [95] })).toThrow(/levels/);
    expect(() => forecast({} as never, 4)).toThrow(/what sarima, autoSarima or autoEnsemble returned/);
  });
  it.each([
    ["options", null],
    ["options", 5],
    ["periods", { periods: 12 }],
    ["periods[0]", { periods: [1] }],
    ["lower", { lower: Number.NaN }],
    ["upper", { upper: "100" }],
    ["horizon", { horizon: 1.5 }],
    ["regressors", { regressors: "x" }],
    ["regressors[0]", { regressors: [[1, 2]] }],
    ["signal", { signal: {} }],
    ["onProgress", { onProgress: 1 }],
  ])("names the argument that is wrong: %s", (name, options) => {
    const error = (() => {
      try {
        autoEnsemble(y.slice(0, 60), options as never);
      } catch (thrown) {
        return thrown as Error & { code: string };
      }
    })();
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT", message: expect.stringContaining(name) });
  });
  it("tells its progress and stops when the signal fires", () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const run = () =>
      autoEnsemble(y, {
        signal: controller.signal,
        onProgress: (done, total) => {
          seen.push(done);
          expect(done).toBeLessThanOrEqual(total);
          if (done === 3) controller.abort();
        },
      });
    expect(run).toThrow(expect.objectContaining({ code: "ABORTED" }));
    expect(seen).toEqual([1, 2, 3]);
  });
});

describe("an ensemble used like a model", () => {
  const f = forecast(ensemble, 60, { levels: [0.5, 0.8, 0.95] });

  it("forecasts past the horizon it was calibrated for", () => {
    expect(f.median).toHaveLength(60);
    expectSane(ensemble, 400);
  });
  it("append moves the origin: the same members, the longer series", () => {
    const next = load(520).slice(500);
    const longer = append(ensemble, next);
    expect(longer.y).toHaveLength(520);
    expect(longer.members).toBe(ensemble.members);
    const stepwise = next.reduce((fitted, value) => append(fitted, [value]), ensemble);
    expect([...forecast(stepwise, 12).median]).toEqual([...forecast(longer, 12).median]);
    expect(forecast(longer, 12).median[0]).not.toBe(f.median[0]);
    expect(append(ensemble, [])).toBe(ensemble);
    expect(() => append(ensemble, [-1])).toThrow(/y\[0\] is -1, below the lower bound 0/);
    expect(() => append(ensemble, [1], { regressors: [[1]] })).toThrow(/no regressors/);
  });
  it("toJSON and fromJSON: the same forecast to the bit, in less space than ten series", () => {
    const text = toJSON(ensemble);
    expect(text.length).toBeLessThan(60_000);
    for (const document of [text, JSON.parse(text), JSON.stringify(JSON.parse(text), null, 2)]) {
      const back = fromJSON(document) as SarimaEnsemble;
      expect(back).toEqual(ensemble);
      expect(forecast(back, 60, { levels: [0.5, 0.8, 0.95] })).toEqual(f);
      expect(Object.isFrozen(back.members[0].fit)).toBe(true);
    }
  });
  it("fromJSON refuses damaged documents", () => {
    const break_ = (change: (doc: Record<string, never>) => void) => {
      const doc = JSON.parse(toJSON(ensemble));
      change(doc);
      return () => fromJSON(doc);
    };
    const invalid = expect.objectContaining({ code: "INVALID_DOCUMENT" });
    // biome-ignore lint/suspicious/noExplicitAny: a damaged document has no type
    const cases: ((doc: any) => void)[] = [
      (doc) => (doc.version = 3),
      (doc) => (doc.version = 1), // which had no `training`
      (doc) => delete doc.training,
      (doc) => (doc.training.length = doc.y.length),
      (doc) => (doc.training.losses = "AAAAAAAA8D8="),
      (doc) => (doc.training.losses = encodeFloats(new Float64Array(33).fill(-1))),
      (doc) => (doc.training.losses = encodeFloats(new Float64Array(33).fill(Number.NaN))),
      (doc) => (doc.training.factors[2] = -1),
      (doc) => doc.training.factors.pop(),
      (doc) => (doc.training.more = 1),
      (doc) => (doc.weighedTo = 499), // before the end of training
      (doc) => (doc.weighedTo = 501),
      (doc) => delete doc.unit,
      (doc) => (doc.extra = 1),
      (doc) => (doc.members = []),
      (doc) => (doc.members[0].fit.kind = "magic"),
      (doc) => (doc.members[0].fit.errors = "AAAA"),
      (doc) => (doc.members[0].fit.model.phi = [2]),
      (doc) => (doc.members[0].weights.lower = -1),
      (doc) => (doc.calibration.factors[0] = 0),
      (doc) => (doc.horizon = 1e9),
      (doc) => (doc.y = ""),
    ];
    for (const change of cases) expect(break_(change)).toThrow(invalid);
  });
  it("simulated paths follow the calibrated distribution at each step, and hang together", () => {
    const paths = simulate(ensemble, 24, { paths: 4000, seed: 2 });
    for (const h of [0, 11, 23]) {
      const values = paths.map((path) => path[h]);
      for (const [i, level] of [0.5, 0.8, 0.95].entries()) {
        const inside = values.filter((v) => v >= f.intervals[i].lower[h] && v <= f.intervals[i].upper[h]).length;
        expect(Math.abs(inside / 4000 - level)).toBeLessThan(0.03);
      }
    }
    const rankCorrelation = (a: number, b: number) => {
      const above = (h: number) => paths.map((path) => (path[h] > f.median[h] ? 1 : -1));
      const [x, z] = [above(a), above(b)];
      return x.reduce((sum, value, i) => sum + value * z[i], 0) / 4000;
    };
    expect(rankCorrelation(10, 11)).toBeGreaterThan(rankCorrelation(0, 23));
    expect(rankCorrelation(10, 11)).toBeGreaterThan(0.1);
    expect([...simulate(ensemble, 24, { paths: 2, seed: 2 })[1]]).toEqual([...paths[1]]);
    expect([...simulate(ensemble, 24, { paths: 1, seed: 3 })[0]]).not.toEqual([...paths[0]]);
  });
  it("thresholds come from its paths", () => {
    const threshold = f.intervals[1].upper[11];
    const { atStep, byStep, probability } = thresholdProbability(ensemble, 24, { threshold, paths: 4000 });
    expect(Math.abs(atStep[11] - 0.1)).toBeLessThan(0.03);
    expect(byStep[23]).toBe(probability);
    expect(probability).toBeGreaterThan(atStep[11]);
    const time = timeToThreshold(ensemble, 24, { threshold, paths: 4000 });
    expect(time.probability).toBe(probability);
  });
  it("explains itself: every member with its weight, the origins, the calibration", () => {
    const text = explain(ensemble);
    for (const member of ensemble.members) expect(text).toContain(member.description);
    expect(text).toMatch(/95 % interval/);
    expect(text.split("\n").every((line) => !/NaN|undefined/.test(line))).toBe(true);
    expect(ensemble.members[0].reason).toMatch(/loss on \d+ origins: centre/);
  });
  it("its quantiles are judged like any forecast", () => {
    const actual = load(548).slice(500);
    const { mae, intervals } = accuracy(actual, forecast(ensemble, 48), { training: y });
    expect(mae).toBeGreaterThan(0);
    expect(intervals).toHaveLength(2);
  });
});
