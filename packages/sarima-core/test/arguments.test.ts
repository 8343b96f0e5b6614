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

const withOptions: [string, (value: never) => unknown][] = [
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

  it("an ensemble in the place of a single model is told apart", () => {
    expect(() => core.summary({ kind: "ensemble", y, members: [] } as never)).toThrow(/received an ensemble/);
  });
});
