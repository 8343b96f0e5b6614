import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addSteps, detectStep, toGrid } from "../src/index.js";

const MINUTE = 60_000;
const day = (year: number, month: number, date = 1) => Date.UTC(year, month - 1, date);

describe("detectStep", () => {
  it("finds a fixed step in spite of holes", () => {
    const times = Float64Array.of(0, 5, 10, 30, 35, 40).map((m) => m * MINUTE);
    expect(detectStep(times)).toEqual({ millis: 5 * MINUTE, months: null, regular: true });
  });

  it("finds months, quarters and years, whose length in days changes", () => {
    const months = (step: number) => Float64Array.from({ length: 12 }, (_, i) => day(2023, 1 + i * step));
    expect(detectStep(months(1))).toMatchObject({ months: 1, regular: true });
    expect(detectStep(months(3))).toMatchObject({ months: 3, regular: true });
    expect(detectStep(months(12))).toMatchObject({ months: 12, regular: true });
    expect(detectStep(months(1).filter((_, i) => i !== 4))).toMatchObject({ months: 1, regular: true });
  });

  it("takes weeks and days for fixed steps", () => {
    for (const days of [1, 7, 28]) {
      const times = Float64Array.from({ length: 20 }, (_, i) => day(2023, 1, 1 + i * days));
      expect(detectStep(times)).toEqual({ millis: days * 1440 * MINUTE, months: null, regular: true });
    }
  });

  it("rounds what runs late to the second or minute that was meant, and calls it irregular", () => {
    const late = (step: number) => Float64Array.from({ length: 50 }, (_, i) => i * step + ((i * 7919) % 37));
    expect(detectStep(late(15_000))).toEqual({ millis: 15_000, months: null, regular: false });
    expect(detectStep(late(5 * MINUTE))).toEqual({ millis: 5 * MINUTE, months: null, regular: false });
  });

  it("knows no step of fewer than two samples", () => {
    expect(detectStep(Float64Array.of(5)).millis).toBeNaN();
    expect(detectStep(new Float64Array(0)).millis).toBeNaN();
  });
});

describe("addSteps", () => {
  it("keeps to the calendar, and to the end of short months", () => {
    const monthly = detectStep(Float64Array.of(day(2024, 1), day(2024, 2), day(2024, 3)));
    expect(addSteps(day(2024, 11), monthly, 3)).toBe(day(2025, 2));
    expect(addSteps(day(2024, 3), monthly, -3)).toBe(day(2023, 12));
    expect(addSteps(day(2024, 1, 31), monthly, 1)).toBe(day(2024, 2, 29));
    expect(addSteps(day(2023, 1, 31), monthly, 1)).toBe(day(2023, 2, 28));
  });

  it("goes there and back for any whole number of steps", () => {
    fc.assert(
      fc.property(fc.integer({ min: -500, max: 500 }), fc.constantFrom(1, 3, 12), (count, months) => {
        const step = { millis: Number.NaN, months, regular: true };
        expect(addSteps(addSteps(day(2000, 5, 15), step, count), step, -count)).toBe(day(2000, 5, 15));
      }),
    );
  });
});

describe("toGrid", () => {
  it("gives missing rows back as gaps and changes nothing else", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(60), { minLength: 3, maxLength: 30 }),
        fc.constantFrom({ months: 1 }, { months: 3 }, { millis: 5 * MINUTE }),
        (positions, unit) => {
          positions.sort((a, b) => a - b);
          const step = { millis: unit.millis ?? Number.NaN, months: unit.months ?? null, regular: true };
          const times = Float64Array.from(positions, (p) => addSteps(day(2001, 3), step, p));
          const grid = toGrid({ times, values: Float64Array.from(positions) }, step);
          const first = positions[0];
          expect(grid.times.length).toBe((positions.at(-1) as number) - first + 1);
          grid.values.forEach((value, i) => {
            expect(value).toBe(positions.includes(first + i) ? first + i : Number.NaN);
            expect(grid.times[i]).toBe(addSteps(times[0], step, i));
          });
        },
      ),
    );
  });

  it("averages samples that lie on no grid", () => {
    const times = Float64Array.from({ length: 40 }, (_, i) => i * MINUTE + ((i * 7919) % 37));
    const grid = toGrid({ times, values: Float64Array.from(times, (_, i) => i) });
    expect([...grid.times]).toEqual(Array.from({ length: 40 }, (_, i) => i * MINUTE));
    expect([...grid.values]).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  it("refuses a grid that one wrong time has made too long", () => {
    const times = Float64Array.of(0, 1000, 2000, 1e12);
    expect(() => toGrid({ times, values: times })).toThrow(
      /4 samples lie on a grid of 1000000001 places; look for a wrong time/,
    );
  });

  it("has nothing to do for one sample or none", () => {
    const one = { times: Float64Array.of(1), values: Float64Array.of(2) };
    expect(toGrid(one)).toEqual(one);
    expect(toGrid({ times: new Float64Array(0), values: new Float64Array(0) }).times.length).toBe(0);
  });
});
