import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ExtendedGains } from "../../src/likelihood/extended.js";
import { InnovationsFilter } from "../../src/likelihood/innovations.js";
import { logLikelihood } from "../../src/log-likelihood.js";
import { expandAr, expandMa } from "../../src/polynomial.js";
import { pacfToAr } from "../../src/stationarity.js";
import { allClose, close } from "../close.js";

/** Made by fixtures/near-unit.py in 60-digit arithmetic. */
interface NearUnit {
  name: string;
  ar: number[];
  ma: number[];
  sar: number[];
  sma: number[];
  period: number;
  d: number;
  D: number;
  mean: boolean;
  gaps: number[];
  nobs: number;
  logLik: number;
  sigma2: number;
}
const fixture: { y: number[]; cases: NearUnit[] } = JSON.parse(
  readFileSync(new URL("../fixtures/near-unit.json", import.meta.url), "utf8"),
);

describe.each(fixture.cases)("near the unit circle: $name", (c) => {
  it.each([undefined, "innovations", "kalman"] as const)("no digit is lost (engine: %s)", (engine) => {
    const y = fixture.y.map((v, t) => (c.gaps.includes(t) ? Number.NaN : v));
    const value = logLikelihood(
      y,
      {
        order: [c.ar.length, c.d, c.ma.length],
        seasonal: [c.sar.length, c.D, c.sma.length, Math.max(2, c.period)],
        mean: c.mean,
      },
      { ar: c.ar, ma: c.ma, seasonalAr: c.sar, seasonalMa: c.sma },
      { engine },
    );
    close(value, c.logLik, 2e-11, "log-likelihood");
  });
});

describe("an autoregression near the unit circle behind a moving average that nearly cancels it", () => {
  // In 80-digit arithmetic: the textbook filter, begun at the solution of P = T P T' + R R'.
  it.each([
    [2016, -3984.4539588302109],
    [1300, -2581.6637139482846],
  ])("keeps its digits in a long series: n = %i", (n, expected) => {
    const y = Array.from({ length: n }, (_, t) => 50 + 8 * Math.sin((2 * Math.PI * t) / 12) + 2 * Math.sin(t * t));
    const spec = { order: [2, 0, 2], seasonal: [1, 0, 1, 12], mean: false } as const;
    const params = { ar: [1.58, -0.5809], ma: [-0.9623, -0.0278], seasonalAr: [0.99996], seasonalMa: [-0.983] };
    close(logLikelihood(y, spec, params), expected, 1e-12, "log-likelihood");
  });
});

describe("extended precision", () => {
  const factor = (max: number, size: number) =>
    fc
      .array(fc.double({ min: -max, max, noNaN: true }), { maxLength: size })
      .map((kappa) => Array.from(pacfToAr(Float64Array.from(kappa))));

  it("is double precision away from the unit circle", () => {
    const model = fc.record({
      ar: factor(0.8, 3),
      ma: factor(0.9, 3),
      seasonalAr: factor(0.7, 1),
      seasonalMa: factor(1.2, 2),
    });
    fc.assert(
      fc.property(model, fc.integer({ min: 2, max: 7 }), fc.integer({ min: 1, max: 80 }), (m, period, n) => {
        const phi = expandAr(m.ar, m.seasonalAr, period);
        const theta = expandMa(m.ma, m.seasonalMa, period);
        const r = Math.max(phi.degree, theta.degree + 1);
        const w = Float64Array.from({ length: n }, (_, t) => Math.cos(t * t));
        const plain = new InnovationsFilter(n, r, 1);
        const extended = new InnovationsFilter(n, r, 1);
        const a = new Float64Array(n);
        const b = new Float64Array(n);
        const fast = plain.run(phi, theta, [w], [a]);
        const gains = ExtendedGains.start({ ...m, period }, r);
        if (!fast || !gains) return expect.fail("stationary by construction");
        fc.pre(!Number.isNaN(fast.sumLogF));
        const slow = extended.runExtended(gains, phi, theta, [w], [b]);
        close(fast.sumLogF, slow.sumLogF, 1e-9, "Σ log F");
        allClose(a, b, 1e-9, "whitened");
      }),
      { numRuns: 150 },
    );
  });

  it("knows a non-stationary autoregression when it sees one", () => {
    for (const ar of [[1], [2, -1], [-1.0000001]]) {
      expect(ExtendedGains.start({ ar, ma: [], seasonalAr: [], seasonalMa: [], period: 0 }, ar.length)).toBeNull();
    }
  });
});
