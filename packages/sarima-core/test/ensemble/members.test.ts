import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalQuantile } from "../../src/distributions/normal-quantile.js";
import { analogQuantiles } from "../../src/ensemble/analogs.js";
import { burg, directWeights } from "../../src/ensemble/autoregression.js";
import { countedValues } from "../../src/ensemble/counted-values.js";
import { anchorSteps, betweenAnchors, COUNT, PROBABILITIES, quantileAt, SCORES } from "../../src/ensemble/grid.js";
import { chooseTransform, fillGaps, historyOf } from "../../src/ensemble/history.js";
import { fitLongAutoregression, forecastLongAutoregression } from "../../src/ensemble/long-autoregression.js";
import { recentQuantiles, sameTimeQuantiles, valueOrder } from "../../src/ensemble/recent-values.js";
import { fitSarima, forecastSarima } from "../../src/ensemble/sarima-member.js";
import { statesAlong } from "../../src/ensemble/states-along.js";
import { filterPass } from "../../src/estimate/filter-pass.js";
import { sarima } from "../../src/fit.js";
import { forecast } from "../../src/forecast.js";
import { validateSpec } from "../../src/spec.js";
import { load } from "./series.js";

const gap = Number.NaN;
const burgReference = JSON.parse(readFileSync(new URL("../fixtures/burg.json", import.meta.url), "utf8"));

describe("grid", () => {
  it("has the normal scores of its probabilities, and meets a normal distribution exactly", () => {
    PROBABILITIES.forEach((p, k) => {
      expect(SCORES[k]).toBeCloseTo(normalQuantile(p), 9);
    });
    const q = SCORES.map((z) => 5 + 2 * z);
    for (const p of [0.0001, 0.004, 0.33, 0.5, 0.96, 0.9999]) {
      expect(quantileAt(q, normalQuantile(p))).toBeCloseTo(5 + 2 * normalQuantile(p), 8);
    }
  });
  it("anchors start with the first steps and end with the horizon", () => {
    for (const horizon of [1, 2, 5, 48, 288]) {
      const anchors = anchorSteps(horizon);
      expect(anchors[0]).toBe(0);
      expect(anchors.at(-1)).toBe(horizon - 1);
      expect([...new Set(anchors)].sort((a, b) => a - b)).toEqual(anchors);
    }
    const anchors = anchorSteps(48);
    for (let step = 0; step < 60; step++) {
      const { i, j, u } = betweenAnchors(anchors, step);
      expect((1 - u) * anchors[i] + u * anchors[j]).toBeCloseTo(Math.min(step, 47), 10);
    }
  });
});

describe("autoregressions", () => {
  it("Burg's recursion and the order of least AICc agree with R's ar.burg", () => {
    for (const { y, best, phi } of burgReference.cases) {
      const fit = burg(Float64Array.from(y), 12, true).model;
      expect(fit.phi).toHaveLength(best);
      fit.phi.forEach((value, j) => {
        expect(value).toBeCloseTo(phi[best - 1][j], 9);
      });
    }
  });
  it("direct weights are the recursion, unrolled", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -0.4, max: 0.4, noNaN: true }), { minLength: 1, maxLength: 4 }), (phi) => {
        const past = [3, -1, 2, 5];
        const path: number[] = [];
        for (let h = 0; h < 10; h++) {
          path.push(
            phi.reduce((sum, c, j) => sum + c * (h - 1 - j >= 0 ? path[h - 1 - j] : past[past.length + h - 1 - j]), 0),
          );
        }
        const weights = directWeights(phi, 10);
        for (let h = 0; h < 10; h++) {
          const direct = phi.reduce((sum, _, j) => sum + weights[h * phi.length + j] * past[past.length - 1 - j], 0);
          expect(direct).toBeCloseTo(path[h], 10);
        }
      }),
    );
  });
  it("errors cover what they should inside the sample, at every anchor", () => {
    const y = load(800);
    const history = historyOf(y, chooseTransform(y, 0, undefined), 1);
    const anchors = anchorSteps(48);
    for (const d of [0, 1] as const) {
      const fit = fitLongAutoregression(history, 800, anchors, { scale: "shape", d, window: 2016 });
      expect(fit).not.toBeNull();
      let inside = 0;
      let count = 0;
      for (let t = 200; t < 740; t += 9) {
        const q = forecastLongAutoregression(fit as NonNullable<typeof fit>, history, t, [7, 23], anchors);
        for (const [s, step] of [7, 23].entries()) {
          count++;
          if (y[t + step] >= q[3 * 2 + s] && y[t + step] <= q[11 * 2 + s]) inside++;
        }
      }
      expect(Math.abs(inside / count - 0.8)).toBeLessThan(0.1);
    }
  });
  it("takes a cycle out and puts it back at the right phase", () => {
    const y = Float64Array.from({ length: 300 }, (_, t) => 10 + 3 * Math.sin((2 * Math.PI * t) / 48));
    const history = historyOf(y, null, 1);
    const anchors = anchorSteps(24);
    const options = { scale: "raw", d: 0, window: 2016, cycle: 48 } as const;
    const fit = fitLongAutoregression(history, 300, anchors, options);
    const steps = [0, 11, 23];
    const q = forecastLongAutoregression(fit as NonNullable<typeof fit>, history, 300, steps, anchors);
    steps.forEach((step, s) => {
      expect(q[7 * 3 + s]).toBeCloseTo(10 + 3 * Math.sin((2 * Math.PI * (300 + step)) / 48), 0);
    });
  });
});

