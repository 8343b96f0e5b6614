import { describe, expect, it } from "vitest";
import { ExtendedGains } from "../../src/likelihood/extended.js";
import { InnovationsFilter } from "../../src/likelihood/innovations.js";
import { expandAr, expandMa } from "../../src/polynomial.js";
import { allClose, close } from "../close.js";

const n = 2000;
const w = Float64Array.from({ length: n }, (_, t) => Math.cos(t * t));

function run(ar: number[], ma: number[], sar: number[], sma: number[]) {
  const factors = { ar, ma, seasonalAr: sar, seasonalMa: sma, period: 12 };
  const phi = expandAr(ar, sar, 12);
  const theta = expandMa(ma, sma, 12);
  const r = Math.max(phi.degree, theta.degree + 1);
  const e = new Float64Array(n);
  const result = new InnovationsFilter(n, r, 1).run(phi, theta, [w], [e]);
  const gains = ExtendedGains.start(factors, r);
  if (!result || !gains) return expect.fail("stationary");
  const exact = new Float64Array(n);
  const { sumLogF } = new InnovationsFilter(n, r, 1).runExtended(gains, phi, theta, [w], [exact]);
  return { steadyFrom: result.steadyFrom, logs: [result.sumLogF, sumLogF], whitened: [e, exact] } as const;
}

describe("the innovations filter settles", () => {
  it("where rounding holds F off 1: with slow roots of both sides it ends anywhere within 1e-11", () => {
    for (let i = 0; i < 40; i++) {
      const { steadyFrom, logs, whitened } = run(
        [1.6285 + 1e-5 * i, -0.6336 - 1e-5 * i],
        [-0.9774, 0.0464],
        [0.7167],
        [-0.4122],
      );
      expect(steadyFrom).toBeLessThan(300);
      close(logs[0], logs[1], 3e-9, "Σ log F");
      allClose(whitened[0], whitened[1], 1e-9, "whitened");
    }
  });

  it("later with a moving average nearer to the unit circle, and not with one on it or that is not invertible", () => {
    expect(run([0.5], [-0.97], [], []).steadyFrom).toBeGreaterThan(300);
    expect(run([0.5], [-0.97], [], []).steadyFrom).toBeLessThan(700);
    expect(run([0.5], [-1], [], []).steadyFrom).toBe(n);
    const { steadyFrom, logs, whitened } = run([0.5], [-1.3], [], [-1.1]);
    expect(steadyFrom).toBe(n);
    close(logs[0], logs[1], 1e-10, "Σ log F");
    allClose(whitened[0], whitened[1], 1e-9, "whitened");
  });
});
