import { describe, expect, it } from "vitest";
import { regularise } from "../src/regular-series.js";

const MINUTE = 60_000;
const samples = (pairs: [minute: number, value: number][]) => ({
  times: Float64Array.from(pairs, ([minute]) => minute * MINUTE),
  values: Float64Array.from(pairs, ([, value]) => value),
});
const NaN_ = Number.NaN;

describe("regularise", () => {
  it("keeps a regular series as it is and makes missing rows gaps", () => {
    const result = regularise(
      samples([
        [3, 1],
        [8, 2],
        [13, NaN_],
        [23, 4],
        [28, 5],
      ]),
    );
    expect(Array.from(result.values)).toEqual([1, 2, NaN_, NaN_, 4, 5]);
    expect(result).toMatchObject({ start: 3 * MINUTE, step: { count: 5 * MINUTE }, notes: [] });
  });

  it("moves stray times to the grid, averages what shares a place, and says so", () => {
    const result = regularise(
      samples([
        [0, 1],
        [5, 2],
        [10, 3],
        [14, 4],
        [15, 6],
        [20, 7],
        [25, 8],
      ]),
    );
    expect(Array.from(result.values)).toEqual([1, 2, 3, 5, 7, 8]);
    expect(result.notes).toEqual([
      "1 of 7 times do not lie on the 5 min grid and were moved to it",
      "1 values share their place with another and were averaged",
    ]);
  });

  it("gives jittering times one place each, at the whole hours they mean", () => {
    const pairs = Array.from({ length: 100 }, (_, i): [number, number] => [60 * (i + 5) + 12 * Math.sin(i * i + 2), i]);
    const { values, start, step } = regularise(samples(pairs));
    expect(Array.from(values)).toEqual(pairs.map(([, value]) => value));
    expect({ start, step }).toEqual({ start: 300 * MINUTE, step: { unit: "millisecond", count: 60 * MINUTE } });
    // At twenty past they mean twenty past.
    const late = pairs.map(([minute, value]): [number, number] => [minute + 20, value]);
    const at = regularise(samples(late)).start / MINUTE;
    expect(Math.abs(at - 320)).toBeLessThan(2);
  });

  it("takes a full file of any length, and refuses a long one that one wrong time has emptied", () => {
    const full = {
      times: Float64Array.from({ length: 5_200_000 }, (_, i) => i * 1000),
      values: new Float64Array(5_200_000),
    };
    expect(regularise(full).values).toHaveLength(5_200_000);
    const stray = { times: full.times.slice(0, 100_000), values: full.values.slice(0, 100_000) };
    stray.times[99_999] = 9_000_000_000;
    expect(() => regularise(stray)).toThrow("look for a wrong time");
  });

  it("refuses one value, and times that no grid holds", () => {
    expect(() => regularise(samples([[0, 1]]))).toThrow("needs at least 2 values");
    const far = samples([
      [0, 1],
      [5, 2],
      [10, 3],
      [1e9, 4],
    ]);
    expect(() => regularise(far)).toThrow(
      /^the times run from 1970-01-01T00:00:00.000Z to 3871-.* look for a wrong time$/,
    );
  });
});