describe("seasonal models as members", () => {
  it("forecast the path of the same model fitted by sarima", () => {
    const y = load(300);
    const history = historyOf(y, null, 1);
    const anchors = anchorSteps(12);
    const spec = { order: [1, 0, 1], seasonal: [1, 0, 0, 12] } as const;
    const fit = fitSarima(history, 300, anchors, { scale: "raw", window: 2016, candidates: [spec] });
    const steps = [0, 1, 5, 11];
    const [q] = forecastSarima(fit as NonNullable<typeof fit>, history, [300], steps, anchors);
    const { mean: path, standardError } = forecast(sarima(y, spec), 12);
    // Quantiles are the path plus errors: the same errors again leave the path.
    const table = (fit as NonNullable<typeof fit>).errors;
    steps.forEach((step, s) => {
      const row = table[anchors.indexOf(step)] ?? null;
      // A member's search ends a little below the maximum: that moves the path by less than anybody can see.
      if (row) expect(Math.abs(q[7 * 4 + s] - row[7] - path[step])).toBeLessThan(0.02 * standardError[step]);
    });
  });
});

describe("the walk along a series", () => {
  const y = load(400);
  it("finds the states of full passes, before the filter settles and after, whatever is differenced", () => {
    const cases = [
      { order: [2, 0, 1], seasonal: [1, 0, 1, 12], ar: [0.5, 0.2], ma: [0.3], seasonalAr: [0.8], seasonalMa: [-0.95] },
      { order: [1, 1, 1], seasonal: [0, 0, 0, 0], ar: [0.4], ma: [-0.6], seasonalAr: [], seasonalMa: [] },
      { order: [1, 1, 0], seasonal: [0, 1, 1, 12], ar: [0.4], ma: [], seasonalAr: [], seasonalMa: [-0.5] },
    ] as const;
    for (const { order, seasonal, ...factors } of cases) {
      const spec = validateSpec({ order, seasonal });
      const times = [20, 21, 100, 399, 400];
      const states = statesAlong(y, spec, { ...factors, period: spec.seasonal[3] }, times);
      times.forEach((t, i) => {
        const { state } = filterPass(y.slice(0, t), spec, { ...factors, period: spec.seasonal[3] }, { quick: true });
        expect([...(states?.[i]?.lags ?? [])]).toEqual([...state.lags]);
        expect(states?.[i]?.alpha).toHaveLength(state.alpha.length);
        state.alpha.forEach((value, j) => {
          expect(states?.[i]?.alpha[j]).toBeCloseTo(value, 9);
        });
      });
    }
  });
  it("does not know a model that is not stationary, nor a time before the differences", () => {
    const spec = validateSpec({ order: [1, 0, 0] });
    const none = { ma: [], seasonalAr: [], seasonalMa: [], period: 1 };
    expect(statesAlong(y, spec, { ar: [1.2], ...none }, [50])).toBeNull();
    expect(statesAlong(y, validateSpec({ order: [0, 1, 0] }), { ar: [], ...none }, [0, 1])?.[0]).toBeUndefined();
  });
});

describe("values that are counted", () => {
  it("have the order statistics of a sorted list, while some come and others go", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(199), { minLength: 1, maxLength: 80 }), fc.nat(79), (ranks, gone) => {
        const counted = countedValues(200);
        for (const rank of ranks) counted.add(rank, 1);
        counted.add(-1, 1);
        const kept = ranks.slice(Math.min(gone, ranks.length - 1));
        for (const rank of ranks.slice(0, ranks.length - kept.length)) counted.add(rank, -1);
        kept.sort((a, b) => a - b);
        expect(counted.total).toBe(kept.length);
        const rankAt = counted.ranks();
        kept.forEach((rank, at) => {
          expect(rankAt(at)).toBe(rank);
          if (at > 0) expect(rankAt(at - 1)).toBe(kept[at - 1]);
          expect(rankAt(at)).toBe(rank);
        });
      }),
    );
  });
});

