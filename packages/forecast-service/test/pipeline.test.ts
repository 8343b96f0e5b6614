import { memoryStore } from "@loadcast/metrics-io";
import { append, forecast, sarima } from "sarima-core";
import { describe, expect, it } from "vitest";
import { infer } from "../src/pipeline/infer.js";
import { ingest } from "../src/pipeline/ingest.js";
import { preprocess } from "../src/pipeline/preprocess.js";
import { train } from "../src/pipeline/train.js";
import { knownOf, readiness } from "../src/readiness.js";
import { STEP, STEP_MILLIS } from "../src/settings.js";

const NaNs = (count: number) => new Array<number>(count).fill(Number.NaN);
const series = (values: number[]) => ({ values: Float64Array.from(values), start: 0, step: STEP });
const wave = (n: number) =>
  Array.from({ length: n }, (_, t) => 40 + 8 * Math.sin((2 * Math.PI * t) / 12) + (((t * 7919) % 101) / 101 - 0.5) * 4);

describe("ingest", () => {
  const now = Date.parse("2026-11-23T10:07:30Z");
  const key = { host: "web", metric: "cpu_percent" };

  async function ingested(samples: [minutesAgo: number, value: number][], history = 3_600_000) {
    const store = memoryStore();
    const ordered = [...samples].sort((a, b) => b[0] - a[0]);
    await store.writeSamples([
      { ...key, times: ordered.map(([ago]) => now - ago * 60_000), values: ordered.map(([, value]) => value) },
    ]);
    const [info] = await store.listSeries();
    return ingest(store, info, { now, history });
  }

  it("averages on the 5-minute grid and leaves the bucket out that is not over", async () => {
    // now is 10:07:30, so the bucket of 10:05 is open; 10:00 holds 6 and 4 minutes ago, 9:55 nothing, 9:50 one.
    const result = await ingested([
      [1, 99],
      [4, 30],
      [6, 10],
      [15, 50],
    ]);
    expect(new Date(result.start).toISOString()).toBe("2026-11-23T09:50:00.000Z");
    expect(Array.from(result.values)).toEqual([50, Number.NaN, 20]);
    expect(result.observed).toBe(2);
    expect(result).toMatchObject({ id: "web/cpu_percent", synthetic: false, step: STEP });
  });

  it("reads no further back than it is told, and shows silence at the end as gaps", async () => {
    const result = await ingested([
      [70, 1],
      [50, 2],
    ]);
    expect(Array.from(result.values)).toEqual([2, ...NaNs(9)]);
    expect(result.observed).toBe(1);
  });

  it("is empty for a series with nothing but the open bucket", async () => {
    const result = await ingested([[1, 99]]);
    expect(result.values).toHaveLength(0);
    expect(readiness(knownOf(result.values, result.start), now)).toMatchObject({ ready: false, have: 0 });
  });
});

describe("readiness", () => {
  const now = 1000 * STEP_MILLIS + 60_000;
  const state = (values: number[]) =>
    readiness(knownOf(Float64Array.from(values), (1000 - values.length) * STEP_MILLIS), now);

  it("says how much is there, how much it takes and when that will be", () => {
    // 30 of 36: the open bucket is the 31st, so five more follow it.
    expect(state(wave(30))).toMatchObject({ ready: false, have: 30, need: 36, completeAt: 1006 * STEP_MILLIS });
    expect((state(wave(30)) as { reason: string }).reason).toBe(
      "Has 30 of the 36 five-minute values (3 h) that a first forecast needs; expected in 29 min.",
    );
    expect(state(wave(36))).toEqual({ ready: true });
  });

  it("promises nothing for a series that has fallen silent", () => {
    expect(state([...wave(40), ...NaNs(12)])).toEqual({ ready: true });
    expect(state([...wave(40), ...NaNs(13)])).toMatchObject({ ready: false, completeAt: null });
    expect((state([...wave(4), ...NaNs(13)]) as { reason: string }).reason).toMatch(/^No data since 1970-01-04 /);
  });
});

describe("preprocess", () => {
  it("cuts empty ends off and keeps gaps as they are", () => {
    const result = preprocess(series([Number.NaN, 1, Number.NaN, 3, Number.NaN, Number.NaN]), {});
    expect(Array.from(result.values)).toEqual([1, Number.NaN, 3]);
    expect(result).toMatchObject({ start: STEP_MILLIS, gaps: 1, trailing: 2 });
  });

  it("forgets what lies before a long outage once there is enough after it", () => {
    const values = [...wave(50), ...NaNs(20), ...wave(30), ...NaNs(5), ...wave(10)];
    const cut = preprocess(series(values), { periods: [12], longestGap: 12, enough: 36 });
    expect(cut.values).toHaveLength(45);
    expect(cut.start).toBe(70 * STEP_MILLIS);
    const kept = preprocess(series(values), { periods: [12], longestGap: 12, enough: 41 });
    expect(kept.values).toHaveLength(115);
  });

  it("drops a season that two cycles of data do not show", () => {
    expect(preprocess(series(wave(24)), { periods: [12] }).periods).toEqual([12]);
    expect(preprocess(series(wave(23)), { periods: [12] }).periods).toEqual([]);
  });

  it("moves values to the bounds that jitter carried just beyond them, and no others", () => {
    const given = series([-0.4, 50, 100.2]);
    const bounds = { lower: 0, upper: 100 };
    expect(Array.from(preprocess(given, { bounds }).values)).toEqual([0, 50, 100]);
    expect(Array.from(given.values)).toEqual([-0.4, 50, 100.2]);
    expect(() => preprocess(given, { bounds, outside: "refuse" })).toThrow(/values\[0\] is -0.4/);
    expect(Array.from(preprocess(series([101.5, 50]), { bounds }).values)).toEqual([50]);
  });

  it("refuses nothing and what cannot be", () => {
    expect(() => preprocess(series(NaNs(3)), {})).toThrow("holds no number");
    const bounds = { lower: 0, upper: 100 };
    expect(() => preprocess(series([1, 101]), { bounds, outside: "refuse" })).toThrow(
      "values[1] is 101, outside 0 to 100",
    );
    expect(() => preprocess(series([5000]), { bounds })).toThrow("holds no number");
  });
});

