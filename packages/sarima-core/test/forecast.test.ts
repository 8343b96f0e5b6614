import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sarima } from "../src/fit.js";
import { forecast } from "../src/forecast.js";
import type { SarimaSpec } from "../src/spec.js";
import { pacfToAr } from "../src/stationarity.js";
import { append } from "../src/update.js";
import { allClose, close } from "./close.js";
import { type DenseModel, denseDensity } from "./oracle/dense.js";
import { type RForecast, rArima, rSeries, seasonalOf } from "./r-arima.js";
import {
  caseSeries,
  hasReferenceData,
  type ReferenceCase,
  readReference,
  referenceDataNote,
} from "./reference-data.js";

/** A model of which everything is known. */
const known = (y: ArrayLike<number>, m: DenseModel, sigma2: number, options: { mean?: number | undefined } = {}) =>
  sarima(
    y,
    {
      order: [m.ar.length, m.d, m.ma.length],
      seasonal: [m.sar.length, m.D, m.sma.length, m.period],
      mean: options.mean !== undefined,
    },
    { fixed: { ar: m.ar, ma: m.ma, seasonalAr: m.sar, seasonalMa: m.sma, mean: options.mean ?? null, sigma2 } },
  );

const factor = (max: number, size: number) =>
  fc
    .array(fc.double({ min: -max, max, noNaN: true }), { maxLength: size })
    .map((kappa) => Array.from(pacfToAr(Float64Array.from(kappa))));
const models: fc.Arbitrary<DenseModel> = fc.record({
  ar: factor(0.9, 2),
  ma: factor(1.3, 2),
  sar: factor(0.8, 2),
  sma: factor(1.2, 1),
  period: fc.integer({ min: 2, max: 6 }),
  d: fc.integer({ min: 0, max: 2 }),
  D: fc.integer({ min: 0, max: 1 }),
});
const values = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 14, maxLength: 36 });
/** Where gaps are: some near the end, which the next values depend on. */
const blanks = fc.array(fc.nat(35), { maxLength: 8 });
const withGaps = (y: number[], at: number[]) =>
  y.map((v, t) => (at.includes(t) || at.includes(y.length + 1 - t) ? Number.NaN : v));

const digits = (m: DenseModel, tolerance: number) => (m.d + m.D > 2 ? 1e-5 : m.d > 1 ? 100 * tolerance : tolerance);

