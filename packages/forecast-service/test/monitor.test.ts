import { memoryStore, type StoredForecast } from "@loadcast/metrics-io";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../src/config.js";
import { createFleet, type SeriesState } from "../src/fleet.js";
import { rollingScores } from "../src/monitor/rolling.js";
import { toAccuracy } from "../src/monitor/scores.js";
import { createMonitor } from "../src/monitor-answers.js";
import { monitor, remember } from "../src/pipeline/monitor.js";
import { knownOf } from "../src/readiness.js";
import { HORIZON, STEP_MILLIS } from "../src/settings.js";
import { virtualClock } from "./virtual-clock.js";

const KEY = { host: "web", metric: "cpu_percent" };
const DAY = 288;

/** A forecast issued just after step `at` began, the same at all steps. */
function issued(at: number, median: number, half80: number, half95: number, half99: number): StoredForecast {
  const column = (value: number) => new Array<number>(HORIZON).fill(value);
  const band = (level: number, half: number) => ({ level, lower: column(median - half), upper: column(median + half) });
  return {
    ...KEY,
    issuedAt: at * STEP_MILLIS + 2000,
    modelVersion: `web/cpu_percent@${at}`,
    times: Array.from({ length: HORIZON }, (_, h) => (at + h) * STEP_MILLIS),
    mean: column(median),
    median: column(median),
    intervals: [band(0.8, half80), band(0.95, half95), band(0.99, half99)],
  };
}

async function aSeries(): Promise<SeriesState> {
  const store = memoryStore();
  await store.writeSamples([{ ...KEY, times: [0], values: [0] }]);
  const [state] = await createFleet({ store, hidden: () => false, clock: virtualClock() }).refresh();
  return state;
}

/** The series is known up to, but not including, step `values.length`. */
function know(state: SeriesState, values: readonly number[]): void {
  const grid = Float64Array.from(values);
  state.tail = { start: 0, values: grid, bounds: null, left: null, ...knownOf(grid, 0) };
}

