import { describe, expect, it } from "vitest";
import { driftWatch } from "../src/monitor/drift.js";
import type { Prediction } from "../src/monitor/predictions.js";

/** Standard normal numbers, always the same (Box & Muller 1958 on mulberry32). */
function normals(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** A forecast of mean `median` and standard deviation 2. */
const told = (median: number): Prediction => ({
  horizon: 0,
  time: 0,
  modelVersion: "a/b@1",
  median,
  bands: [
    { level: 0.8, lower: median - 2 * 1.2815515655446004, upper: median + 2 * 1.2815515655446004 },
    { level: 0.95, lower: median - 4, upper: median + 4 },
  ],
  outer: null,
});
const MONTH = 30 * 288;

/** Steps until the alarm, and its words. */
function firstAlarm(next: () => number, steps: number): [at: number, reason: string] | null {
  const watch = driftWatch();
  for (let t = 1; t <= steps; t++) {
    const reason = watch.observe(told(50), 50 + 2 * next());
    if (reason) return [t, reason];
  }
  return null;
}

describe("drift", () => {
  it("rarely cries wolf: a month of well-behaved errors, 40 times", () => {
    let alarms = 0;
    for (let seed = 1; seed <= 40; seed++) if (firstAlarm(normals(seed), MONTH)) alarms++;
    expect(alarms).toBeLessThanOrEqual(4);
  });

  it.each([
    [1, 60],
    [2, 16],
    [3, 9],
    [-3, 9],
  ])("finds a shift of %d standard deviations within %d values", (shift, limit) => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = normals(seed);
      const alarm = firstAlarm(() => random() + shift, MONTH);
      expect(alarm?.[0]).toBeLessThanOrEqual(limit);
      expect(alarm?.[1]).toContain(shift > 0 ? "above" : "below");
    }
  });

  it("takes no single outlier for a shift, however far", () => {
    const random = normals(5);
    const watch = driftWatch();
    for (let t = 0; t < 1000; t++)
      expect(watch.observe(told(50), 50 + 2 * random() + (t % 100 === 50 ? 1e6 : 0))).toBeNull();
  });

  it("finds intervals that have grown too narrow", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const random = normals(seed);
      let sign = 1;
      // Errors three times as wide, but never the same way twice: nothing adds up in one direction.
      const alarm = firstAlarm(() => {
        sign = -sign;
        return sign * Math.abs(3 * random());
      }, 1000);
      expect(alarm?.[0]).toBeLessThanOrEqual(144);
      expect(alarm?.[1]).toMatch(/^Of the last \d+ values only \d+ % lay inside the 80 % interval\.$/);
    }
  });

  it("has nothing to measure a constant series by, and begins anew after an alarm", () => {
    const watch = driftWatch();
    const flat: Prediction = { ...told(50), bands: [{ level: 0.8, lower: 50, upper: 50 }] };
    for (let t = 0; t < 500; t++) expect(watch.observe(flat, 60)).toBeNull();
    let alarms = 0;
    for (let t = 0; t < 40; t++) if (watch.observe(told(50), 58)) alarms++;
    // 4 standard deviations less the allowance: one alarm for each four values.
    expect(alarms).toBe(10);
  });
});
