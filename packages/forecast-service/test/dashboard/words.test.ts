import { describe, expect, it } from "vitest";
import { compareWithNaive, horizonWords, judgeCoverage } from "../../dashboard/src/pages/accuracy/words.js";
import { formatBytes, formatSeconds, inOrder } from "../../dashboard/src/pages/system/words.js";
import type { ReadSeries } from "../../dashboard/src/pages/what-if/contract.js";
import {
  parsePeriods,
  stepWords,
  usualBounds,
  usualHorizon,
  usualPeriods,
  zoneOf,
} from "../../dashboard/src/pages/what-if/defaults.js";
import { linearScale } from "../../dashboard/src/plots/scale.js";
import type { HorizonAccuracy } from "../../src/http/contract.js";

describe("accuracy in words", () => {
  const horizon = (mae: number | null, seasonalNaiveMae: number | null): HorizonAccuracy => ({
    horizonSeconds: 300,
    count: 100,
    mae,
    seasonalNaiveMae,
    pinball: null,
    coverage: [],
  });

  it("compares with doing without a model", () => {
    expect(compareWithNaive(horizon(7.5, 10))).toEqual({
      words: "25\u202f% less error than seasonal-naive",
      better: true,
    });
    expect(compareWithNaive(horizon(12, 10)).better).toBe(false);
    expect(compareWithNaive(horizon(10.1, 10)).better).toBeNull();
    expect(compareWithNaive(horizon(null, 10)).words).toBe("not known yet");
    expect(compareWithNaive(horizon(0, 0)).words).toBe("both without error");
    expect(compareWithNaive(horizon(34, 10)).words).toBe("3.4 times the error of seasonal-naive");
    expect(compareWithNaive(horizon(340, 10)).words).toBe("34 times the error of seasonal-naive");
  });

  it("compares nothing on the errors of a few forecasts", () => {
    expect(compareWithNaive({ ...horizon(12, 1), count: 1 })).toEqual({ words: "too early to say", better: null });
    expect(compareWithNaive({ ...horizon(1, 12), count: 11 }).better).toBeNull();
    expect(compareWithNaive({ ...horizon(1, 12), count: 12 }).better).toBe(true);
  });

  it("judges a coverage by how much its count can tell", () => {
    const next = (count: number) => ({ count, horizonSeconds: 300, span: 300 * count });
    expect(judgeCoverage(0.8, 0.7, next(30))).toBe("holds");
    expect(judgeCoverage(0.8, 0.69, next(168))).toBe("narrow");
    expect(judgeCoverage(0.95, 1, next(3000))).toBe("wide");
    expect(judgeCoverage(0.8, 0.1, next(7))).toBe("unknown");
    expect(judgeCoverage(0.8, null, next(1000))).toBe("unknown");
    // Ten hours of forecasts four hours ahead are two and a half of them, however many there are.
    expect(judgeCoverage(0.8, 0.97, { count: 120, horizonSeconds: 14_400, span: 36_000 })).toBe("unknown");
    expect(judgeCoverage(0.8, 0.69, { count: 168, horizonSeconds: 3600, span: 50_400 })).toBe("holds");
    expect(judgeCoverage(0.8, 0.69, { count: 168, horizonSeconds: 14_400, span: 30 * 86_400 })).toBe("narrow");
  });

  it("names distances", () => {
    expect([300, 3600, 14_400].map(horizonWords)).toEqual(["5 minutes", "1 hour", "4 hours"]);
  });
});

describe("system in words", () => {
  it("writes durations and sizes as people read them", () => {
    expect([null, 0.0004, 0.018, 0.21, 14.8, 600].map(formatSeconds)).toEqual([
      "–",
      "1\u202fms",
      "18\u202fms",
      "0.21\u202fs",
      "14.8\u202fs",
      "10\u202fmin",
    ]);
    expect([512, 98_566_144, 1_500_000].map(formatBytes)).toEqual(["512\u202fB", "99\u202fMB", "1.5\u202fMB"]);
  });

  it("shows steps in the order of the data, unknown ones last", () => {
    const steps = ["custom", "write", "ingest", "train"].map((name) => ({ name }));
    expect(inOrder(steps).map(({ name }) => name)).toEqual(["ingest", "train", "write", "custom"]);
  });
});

describe("what to ask for when nobody says", () => {
  const series = (stepMillis: number, length: number, months: number | null = null) =>
    ({ stepMillis, months, values: { length }, zoned: true }) as unknown as ReadSeries;
  const MINUTE = 60_000;

  it.each([
    ["five minutes", series(5 * MINUTE, 2000), [12, 288], 48, "5 min"],
    ["a short series", series(5 * MINUTE, 100), [12], 48, "5 min"],
    ["hours", series(60 * MINUTE, 1000), [24, 168], 24, "1 hour"],
    ["days", series(1440 * MINUTE, 100), [7], 14, "1 day"],
    ["months", series(31 * 1440 * MINUTE, 144, 1), [12], 24, "1 month"],
    ["too little", series(5 * MINUTE, 5), [], 48, "5 min"],
  ])("of %s", (_, data, periods, horizon, words) => {
    expect([usualPeriods(data), usualHorizon(data), stepWords(data)]).toEqual([periods, horizon, words]);
  });

  it("reads lists of seasons, and refuses what is none", () => {
    expect(parsePeriods(" 288, 12 12")).toEqual([12, 288]);
    expect(parsePeriods("")).toEqual([]);
    for (const text of ["1", "12.5", "a", "-3", "9999"]) expect(parsePeriods(text)).toBeNull();
  });

  it("keeps what is called a percentage, and is one, between empty and full", () => {
    const named = (value: string, values: number[]) =>
      usualBounds({ columns: { time: "time", value }, values: Float64Array.from(values) } as unknown as ReadSeries);
    expect(named("cpu_percent", [0, Number.NaN, 100])).toEqual(["0", "100"]);
    expect(named("load %", [3])).toEqual(["0", "100"]);
    expect(named("cpu_percent", [3, 250])).toEqual(["", ""]);
    expect(named("passengers", [3])).toEqual(["", ""]);
  });

  it("shows days and months, and hours without a zone, as they were written", () => {
    expect(zoneOf({ ...series(MINUTE, 9), zoned: false })).toBe("UTC");
    expect([zoneOf(series(MINUTE, 9)), zoneOf(series(31 * 1440 * MINUTE, 9, 1))]).toEqual([undefined, "UTC"]);
    expect(stepWords(series(31 * 1440 * MINUTE, 144, 1), 12)).toBe("1 year");
  });
});

describe("scale of a plot", () => {
  it("ends on round numbers and holds every value", () => {
    const scale = linearScale([0.3, 9.2], [100, 0]);
    expect([scale.from, scale.to]).toEqual([0, 10]);
    expect(scale.ticks).toEqual([0, 2, 4, 6, 8, 10]);
    expect([scale.at(0), scale.at(10)]).toEqual([100, 0]);
  });

  it("tells its ticks apart, and takes a single value", () => {
    const scale = linearScale([0.01, 0.02], [0, 100]);
    const names = scale.ticks.map((tick) => tick.toFixed(scale.decimals));
    expect(new Set(names).size).toBe(names.length);
    expect(linearScale([5, 5], [0, 10]).at(5)).toBeGreaterThanOrEqual(0);
    expect(linearScale([-1, 1], [0, 10], { exact: true })).toMatchObject({ from: -1, to: 1 });
  });
});