describe("forecast", () => {
  it("is the dense conditional distribution, gaps or not, differenced or not", () => {
    let compared = 0;
    fc.assert(
      fc.property(models, values, blanks, fc.boolean(), (m, complete, at, gaps) => {
        const y = gaps ? withGaps(complete, at) : complete;
        const n = y.length;
        fc.pre(y.filter((v) => !Number.isNaN(v)).length > m.d + m.D * m.period + 3);
        const horizon = 9;
        const oracle = denseDensity(m, [...y, ...new Array(horizon).fill(Number.NaN)]);
        fc.pre(Number.isFinite(oracle.logDeterminant) && Math.max(...oracle.variance) < 1e5);
        const f = forecast(known(y, m, 2.5), horizon);
        allClose(f.mean, oracle.mean.slice(n), digits(m, 1e-8), "mean");
        allClose(
          f.standardError,
          oracle.variance.slice(n).map((v) => Math.sqrt(2.5 * v)),
          digits(m, 1e-8),
          "standard error",
        );
        compared++;
      }),
      { numRuns: 200 },
    );
    expect(compared).toBeGreaterThan(80);
  });

  it("after k gaps is the forecast k steps further", () => {
    fc.assert(
      fc.property(models, values, blanks, fc.integer({ min: 1, max: 7 }), (m, complete, at, k) => {
        const y = withGaps(complete, at);
        fc.pre(y.filter((v) => !Number.isNaN(v)).length > m.d + m.D * m.period + 3);
        const model = known(y, m, 1);
        const whole = forecast(model, 6 + k);
        fc.pre(whole.standardError.every((se) => se < 1e3));
        const none = new Array(k).fill(Number.NaN);
        for (const shifted of [forecast(append(model, none), 6), forecast(known([...y, ...none], m, 1), 6)]) {
          allClose(shifted.mean, whole.mean.subarray(k), 1e-8, "mean");
          allClose(shifted.standardError, whole.standardError.subarray(k), 1e-8, "standard error");
        }
      }),
      { numRuns: 80 },
    );
  });

  it.each(rArima.forecasts)("is R's predict: $series $order $seasonal, blank $blank, trend $trend", (c: RForecast) => {
    const y = rSeries(c.series);
    for (const t of c.blank) y[t] = Number.NaN;
    const n = y.length;
    const horizon = c.forecast.length;
    const [p, , q] = c.order;
    const [P, , Q] = c.seasonal;
    const take = (from: number, count: number) => c.coef.slice(from, from + count);
    const at = p + q + P + Q;
    const spec: SarimaSpec = { order: c.order, seasonal: seasonalOf(c.seasonal), mean: c.mean };
    const model = sarima(y, spec, {
      regressors: c.trend ? [y.map((_, t) => t)] : undefined,
      fixed: {
        ar: take(0, p),
        ma: take(p, q),
        seasonalAr: take(p + q, P),
        seasonalMa: take(p + q + P, Q),
        mean: c.mean ? c.coef[at] : null,
        beta: c.trend ? [c.coef[at + (c.mean ? 1 : 0)]] : [],
        sigma2: c.sigma2,
      },
    });
    const f = forecast(model, horizon, {
      regressors: c.trend ? [Float64Array.from({ length: horizon }, (_, h) => n + h)] : undefined,
    });
    // With d or D inside the model R has a diffuse prior of variance 1e9, and loses as many digits.
    const tolerance = c.order[1] + c.seasonal[1] > 0 ? 2e-6 : 1e-9;
    allClose(f.mean, c.forecast, tolerance, "mean");
    allClose(f.standardError, c.se, tolerance, "standard error");
  });

  it("with drift goes on along the line, as a trend among the regressors does", () => {
    const y = rSeries("LakeHuron");
    const drift = sarima(y, { order: [1, 1, 0], mean: true });
    const trend = sarima(y, { order: [1, 1, 0] }, { regressors: [y.map((_, t) => t)] });
    close(drift.params.mean, trend.params.beta[0], 1e-6);
    const f = forecast(drift, 30);
    allClose(
      f.mean,
      forecast(trend, 30, { regressors: [Float64Array.from({ length: 30 }, (_, h) => 98 + h)] }).mean,
      1e-7,
    );
    // d + D = 2: the mean of the second differences bends the line.
    const bend = sarima([0, 1, 4, 9, 16, 26], { order: [0, 2, 0], mean: true }, { fixed: { mean: 2, sigma2: 1 } });
    allClose(forecast(bend, 3).mean, [38, 52, 68], 1e-12);
    // Seasonal drift, per season: R's Arima(include.drift) has its 1/s per step.
    const season = sarima([1, 2, 3, 4, 5, 6, 7, 8], { order: [0, 0, 0], seasonal: [0, 1, 0, 4], mean: true });
    close(season.params.mean, 4, 1e-12);
    allClose(forecast(season, 5).mean, [9, 10, 11, 12, 13], 1e-12);
  });

  it("far away is the mean and its spread, or grows without end", () => {
    const ar = forecast(known([3, 1, 4, 1, 5], { ...WHITE, ar: [0.8] }, 1, { mean: 2 }), 2000);
    close(ar.mean[1999], 2, 1e-12);
    close(ar.standardError[1999], 1 / Math.sqrt(1 - 0.64), 1e-12);
    const walk = forecast(known([3, 1, 4, 1, 5], { ...WHITE, d: 1 }, 4), 100_000);
    expect(walk.mean[99_999]).toBe(5);
    close(walk.standardError[99_999] / (2 * Math.sqrt(100_000)), 1, 1e-9);
    const season = forecast(
      known(
        Float64Array.from({ length: 600 }, (_, t) => t % 288),
        { ...WHITE, D: 1, period: 288 },
        1,
      ),
      2000,
    );
    close(season.mean[1999], (600 + 1999) % 288, 1e-12);
    close(season.standardError[1999], Math.sqrt(7), 1e-12);
  });

  it("mean of what is missing at the start is no obstacle: leading gaps", () => {
    const y = [Number.NaN, Number.NaN, 3, 1, 4, 1, 5, 9, 2, 6];
    const m = { ...WHITE, ar: [0.5], ma: [0.3], d: 1 };
    allClose(forecast(known(y, m, 1), 4).mean, forecast(known(y.slice(2), m, 1), 4).mean, 1e-12);
  });
});