describe("the monitor", () => {
  it("judges each horizon when its time has come, by sums done by hand", async () => {
    const state = await aSeries();
    // A day of 40, then the values that are judged.
    const past = new Array<number>(DAY).fill(40);
    know(state, past);
    remember(state, issued(DAY, 50, 5, 10, 20));
    expect(monitor(state)).toEqual({ anomalies: [], drift: null, judged: 0 });

    know(state, [...past, 53]);
    expect(monitor(state).judged).toBe(1);
    // Step 12 is a gap at first, and step 48 far outside.
    know(state, [...past, 53, ...new Array<number>(10).fill(50), Number.NaN]);
    expect(monitor(state).judged).toBe(0);
    know(state, [...past, 53, ...new Array<number>(10).fill(50), 57]);
    expect(monitor(state).judged).toBe(1);
    know(state, [...past, 53, ...new Array<number>(10).fill(50), 57, ...new Array<number>(35).fill(50), 65]);
    expect(monitor(state)).toMatchObject({ judged: 1, anomalies: [] });

    const [short, middle, long] = toAccuracy(state.scores.sum((DAY + HORIZON) * STEP_MILLIS));
    // 53: quantiles 40, 45, 50, 55, 60 → .025·13, .1·8, .5·3, .1·2, .025·7
    const loss = (0.025 * 13 + 0.1 * 8 + 0.5 * 3 + 0.1 * 2 + 0.025 * 7) / 5;
    expect(short).toMatchObject({ horizonSeconds: 300, count: 1, mae: 3, seasonalNaiveMae: 13 });
    expect(short.pinball).toBeCloseTo(loss, 12);
    expect(short.coverage).toEqual([
      { level: 0.8, ratio: 1 },
      { level: 0.95, ratio: 1 },
    ]);
    expect(middle).toMatchObject({ horizonSeconds: 3600, count: 1, mae: 7, seasonalNaiveMae: 17 });
    expect(middle.coverage.map(({ ratio }) => ratio)).toEqual([0, 1]);
    expect(long).toMatchObject({ horizonSeconds: 14_400, count: 1, mae: 15, seasonalNaiveMae: 25 });
    expect(long.coverage.map(({ ratio }) => ratio)).toEqual([0, 0]);
  });

  it("tells values outside the 99 % interval of the step before, and of no other", async () => {
    const state = await aSeries();
    const past = new Array<number>(DAY).fill(50);
    know(state, past);
    remember(state, issued(DAY, 50, 5, 10, 20));
    know(state, [...past, 70.5]);
    expect(monitor(state).anomalies).toEqual([
      { ...KEY, time: DAY * STEP_MILLIS, value: 70.5, lower: 30, upper: 70, modelVersion: `web/cpu_percent@${DAY}` },
    ]);
    expect(monitor(state).anomalies).toEqual([]);
    // The 12th step of the same forecast is as far off, but was forecast long before.
    know(state, [...past, 70.5, ...new Array<number>(10).fill(50), 90]);
    expect(monitor(state)).toMatchObject({ judged: 1, anomalies: [] });
  });

  it("lets the forecast that was issued again for the same times count, and forgets truths that never came", async () => {
    const state = await aSeries();
    const past = new Array<number>(DAY).fill(50);
    know(state, past);
    remember(state, issued(DAY, 10, 1, 2, 3));
    remember(state, issued(DAY, 49, 1, 2, 3));
    know(state, [...past, 50]);
    expect(monitor(state).judged).toBe(1);
    expect(toAccuracy(state.scores.sum((DAY + 1) * STEP_MILLIS))[0].mae).toBe(1);
    know(state, [...past, 50, ...new Array<number>(55).fill(Number.NaN)]);
    monitor(state);
    expect(state.predictions.size).toBe(1);
    know(state, [...past, 50, ...new Array<number>(70).fill(Number.NaN)]);
    monitor(state);
    expect(state.predictions.size).toBe(0);
  });

  it("lets hours fall out that are more than a day old", () => {
    const scores = rollingScores();
    for (let step = 0; step < 3 * DAY; step++) {
      const prediction = {
        horizon: 0,
        time: step * STEP_MILLIS,
        modelVersion: "",
        median: 50,
        bands: [0.8, 0.95].map((level) => ({ level, lower: 45, upper: 55 })),
        outer: null,
      };
      scores.add(prediction, step < 2 * DAY ? 90 : 51, Number.NaN);
    }
    const [short] = toAccuracy(scores.sum(3 * DAY * STEP_MILLIS));
    expect(short).toMatchObject({ count: DAY, mae: 1, seasonalNaiveMae: null });
  });
});

describe("coverage", () => {
  it("is told from 40 values out of 12 hours of the last day on", () => {
    const bands = [0.8, 0.95].map((level) => ({ level, lower: 45, upper: 55 }));
    const at = (hour: number, minute: number, horizon = 0) => ({
      ...{ horizon, time: hour * 3_600_000 + minute * 60_000, modelVersion: "", median: 50 },
      ...{ bands, outer: null },
    });
    const now = (hour: number) => hour * 3_600_000;
    const fresh = rollingScores();
    // All there can be, from the first value on: after 12 hours it is told, of this horizon only.
    for (let step = 0; step < 11 * 12; step++) fresh.add(at(0, 5 * step), 50, Number.NaN);
    expect(fresh.tell(now(11))).toEqual([false, false, false]);
    fresh.add(at(11, 0), 50, Number.NaN);
    expect(fresh.tell(now(12))).toEqual([true, false, false]);
    // A day later those values count no more.
    expect(fresh.tell(now(30))).toEqual([false, false, false]);
    // One an hour is too few, as is all of it in few hours.
    const hourly = rollingScores();
    for (let hour = 0; hour < 24; hour++) hourly.add(at(hour, 0), 50, Number.NaN);
    expect(hourly.tell(now(24))).toEqual([false, false, false]);
    // What a restart finds of four hours ahead: one forecast of each hour, and all of the last two.
    for (let minute = 5; minute < 115; minute += 5) hourly.add(at(22, minute, 0), 50, Number.NaN);
    expect(hourly.tell(now(24))[0]).toBe(true);
  });
});

