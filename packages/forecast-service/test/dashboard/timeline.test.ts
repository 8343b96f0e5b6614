import { describe, expect, it } from "vitest";
import { readout } from "../../dashboard/src/chart/readout.js";
import { outlook } from "../../dashboard/src/forecast/outlook.js";
import { summarize } from "../../dashboard/src/forecast/summary.js";
import { forecastSteps, joinTimeline } from "../../dashboard/src/forecast/timeline.js";
import type { HistoryResponse, SeriesEntry, StoredForecastResponse } from "../../src/http/contract.js";

const NOON = Date.parse("2026-11-23T12:00:00Z");
const MINUTE = 60_000;
const iso = (ms: number) => new Date(ms).toISOString();

/** Values every five minutes, the last of them at `NOON − 5 min`; the bucket of noon has just begun. */
function historyOf(values: (number | null)[]): HistoryResponse {
  const from = NOON - values.length * 5 * MINUTE;
  return {
    id: "a/cpu_percent",
    from: iso(from),
    to: iso(NOON),
    stepSeconds: 300,
    points: values.map((value, place) => ({ time: iso(from + place * 5 * MINUTE), value })),
  };
}

function forecastOf(medians: number[], change: Partial<StoredForecastResponse> = {}): StoredForecastResponse {
  return {
    id: "a/cpu_percent",
    synthetic: false,
    issuedAt: iso(NOON),
    modelVersion: "1",
    stepSeconds: 300,
    forecast: medians.map((median, place) => ({
      step: place + 1,
      time: iso(NOON + place * 5 * MINUTE),
      mean: median + 1,
      median,
      intervals: [
        { level: 0.8, lower: median - 10, upper: median + 10 },
        { level: 0.95, lower: median - 20, upper: median + 20 },
      ],
    })),
    ...change,
  };
}

const ENTRY: SeriesEntry = {
  id: "a/cpu_percent",
  host: "a",
  metric: "cpu_percent",
  unit: "percent",
  synthetic: false,
  status: "forecast",
  last: { time: iso(NOON - MINUTE), value: 40 },
  modelVersion: "1",
  nextRun: null,
  reason: null,
  history: null,
  outside: null,
  training: null,
};

describe("steps of a forecast", () => {
  it("cut percentages at 0 and 100 and leave other units alone", () => {
    const stored = forecastOf([5, 95]);
    expect(forecastSteps(stored, "percent").map((step) => step.range95)).toEqual([
      [0, 25],
      [75, 100],
    ]);
    expect(forecastSteps(stored, "none")[0].range95).toEqual([-15, 25]);
  });

  it("take levels in per cent too, and say nothing of levels that are not there", () => {
    const stored = forecastOf([50]);
    stored.forecast[0].intervals = [{ level: 80, lower: 45, upper: 55 }];
    expect(forecastSteps(stored, "percent")[0]).toMatchObject({ range80: [45, 55], range95: null });
  });

  it("count from the issue time where steps carry no time", () => {
    const stored = forecastOf([50, 51]);
    for (const step of stored.forecast) delete step.time;
    expect(forecastSteps(stored, "percent").map((step) => step.at)).toEqual([NOON + 5 * MINUTE, NOON + 10 * MINUTE]);
  });
});

