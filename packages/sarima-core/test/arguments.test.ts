import { describe, expect, it } from "vitest";
import * as core from "../src/index.js";

const y = Float64Array.from({ length: 60 }, (_, t) => Math.sin(t * t) + t / 10);
const model = core.sarima(y, { order: [1, 1, 1] });

/** Functions of a model, called with whatever stands in its place. */
const ofModel: [string, (value: never) => unknown][] = [
  ["forecast", (value) => core.forecast(value, 3)],
  ["simulate", (value) => core.simulate(value, 3)],
  ["smooth", (value) => core.smooth(value)],
  ["summary", (value) => core.summary(value)],
  ["formatModel", (value) => core.formatModel(value)],
  ["diagnostics", (value) => core.diagnostics(value)],
  ["roots", (value) => core.roots(value)],
  ["psiWeights", (value) => core.psiWeights(value, 3)],
  ["piWeights", (value) => core.piWeights(value, 3)],
  ["append", (value) => core.append(value, [1])],
  ["toJSON", (value) => core.toJSON(value)],
  ["thresholdProbability", (value) => core.thresholdProbability(value, 3, { threshold: 1 })],
];

const baseline = core.naive(y);
const cross = { horizon: 2, origins: 2 };

const withOptions: [string, (value: never) => unknown][] = [
  ["kpss", (value) => core.kpss(y, value)],
  ["adf", (value) => core.adf(y, value)],
  ["phillipsPerron", (value) => core.phillipsPerron(y, value)],
  ["ndiffs", (value) => core.ndiffs(y, value)],
  ["nsdiffs", (value) => core.nsdiffs(y, 12, value)],
  ["ocsb", (value) => core.ocsb(y, 12, value)],
  ["canovaHansen", (value) => core.canovaHansen(y, 12, value)],
  ["accuracy", (value) => core.accuracy([1, 2], [1, 2], value)],
  ["crossValidate", (value) => core.crossValidate(y, core.naive, value)],
  ["detectOutliers", (value) => core.detectOutliers(y, value)],
  ["empiricalQuantiles", (value) => core.empiricalQuantiles(y, value)],
  ["a baseline's forecast", (value) => baseline.forecast(3, value)],
  ["autoSarima", (value) => core.autoSarima(y, value)],
  ["forecast", (value) => core.forecast(model, 3, value)],
  ["simulate", (value) => core.simulate(model, 3, value)],
  ["smooth", (value) => core.smooth(model, value)],
  ["acf", (value) => core.acf(y, value)],
  ["pacf", (value) => core.pacf(y, value)],
  ["ljungBox", (value) => core.ljungBox(y, value)],
  ["heteroskedasticity", (value) => core.heteroskedasticity(y, value)],
];

