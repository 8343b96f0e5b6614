import { describe, expect, it } from "vitest";
import { fillLinearly, fillSeasonally } from "../../src/likelihood/fill.js";

const gap = Number.NaN;

describe("gaps are filled", () => {
  it("with straight lines, at the ends with the nearest value, with 0 where nothing is known", () => {
    expect([...fillLinearly(Float64Array.of(gap, 1, gap, gap, 4, gap))]).toEqual([1, 1, 2, 3, 4, 4]);
    expect([...fillLinearly(Float64Array.of(gap, gap))]).toEqual([0, 0]);
  });

  it.each([4, 7, 12, 24])("with the season of %i where there is one, on whatever level and slope", (period) => {
    const n = 10 * period;
    const whole = Float64Array.from({ length: n }, (_, t) => 100 + 0.3 * t + 20 * Math.sin((2 * Math.PI * t) / period));
    const outage = whole.map((value, t) => (t % 5 === 2 || (t > 4 * period && t < 6 * period) ? gap : value));
    const largest = (filled: Float64Array) => Math.max(...filled.map((value, t) => Math.abs(value - whole[t])));
    const observed = [...fillSeasonally(outage, period)].filter((_, t) => !Number.isNaN(outage[t]));
    expect(observed).toEqual([...outage].filter((value) => !Number.isNaN(value)));
    expect(largest(fillSeasonally(outage, period))).toBeLessThan(0.35 * largest(fillLinearly(outage)));
  });

  it("as without a season where there are less than two, and where a place is never observed", () => {
    const short = Float64Array.of(1, gap, 3, 4, gap, 8);
    expect(fillSeasonally(short, 4)).toEqual(fillLinearly(short));
    const never = Float64Array.from({ length: 24 }, (_, t) => (t % 4 === 1 ? gap : 5));
    expect(fillSeasonally(never, 4)).toEqual(new Float64Array(24).fill(5));
  });
});
