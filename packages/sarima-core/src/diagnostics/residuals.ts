import { checkModel, type SarimaModel } from "../model.js";
import { countObserved } from "../series.js";
import { acf, pacf } from "./correlation.js";
import { type HeteroskedasticityTest, heteroskedasticity } from "./heteroskedasticity.js";
import { type JarqueBeraTest, jarqueBera } from "./jarque-bera.js";
import { type LjungBoxTest, ljungBox } from "./ljung-box.js";

/** Does the model leave anything behind? Each p-value below 0.05 is a reason to look. */
export interface Diagnostics {
  /** Of the residuals that are there. */
  readonly mean: number;
  readonly variance: number;
  readonly acf: Float64Array;
  readonly pacf: Float64Array;
  /** |acf| beyond this is unusual at the 5 % level for white noise: 1.96/√n. */
  readonly bound: number;
  /** null where there are too few residuals for the test. */
  readonly ljungBox: LjungBoxTest | null;
  readonly jarqueBera: JarqueBeraTest | null;
  readonly heteroskedasticity: HeteroskedasticityTest | null;
}

/**
 * The usual tests of a fitted model's residuals. Ljung–Box looks at min(2·period, n/5) lags, or min(10, n/5) without a season,
 * and at least three more than there are ARMA coefficients, as forecast's `checkresiduals` in R.
 */
export function diagnostics(model: SarimaModel): Diagnostics {
  const e = trimmed(checkModel(model).residuals);
  const n = countObserved(e);
  let mean = 0;
  for (const value of e) if (!Number.isNaN(value)) mean += value / n;
  let variance = 0;
  for (const value of e) if (!Number.isNaN(value)) variance += (value - mean) ** 2 / n;
  const [p, , q] = model.spec.order;
  const [P, , Q, period] = model.spec.seasonal;
  const fitdf = p + q + P + Q;
  const fifth = Math.round(n / 5);
  const lags = Math.max(fitdf + 3, period > 1 ? Math.min(2 * period, fifth) : Math.min(10, fifth));
  return {
    mean,
    variance,
    acf: n >= 2 ? acf(e) : Float64Array.of(1),
    pacf: n >= 2 ? pacf(e) : Float64Array.of(1),
    bound: 1.959963984540054 / Math.sqrt(n),
    ljungBox: n > lags && n >= 3 ? ljungBox(e, { lags, fitdf }) : null,
    jarqueBera: n >= 2 ? jarqueBera(e) : null,
    heteroskedasticity: n >= 6 ? testHeteroskedasticity(e) : null,
  };
}

function testHeteroskedasticity(e: Float64Array): HeteroskedasticityTest | null {
  const h = Math.round(e.length / 3);
  const empty = countObserved(e.subarray(0, h)) === 0 || countObserved(e.subarray(e.length - h)) === 0;
  return empty ? null : heteroskedasticity(e);
}

/** Without the values taken in by differencing, which are no residuals, nor leading and trailing gaps. */
function trimmed(e: Float64Array): Float64Array {
  let first = 0;
  let end = e.length;
  while (first < end && Number.isNaN(e[first])) first++;
  while (end > first && Number.isNaN(e[end - 1])) end--;
  return e.subarray(first, end);
}
