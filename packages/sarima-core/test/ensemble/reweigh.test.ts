import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  append,
  autoEnsemble,
  explain,
  forecast,
  fromJSON,
  naive,
  reweigh,
  type SarimaEnsemble,
  toJSON,
} from "../../src/index.js";
import { Random } from "../../src/random.js";
import { load } from "./series.js";

const gap = Number.NaN;
const PARTS = ["lower", "centre", "upper"] as const;

/** 30 with noise, 2 % an hour more from `start` on. */
function leak(n: number, start: number): Float64Array {
  const random = new Random(11);
  return Float64Array.from({ length: n }, (_, t) => 30 + 0.5 * random.normal() + Math.max(0, (t - start) / 6));
}

const y = load(760, 4);
const trained = autoEnsemble(y.slice(0, 600), { periods: [12] });

describe("reweigh", () => {
  it("follows a leak that began after training, and says why", () => {
    const series = leak(1300, 1130); // two hours after the end of training, six before now
    const live = append(
      autoEnsemble(series.slice(0, 1104), { periods: [12, 288], upper: 100 }),
      series.slice(1104, 1200),
    );
    const after = reweigh(live);
    const truth = 30 + (1247 - 1130) / 6;
    const miss = (ensemble: SarimaEnsemble) => Math.abs(forecast(ensemble, 48).median[47] - truth);
    expect(miss(live)).toBeGreaterThan(8);
    expect(miss(after)).toBeLessThan(4);
    const trend = (ensemble: SarimaEnsemble) =>
      ensemble.members.reduce((sum, { fit, weights }) => sum + (fit.kind === "trend" ? weights.centre : 0), 0);
    expect(trend(after)).toBeGreaterThan(4 * trend(live));
    expect(after.members[0].reason).toMatch(/^loss on 26 origins and 7 after training: /);
    expect(explain(after)).toContain("have followed the 96 values that came after it");
    expect(explain(live)).not.toContain("have followed");
    // A leak is no noise: what lies one step ahead is known as before.
    const width = (ensemble: SarimaEnsemble) => {
      const [{ upper }] = forecast(ensemble, 1).intervals;
      return upper[0] - forecast(ensemble, 1).median[0];
    };
    expect(width(after)).toBeLessThan(2 * width(live) + 1);
  });

  it("is no worse than the old weights on a load that goes on as before, and its intervals hold", () => {
    const series = load(3200, 17);
    let before = 0;
    let after = 0;
    let naively = 0;
    let inside = 0;
    let count = 0;
    for (let end = 600; end + 96 + 48 <= series.length; end += 400) {
      const live = append(autoEnsemble(series.slice(end - 600, end), { periods: [12] }), series.slice(end, end + 96));
      const actual = series.subarray(end + 96, end + 96 + 48);
      const moved = forecast(reweigh(live), 48);
      const sum = (median: Float64Array) => actual.reduce((total, value, h) => total + Math.abs(value - median[h]), 0);
      before += sum(forecast(live, 48).median);
      after += sum(moved.median);
      naively += sum(naive(series.subarray(0, end + 96)).forecast(48).median);
      const [, { lower, upper }] = moved.intervals;
      actual.forEach((value, h) => {
        if (value >= lower[h] && value <= upper[h]) inside++;
        count++;
      });
    }
    expect(after).toBeLessThan(1.02 * before);
    expect(after).toBeLessThan(0.9 * naively);
    expect(inside / count).toBeGreaterThan(0.88);
  });

  it("widens its intervals within hours where the noise grew fivefold, and not where a day is like the others", () => {
    const covered = (noise: number) => {
      let inside = 0;
      for (const seed of [3, 4, 5]) {
        const random = new Random(seed);
        let x = 0;
        const series = Float64Array.from({ length: 1152 }, (_, t) => {
          x = 0.5 * x + random.normal() * (t >= 1008 ? noise : 1);
          return 50 + x;
        });
        const live = append(
          autoEnsemble(series.slice(0, 1008), { periods: [12], upper: 100 }),
          series.slice(1008, 1104),
        );
        const [{ lower, upper }] = forecast(reweigh(live), 48).intervals;
        series.subarray(1104).forEach((value, h) => {
          if (value >= lower[h] && value <= upper[h]) inside++;
        });
      }
      return inside / (3 * 48);
    };
    expect(covered(5)).toBeGreaterThan(0.7);
    expect(covered(1)).toBeGreaterThan(0.72);
    expect(covered(1)).toBeLessThan(0.9);
  });

  it("the pieces in which values came, and how often it was done between them, change nothing", () => {
    const later = y.slice(600).map((value, t) => (t % 31 === 7 || (t > 60 && t < 66) ? gap : value));
    const cuts = fc.uniqueArray(fc.integer({ min: 0, max: later.length }), { maxLength: 6 });
    fc.assert(
      fc.property(cuts, fc.integer({ min: 1, max: later.length }), (list, end) => {
        const once = reweigh(append(trained, later.slice(0, end)));
        const places = [...list.filter((cut) => cut < end).sort((a, b) => a - b), end];
        let from = 0;
        let stepwise = trained;
        for (const to of places) {
          stepwise = reweigh(append(stepwise, later.slice(from, to)));
          from = to;
        }
        expect(stepwise).toEqual(once);
        expect(reweigh(stepwise)).toBe(stepwise);
        expect(reweigh(fromJSON(toJSON(append(trained, later.slice(0, end)))) as SarimaEnsemble)).toEqual(once);
      }),
      { numRuns: 25 },
    );
  });

  it("agrees with losses that are counted one by one", () => {
    // Every member by itself, uncalibrated, through the public forecast: an origin at a time.
    const levels = [0.99, 0.95, 0.9, 0.8, 0.6, 0.4, 0.2];
    const tails = levels.map((level) => (1 - level) / 2);
    const probabilities = [...tails, 0.5, ...tails.map((p) => 1 - p).reverse()];
    // Far from 0, where a forecast would be cut off.
    const series = y.slice(0, 680).map((value) => value + 100);
    const fitted = autoEnsemble(series.slice(0, 600), { periods: [12] });
    const reweighed = reweigh(append(fitted, series.slice(600)));
    const steps = [0, 1, 2, 3, 5, 8, 12, 18, 27, 40, 47];
    // Region 340, so a stride of 15 between origins; those since training, and those from which it still lay ahead.
    const origins = [680 - 3, 680 - 7, 665, 650, 635, 620, 605, 590, 575, 560];
    const fresh = origins.filter((origin) => origin >= 600).length;
    const losses = fitted.members.map((member) => {
      const weights = { lower: 1, centre: 1, upper: 1 };
      const alone = {
        ...fitted,
        members: [{ ...member, weights }],
        calibration: { ...fitted.calibration, factors: probabilities.map(() => 1) },
      };
      return origins.map((origin) => {
        const { median, intervals } = forecast({ ...alone, y: series.slice(0, origin) }, 48, { levels });
        const below = intervals.map(({ lower }) => lower);
        const quantiles = [...below, median, ...intervals.map(({ upper }) => upper).reverse()];
        return steps.map((step) => {
          const sums = { lower: 0, centre: 0, upper: 0 };
          const target = origin + step;
          if (target < 600 || target >= 680) return null;
          quantiles.forEach((quantile, k) => {
            const p = probabilities[k];
            const error = series[target] - quantile[step];
            sums[p < 0.11 ? "lower" : p > 0.89 ? "upper" : "centre"] += error >= 0 ? p * error : (p - 1) * error;
          });
          return sums;
        });
      });
    });
    const members = fitted.members.length;
    const rates = { lower: 3, centre: 8, upper: 3 };
    for (const [p, part] of PARTS.entries()) {
      const relative = fitted.members.map((member, m) => {
        const ratios = steps.map((_, a) => {
          const old = (fitted.training?.losses[a][p] ?? 0) * (part === "centre" ? 0.5 ** (fresh / 3) : 1);
          let own = old * member.loss[part];
          let average = old;
          origins.forEach((_origin, o) => {
            const mine = losses[m][o][a];
            if (mine === null) return;
            const recency = part === "centre" ? 0.5 ** (o / 3) : 1;
            own += recency * mine[part];
            average += (recency * losses.reduce((sum, of) => sum + (of[o][a]?.[part] ?? 0), 0)) / members;
          });
          return own / average;
        });
        return ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
      });
      const best = Math.min(...relative);
      const raw = relative.map((loss) => (loss / best) ** -rates[part] + 0.02);
      const total = raw.reduce((sum, weight) => sum + weight, 0);
      reweighed.members.forEach(({ weights }, m) => {
        expect(weights[part]).toBeCloseTo(raw[m] / total, 6);
      });
    }
  });

  it("without new values nothing is new", () => {
    expect(reweigh(trained)).toBe(trained);
    expect(trained.weighedTo).toBe(600);
    const silent = append(trained, [gap, gap]);
    expect(reweigh(silent)).toBe(silent);
    // The weights of training are those of its losses, also where all that came was told in one step.
    const one = reweigh(append(trained, [20]));
    expect(one.weighedTo).toBe(601);
    for (const part of PARTS) {
      expect(one.members.reduce((sum, { weights }) => sum + weights[part], 0)).toBeCloseTo(1, 10);
    }
  });

  it("short histories, gaps and any number of new values: finite forecasts inside the bounds", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 90 }),
        fc.integer({ min: 1, max: 120 }),
        fc.integer({ min: 2, max: 9 }),
        fc.integer({ min: 1, max: 60 }),
        (n, more, every, horizon) => {
          const series = y.slice(0, n + more).map((value, t) => (t > 3 && t % every === 0 ? gap : value));
          const ensemble = autoEnsemble(series.slice(0, n), { periods: [12], upper: 200, horizon });
          const { median, intervals } = forecast(reweigh(append(ensemble, series.slice(n))), 24);
          for (const value of [...median, ...intervals[1].lower, ...intervals[1].upper]) {
            expect(value).toBeGreaterThanOrEqual(0);
            expect(value).toBeLessThanOrEqual(200);
          }
        },
      ),
      { numRuns: 30 },
    );
    const flat = reweigh(append(autoEnsemble(new Float64Array(100).fill(5), { periods: [12] }), new Array(60).fill(5)));
    expect([...forecast(flat, 3).median]).toEqual(new Array(3).fill(expect.closeTo(5, 10)));
  });

  it("leaves the effects of regressors to them", () => {
    const x = Float64Array.from({ length: 760 }, (_, t) => (t % 50 < 10 ? 1 : 0));
    const series = y.map((value, t) => value + 30 * x[t]);
    const fitted = autoEnsemble(series.slice(0, 600), { periods: [12], regressors: [x.slice(0, 600)] });
    const longer = reweigh(append(fitted, series.slice(600), { regressors: [x.slice(600)] }));
    expect(longer.weighedTo).toBe(760);
    const [off, on] = [0, 1].map((value) => forecast(longer, 1, { regressors: [[value]] }).median[0]);
    expect(Math.abs(on - off - 30)).toBeLessThan(3);
  });

  it("documents: as it was to the bit; one of version 1 is read, and keeps its weights", () => {
    const longer = append(trained, y.slice(600));
    const moved = reweigh(longer);
    expect(fromJSON(toJSON(moved))).toEqual(moved);
    const { training, weighedTo, ...first } = JSON.parse(toJSON(longer));
    const old = fromJSON({ ...first, version: 1 }) as SarimaEnsemble;
    expect(old.training).toBeNull();
    expect(forecast(old, 12)).toEqual(forecast(longer, 12));
    const later = append(old, [20]);
    expect(reweigh(later)).toBe(later);
    expect(fromJSON(toJSON(later))).toEqual(later);
    expect(training.length).toBe(600);
    expect(weighedTo).toBe(600);
  });

  it.each([null, 5, {}, { kind: "ensembles" }])("refuses what is no ensemble: %j", (wrong) => {
    expect(() => reweigh(wrong as never)).toThrow(/ensemble must be what autoEnsemble returned/);
  });
});