describe("accuracy asked for", () => {
  /** Uniform in (0, 1), always the same. */
  function uniforms(seed: number): () => number {
    let state = seed >>> 0;
    return () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state + 0.5) / 2 ** 32;
    };
  }

  it("finds the coverage that the truth was made with, from the store alone", async () => {
    const store = memoryStore();
    const random = uniforms(11);
    const days = 3;
    const times: number[] = [];
    const values: number[] = [];
    // Uniform in (0, 100): the interval from 10 to 90 holds 80 %, that from 25 to 75 no more than half.
    for (let step = 0; step < days * DAY; step++) {
      times.push(step * STEP_MILLIS + 1000);
      values.push(100 * random());
    }
    await store.writeSamples([{ ...KEY, times, values }]);
    const from = DAY;
    for (let at = from; at < days * DAY; at++) await store.writeForecast(issued(at, 50, 40, 25, 49));
    const clock = virtualClock(days * DAY * STEP_MILLIS + 5000);
    const fleet = createFleet({ store, hidden: () => false, clock });
    const [state] = await fleet.refresh();
    const answers = createMonitor({ store, find: async () => state, clock, config: loadConfig({ env: {} }) });
    const span = { from: from * STEP_MILLIS, to: days * DAY * STEP_MILLIS };
    const { horizons, overTime, drift } = await answers.accuracy(state.id, span);

    expect(horizons.map(({ count }) => count)).toEqual([576, 576 - 11, 576 - 47]);
    for (const { coverage, mae, seasonalNaiveMae } of horizons) {
      expect(coverage[0].ratio).toBeGreaterThan(0.75);
      expect(coverage[0].ratio).toBeLessThan(0.85);
      expect(coverage[1].ratio).toBeGreaterThan(0.44);
      expect(coverage[1].ratio).toBeLessThan(0.56);
      // |U − 50| is 25 on average, |U − U′| a third of 100.
      expect(mae).toBeGreaterThan(22);
      expect(mae).toBeLessThan(28);
      expect(seasonalNaiveMae).toBeGreaterThan(30);
      expect(seasonalNaiveMae).toBeLessThan(37);
    }
    // By hand, the shortest horizon.
    let absolute = 0;
    for (let step = from; step < days * DAY; step++) absolute += Math.abs(values[step] - 50);
    expect(horizons[0].mae).toBeCloseTo(absolute / 576, 10);
    expect(overTime).toHaveLength(12);
    expect(overTime.reduce((sum, part) => sum + part.horizons[0].count, 0)).toBe(576);
    expect(overTime[0].from).toBe(new Date(span.from).toISOString());
    expect(overTime[11].to).toBe(new Date(span.to).toISOString());
    expect(drift).toEqual({ detected: false, since: null, reason: null });

    // Where forecasts began in the middle of the range, so do its parts.
    const early = await answers.accuracy(state.id, { ...span, from: span.from - 0.9 * DAY * STEP_MILLIS });
    expect(early.overTime[0].from).toBe(new Date(span.from).toISOString());
    expect(early.overTime.map(({ horizons: [first] }) => first.count)).toEqual(
      overTime.map((part) => part.horizons[0].count),
    );
    const hour = await answers.accuracy(state.id, { ...span, from: span.to - 12 * STEP_MILLIS });
    expect(hour.overTime.map(({ horizons: [first] }) => first.count)).toEqual([12]);

    const past = await answers.pastForecasts(state.id, { ...span, limit: 5 });
    expect(past.forecasts).toHaveLength(5);
    expect(past.forecasts[0].forecast[0].intervals.map(({ level }) => level)).toEqual([0.8, 0.95]);
    await expect(answers.accuracy(state.id, { from: 5, to: 1 })).rejects.toMatchObject({ code: "BAD_RANGE" });
    await expect(answers.accuracy(state.id, { from: 0, to: 1e12 })).rejects.toMatchObject({ code: "BAD_RANGE" });
  });
});