describe("train and infer", () => {
  const values = wave(150);
  const prepared = preprocess(series(values), { periods: [12] });
  const spec = { order: [1, 0, 1], seasonal: [1, 0, 0, 12] } as const;

  it("takes in what came after the training, at its place, whatever the window it is given", () => {
    const longer = wave(190);
    longer[160] = Number.NaN;
    const trained = train({ prepared, spec });
    const own = forecast(append(sarima(values, spec), longer.slice(150)), 6, { levels: [0.8] });
    const windows = [
      preprocess(series(longer), { periods: [12] }),
      preprocess({ ...series(longer.slice(30)), start: 30 * STEP_MILLIS }, { periods: [12] }),
      // Even one that begins after the training ended: what lies between is a gap.
      preprocess({ ...series(longer.slice(155)), start: 155 * STEP_MILLIS }, { periods: [12] }),
    ];
    const [whole, cut, far] = windows.map((window) => infer({ prepared: window, trained, horizon: 6, levels: [0.8] }));
    expect(whole.times?.[0]).toBe(190 * STEP_MILLIS);
    whole.median.forEach((value, i) => {
      expect(value).toBeCloseTo(own.median[i], 10);
    });
    expect(cut).toEqual(whole);
    expect(far.times).toEqual(whole.times);
    far.median.forEach((value, i) => {
      expect(Math.abs(value - own.median[i])).toBeLessThan(1);
    });
    // A series that ends before the training did gives nothing older than the model.
    const early = infer({ prepared: preprocess(series(values.slice(0, 140)), {}), trained, horizon: 2, levels: [] });
    expect(early.times).toEqual([150 * STEP_MILLIS, 151 * STEP_MILLIS]);
  });

  it("gives the same forecast as the fitted model's own", () => {
    const trained = train({ prepared, spec });
    const result = infer({ prepared, trained, horizon: 6, levels: [0.8, 0.95] });
    const own = forecast(sarima(values, spec), 6, { levels: [0.8, 0.95] });
    result.median.forEach((value, i) => {
      expect(value).toBeCloseTo(own.median[i], 6);
    });
    result.intervals[1].upper.forEach((value, i) => {
      expect(value).toBeCloseTo(own.intervals[1].upper[i], 5);
    });
    expect(result.times).toEqual([150, 151, 152, 153, 154, 155].map((k) => k * STEP_MILLIS));
  });

  it("begins at the series' own end where the last values are missing", () => {
    const late = preprocess(series([...values, ...NaNs(3)]), { periods: [12] });
    const trained = train({ prepared, spec });
    const ahead = infer({ prepared, trained, horizon: 6, levels: [] });
    const result = infer({ prepared: late, trained, horizon: 3, levels: [] });
    expect(result.times?.[0]).toBe(153 * STEP_MILLIS);
    result.median.forEach((value, i) => {
      expect(value).toBeCloseTo(ahead.median[i + 3], 8);
    });
  });

  it("searches orders where none are given, and finds the season", () => {
    const trained = train({ prepared });
    expect(trained.spec.seasonal[3]).toBe(12);
    const { median } = infer({ prepared, trained, horizon: 12, levels: [] });
    const range = Math.max(...median) - Math.min(...median);
    expect(range).toBeGreaterThan(8);
  });

  it("stays inside the bounds", () => {
    const low = values.map((value) => Math.max(0, value - 38));
    const bounds = { lower: 0, upper: 100 };
    const narrow = preprocess(series(low), { periods: [12], bounds });
    const result = infer({ prepared: narrow, trained: train({ prepared: narrow }), horizon: 24, levels: [0.95] });
    const all = [...result.mean, ...result.median, ...result.intervals[0].lower, ...result.intervals[0].upper];
    expect(Math.min(...all)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...all)).toBeLessThanOrEqual(100);
    expect(result.intervals[0].lower.every((lower, i) => lower <= result.median[i])).toBe(true);
  });
});

describe("train", () => {
  it("says how far it is, whatever it trains", () => {
    const prepared = preprocess(series(wave(160)), { periods: [12], metric: true });
    for (const model of ["sarima", "ensemble"] as const) {
      const seen: { share: number; words: string }[] = [];
      train({ prepared, model }, (share, words) => seen.push({ share, words }));
      const shares = seen.map(({ share }) => share);
      expect(shares.length).toBeGreaterThan(1);
      expect(shares).toEqual([...shares].sort((a, b) => a - b));
      expect(shares[0]).toBeGreaterThan(0);
      expect(shares.at(-1)).toBeLessThanOrEqual(1);
      expect(seen[0].words).toMatch(
        model === "sarima" ? /^1 models tried, the last one / : /^1 of \d+ members weighed$/,
      );
    }
  });

  it("calls its data as the caller does", () => {
    const one = preprocess(series([Number.NaN, 7]), {});
    expect(() => train({ prepared: one })).toThrow(/^values has 1 observed values; a model needs at least 2$/);
  });
});
