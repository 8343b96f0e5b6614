import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConditionalResiduals } from "../../src/likelihood/conditional.js";
import { expandAr, expandMa } from "../../src/polynomial.js";
import { type ArmaFactors, validateSpec } from "../../src/spec.js";
import { pacfToAr } from "../../src/stationarity.js";
import { allClose, close } from "../close.js";

const factor = (size: number) =>
  fc
    .array(fc.double({ min: -0.9, max: 0.9, noNaN: true }), { maxLength: size })
    .map((partial) => Array.from(pacfToAr(Float64Array.from(partial))));

/** Up to (2,·,2)(1,·,1) has a pass of its own; more takes one pass for each factor. */
const models = (size: number, seasonal: number) =>
  fc.record({
    ar: factor(size),
    ma: factor(size),
    seasonalAr: factor(seasonal),
    seasonalMa: factor(seasonal),
    period: fc.integer({ min: 2, max: 9 }),
  });

const data = (n: number, seed: number) => Float64Array.from({ length: n }, (_, t) => Math.sin(seed + 7.7 * t ** 1.4));

/** e_t = w_t − Σ φⱼ w_{t−j} − Σ θⱼ e_{t−j}, over the multiplied polynomials, with zeros before the series. */
function slow(w: Float64Array, f: ArmaFactors): Float64Array {
  const phi = expandAr(f.ar, f.seasonalAr, f.period);
  const theta = expandMa(f.ma, f.seasonalMa, f.period);
  const e = new Float64Array(w.length);
  for (let t = 0; t < w.length; t++) {
    e[t] = w[t];
    for (let i = 0; i < phi.lags.length; i++) if (phi.lags[i] <= t) e[t] -= phi.coefs[i] * w[t - phi.lags[i]];
    for (let i = 0; i < theta.lags.length; i++) if (theta.lags[i] <= t) e[t] -= theta.coefs[i] * e[t - theta.lags[i]];
  }
  return e;
}

const residualsOf = (f: ArmaFactors, w: Float64Array) =>
  new ConditionalResiduals(
    w,
    validateSpec({
      order: [f.ar.length, 0, f.ma.length],
      seasonal: [f.seasonalAr.length, 0, f.seasonalMa.length, f.period],
    }),
  );

describe("conditional residuals", () => {
  it.each([
    ["the usual models", 2, 1],
    ["larger ones", 4, 2],
  ])("are those of the multiplied polynomials: %s", (_, size, seasonal) => {
    const run = fc.record({ f: models(size, seasonal), n: fc.integer({ min: 3, max: 80 }), seed: fc.nat(99) });
    fc.assert(
      fc.property(run, ({ f, n, seed }) => {
        const w = data(n, seed);
        const residuals = residualsOf(f, w);
        // Twice, so that nothing is left over from the run before.
        residuals.run({ ...f, ar: f.ar.map((x) => -x) });
        const sum = residuals.run(f);
        const expected = slow(w, f);
        allClose(residuals.e, expected, 1e-10, "e");
        close(
          sum,
          expected.slice(residuals.from).reduce((total, x) => total + x * x, 0),
          1e-10,
          "sum of squares",
        );
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ["the usual models", 2, 1],
    ["larger ones", 4, 2],
  ])("have the slopes and columns that differences have: %s", (_, size, seasonal) => {
    const run = fc.record({ f: models(size, seasonal), n: fc.integer({ min: 30, max: 80 }), seed: fc.nat(99) });
    fc.assert(
      fc.property(run, ({ f, n, seed }) => {
        const w = data(n, seed);
        const residuals = residualsOf(f, w);
        residuals.run(f);
        const blocks = ["ar", "ma", "seasonalAr", "seasonalMa"] as const;
        const slope = new Float64Array(blocks.reduce((total, block) => total + f[block].length, 0));
        const columns = residuals.jacobian(f, slope);
        expect(columns.length).toBe(slope.length);
        const h = 1e-5;
        let at = 0;
        for (const block of blocks) {
          f[block].forEach((value, i) => {
            const moved = (by: number) =>
              slow(w, { ...f, [block]: f[block].map((x, j) => (j === i ? value + by : x)) });
            const up = moved(h);
            const down = moved(-h);
            const derivative = up.map((x, t) => (x - down[t]) / (2 * h));
            const { base, offset } = columns[at];
            const size = Math.max(1, ...derivative.map(Math.abs));
            allClose(
              derivative.map((_, t) => -base[t + offset] / size),
              derivative.map((x) => x / size),
              1e-6,
              "column",
            );
            let sum = 0;
            for (let t = residuals.from; t < n; t++) sum += residuals.e[t] * derivative[t];
            close(slope[at] / (n * size), sum / (n * size), 1e-6, "slope");
            at++;
          });
        }
      }),
      { numRuns: 80 },
    );
  });
});
