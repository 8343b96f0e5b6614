import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pendingPredictions } from "../src/monitor/pending-predictions.js";
import type { Prediction } from "../src/monitor/predictions.js";
import { ANOMALY_LEVEL, HORIZON, LEVELS } from "../src/settings.js";

const value = fc.double({ noNaN: true, noDefaultInfinity: true });
const band = (level: number) => fc.record({ level: fc.constant(level), lower: value, upper: value });
const prediction: fc.Arbitrary<Prediction> = fc.record({
  horizon: fc.integer({ min: 0, max: 2 }),
  time: fc.integer({ min: 0, max: 40 }).map((step) => 1.79e12 + step * 300_000),
  modelVersion: fc.integer({ min: 1, max: 6 }).map((version) => `web/cpu@${version}`),
  median: value,
  bands: fc.tuple(...LEVELS.map(band)),
  outer: fc.option(band(ANOMALY_LEVEL)),
});
const command = fc.oneof(
  { weight: 4, arbitrary: prediction.map((set) => ({ set })) },
  { weight: 1, arbitrary: prediction.map((remove) => ({ remove })) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 45 }).map((step) => ({ before: 1.79e12 + step * 300_000 })) },
);
const byPlace = (a: Prediction, b: Prediction) => a.time - b.time || a.horizon - b.horizon;

describe("predictions that wait for their truth", () => {
  it("come back as they were put in: as a map of objects would give them", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 200 }), (commands) => {
        const packed = pendingPredictions();
        const oracle = new Map<string, Prediction>();
        const key = ({ horizon, time }: Prediction) => `${horizon} ${time}`;
        for (const step of commands) {
          if ("set" in step) {
            packed.set(step.set);
            oracle.set(key(step.set), step.set);
          } else if ("remove" in step) {
            packed.delete(step.remove);
            oracle.delete(key(step.remove));
          } else {
            const found = packed.before(step.before);
            expect(found.map(({ time }) => time)).toEqual(found.map(({ time }) => time).sort((a, b) => a - b));
            const expected = [...oracle.values()].filter(({ time }) => time < step.before);
            expect(found.sort(byPlace)).toEqual(expected.sort(byPlace));
          }
          expect(packed.size).toBe(oracle.size);
        }
        expect(packed.before(Infinity).sort(byPlace)).toEqual([...oracle.values()].sort(byPlace));
      }),
    );
  });

  it("that are left over do not pile up: the earliest make room", () => {
    const packed = pendingPredictions();
    for (let step = 0; step < 5 * HORIZON; step++) {
      packed.set({ horizon: 2, time: step, modelVersion: `v${step}`, median: step, bands: [], outer: null });
    }
    const kept = packed.before(Infinity);
    expect(kept).toHaveLength(3 * HORIZON);
    expect(kept[0]).toEqual({
      horizon: 2,
      time: 2 * HORIZON,
      modelVersion: `v${2 * HORIZON}`,
      median: 96,
      bands: [],
      outer: null,
    });
  });
});
