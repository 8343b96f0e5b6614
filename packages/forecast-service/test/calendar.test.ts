import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { detectStep, formatStep, type Step, stepsBetween, timeAt, usualSeasons } from "../src/calendar.js";

const at = (iso: string) => Date.parse(iso);
const month = (count: number): Step => ({ unit: "month", count });
const minutes = (count: number): Step => ({ unit: "millisecond", count: count * 60_000 });
const iso = (time: number) => new Date(time).toISOString();

describe("timeAt", () => {
  it("walks calendar months, also over leap days and the year's end", () => {
    const walk = [0, 1, 2, 11, 12, 13].map((i) => iso(timeAt(at("2023-12-31T06:00:00Z"), month(1), i)).slice(0, 16));
    expect(walk).toEqual([
      "2023-12-31T06:00",
      "2024-01-31T06:00",
      "2024-02-29T06:00",
      "2024-11-30T06:00",
      "2024-12-31T06:00",
      "2025-01-31T06:00",
    ]);
  });

  it("keeps years below 100 where they are", () => {
    expect(iso(timeAt(at("0001-01-01T00:00:00Z"), month(12), 98))).toBe("0099-01-01T00:00:00.000Z");
    expect(iso(timeAt(at("0099-01-01T00:00:00Z"), month(12), 1))).toBe("0100-01-01T00:00:00.000Z");
  });

  it("is undone by stepsBetween", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: at("1800-01-01T00:00:00Z"), max: at("2100-01-01T00:00:00Z") }),
        fc.integer({ min: -500, max: 500 }),
        fc.constantFrom<Step>(month(1), month(3), month(12), minutes(5), minutes(1440)),
        (start, index, step) => stepsBetween(start, timeAt(start, step, index), step) === index,
      ),
    );
  });
});

describe("detectStep", () => {
  const series = (start: string, step: Step, n: number) =>
    Array.from({ length: n }, (_, i) => timeAt(at(start), step, i));

  it.each<[string, string, Step, number[], boolean]>([
    ["5 minutes", "2020-02-28T00:00:00Z", minutes(5), [12, 288], true],
    ["30 minutes", "2020-02-28T00:00:00Z", minutes(30), [48], true],
    ["an hour", "2020-02-28T00:00:00Z", minutes(60), [24], true],
    ["a day", "2020-02-28T00:00:00Z", minutes(1440), [7], false],
    ["a week", "2020-02-28T00:00:00Z", minutes(10_080), [52], false],
    ["a month", "1949-01-01T00:00:00Z", month(1), [12], false],
    ["a quarter", "1945-01-01T00:00:00Z", month(3), [4], false],
    ["a year", "0001-01-01T00:00:00Z", month(12), [], false],
    ["15 seconds", "2020-02-28T00:00:00Z", { unit: "millisecond", count: 15_000 } as Step, [240], true],
    ["a second", "2020-02-28T00:00:00Z", { unit: "millisecond", count: 1000 } as Step, [60], true],
    ["7 minutes", "2020-02-28T00:00:00Z", minutes(7), [], true],
  ])("recognises %s and its season", (_, start, step, periods, metric) => {
    const times = series(start, step, 60);
    expect(detectStep(times)).toEqual(step);
    expect(usualSeasons(step)).toEqual({ periods, metric });
    // Missing rows and one odd time change nothing.
    const worn = times.filter((_, i) => i % 13 !== 5);
    worn[20] = (worn[20] as number) + 977;
    expect(detectStep(worn)).toEqual(step);
  });

  it("sees through a clock that jitters", () => {
    const times = Array.from({ length: 200 }, (_, i) => i * 15_000 + Math.round(300 * Math.sin(i * i)));
    expect(detectStep(times)).toEqual({ unit: "millisecond", count: 15_000 });
  });

  it.each([
    ["an hour that is late or early by two minutes", 3_600_000, 120_000],
    ["a minute that is late or early by ten seconds", 60_000, 10_000],
    ["a day at about the same time", 86_400_000, 5_400_000],
  ])("takes %s for what was meant", (_, count, jitter) => {
    const times = Array.from({ length: 200 }, (_, i) => i * count + Math.round(jitter * Math.sin(i * i)));
    expect(detectStep(times)).toEqual({ unit: "millisecond", count });
  });

  it("takes the usual step near their density where times keep no rhythm", () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 48271) % 2147483647;
      return seed / 2147483647;
    };
    const times = Array.from({ length: 400 }, () => Math.round(random() * 400 * 3_600_000)).sort((a, b) => a - b);
    expect(detectStep(times)).toEqual({ unit: "millisecond", count: 3_600_000 });
  });

  it("is called by its usual name", () => {
    expect([minutes(5), minutes(60), minutes(1440), month(1), month(3), month(12), month(2)].map(formatStep)).toEqual([
      "5 min",
      "1 h",
      "1 day",
      "1 month",
      "1 quarter",
      "1 year",
      "2 months",
    ]);
  });
});
