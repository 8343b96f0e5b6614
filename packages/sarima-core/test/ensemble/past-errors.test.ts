import { describe, expect, it } from "vitest";
import { pastErrors } from "../../src/ensemble/past-errors.js";
import { autoEnsemble, simulate, thresholdProbability } from "../../src/index.js";
import { Random } from "../../src/random.js";

describe("pastErrors", () => {
  it("ranks what forecasts from the past missed, as forecasting again from each moment does", () => {
    const random = new Random(1);
    // Whole numbers, so that errors may be equal.
    const shocks = Array.from({ length: 215 }, () => Math.round(2 * random.normal()));
    const y: number[] = [];
    shocks.forEach((e, t) => {
      y.push(e + (y[t - 1] ?? 0) - 0.5 * (y[t - 2] ?? 0));
    });
    const horizon = 5;
    const missed = (begin: number) => {
      const path = [y[begin - 2] ?? 0, y[begin - 1] ?? 0];
      for (let h = 0; h < horizon; h++) path.push(path[h + 1] - 0.5 * path[h]);
      // Ties are equal but for rounding.
      return path.slice(2).map((value, h) => Math.round(1e6 * (y[begin + h] - value)));
    };
    const all = Array.from({ length: 211 }, (_, begin) => missed(begin));
    const psi = Float64Array.of(1, 1, 0.5, 0, -0.25);
    const ranked = pastErrors(Float64Array.from(shocks), psi);
    expect(ranked?.count).toBe(211);
    for (let h = 0; h < horizon; h++) {
      all.forEach((own, i) => {
        expect(ranked?.smaller[h * 211 + i]).toBe(all.filter((other) => other[h] < own[h]).length);
        expect(ranked?.notLarger[h * 211 + i]).toBe(all.filter((other) => other[h] <= own[h]).length);
      });
    }
  });

  it("there are none of a past that is too short", () => {
    expect(pastErrors(new Float64Array(240), new Float64Array(48))).toBeNull();
    expect(pastErrors(new Float64Array(247), new Float64Array(48))).not.toBeNull();
  });
});

/** 25 with noise, and now and then 40 minutes at 60. */
function bursts(seed: number): Float64Array {
  const random = new Random(seed);
  let left = 0;
  let x = 0;
  return Float64Array.from({ length: 900 }, () => {
    x = 0.5 * x + 3 * random.normal();
    if (left > 0) left--;
    else if (random.uniform() < 1 / 100) left = 8;
    return Math.max(0, 25 + x + (left > 0 ? 35 : 0));
  });
}

describe("the chance of passing a limit", () => {
  // With a Gaussian copula paths stayed above in 42 to 58 %, and the chances were 0.91, 0.86 and 0.79 where 0.54, 0.40 and 0.32 of the past
  // windows held a burst.
  it("is that of bursts that come in one piece", () => {
    const above = (paths: readonly Float64Array[]) => {
      let count = 0;
      let next = 0;
      for (const path of paths) {
        for (let h = 0; h + 1 < path.length; h++) {
          if (path[h] <= 45) continue;
          count++;
          if (path[h + 1] > 45) next++;
        }
      }
      return next / count;
    };
    for (const seed of [1, 2, 3]) {
      const y = bursts(seed);
      const ensemble = autoEnsemble(y, { periods: [12, 288], upper: 100 });
      const persistence = above(simulate(ensemble, 48, { paths: 500 }));
      expect(persistence).toBeGreaterThan(0.68);
      expect(persistence).toBeLessThan(0.95);
      let hit = 0;
      for (let t = 0; t + 48 <= y.length; t++) if (y.subarray(t, t + 48).some((value) => value > 45)) hit++;
      const { probability } = thresholdProbability(ensemble, 48, { threshold: 45, paths: 500 });
      expect(Math.abs(probability - hit / (y.length - 47))).toBeLessThan(0.22);
    }
  });

  it("is that of independent values for noise", () => {
    const random = new Random(8);
    const ensemble = autoEnsemble(
      Float64Array.from({ length: 700 }, () => 50 + 5 * random.normal()),
      { periods: [12], upper: 100 },
    );
    for (const threshold of [58, 61, 64]) {
      const { atStep, probability } = thresholdProbability(ensemble, 48, { threshold, paths: 2000 });
      const independent = 1 - atStep.reduce((product, p) => product * (1 - p), 1);
      expect(Math.abs(probability - independent)).toBeLessThan(0.08);
    }
  });
});
