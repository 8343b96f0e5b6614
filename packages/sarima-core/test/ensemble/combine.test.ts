import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyFactors, calibrate } from "../../src/ensemble/calibrate.js";
import { ascending, combineQuantiles, weightsOf } from "../../src/ensemble/combine.js";
import { effectiveSize } from "../../src/ensemble/effective-size.js";
import { COUNT, PROBABILITIES, SCORES } from "../../src/ensemble/grid.js";
import { historyOf } from "../../src/ensemble/history.js";
import { judge, type Trial, trialOrigins } from "../../src/ensemble/judge.js";
import { Random } from "../../src/random.js";

const normalAround = (centre: number, sd: number) => Float64Array.from(SCORES, (z) => centre + sd * z);
const even = (count: number) =>
  Array.from({ length: count }, () => ({ lower: 1 / count, centre: 1 / count, upper: 1 / count }));

function settingOf(y: Float64Array) {
  return { history: historyOf(y, null, 1), order: new Int32Array(0), anchors: [0] };
}

describe("combineQuantiles", () => {
  it("equal weights and an odd number of members: the median of each quantile", () => {
    const members = [normalAround(0, 1), normalAround(5, 1), normalAround(1, 1)];
    const q = combineQuantiles(members, even(3), 1);
    for (let k = 0; k < COUNT; k++) expect(q[k]).toBeCloseTo(1 + SCORES[k], 12);
  });
  it("follows a member that has nearly all the weight, and leaves out one without an answer", () => {
    const weights = [0.98, 0.01, 0.01].map((w) => ({ lower: w, centre: w, upper: w }));
    const q = combineQuantiles([normalAround(3, 2), normalAround(9, 1), null], weights, 1);
    expect(q[7]).toBeGreaterThanOrEqual(3);
    expect(q[7]).toBeLessThan(3.1);
  });
  it("lies between the members, ascends, and moves with every shift and scale of them", () => {
    const number = fc.double({ min: -50, max: 50, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(number, fc.double({ min: 0.1, max: 9, noNaN: true })), { minLength: 1, maxLength: 8 }),
        (specs) => {
          const members = specs.map(([centre, sd]) => normalAround(centre, sd));
          const q = combineQuantiles(members, even(members.length), 1);
          const moved = combineQuantiles(
            members.map((m) => m.map((value) => 7 + 3 * value)),
            even(members.length),
            1,
          );
          for (let k = 0; k < COUNT; k++) {
            expect(q[k]).toBeGreaterThanOrEqual(Math.min(...members.map((m) => m[k])) - 1e-9);
            expect(q[k]).toBeLessThanOrEqual(Math.max(...members.map((m) => m[k])) + 1e-9);
            if (k > 0) expect(q[k]).toBeGreaterThanOrEqual(q[k - 1]);
            expect(moved[k]).toBeCloseTo(7 + 3 * q[k], 7);
          }
        },
      ),
    );
  });
  it("quantiles that cross are put in order from the median outwards", () => {
    const q = normalAround(0, 1);
    q[8] = -1;
    q[3] = 2;
    ascending(q, 1);
    expect([...q]).toEqual([...q].sort((a, b) => a - b));
    expect(q[7]).toBe(0);
  });
});