const WHITE: DenseModel = { ar: [], ma: [], sar: [], sma: [], period: 2, d: 0, D: 0 };

describe("intervals", () => {
  const airline = rSeries("logAirPassengers");
  const spec = { order: [0, 1, 1], seasonal: [0, 1, 1, 12] } as const;

  it("are mean ± z·se, symmetric, nested, and in the order asked for", () => {
    const f = forecast(sarima(airline, spec), 24, { levels: [0.95, 0.5, 0.8] });
    expect(f.intervals.map(({ level }) => level)).toEqual([0.95, 0.5, 0.8]);
    const z = [1.959963984540054, 0.6744897501960817, 1.2815515655446004];
    f.intervals.forEach(({ lower, upper }, i) => {
      for (let h = 0; h < 24; h++) {
        close(upper[h], f.mean[h] + z[i] * f.standardError[h], 1e-13);
        close(lower[h], f.mean[h] - z[i] * f.standardError[h], 1e-13);
      }
    });
    expect(f.median).toEqual(f.mean);
    expect(forecast(sarima(airline, spec), 1).intervals.map(({ level }) => level)).toEqual([0.8, 0.95]);
    expect(forecast(sarima(airline, spec), 1, { levels: [] }).intervals).toEqual([]);
  });

  it("under a log map back quantile by quantile; the mean is the log-normal's", () => {
    const logs = forecast(sarima(airline, spec), 24);
    const back = forecast(sarima(airline.map(Math.exp), spec, { transform: { kind: "log" } }), 24);
    const exp = (x: Float64Array) => x.map(Math.exp);
    const near = (a: Float64Array, b: Float64Array) =>
      allClose(
        a.map((v, h) => v / b[h]),
        b.map(() => 1),
        1e-6,
      );
    near(back.median, exp(logs.mean));
    back.intervals.forEach(({ lower, upper }, i) => {
      near(lower, exp(logs.intervals[i].lower));
      near(upper, exp(logs.intervals[i].upper));
    });
    near(
      back.mean,
      Float64Array.from(logs.mean, (m, h) => Math.exp(m + logs.standardError[h] ** 2 / 2)),
    );
    near(
      back.standardError,
      Float64Array.from(back.mean, (m, h) => m * Math.sqrt(Math.expm1(logs.standardError[h] ** 2))),
    );
  });

  it("under a logit map back too, and mean and deviation are those of the logit-normal", () => {
    const share = rSeries("lh").map((v) => v * 25);
    const logit = { kind: "logit", lower: 0, upper: 100 } as const;
    const back = forecast(sarima(share, { order: [1, 0, 0] }, { transform: logit }), 3, { levels: [0.9] });
    const plain = forecast(
      sarima(
        share.map((v) => Math.log(v / (100 - v))),
        { order: [1, 0, 0] },
      ),
      3,
      { levels: [0.9] },
    );
    const to = (x: number) => 100 / (1 + Math.exp(-x));
    for (let h = 0; h < 3; h++) {
      close(back.median[h], to(plain.mean[h]), 1e-6);
      close(back.intervals[0].lower[h], to(plain.intervals[0].lower[h]), 1e-6);
      close(back.intervals[0].upper[h], to(plain.intervals[0].upper[h]), 1e-6);
      // Simpson's rule over ±9 deviations.
      let [m1, m2, weight] = [0, 0, 0];
      for (let i = 0; i <= 3600; i++) {
        const z = -9 + i * 0.005;
        const w = Math.exp(-z * z * 0.5) * (i === 0 || i === 3600 ? 1 : i % 2 ? 4 : 2);
        const v = to(plain.mean[h] + z * plain.standardError[h]);
        m1 += w * v;
        m2 += w * v * v;
        weight += w;
      }
      close(back.mean[h], m1 / weight, 1e-6);
      close(back.standardError[h] / Math.sqrt(m2 / weight - (m1 / weight) ** 2), 1, 1e-6);
    }
  });

  it("a power back to the original scale: standard errors are those of the powers, exactly the plain ones at λ = 1", () => {
    const values = Array.from({ length: 80 }, (_, t) => 30 + 8 * Math.sin(t / 4) + ((t * t) % 7));
    const fit = (lambda: number) => sarima(values, { order: [1, 0, 0] }, { transform: { kind: "box-cox", lambda } });
    const fixed = forecast(fit(1), 5);
    const plain = forecast(sarima(values, { order: [1, 0, 0] }), 5);
    allClose(fixed.standardError, plain.standardError, 1e-6, "λ = 1");
    // λ = ½: y = (x/2 + 1)², whose variance has a closed form, m² s² + s⁴/8 with m = μ/2 + 1 (far from 0).
    const half = fit(0.5);
    const x = forecast(
      sarima(
        values.map((v) => 2 * (Math.sqrt(v) - 1)),
        { order: [1, 0, 0] },
      ),
      5,
    );
    const back = forecast(half, 5);
    allClose(
      back.standardError,
      x.mean.map((mu, h) => Math.sqrt((mu / 2 + 1) ** 2 * x.standardError[h] ** 2 + x.standardError[h] ** 4 / 8)),
      1e-6,
      "λ = ½",
    );
  });

  it.each([[95], [0], [1], [-0.5], [Number.NaN], ["0.9"], [null]])(
    "refuses the level %s and says what one is",
    (level) => {
      expect(() => forecast(sarima(airline, spec), 3, { levels: [level as number] })).toThrow(
        expect.objectContaining({ code: "INVALID_ARGUMENT", message: expect.stringContaining("0.95 for 95 %") }),
      );
    },
  );

  it.each([[0], [-1], [1.5], [Number.NaN], [1e9], ["3"]])("refuses the horizon %s", (horizon) => {
    expect(() => forecast(sarima(airline, spec), horizon as number)).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT", message: expect.stringContaining("horizon") }),
    );
  });
});

