import { describe, expect, it } from "vitest";
import { asGaps, detectOutliers } from "../src/outliers.js";

/** Lehmer's generator and Box–Muller: the same noise in every run. */
function noise(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

const series = (n: number, seed = 7): number[] => {
  const e = noise(seed);
  return Array.from({ length: n }, (_, t) => 50 + 8 * Math.sin((2 * Math.PI * t) / 288) + e());
};

describe("detectOutliers", () => {
  it("finds the spikes that were put in, and nothing else", () => {
    const y = series(1000);
    const places = [40, 41, 300, 777, 999];
    for (const t of places) y[t] += t % 2 === 0 ? 14 : -14;
    const { spikes, levelShifts } = detectOutliers(y);
    expect(spikes.map((s) => s.index)).toEqual(places);
    expect(levelShifts).toEqual([]);
    for (const { index, value, expected, score } of spikes) {
      expect(value).toBe(y[index]);
      expect(Math.abs(expected - (50 + 8 * Math.sin((2 * Math.PI * index) / 288)))).toBeLessThan(2.5);
      expect(score).toBeGreaterThan(5);
    }
  });

  it("takes a peak at the same phase of every period for what it is", () => {
    const y = series(600).map((v, t) => v + (t % 12 === 0 ? 30 : 0));
    y[305] += 40;
    expect(detectOutliers(y).spikes.length).toBeGreaterThan(40);
    expect(detectOutliers(y, { period: 12 }).spikes.map((s) => s.index)).toEqual([305]);
  });

  it("finds a level shift where it is, and takes no spike for one", () => {
    const y = series(800).map((v, t) => v + (t >= 500 ? 25 : 0));
    y[120] += 60;
    const { spikes, levelShifts } = detectOutliers(y);
    expect(levelShifts.length).toBe(1);
    expect(Math.abs(levelShifts[0].index - 500)).toBeLessThanOrEqual(2);
    expect(levelShifts[0].after - levelShifts[0].before).toBeGreaterThan(20);
    expect(spikes.map((s) => s.index)).toContain(120);
  });

  it("finds no shift in random walks", () => {
    let shifts = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const e = noise(seed * 31);
      let level = 0;
      const walk = Array.from({ length: 600 }, () => {
        level += e();
        return level;
      });
      shifts += detectOutliers(walk).levelShifts.length;
    }
    expect(shifts).toBeLessThanOrEqual(2);
  });

  it("flags the one value that differs from a constant", () => {
    const y = new Array(200).fill(3);
    y[50] = 4;
    expect(detectOutliers(y).spikes).toEqual([{ index: 50, value: 4, expected: 3, score: Infinity }]);
  });

  it("passes gaps by and answers for series that say nothing", () => {
    const y = series(400);
    y.fill(Number.NaN, 100, 160);
    y[200] += 20;
    expect(detectOutliers(y).spikes.map((s) => s.index)).toEqual([200]);
    for (const nothing of [[], [1], new Array(100).fill(Number.NaN), new Array(100).fill(5)]) {
      expect(detectOutliers(nothing, { period: 12 })).toEqual({ spikes: [], levelShifts: [] });
    }
    expect(() => detectOutliers(y, { threshold: 0 })).toThrow(/threshold/);
  });
});

describe("asGaps", () => {
  it("marks spikes in a copy", () => {
    const y = Float64Array.of(1, 9, 2);
    expect([...asGaps(y, [{ index: 1 }])]).toEqual([1, Number.NaN, 2]);
    expect(y[1]).toBe(9);
    expect(() => asGaps(y, [{ index: 3 }])).toThrow(
      /spikes\[0\].index must be a position in y, which has 3 values; received 3/,
    );
  });
});