describe("judging", () => {
  const random = new Random(3);
  const y = Float64Array.from({ length: 200 }, () => random.normal());
  const origins = Array.from({ length: 100 }, (_, i) => 199 - i);

  it("prefers the member that knows the distribution, part by part", () => {
    const trial: Trial = {
      origins,
      quantiles: [
        origins.map(() => normalAround(0, 1)), // the truth
        origins.map(() => normalAround(2, 1)), // off centre, upwards
        origins.map(() => normalAround(0, 6)), // too wide
      ],
    };
    const judgements = judge(trial, settingOf(y)).judgements;
    const [truth, shifted, wide] = judgements.map((j) => j.loss);
    expect(truth.centre).toBeLessThan(shifted.centre);
    expect(truth.lower).toBeLessThan(shifted.lower);
    expect(truth.upper).toBeLessThan(wide.upper);
    const weights = weightsOf(judgements);
    for (const part of ["lower", "centre", "upper"] as const) {
      expect(weights.reduce((sum, w) => sum + w[part], 0)).toBeCloseTo(1, 12);
      expect(weights[0][part]).toBe(Math.max(...weights.map((w) => w[part])));
    }
  });
  it("by hand: mean pinball losses relative to those who answered", () => {
    const trial: Trial = {
      origins: [1, 0],
      quantiles: [
        [normalAround(1, 0), normalAround(1, 0)],
        [normalAround(3, 0), null],
      ],
    };
    const [a, b] = judge(trial, settingOf(Float64Array.of(0, 2))).judgements;
    // Centre at origin 1: actual 2; |2 − 1| and |2 − 3| with mean probability ½ cost the same. At origin 0 the first is alone.
    expect(a.loss.centre).toBeCloseTo(1, 12);
    expect(b.loss.centre).toBeCloseTo(1, 12);
    expect([a.answered, b.answered]).toEqual([1, 0.5]);
  });
  it("a member that hardly answered gets no weight; nothing judged means equal weights", () => {
    const same = { lower: 1, centre: 1, upper: 1 };
    const weights = weightsOf([
      { loss: same, answered: 1 },
      { loss: { lower: 0, centre: 0, upper: 0 }, answered: 0.1 },
    ]);
    expect(weights[1]).toEqual({ lower: 0, centre: 0, upper: 0 });
    expect(weights[0].centre).toBe(1);
    expect(weightsOf([0, 1].map(() => ({ loss: same, answered: 1 })))[0].upper).toBe(0.5);
  });
  it("origins lie in the last half, at most two days at 5 minutes", () => {
    expect(trialOrigins(288).every((o) => o >= 144 && o < 288)).toBe(true);
    expect(Math.min(...trialOrigins(5000))).toBeGreaterThanOrEqual(5000 - 576);
    // Every two hours, and twice in the last two.
    expect(trialOrigins(5000)).toHaveLength(26);
    expect(trialOrigins(5000).slice(0, 5)).toEqual([4994, 4988, 4976, 4952, 4928]);
    expect(trialOrigins(9)).toEqual([]);
  });
});

describe("calibration", () => {
  const random = new Random(7);
  const y = Float64Array.from({ length: 2000 }, () => random.normal());
  const origins = Array.from({ length: 1900 }, (_, i) => 1999 - i);
  const trialOf = (sd: number): Trial => ({ origins, quantiles: [origins.map(() => normalAround(0, sd))] });

  it("widens intervals that are too narrow and narrows those too wide, as far as it trusts the trial", () => {
    for (const sd of [0.5, 1, 2]) {
      const { factors, trust, before, after } = calibrate(trialOf(sd), settingOf(y), even(1));
      expect(trust).toBeGreaterThan(0.75);
      for (const k of [3, 11]) {
        const ratio = factors[k] / (1 / sd) ** trust;
        expect(Math.abs(ratio - 1)).toBeLessThan(0.1);
      }
      expect(factors[7]).toBe(1);
      expect(Math.abs(after.cover80 - 0.8)).toBeLessThanOrEqual(Math.abs(before.cover80 - 0.8) + 0.02);
    }
  });
  it("corrects each side by itself", () => {
    const skewed: Trial = {
      origins,
      quantiles: [origins.map(() => normalAround(0, 1).map((v) => (v > 0 ? v / 2 : v)))],
    };
    const { factors } = calibrate(skewed, settingOf(y), even(1));
    expect(factors[11] / factors[3]).toBeGreaterThan(1.5);
  });
  it("without a trial there is only what ensembles need on average", () => {
    const { factors, trust } = calibrate({ origins: [], quantiles: [[]] }, settingOf(y), even(1));
    expect(trust).toBe(0);
    expect([factors[3], factors[11]]).toEqual([1, 0.97]);
    expect(factors[13]).toBeGreaterThan(1.1);
    expect(factors[14]).toBeGreaterThan(factors[13]);
    const q = applyFactors(normalAround(4, 1), factors, 1);
    expect(q[7]).toBe(4);
    PROBABILITIES.forEach((_, k) => {
      expect(q[k]).toBeCloseTo(4 + SCORES[k] * factors[k], 9);
    });
  });
  it("without a trial a series that wanders gets wider tails than noise", () => {
    let level = 0;
    const walk = y.map((step) => {
      level += step;
      return level;
    });
    const tails = [y, walk].map((z) => calibrate({ origins: [], quantiles: [[]] }, settingOf(z), even(1)).factors[13]);
    expect(tails[1] / tails[0]).toBeGreaterThan(1.3);
  });
});

describe("effectiveSize", () => {
  it("is n for noise, n (1 − φ) / (1 + φ) for a first-order autoregression, and n for a constant", () => {
    const random = new Random(11);
    const n = 20_000;
    for (const phi of [0, 0.5, 0.9]) {
      let state = 0;
      const z = Float64Array.from({ length: n }, () => {
        state = phi * state + random.normal();
        return state;
      });
      const ratio = effectiveSize(z) / ((n * (1 - phi)) / (1 + phi));
      expect(Math.abs(ratio - 1)).toBeLessThan(0.25);
    }
    expect(effectiveSize(new Float64Array(50).fill(3))).toBe(50);
  });
});
