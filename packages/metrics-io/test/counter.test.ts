import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { counterRates } from "../src/index.js";

describe("counterRates", () => {
  it("gives the rate between neighbours, and takes a fall for a new start at 0", () => {
    const { times, values } = counterRates({ times: [0, 10_000, 20_000, 30_000], values: [100, 150, 20, 20] });
    expect([...times]).toEqual([10_000, 20_000, 30_000]);
    expect([...values]).toEqual([5, 2, 0]);
  });

  it("has no rate across a gap that is too long", () => {
    const samples = { times: [0, 10_000, 400_000, 410_000], values: [0, 10, 500, 530] };
    expect([...counterRates(samples, { maxGapSeconds: 300 }).values]).toEqual([1, 3]);
    expect(counterRates(samples).values.length).toBe(3);
  });

  it("gives back what was counted, whatever the restarts and whenever it was read", () => {
    const step = fc.record({
      elapsed: fc.integer({ min: 1, max: 60_000 }),
      gained: fc.nat(1000),
      restarts: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        let time = 0;
        let value = 5000;
        let total = 0;
        const times = [time];
        const values = [value];
        for (const { elapsed, gained, restarts } of steps) {
          // A restart that the counter has already made good again cannot be seen by anyone.
          const visible = restarts && gained < value;
          value = visible ? gained : value + gained;
          total += gained;
          time += elapsed;
          times.push(time);
          values.push(value);
        }
        const rates = counterRates({ times, values });
        const sum = rates.values.reduce((s, rate, i) => s + (rate * (rates.times[i] - times[i])) / 1000, 0);
        expect(sum).toBeCloseTo(total, 6);
        expect(rates.values.every((rate) => rate >= 0)).toBe(true);
      }),
    );
  });

  it("has nothing to say about fewer than two readings", () => {
    expect(counterRates({ times: [1], values: [1] }).times.length).toBe(0);
    expect(counterRates({ times: [], values: [] }).times.length).toBe(0);
  });
});
