import { describe, expect, it } from "vitest";
import { stepsAhead, stepsIssuedAt } from "../../dashboard/src/forecast/past.js";
import { formatChance, thresholdWords } from "../../dashboard/src/forecast/threshold.js";
import { joinTimeline } from "../../dashboard/src/forecast/timeline.js";
import { fileName, timelineCsv } from "../../dashboard/src/pages/series/timeline-csv.js";
import { clampZoom, historyStep, wholeWindow } from "../../dashboard/src/pages/series/window.js";
import type { PastForecastsResponse, ThresholdOutlook } from "../../src/http/contract.js";

const NOON = Date.parse("2026-11-23T12:00:00Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function past(issued: number, median = 10): PastForecastsResponse["forecasts"][number] {
  return {
    issuedAt: new Date(issued + 20_000).toISOString(),
    modelVersion: "a@1",
    forecast: Array.from({ length: 48 }, (_, place) => ({
      step: place + 1,
      time: new Date(issued + place * 5 * MINUTE).toISOString(),
      mean: median,
      median: median + place,
      intervals: [{ level: 0.8, lower: median + place - 1, upper: median + place + 1 }],
    })),
  };
}

describe("past forecasts", () => {
  const forecasts = [past(NOON), past(NOON + 30 * MINUTE), past(NOON + 60 * MINUTE)];

  it("at one distance are the step that lay so far ahead, each at its own time", () => {
    const points = stepsAhead(forecasts, 3600, "percent");
    expect(points.map(({ at }) => (at - NOON) / MINUTE)).toEqual([60, 90, 120]);
    expect(points[0]).toMatchObject({ median: 22, range80: [21, 23] });
  });

  it("do not pretend to reach farther than they do", () => {
    expect(stepsAhead(forecasts, 8 * 3600, "percent")).toEqual([]);
    expect(stepsAhead(forecasts, 4 * 3600, "percent")).toHaveLength(3);
  });

  it("by issue are the nearest one as a whole", () => {
    expect(stepsIssuedAt(forecasts, NOON + 40 * MINUTE, "percent")).toMatchObject({
      issuedAt: NOON + 30 * MINUTE + 20_000,
    });
    expect(stepsIssuedAt([], NOON, "percent")).toBeNull();
  });

  it("break where none was made for long", () => {
    const points = stepsAhead([...forecasts, past(NOON + 10 * HOUR)], 300, "percent");
    const history = {
      id: "a",
      from: new Date(NOON).toISOString(),
      to: new Date(NOON + 11 * HOUR).toISOString(),
      stepSeconds: 300,
      points: Array.from({ length: 132 }, (_, place) => ({
        time: new Date(NOON + place * 5 * MINUTE).toISOString(),
        value: 1,
      })),
    };
    const { x, past: column } = joinTimeline(history, [], points);
    const at = (hours: number) => column[x.indexOf((NOON + hours * HOUR) / 1000)];
    expect([at(0.5), at(5)]).toEqual([undefined, null]);
  });
});

describe("stretch of time", () => {
  it("leaves room for the forecast, and begins with a young series", () => {
    const whole = wholeWindow(NOON, 24 * HOUR, { firstValue: null, lastStep: NOON + 4 * HOUR });
    expect(whole.from).toBe(NOON - 24 * HOUR);
    expect(whole.to).toBeGreaterThan(NOON + 4 * HOUR);
    expect(wholeWindow(NOON, 24 * HOUR, { firstValue: NOON - 2 * HOUR, lastStep: null }).from).toBe(NOON - 2 * HOUR);
    expect(wholeWindow(NOON, 24 * HOUR, { firstValue: NOON - MINUTE, lastStep: null }).from).toBe(NOON - 10 * MINUTE);
  });

  it("keeps a zoom inside, and lets go of one that is nearly everything", () => {
    const whole = { from: 0, to: 100 };
    expect(clampZoom({ from: -20, to: 20 }, whole)).toEqual([0, 40]);
    expect(clampZoom({ from: 80, to: 120 }, whole)).toEqual([60, 100]);
    expect(clampZoom({ from: -1000, to: 1000 }, whole)).toBeNull();
  });

  it("never asks for more points than a screen can show", () => {
    for (const days of [0.2, 1, 3, 7, 14, 30]) {
      expect((days * 86_400) / (historyStep(days * 24 * HOUR) ?? 300)).toBeLessThanOrEqual(2016);
    }
  });
});

describe("threshold in words", () => {
  const outlook = (change: Partial<ThresholdOutlook>): ThresholdOutlook => ({
    threshold: 90,
    probability: 0.81,
    time: new Date(NOON + 130 * MINUTE).toISOString(),
    earliest: new Date(NOON + 80 * MINUTE).toISOString(),
    latest: null,
    ...change,
  });

  it("says when, how sure, and how likely", () => {
    expect(thresholdWords(outlook({}), NOON, "UTC")).toEqual({
      when: "in 2 h 10 min",
      how: "14:10 (13:20\u2060–\u2060later), 81\u202f% chance",
      brief: "13:20\u2060–\u2060later, 81\u202f% chance",
      likely: true,
    });
    const once = new Date(NOON + 1_800_000).toISOString();
    expect(thresholdWords(outlook({ time: once, earliest: once, latest: once }), NOON, "UTC").how).toBe(
      "12:30, 81\u202f% chance",
    );
    expect(thresholdWords(outlook({ time: null, probability: 0.004 }), NOON)).toMatchObject({
      when: "not in 4 h",
      how: "chance below 1\u202f%",
      brief: "chance below 1\u202f%",
    });
    expect(thresholdWords(outlook({ time: null, probability: 0.2 }), NOON)).toEqual({
      when: "20\u202f% chance",
      how: "in the next 4 hours",
      brief: "in the next 4 hours",
      likely: false,
    });
    expect(thresholdWords(outlook({ time: new Date(NOON).toISOString() }), NOON).when).toBe("about now");
  });

  it("is never sure", () => {
    expect([formatChance(1), formatChance(0), formatChance(0.5)]).toEqual([
      "over 99\u202f%",
      "below 1\u202f%",
      "50\u202f%",
    ]);
  });
});

describe("table of what is shown", () => {
  it("has a line for each time, and nothing where nothing was", () => {
    const history = {
      id: "a",
      from: new Date(NOON).toISOString(),
      to: new Date(NOON + 15 * MINUTE).toISOString(),
      stepSeconds: 300,
      points: [1, null, 3].map((value, place) => ({ time: new Date(NOON + place * 5 * MINUTE).toISOString(), value })),
    };
    const steps = [10, 11].map((median, place) => ({
      at: NOON + (3 + place) * 5 * MINUTE,
      median,
      range80: [9, 12] as const,
      range95: [8, 13] as const,
    }));
    const text = timelineCsv(joinTimeline(history, steps), [{ at: NOON, value: 1, lower: 2, upper: 3 }], false);
    expect(text.split("\n")).toEqual([
      "time,observed,median,lower80,upper80,lower95,upper95,unusual",
      "2026-11-23T12:00:00.000Z,1,,,,,,1",
      "2026-11-23T12:05:00.000Z,,,,,,,",
      "2026-11-23T12:10:00.000Z,3,,,,,,",
      "2026-11-23T12:15:00.000Z,,10,9,12,8,13,",
      "2026-11-23T12:20:00.000Z,,11,9,12,8,13,",
      "",
    ]);
  });

  it("is called by what file systems take", () => {
    expect([fileName("demo/cpu_percent"), fileName("a b:c"), fileName("///")]).toEqual([
      "demo-cpu_percent",
      "a-b-c",
      "series",
    ]);
  });
});