describe.skipIf(!hasReferenceData)(`forecast.json${referenceDataNote}`, () => {
  interface Case {
    id: string;
    sigma2: number;
    exact: { mean: number[]; se: number[] };
  }
  it("every exact mean and standard error within 1e-6", () => {
    const references = new Map(
      readReference<{ cases: ReferenceCase[] }>("likelihood.json").cases.map((c) => [c.id, c]),
    );
    const cases = readReference<{ cases: Case[] }>("forecast.json").cases;
    const far: string[] = [];
    for (const { id, sigma2, exact } of cases) {
      const c = references.get(id) as ReferenceCase;
      const m: DenseModel = { ...c.params, period: c.m, d: c.order[1], D: c.seasonal[1] };
      const f = forecast(known(caseSeries(c), m, sigma2, c.mean ? { mean: c.params.mean } : {}), 48);
      let worst = 0;
      for (let h = 0; h < 48; h++) {
        worst = Math.max(worst, Math.abs(f.mean[h] - exact.mean[h]) / Math.max(Math.abs(exact.mean[h]), exact.se[h]));
        worst = Math.max(worst, Math.abs(f.standardError[h] / exact.se[h] - 1));
      }
      if (!(worst < 1e-6)) far.push(`${id}: ${worst.toExponential(1)}`);
    }
    expect(cases.length).toBeGreaterThan(200);
    expect(far).toEqual([]);
  });
});
