import { describe, expect, it } from "vitest";
import { append, autoEnsemble, forecast, reweigh, thresholdProbability } from "../../src/index.js";
import { Random } from "../../src/random.js";

/** Four hours from the 960th value on, of models trained on the first 864: 20 with noise of 2.8, and what `more` adds. */
function judged(more: (t: number) => number, threshold: number) {
  let inside = 0;
  let said = 0;
  const seeds = [1, 2, 3, 4, 5, 6];
  for (const seed of seeds) {
    const random = new Random(seed);
    let x = 0;
    const y = Float64Array.from({ length: 1008 }, (_, t) => {
      x = 0.7 * x + 2 * random.normal();
      return 20 + x + more(t);
    });
    const trained = autoEnsemble(y.slice(0, 864), { periods: [12, 288], lower: 0, upper: 100 });
    const live = reweigh(append(trained, y.slice(864, 960)));
    const [{ lower, upper }] = forecast(live, 48).intervals;
    y.subarray(960).forEach((value, h) => {
      if (value >= lower[h] && value <= upper[h]) inside++;
    });
    said += thresholdProbability(live, 48, { threshold, paths: 500 }).probability / seeds.length;
  }
  return { covered: inside / (48 * seeds.length), said };
}

describe("weights after a change", () => {
  it("believe a new level within two hours", () => {
    const { covered, said } = judged((t) => (t >= 936 ? 15 : 0), 35);
    expect(covered).toBeGreaterThan(0.85); // 0.83 before
    expect(said).toBeGreaterThan(0.93); // 0.84 before
  });

  // The limit is reached two hours from now, and always: the rest of the way is for a line that has been seen for longer.
  it("take a leak of six hours for one", () => {
    const { said } = judged((t) => Math.max(0, (t - 888) / 4), 44);
    expect(said).toBeGreaterThan(0.33); // 0.17 before
  });

  it("stay what they are while nothing changes", () => {
    const { covered, said } = judged(() => 0, 20);
    expect(covered).toBeGreaterThan(0.75);
    expect(covered).toBeLessThan(0.92);
    expect(said).toBeGreaterThan(0.99);
  });
});
