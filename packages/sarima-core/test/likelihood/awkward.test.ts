import { readFileSync } from "node:fs";
import { describe, it } from "vitest";
import { logLikelihood } from "../../src/log-likelihood.js";
import { close } from "../close.js";

/** Made by fixtures/likelihood.py in 260-bit arithmetic. */
interface Awkward {
  name: string;
  series: string;
  gaps: string;
  ar: number[];
  ma: number[];
  sar: number[];
  sma: number[];
  period: number;
  d: number;
  D: number;
  mean: boolean;
  x: boolean;
  logLik: number;
}
const fixture: {
  series: Record<string, number[]>;
  gaps: Record<string, number[]>;
  columns: number[][];
  cases: Awkward[];
} = JSON.parse(readFileSync(new URL("../fixtures/likelihood.json", import.meta.url), "utf8"));

describe("models near their limits on awkward data", () => {
  it.each(fixture.cases.map((c, i) => ({ ...c, i })))(
    "$i: $name, ($ar.length,$d,$ma.length)($sar.length,$D,$sma.length)[$period]",
    (c) => {
      const y = fixture.series[c.series].map((v, t) => (fixture.gaps[c.gaps].includes(t) ? Number.NaN : v));
      const value = logLikelihood(
        y,
        { order: [c.ar.length, c.d, c.ma.length], seasonal: [c.sar.length, c.D, c.sma.length, c.period], mean: c.mean },
        { ar: c.ar, ma: c.ma, seasonalAr: c.sar, seasonalMa: c.sma },
        { regressors: c.x ? fixture.columns : [] },
      );
      // Twice differenced, what is left of a billion has lost the digits that a walk of some hundreds takes.
      close(value, c.logLik, c.series === "a billion and a walk" ? 5e-10 : 1e-10, "log-likelihood");
    },
  );
});
