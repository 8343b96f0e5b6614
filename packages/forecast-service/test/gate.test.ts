import {
  append,
  autoEnsemble,
  empiricalQuantiles,
  forecast,
  naive,
  refit,
  reweigh,
  seasonalNaive,
  toJSON,
} from "sarima-core";
import { describe, expect, it } from "vitest";
import { type GateInput, gate, holdoutFor, type Kept } from "../src/pipeline/gate.js";
import { type Prepared, preprocess } from "../src/pipeline/preprocess.js";
import { train } from "../src/pipeline/train.js";
import { weighingOf } from "../src/pipeline/weighing.js";
import { STEP, STEP_MILLIS } from "../src/settings.js";

const LEVELS = [0.8, 0.95];
const HORIZON = 48;
const ORIGINS = 4;

/** Repeatable noise in (−½, ½). */
function noise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
}

/** An hour's wave with noise that remembers: what a model can know and a baseline cannot. */
function metric(n: number, seed = 1): number[] {
  const random = noise(seed);
  let u = 0;
  return Array.from({ length: n }, (_, t) => {
    u = 0.8 * u + 4 * random();
    return 45 + 12 * Math.sin((2 * Math.PI * t) / 12) + u;
  });
}

const prepare = (values: readonly number[], start = 0): Prepared =>
  preprocess(
    { values: Float64Array.from(values), start, step: STEP },
    { periods: [12, 288], metric: true, bounds: { lower: 0, upper: 100 } },
  );
const cutOff = (prepared: Prepared, count: number): Prepared => ({
  ...prepared,
  values: prepared.values.slice(0, prepared.values.length - count),
});
const judge = (prepared: Prepared, candidate: Kept, rest: Partial<GateInput> = {}) =>
  gate({
    prepared,
    candidate,
    holdout: holdoutFor(prepared.values.length),
    champion: null,
    horizon: HORIZON,
    levels: LEVELS,
    origins: ORIGINS,
    margin: 0,
    ...rest,
  });

/** The same by the definition: every quantile of every step of every origin, one after the other. */
function slowPinball(
  values: Float64Array,
  origins: readonly number[],
  answer: (origin: number) => {
    median: ArrayLike<number>;
    intervals: readonly { level: number; lower: ArrayLike<number>; upper: ArrayLike<number> }[];
  },
): number {
  let sum = 0;
  let count = 0;
  for (const origin of origins) {
    const { median, intervals } = answer(origin);
    for (let h = 0; h < HORIZON && origin + h < values.length; h++) {
      const y = values[origin + h];
      if (Number.isNaN(y)) continue;
      const quantiles: [number, number][] = [[0.5, median[h]]];
      for (const { level, lower, upper } of intervals)
        quantiles.push([(1 - level) / 2, lower[h]], [(1 + level) / 2, upper[h]]);
      for (const [p, q] of quantiles) {
        const inside = Math.min(100, Math.max(0, q));
        sum += Math.max(p * (y - inside), (p - 1) * (y - inside));
        count++;
      }
    }
  }
  return sum / count;
}