describe("quantiles of the past", () => {
  it("recent values: with an endless half-life those of all values, brute force otherwise", () => {
    const y = load(200);
    y[50] = gap;
    const order = valueOrder(y);
    const flat = recentQuantiles(y, order, 150, 1e9, [0]);
    const sorted = [...y.slice(0, 150)].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
    expect(flat[7]).toBeCloseTo(sorted[(sorted.length - 1) / 2], 6);
    const weighted = recentQuantiles(y, order, 150, 12, [0, 1]);
    for (const [k, p] of PROBABILITIES.entries()) {
      // The weight below a quantile is p but for the half weights of the two values around it.
      let below = 0;
      let total = 0;
      let largest = 0;
      for (let t = 30; t < 150; t++) {
        if (Number.isNaN(y[t])) continue;
        const weight = 0.5 ** ((149 - t) / 12);
        total += weight;
        largest = Math.max(largest, weight);
        if (y[t] <= weighted[k * 2]) below += weight;
      }
      expect(Math.abs(below / total - p)).toBeLessThanOrEqual(largest / total);
      expect(weighted[k * 2 + 1]).toBe(weighted[k * 2]);
    }
  });
  it("same time: the values of earlier cycles, or no answer", () => {
    const y = Float64Array.from({ length: 4 * 24 }, (_, t) => (t % 24) + Math.floor(t / 24) / 10);
    const history = historyOf(y, null, 1);
    const q = sameTimeQuantiles(history, 96, [0, 5, 29], 24, 3) as Float64Array;
    // Half-width 1 at a period of 24. At 0: 0.3 is of the cycle to come, so 23.x of the cycle before and 0.x, 1.x; at 5: 4.x, 5.x, 6.x.
    const around = (place: number) =>
      [1, 2, 3].flatMap((c) => [-1, 0, 1].map((k) => y[96 + place + k - 24 * c])).sort((a, b) => a - b)[4];
    expect([q[7 * 3], q[7 * 3 + 1]]).toEqual([around(0), around(5)]);
    expect(q[7 * 3 + 2]).toBe(q[7 * 3 + 1]);
    expect(sameTimeQuantiles(history, 20, [0], 24, 3)).toBeNull();
  });
  it("analogs: what followed the nearest moments, by a full sort", () => {
    const y = load(300, 5);
    const history = historyOf(y, null, 1);
    const lengths = [1, 6];
    const setting = { history, order: valueOrder(y) };
    const q = analogQuantiles(setting, 300, [3], { lengths, shift: 0 }) as Float64Array;
    const describeAt = (t: number) => lengths.map((l) => y.slice(t - l, t).reduce((a, b) => a + b) / l);
    const moments = Array.from({ length: 300 - 12 - 12 }, (_, c) => c + 12);
    const all = moments.map(describeAt);
    const sd = lengths.map((_, i) => {
      const mean = all.reduce((sum, m) => sum + m[i], 0) / all.length;
      return Math.sqrt(all.reduce((sum, m) => sum + (m[i] - mean) ** 2, 0) / all.length);
    });
    const now = describeAt(300);
    const nearest = moments
      .map((t, c) => ({ t, distance: lengths.reduce((sum, _, i) => sum + ((all[c][i] - now[i]) / sd[i]) ** 2, 0) }))
      .sort((a, b) => a.distance - b.distance)
      .slice(0, Math.round(2 * Math.sqrt(300)));
    const followed = nearest.flatMap(({ t }) => [1, 2, 3, 4, 5].map((k) => y[t + k])).filter((v) => v !== undefined);
    followed.sort((a, b) => a - b);
    expect(q).toHaveLength(COUNT);
    const position = 0.5 * (followed.length - 1);
    const median = (followed[Math.floor(position)] + followed[Math.ceil(position)]) / 2;
    expect(q[7]).toBeCloseTo(median, 9);
    expect(analogQuantiles(setting, 60, [3], { lengths, shift: 0 })).toBeNull();
  });
});

describe("history", () => {
  it("fills gaps on the line between their neighbours", () => {
    expect([...fillGaps(Float64Array.of(1, gap, gap, 4, gap))]).toEqual([1, 2, 3, 4, 4]);
  });
  it("chooses the scale by bounds and data", () => {
    const y = Float64Array.of(0, 4, gap, 10);
    expect(chooseTransform(y, 0, undefined)).toEqual({ kind: "log", offset: 2 });
    expect(chooseTransform(y, undefined, undefined)).toEqual({ kind: "log", offset: 2 });
    expect(chooseTransform(Float64Array.of(3, 4), 0, undefined)).toEqual({ kind: "log", offset: 0 });
    expect(chooseTransform(y, 0, 12)).toEqual({ kind: "logit", lower: -1, upper: 13 });
    expect(chooseTransform(Float64Array.of(-1, 4), undefined, undefined)).toBeNull();
    expect(chooseTransform(Float64Array.of(0, 0), 0, undefined)).toBeNull();
  });
  it("keeps later values on the bound finite on the scale", () => {
    const { shape } = historyOf(Float64Array.of(2, 0, 4), { kind: "log", offset: 0 }, 1);
    expect([...(shape as Float64Array)].every(Number.isFinite)).toBe(true);
  });
});
