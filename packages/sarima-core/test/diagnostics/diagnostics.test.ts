import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { acf, pacf } from "../../src/diagnostics/correlation.js";
import { heteroskedasticity } from "../../src/diagnostics/heteroskedasticity.js";
import { jarqueBera } from "../../src/diagnostics/jarque-bera.js";
import { ljungBox } from "../../src/diagnostics/ljung-box.js";
import { inverseRoots, roots } from "../../src/diagnostics/roots.js";
import { piWeights, psiWeights } from "../../src/diagnostics/weights.js";
import type { SarimaModel } from "../../src/model.js";

// Made by fixtures/diagnostics.R.
interface Case {
  name: string;
  x: (number | null)[];
  acf: (number | null)[];
  acf40: (number | null)[];
  pacf: number[];
  box: { lags: number; fitdf: number; statistic: number; p: number }[];
  jb: { statistic: number; p: number; skewness: number; kurtosis: number };
  hetero: { statistic: number; df: [number, number]; two: number; increasing: number; decreasing: number };
}
const reference: {
  series: Case[];
  roots: { coefficients: number[]; re: number[]; im: number[]; modulus: number[] }[];
  weights: { psi: number[]; pi: number[] };
} = JSON.parse(readFileSync(new URL("../fixtures/diagnostics.json", import.meta.url), "utf8"));

const series = (c: Case) => Float64Array.from(c.x, (value) => value ?? Number.NaN);

function near(actual: ArrayLike<number>, expected: readonly (number | null)[], tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    if (value === null) expect(actual[i]).toBeNaN();
    else expect(Math.abs(actual[i] - value)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(value)));
  });
}

/** The part of a model that roots and weights look at. */
const model = (order: number[], seasonal: number[], params: object) =>
  ({
    y: new Float64Array(1),
    state: {},
    spec: { order, seasonal, mean: false },
    params: { ar: [], ma: [], seasonalAr: [], seasonalMa: [], ...params },
  }) as unknown as SarimaModel;

describe.each(reference.series)("residual statistics of $name, as R has them", (c) => {
  const x = series(c);
  it("acf and pacf", () => {
    near(acf(x), c.acf, 1e-12);
    near(acf(x, { maxLag: 40 }), c.acf40, 1e-12);
    near(pacf(x).subarray(1), c.pacf, 1e-11);
  });

  it("Ljung–Box", () => {
    for (const { lags, fitdf, statistic, p } of c.box) {
      const test = ljungBox(x, { lags, fitdf });
      near([test.statistic, test.pValue, test.df], [statistic, p, lags - fitdf], 1e-12);
    }
  });

  it("Jarque–Bera", () => {
    const { statistic, pValue, skewness, kurtosis } = jarqueBera(x);
    near([statistic, pValue, skewness, kurtosis], [c.jb.statistic, c.jb.p, c.jb.skewness, c.jb.kurtosis], 1e-11);
  });

  it("heteroskedasticity", () => {
    if (c.name === "tiny" || c.name === "huge") return expect(heteroskedasticity(x).df).toEqual(c.hetero.df);
    const { statistic, df } = heteroskedasticity(x);
    const p = (["two-sided", "increasing", "decreasing"] as const).map(
      (alternative) => heteroskedasticity(x, { alternative }).pValue,
    );
    near(
      [statistic, ...df, ...p],
      [c.hetero.statistic, ...c.hetero.df, c.hetero.two, c.hetero.increasing, c.hetero.decreasing],
      1e-12,
    );
  });
});

describe("autocorrelations", () => {
  it("are 0 for a constant, and refuse less than two values", () => {
    expect(Array.from(acf([5, 5, 5, 5], { maxLag: 2 }))).toEqual([1, 0, 0]);
    expect(Array.from(pacf([0.1, 0.1, 0.1, 0.1], { maxLag: 2 }))).toEqual([1, 0, 0]);
    expect(() => acf([1])).toThrow(/at least 2/);
    expect(() => acf([1, Number.NaN, Number.NaN])).toThrow(/at least 2/);
    expect(() => acf([1, 2, 3], { maxLag: 3 })).toThrow(/maxLag/);
    expect(() => acf("abc" as unknown as number[])).toThrow(/array of numbers/);
  });

  it("lie in [−1, 1], whatever the data", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, min: -1e300, max: 1e300 }), { minLength: 2, maxLength: 60 }),
        (x) => {
          for (const value of [...acf(x), ...pacf(x)])
            if (!Number.isNaN(value)) expect(Math.abs(value)).toBeLessThan(1 + 1e-9);
        },
      ),
    );
  });
});

describe("residual tests at the edges", () => {
  it("give a defined answer for residuals without spread", () => {
    expect(jarqueBera([0, 0, 0, 0])).toEqual({ statistic: 0, pValue: 1, skewness: 0, kurtosis: 3 });
    expect(heteroskedasticity(new Float64Array(9))).toEqual({ statistic: 1, df: [3, 3], pValue: 1 });
    expect(ljungBox(new Float64Array(30)).pValue).toBe(1);
  });

  it("name what is wrong", () => {
    expect(() => ljungBox([1, 2, 3, 4, 5, 6, 7, 8, 9], { lags: 3, fitdf: 3 })).toThrow(/more than fitdf = 3/);
    expect(() => ljungBox([1, 2, 3], { lags: 3 })).toThrow(/lags must be a whole number from 1 to 2/);
    expect(() => ljungBox([1, Number.NaN, 3])).toThrow(/at least 3/);
    expect(() => jarqueBera([1])).toThrow(/at least 2/);
    expect(() => heteroskedasticity([1])).toThrow(/first and last third/);
    expect(() => heteroskedasticity([1, 2, 3], { alternative: "up" as "increasing" })).toThrow(/alternative must be/);
  });
});

