import { append, autoEnsemble, forecast, reweigh, type SarimaEnsemble, sarima } from "sarima-core";
import { describe, expect, it } from "vitest";
import { reweighed, weighed, weighingOf } from "../src/pipeline/weighing.js";
import { valueAtStep } from "./watched-service.js";

const y = Float64Array.from({ length: 400 }, (_, step) => valueAtStep(step));
const fitted = autoEnsemble(y.slice(0, 320), { periods: [12], lower: 0, upper: 100 });
const longer = append(fitted, y.slice(320));

describe("weights that followed", () => {
  it("cross to a thread or a queue as numbers, and forecast as the model they were taken from", () => {
    const moved = reweighed(longer);
    expect(moved).toEqual(reweigh(longer));
    const numbers = JSON.parse(JSON.stringify(weighingOf(moved)));
    expect(numbers).toHaveLength(3 * fitted.members.length + 15);
    const again = forecast(weighed(longer, numbers), 12);
    expect(again).toEqual(forecast(moved, 12));
    expect(again.median).not.toEqual(forecast(longer, 12).median);
  });

  it("there are none before anything came, and none of a single model", () => {
    expect(weighingOf(fitted)).toBeNull();
    expect(weighingOf(longer)).toBeNull();
    const old = { ...longer, training: null } as SarimaEnsemble;
    expect(weighingOf(reweighed(old))).toBeNull();
    const single = sarima(y, { order: [1, 0, 0] });
    expect(reweighed(single)).toBe(single);
    expect(weighingOf(single)).toBeNull();
    expect(weighed(single, [1])).toBe(single);
  });

  it("those of a model with other members change nothing", () => {
    expect(weighed(longer, [0.5, 0.5])).toBe(longer);
  });
});
