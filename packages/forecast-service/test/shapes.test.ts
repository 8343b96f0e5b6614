import { describe, expect, it } from "vitest";
import { infer } from "../src/pipeline/infer.js";
import { preprocess } from "../src/pipeline/preprocess.js";
import { train } from "../src/pipeline/train.js";
import { DAY_STEPS, HORIZON, LEVELS, PERIODS, STEP } from "../src/settings.js";
import { ID, watched } from "./watched-service.js";

const DAY = DAY_STEPS;
const wave = (t: number, period: number) => Math.sin((2 * Math.PI * t) / period);
const bounds = { lower: 0, upper: 100 };

/** Series that no machine would write and people try first, with the mean absolute error and the mean width of a 95 % interval allowed. */
const shapes: Readonly<Record<string, { y: (t: number) => number; error: number; width: number }>> = {
  "a sine of a day": { y: (t) => 50 + 30 * wave(t, DAY), error: 0.1, width: 1 },
  "a sine of an hour": { y: (t) => 50 + 30 * wave(t, 12), error: 0.1, width: 1 },
  "a sine from 0 to 100": { y: (t) => 50 + 50 * wave(t, DAY), error: 0.1, width: 2 },
  "a sine with noise that cannot be seen": {
    y: (t) => 50 + 30 * wave(t, DAY) + 1e-6 * wave(t * t, 97),
    error: 0.1,
    width: 1,
  },
  "a sine of whole numbers": { y: (t) => Math.round(50 + 5 * wave(t, DAY)), error: 0.3, width: 4 },
  "a constant": { y: () => 42, error: 1e-6, width: 1e-6 },
  "a constant at the bound": { y: () => 100, error: 1e-6, width: 1e-6 },
  "a square wave": { y: (t) => (t % DAY < DAY / 2 ? 80 : 20), error: 3, width: 20 },
  "a sawtooth": { y: (t) => 20 + (60 * (t % DAY)) / DAY, error: 3, width: 20 },
  "0 and 100 in turn": { y: (t) => (t % 2) * 100, error: 0.1, width: 1 },
  "an hour of 0 and an hour of 100": { y: (t) => (Math.floor(t / 12) % 2) * 100, error: 0.1, width: 1 },
  "a straight line": { y: (t) => 20 + t / 200, error: 0.1, width: 1 },
};

describe("series without noise", () => {
  const origin = { start: Date.UTC(2026, 10, 1), step: STEP };
  const seriesOf = (y: (t: number) => number, length: number) => ({
    values: Float64Array.from({ length }, (_, t) => y(t)),
    ...origin,
  });

  it.each(Object.entries(shapes))("%s is forecast for what it is, hour after hour", (_, { y, error, width }) => {
    const n = 3 * DAY;
    const trained = train({
      prepared: preprocess(seriesOf(y, n - 96), { periods: PERIODS, metric: true, bounds }),
      model: "ensemble",
    });
    let errors = 0;
    let widths = 0;
    let count = 0;
    // As the gate left it, and then hour after hour without being trained again.
    for (const later of [-96, 0, 1, 12, 36, 72]) {
      const prepared = preprocess(seriesOf(y, n + later), { bounds });
      const { median, intervals } = infer({ prepared, trained, horizon: HORIZON, levels: LEVELS });
      for (let h = 0; h < HORIZON; h++) {
        const { lower, upper } = intervals[1];
        expect([lower[h], median[h], upper[h]].every((value) => value >= 0 && value <= 100)).toBe(true);
        errors += Math.abs(median[h] - y(n + later + h));
        widths += upper[h] - lower[h];
        count++;
      }
    }
    expect(errors / count).toBeLessThan(error);
    expect(widths / count).toBeLessThan(width);
  });

  it("a sine goes through the whole service, and stays a sine as values come", { timeout: 120_000 }, async () => {
    const y = (step: number) => 50 + 30 * wave(step, DAY);
    const one = await watched(0);
    try {
      const { service, clock, store } = one;
      const end = Math.floor(clock.now() / 300_000);
      const steps = Array.from({ length: 3 * DAY }, (_, i) => end - 3 * DAY + i);
      await service.intake.store([
        { host: "web", metric: "cpu_percent", times: steps.map((step) => step * 300_000), values: steps.map(y) },
      ]);
      for (let hour = 0; hour < 5; hour++) {
        const [outcome] = await service.cycle.inferAll();
        expect(outcome).toMatchObject({ id: ID, result: "done" });
        const latest = await store.latestForecast({ host: "web", metric: "cpu_percent" });
        const misses = latest?.times.map((time, h) => Math.abs(latest.median[h] - y(time / 300_000))) ?? [];
        expect(misses).toHaveLength(HORIZON);
        expect(Math.max(...misses)).toBeLessThan(1);
        await clock.advance(3_600_000);
        // What comes is not as exact as what was taken in: that alone once made 100 % of it.
        await one.fill((step) => Math.round(10 * y(step)) / 10);
      }
    } finally {
      await one.service.stop();
    }
  });
});