describe("timeline", () => {
  it("puts history and forecast on one axis, open where the other half is", () => {
    const { x, observed, median, upper95, anchor } = joinTimeline(
      historyOf([1, 2]),
      forecastSteps(forecastOf([3, 4]), "percent"),
    );
    expect(x.map((seconds) => (seconds * 1000 - NOON) / MINUTE)).toEqual([-10, -5, 0, 5]);
    expect(observed).toEqual([1, 2, undefined, undefined]);
    expect(anchor).toBe(1);
    expect(median).toEqual([undefined, 2, 3, 4]);
    expect(upper95).toEqual([undefined, 2, 23, 24]);
  });

  it("does not tie a forecast to a value from long before", () => {
    const values = [7, null, null, null, null, null];
    expect(joinTimeline(historyOf(values), forecastSteps(forecastOf([3, 4]), "percent")).anchor).toBe(-1);
  });

  it("keeps gaps as gaps and names them; an ordinary delay at the end is none", () => {
    const { observed, gaps } = joinTimeline(historyOf([null, 1, null, null, 2, 3, null]), []);
    expect(observed).toEqual([null, 1, null, null, 2, 3, null]);
    expect(gaps.map(([from, to]) => (to - from) / 60)).toEqual([15]);
  });

  it("calls a long silence at the end a gap up to the end of the history", () => {
    const { gaps } = joinTimeline(historyOf([1, 2, null, null, null, null]), []);
    expect(gaps).toEqual([[(NOON - 25 * MINUTE) / 1000, NOON / 1000]]);
  });

  it("reads out what was made, not what is only drawn", () => {
    const timeline = joinTimeline(historyOf([1, 2]), forecastSteps(forecastOf([30, 40]), "percent"));
    expect(readout({ timeline, unit: "percent", anomalies: [] }, 1).rows.map((row) => row.key)).toEqual(["observed"]);
    const ahead = readout({ timeline, unit: "percent", anomalies: [] }, 2);
    expect(ahead.rows.map((row) => row.key)).toEqual(["median", "range80", "range95"]);
    expect(ahead.utc).toBe("2026-11-23 12:00:00 UTC");
    expect(ahead.spoken).toContain("Median 30.0");
  });
});

describe("outlook", () => {
  const medians = Array.from({ length: 48 }, (_, place) => (place === 30 || place === 40 ? 70 : 20 + place / 10));
  const steps = forecastSteps(forecastOf(medians), "percent");

  it("counts from now and finds the first of the highest medians", () => {
    const { inOneHour, inFourHours, peak } = outlook(steps, NOON + 2 * MINUTE);
    expect(inOneHour?.at).toBe(NOON + 60 * MINUTE);
    expect(inFourHours?.at).toBe(NOON + 235 * MINUTE);
    expect(peak?.at).toBe(NOON + 150 * MINUTE);
  });

  it("does not reach beyond the end of an old forecast, nor look for a peak in the past", () => {
    const { inOneHour, inFourHours, peak } = outlook(steps, NOON + 160 * MINUTE);
    expect(inOneHour?.at).toBe(NOON + 220 * MINUTE);
    expect(inFourHours).toBeNull();
    expect(peak?.at).toBe(NOON + 200 * MINUTE);
    expect(outlook(steps, NOON + 600 * MINUTE)).toEqual({ inOneHour: null, inFourHours: null, peak: null });
  });
});

describe("summary", () => {
  const plain = (lines: string[]) => lines.map((line) => line.replace(/\u202f/g, " ").replace(/\u2060/g, ""));

  it("says present, past and future", () => {
    const history = historyOf([10, null, null, 30]);
    const steps = forecastSteps(forecastOf(Array.from({ length: 48 }, (_, place) => 20 + place)), "percent");
    const { gaps } = joinTimeline(history, steps);
    const lines = summarize({ entry: ENTRY, history, steps, gaps, rangeWords: "24 hours", now: NOON, timeZone: "UTC" });
    expect(plain(lines)).toEqual([
      "CPU of a was 40.0 % at 11:59.",
      "In the last 24 hours it lay between 10.0 % and 30.0 %, 20.0 % on average; one gap, 15 min in all.",
      "The forecast until Mon 23 Nov 15:55 expects 32.0 % at 13:00 (95 % range 12.0–52.0 %), then 67.0 % at 15:55 " +
        "(95 % range 47.0–87.0 %), and puts the highest median at 67.0 % at 15:55 (95 % range 47.0–87.0 %).",
    ]);
  });

  it("does not claim a past that a young series does not have", () => {
    const history = historyOf([null, null, 10, 30]);
    const lines = summarize({
      entry: ENTRY,
      history,
      steps: [],
      gaps: [],
      rangeWords: "24 hours",
      now: NOON,
      timeZone: "UTC",
    });
    expect(plain(lines)[1]).toBe("Since 11:50 it lay between 10.0 % and 30.0 %, 20.0 % on average.");
  });

  it("says only what there is, and that data are made up", () => {
    const entry: SeriesEntry = { ...ENTRY, synthetic: true, last: null };
    const lines = summarize({
      entry,
      history: historyOf([null]),
      steps: [],
      gaps: [],
      rangeWords: "4 hours",
      now: NOON,
    });
    expect(lines).toEqual(["CPU of a (synthetic data) has no value yet."]);
  });
});