describe("the gate", () => {
  it("gives everyone the loss that its definition gives, without looking ahead", () => {
    const values = metric(700);
    values[650] = Number.NaN;
    const prepared = prepare(values);
    const holdout = holdoutFor(700);
    expect(holdout).toBe(96);
    const cut = 700 - holdout;
    const candidate = train({ prepared: cutOff(prepared, holdout), model: "ensemble" });
    const { report, weighing } = judge(prepared, candidate);
    const y = prepared.values;
    const origins = [cut, cut + 16, cut + 32, cut + 48];
    const fitted = autoEnsemble(y.slice(0, cut), { periods: [12, 288], lower: 0, upper: 100, horizon: HORIZON });
    const expected: Record<string, number> = {
      candidate: slowPinball(y, origins, (o) => forecast(append(fitted, y.slice(cut, o)), HORIZON, { levels: LEVELS })),
      naive: slowPinball(y, origins, (o) => naive(y.slice(0, o)).forecast(HORIZON, { levels: LEVELS })),
      "seasonal-naive": slowPinball(y, origins, (o) =>
        seasonalNaive(y.slice(0, o), 288).forecast(HORIZON, { levels: LEVELS }),
      ),
      "empirical-quantiles": slowPinball(y, origins, (o) =>
        empiricalQuantiles(y.slice(0, o), { window: 288 }).forecast(HORIZON, { levels: LEVELS }),
      ),
    };
    expect(report.origins).toBe(4);
    expect(report.scores.map(({ name }) => name)).toEqual(Object.keys(expected));
    for (const { name, pinball } of report.scores) expect(pinball).toBeCloseTo(expected[name], 10);
    expect(report.accepted).toBe(true);
    expect(report.reason).toMatch(/^Goes live as the first model: no worse than /);
    // Judged with the weights of its training, it goes live with weights that have followed what was held back.
    expect(weighing).toEqual(weighingOf(reweigh(append(fitted, y.slice(cut)))));
    expect(weighing).not.toBeNull();

    // What comes after an origin changes no forecast from it: with other values there only the truth is another.
    const other = prepare(values.map((value, t) => (t >= 692 ? 50 : value)));
    const again = judge(other, candidate);
    expect(again.example).toEqual(judge(prepared, candidate).example);
  });

  it("fits what it accepts again on everything where that is asked for: what drifts lies in the values held back", () => {
    const values = metric(700).map((value, t) => (t >= 650 ? value + 15 : value));
    const prepared = prepare(values);
    const shown = cutOff(prepared, 96);
    const candidate = train({ prepared: shown, model: "ensemble" });
    const { report, weighing, refitted } = judge(prepared, candidate, { refit: true });
    expect(report).toEqual(judge(prepared, candidate).report);
    expect(weighing).toBeNull();
    const y = prepared.values;
    const fitted = autoEnsemble(y.slice(0, 604), { periods: [12, 288], lower: 0, upper: 100, horizon: HORIZON });
    expect(refitted).toMatchObject({ kind: "ensemble", start: 0, length: 700 });
    expect(refitted?.document).toBe(toJSON(refit(append(fitted, y.slice(604)))));
    expect(judge(prepared, candidate).refitted).toBeNull();
    // What stays a challenger stays as it was judged, and a single model has nobody to weigh.
    const champion = { ...candidate, provisional: false };
    expect(judge(prepared, candidate, { refit: true, champion }).refitted).toBeNull();
    const single = train({ prepared: shown, spec: { order: [1, 0, 0] } });
    expect(judge(prepared, single, { refit: true }).refitted).toBeNull();
  });

  it("lets a champion stay that is no worse, and a better candidate take its place", () => {
    const prepared = prepare(metric(700));
    const shown = cutOff(prepared, 96);
    const good = train({ prepared: shown, model: "ensemble" });
    const bad = train({ prepared: shown, spec: { order: [0, 0, 0] } });
    const { report: kept, weighing } = judge(prepared, good, { champion: { ...good, provisional: false } });
    expect(weighing).toBeNull();
    expect(kept).toMatchObject({ accepted: false });
    expect(kept.reason).toMatch(/^The champion stays: the candidate's pinball loss is ([\d.]+), the champion's \1\.$/);
    const better = judge(prepared, good, { champion: { ...bad, provisional: false } }).report;
    expect(better).toMatchObject({ accepted: true });
    expect(better.reason).toMatch(/^Goes live: it beats the champion/);
    const score = (name: string) => better.scores.find((entry) => entry.name === name)?.pinball ?? Number.NaN;
    // A margin that is just out of reach keeps the champion.
    const gain = 1 - score("candidate") / score("champion");
    const champion = { ...bad, provisional: false };
    expect(judge(prepared, good, { champion, margin: gain * 0.99 }).report.accepted).toBe(true);
    expect(judge(prepared, good, { champion, margin: gain * 1.01 }).report.accepted).toBe(false);
  });

  it("never lets a model that loses to a baseline replace one that passed; but one that did not pass is no better", () => {
    // A random walk: the naive forecast is the best there is, and a mean of everything is far off.
    const random = noise(3);
    let level = 50;
    const walk = prepare(Array.from({ length: 700 }, () => (level = Math.min(95, Math.max(5, level + 3 * random())))));
    const shown = cutOff(walk, 96);
    const mean = train({ prepared: shown, spec: { order: [0, 0, 0] } });
    const worse: Kept = {
      ...train({ prepared: { ...shown, values: shown.values.map((v) => v / 4) }, spec: { order: [0, 0, 0] } }),
    };
    const first = judge(walk, mean).report;
    expect(first.accepted).toBe(true);
    expect(first.reason).toMatch(/^Goes live as the first model, though it lost to the naive forecast/);
    const strict = judge(walk, mean, { champion: { ...worse, provisional: false } }).report;
    expect(strict).toMatchObject({ accepted: false });
    expect(strict.reason).toMatch(/^The champion stays: the candidate lost to the naive forecast/);
    const lenient = judge(walk, mean, { champion: { ...worse, provisional: true } }).report;
    expect(lenient).toMatchObject({ accepted: true });
    expect(lenient.reason).toContain("which had not passed the gate either");
  });

  it("says what cannot be compared, and keeps a forecast available", () => {
    const short = prepare(metric(60));
    expect(holdoutFor(60)).toBe(0);
    const candidate = train({ prepared: short, model: "ensemble" });
    expect(judge(short, candidate).report).toMatchObject({ accepted: true, scores: [], origins: 0 });
    expect(judge(short, candidate, { champion: { ...candidate, provisional: true } }).report.accepted).toBe(true);
    const stays = judge(short, candidate, { champion: { ...candidate, provisional: false } }).report;
    expect(stays).toMatchObject({
      accepted: false,
      reason: "The champion stays: 60 values are too few to compare the two.",
    });

    // A champion that knew everything cannot be judged on it.
    const prepared = prepare(metric(700));
    const good = train({ prepared: cutOff(prepared, 96), model: "ensemble" });
    const all = { ...train({ prepared, model: "sarima", spec: { order: [1, 0, 0] } }), provisional: false };
    const { report } = judge(prepared, good, { champion: all });
    expect(report.scores.map(({ name }) => name)).not.toContain("champion");
    expect(report.reason).toMatch(/^Goes live: the champion cannot be compared/);
    const unreadable = { document: "{}", start: 0, length: 600, provisional: false };
    expect(judge(prepared, good, { champion: unreadable }).report.accepted).toBe(true);
  });

  it("lets a candidate go live that cannot take the very last values, with the weights it has", () => {
    const values = metric(700).map((value, t) => (t >= 695 ? -5 : value));
    const unbounded = preprocess(
      { values: Float64Array.from(values), start: 0, step: STEP },
      { periods: [12, 288], metric: true, bounds: null },
    );
    // Of values that are never negative it takes 0 for a bound.
    const candidate = train({ prepared: cutOff(unbounded, 96), model: "ensemble" });
    const { report, weighing } = judge(unbounded, candidate);
    expect(report).toMatchObject({ accepted: true, origins: ORIGINS });
    expect(weighing).toBeNull();
  });

  it("places a champion that was fitted on an older window where it belongs", () => {
    const values = metric(1200);
    const old = prepare(values.slice(0, 700));
    const champion = { ...train({ prepared: old, model: "ensemble" }), provisional: false };
    // The new window begins 300 values later.
    const later = prepare(values.slice(300), 300 * STEP_MILLIS);
    const candidate = train({ prepared: cutOff(later, 96), spec: { order: [1, 0, 0] } });
    const { report } = judge(later, candidate, { champion });
    const y = Float64Array.from(values);
    const cut = 1200 - 96;
    const fitted = autoEnsemble(y.slice(0, 700), { periods: [12, 288], lower: 0, upper: 100, horizon: HORIZON });
    // As in service its weights have followed what came, but nothing of what is held back.
    const followed = reweigh(append(fitted, y.slice(700, cut)));
    const expected = slowPinball(y, [cut, cut + 16, cut + 32, cut + 48], (o) =>
      forecast(append(followed, y.slice(cut, o)), HORIZON, { levels: LEVELS }),
    );
    expect(toJSON(fitted)).toBe(champion.document);
    expect(report.scores.find(({ name }) => name === "champion")?.pinball).toBeCloseTo(expected, 10);
  });

  it("calls equal forecasts of a constant series equal", () => {
    const constant = prepare(new Array(300).fill(40));
    const candidate = train({ prepared: cutOff(constant, holdoutFor(300)), model: "ensemble" });
    const { report } = judge(constant, candidate);
    expect(report).toMatchObject({ accepted: true });
    expect(report.scores.map(({ pinball }) => pinball)).toEqual([0, 0, 0, 0]);
    expect(judge(constant, candidate, { champion: { ...candidate, provisional: false } }).report.accepted).toBe(false);
  });
});