describe("roots", () => {
  it.each(reference.roots)("of 1 + $coefficients as R's polyroot", ({ coefficients, re, im }) => {
    const ours = inverseRoots(coefficients);
    const theirs = re.map((value, i) => ({ re: value, im: im[i] })).filter((z) => Math.hypot(z.re, z.im) > 1e-9);
    expect(ours.length).toBe(theirs.length);
    for (const z of theirs) {
      expect(Math.min(...ours.map((a) => Math.hypot(a.re - z.re, a.im - z.im)))).toBeLessThan(1e-8);
    }
  });

  /** Π (1 − a z) for the inverse roots a, constant first. */
  const expand = (list: readonly { re: number; im: number }[]) => {
    const c = [{ re: 1, im: 0 }];
    for (const a of list) {
      c.push({ re: 0, im: 0 });
      for (let i = c.length - 1; i > 0; i--) {
        const { re, im } = c[i - 1];
        c[i] = { re: c[i].re - a.re * re + a.im * im, im: c[i].im - a.re * im - a.im * re };
      }
    }
    return c;
  };
  const real = (list: readonly number[]) => list.map((re) => ({ re, im: 0 }));

  it("rebuild their polynomial", () => {
    const separate = fc.uniqueArray(fc.integer({ min: -19, max: 19 }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(separate, (numbers) => {
        const c = expand(real(numbers.map((k) => k / 20))).map((value) => value.re);
        expand(inverseRoots(c.slice(1))).forEach((value, i) => {
          const expected = c[i] ?? 0;
          expect(Math.hypot(value.re - expected, value.im)).toBeLessThan(1e-9 * Math.max(...c.map(Math.abs)));
        });
      }),
    );
  });

  it("are zeros of it to rounding, however close they lie to one another", () => {
    const size = fc.double({ min: 1e-3, max: 0.95, noNaN: true });
    const any = fc.array(
      fc.tuple(size, fc.constantFrom(-1, 1)).map(([x, sign]) => sign * x),
      { minLength: 1, maxLength: 25 },
    );
    fc.assert(
      fc.property(any, (numbers) => {
        const c = expand(real(numbers)).map((value) => value.re);
        const found = inverseRoots(c.slice(1));
        expect(found.length).toBe(c.slice(1).reduce((last, value, i) => (value === 0 ? last : i + 1), 0));
        for (const z of found) {
          // zⁿ + c₁zⁿ⁻¹ + … by Horner, and the same with every term positive: what rounding is measured by.
          let [re, im, size] = [0, 0, 0];
          for (const value of c.slice(0, found.length + 1)) {
            [re, im] = [re * z.re - im * z.im + value, re * z.im + im * z.re];
            size = size * Math.hypot(z.re, z.im) + Math.abs(value);
          }
          expect(Math.hypot(re, im)).toBeLessThanOrEqual(1e-13 * size);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("of a seasonal factor lie on one circle, one for each season", () => {
    const { ar, ma } = roots(model([1, 0, 0], [1, 0, 1, 12], { ar: [-0.5], seasonalAr: [0.4], seasonalMa: [-0.6] }));
    expect(ar.length).toBe(13);
    expect(ma.length).toBe(12);
    for (const z of ma) expect(Math.abs(z.modulus - 0.6 ** (1 / 12))).toBeLessThan(1e-14);
    expect(ma.map((z) => z.period).some((p) => Math.abs(p - 12) < 1e-9)).toBe(true);
    expect(ma[0].modulus).toBeGreaterThan(0.95);
    const own = ar.at(-1);
    expect([own?.re, own?.im, own?.modulus, own?.period]).toEqual([-0.5, 0, 0.5, 2]);
    expect(roots(model([0, 1, 0], [0, 0, 0, 0], {}))).toEqual({ ar: [], ma: [] });
  });

  it("have the period of the cycle: AR(2) with a turn in 10 steps", () => {
    const r = 0.95;
    const { ar } = roots(model([2, 0, 0], [0, 0, 0, 0], { ar: [2 * r * Math.cos((2 * Math.PI) / 10), -r * r] }));
    for (const z of ar) {
      expect(Math.abs(z.modulus - r)).toBeLessThan(1e-14);
      expect(Math.abs(z.period - 10)).toBeLessThan(1e-12);
    }
  });
});

describe("weights", () => {
  const m = model([2, 1, 1], [1, 1, 1, 4], { ar: [0.5, 0.2], ma: [0.4], seasonalAr: [0.6], seasonalMa: [-0.3] });
  it("ψ and π with differencing, as R's ARMAtoMA", () => {
    near(psiWeights(m, 31), reference.weights.psi, 1e-13);
    near(piWeights(m, 31), reference.weights.pi, 1e-13);
    expect(psiWeights(m, 0).length).toBe(0);
    expect(() => psiWeights(m, -1)).toThrow(/count/);
    expect(() => piWeights(m, 1.5)).toThrow(/count/);
  });

  it("undo one another: ψ(B) π(B) = 1", () => {
    const psi = psiWeights(m, 25);
    const pi = piWeights(m, 25).map((value, j) => (j === 0 ? 1 : -value));
    for (let k = 1; k < 25; k++) {
      let sum = 0;
      for (let j = 0; j <= k; j++) sum += psi[j] * pi[k - j];
      expect(Math.abs(sum)).toBeLessThan(1e-12);
    }
  });
});