describe("arguments of the wrong kind", () => {
  it.each(ofModel)("%s: a model that is none is named", (_, call) => {
    for (const value of [null, undefined, 5, "model", {}, [], y, () => model, { ...model, params: undefined }]) {
      try {
        call(value as never);
        expect.fail(`accepted ${String(value)}`);
      } catch (error) {
        expect(error).toMatchObject({ name: "SarimaError", code: "INVALID_ARGUMENT" });
        expect((error as Error).message).toMatch(/^model must be/);
      }
    }
  });

  it.each(withOptions)("%s: options that are none are named", (_, call) => {
    for (const value of [null, 5, "x", [], y]) {
      expect(() => call(value as never)).toThrow(/options must be an object/);
    }
  });

  it.each<[string, string, (value: never) => unknown]>([
    ["accuracy's prediction", "predicted", (value) => core.accuracy([1, 2], value)],
    [
      "a forecast's intervals",
      "predicted",
      (value) => core.accuracy([1], { mean: [1], median: [1], intervals: value } as never),
    ],
    ["quantiles", "quantiles", (value) => core.crpsFromQuantiles([1], value, [0.5])],
    ["probabilities", "probabilities", (value) => core.crpsFromQuantiles([1], [[1]], value)],
    ["paths", "paths", (value) => core.crpsFromSamples([1], value)],
    ["levels of a baseline", "levels", (value) => baseline.forecast(3, { levels: value })],
    ["levels of a validation", "levels", (value) => core.crossValidate(y, core.naive, { ...cross, levels: value })],
    ["origins", "origins", (value) => core.crossValidate(y, core.naive, { ...cross, origins: value })],
    ["spikes", "spikes", (value) => core.asGaps(y, value)],
    ["a spike", "spikes[0]", (value) => core.asGaps(y, [value])],
    ["a bound of guerrero", "bounds.lower", (value) => core.guerrero(y, 12, { lower: value })],
    ["lagMethod", "lagMethod", (value) => core.ocsb(y, 12, { lagMethod: value })],
    ["test of nsdiffs", "test", (value) => core.nsdiffs(y, 12, { test: value })],
    [
      "onProgress of a search",
      "onProgress",
      (value) => core.autoSarima(y, { onProgress: typeof value === "function" ? 1 : value } as never),
    ],
    [
      "onProgress of a validation",
      "onProgress",
      (value) =>
        core.crossValidate(y, core.naive, { ...cross, onProgress: typeof value === "function" ? 1 : value } as never),
    ],
    ["transform of a search", "transform", (value) => core.autoSarima(y, { transform: value })],
    ["search", "search", (value) => core.autoSarima(y, { search: value })],
    ["the spec to format", "[p, d, q]", (value) => core.formatSpec(value)],
    ["the order to format", "[p, d, q]", (value) => core.formatSpec({ order: value })],
  ])("%s of the wrong kind is named", (_, word, call) => {
    for (const value of [
      "abc",
      "0.37",
      true,
      10n,
      Symbol("x"),
      () => 1,
      { length: 1e15 },
      new DataView(new ArrayBuffer(8)),
    ]) {
      try {
        call(value as never);
        expect.fail(`accepted ${String(value)}`);
      } catch (error) {
        expect(error).toMatchObject({ name: "SarimaError" });
        expect((error as Error).message).toContain(word);
        expect((error as Error).message.length).toBeLessThan(300);
      }
    }
  });

  it("Fourier terms that would fill the memory are refused before any is made", () => {
    expect(() => core.fourier(1e9, 12, 2)).toThrow(/at most 50000000 values/);
    expect(() => core.sarima(y, { order: [1, 0, 0] }, { harmonics: [{ period: 2e9, order: 1e9 }] })).toThrow(
      /lower the order/,
    );
  });

  it("an interval without a bound is judged like any other", () => {
    const judged = core.accuracy([1, 2], {
      mean: Float64Array.of(1, 1),
      median: Float64Array.of(1, 1),
      standardError: Float64Array.of(1, 1),
      intervals: [{ level: 0.8, lower: Float64Array.of(0, 0), upper: Float64Array.of(1.5, Number.POSITIVE_INFINITY) }],
    });
    expect(judged.intervals[0]).toMatchObject({ coverage: 1, width: Number.POSITIVE_INFINITY });
    expect(() => core.accuracy([Number.POSITIVE_INFINITY], [1])).toThrow(/actual\[0\] is Infinity/);
  });

  it("an ensemble in the place of a single model is told apart", () => {
    expect(() => core.summary({ kind: "ensemble", y, members: [] } as never)).toThrow(/received an ensemble/);
  });

  it.each<[string, string, (value: never) => unknown]>([
    ["explain", "ensemble must be", (value) => core.explain(value)],
    ["memberModel", "ensemble must be", (value) => core.memberModel(value, "x")],
    ["reweigh", "ensemble must be", (value) => core.reweigh(value)],
    ["runSearchJob", "job must be", (value) => core.runSearchJob(value)],
  ])("%s names what it does not know", (_, words, call) => {
    for (const value of [null, undefined, 5, "x", {}, [], y, () => 1, { kind: "ensemble" }, { kind: "ensemble", y }]) {
      try {
        call(value as never);
        expect.fail(`accepted ${String(value)}`);
      } catch (error) {
        expect(error).toMatchObject({ name: "SarimaError", code: "INVALID_ARGUMENT" });
        expect((error as Error).message).toContain(words);
      }
    }
  });
});

describe("scales whose squares are no numbers", () => {
  const scales = [1e-310, 1e-200, 1e-170, 1e170, 1e200, 1e306];

  it.each(scales)("%s: shares and ratios are the same as at any other", (scale) => {
    const x = y.map((value) => value * scale);
    const off = y.map((value, t) => (value + (t % 3)) * scale);
    const plain = core.accuracy(
      y,
      y.map((value, t) => value + (t % 3)),
      { training: y },
    );
    const scaled = core.accuracy(x, off, { training: x });
    expect(scaled.mase).toBeCloseTo(plain.mase, 10);
    expect(scaled.rmsse).toBeCloseTo(plain.rmsse, 10);
    expect(scaled.rmse / scale).toBeCloseTo(plain.rmse, 10);
    expect(scaled.me / scale).toBeCloseTo(plain.me, 10);
    expect(core.heteroskedasticity(x).statistic).toBeCloseTo(core.heteroskedasticity(y).statistic, 10);
    expect(core.seasonalStrength(x, 12)).toBeCloseTo(core.seasonalStrength(y, 12), 10);
  });

  it.each(scales)("%s: a baseline has no variance to give, and says so", (scale) => {
    const x = y.map((value) => value * scale);
    for (const make of [core.naive, core.drift, core.historicalMean, core.ses, core.theta]) {
      expect(() => make(x)).toThrow(/rescale y to order 1/);
    }
    expect(() => core.seasonalNaive(x, 12)).toThrow(/rescale y to order 1/);
  });
});
