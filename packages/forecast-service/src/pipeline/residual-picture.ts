import { acf, jarqueBera, ljungBox, type SarimaModel } from "sarima-core";
import type { ModelDetailResponse } from "../http/contract.js";

const LAGS = 48;
const BINS = 24;
const POINTS = 60;

/** What a page draws of a model's residuals, divided by their standard deviation; null for fewer than 20, or none that vary. */
export function residualPicture(model: SarimaModel): ModelDetailResponse["residuals"] {
  const deviation = Math.sqrt(model.params.sigma2);
  const e = model.residuals.filter((value) => !Number.isNaN(value)).map((value) => value / deviation);
  if (e.length < 20 || !(deviation > 0) || !e.every(Number.isFinite)) return null;
  const [p, , q] = model.spec.order;
  const [P, , Q] = model.spec.seasonal;
  const lags = Math.min(LAGS, Math.floor(e.length / 2));
  const fitdf = p + q + P + Q;
  const tested = Math.max(fitdf + 3, Math.min(24, Math.floor(e.length / 5)));
  const box = ljungBox(e, { lags: tested, fitdf });
  const normal = jarqueBera(e);
  return {
    count: e.length,
    acf: Array.from(acf(e, { maxLag: lags })).slice(1), // at lag 0 it is always 1
    acfBound: 1.959963984540054 / Math.sqrt(e.length),
    histogram: histogram(e),
    quantiles: normalQuantiles(e),
    ljungBox: { lag: box.lags, statistic: box.statistic, pValue: box.pValue },
    jarqueBera: { statistic: normal.statistic, pValue: normal.pValue },
  };
}

function histogram(e: Float64Array) {
  const sorted = e.slice().sort();
  const low = sorted[0];
  const width = (sorted[sorted.length - 1] - low) / BINS || 1;
  const counts = new Array<number>(BINS).fill(0);
  for (const value of e) counts[Math.min(BINS - 1, Math.floor((value - low) / width))]++;
  return counts.map((count, i) => ({ lower: low + i * width, upper: low + (i + 1) * width, count }));
}

/** Points of the normal Q–Q plot at the probabilities (i − ½)/n (Hazen 1914), thinned evenly. */
function normalQuantiles(e: Float64Array) {
  const sorted = e.slice().sort();
  const n = sorted.length;
  const count = Math.min(n, POINTS);
  return Array.from({ length: count }, (_, k) => {
    const i = count === 1 ? 0 : Math.round((k * (n - 1)) / (count - 1));
    return { theoretical: normalScore((i + 0.5) / n), sample: sorted[i] };
  });
}

/** Normal quantile by the rational approximation of Acklam (2003): relative error below 1.2e-9, more than a plot shows. */
function normalScore(p: number): number {
  const tail = 0.02425;
  if (p > 0.5) return -normalScore(1 - p);
  if (p < tail) {
    const q = Math.sqrt(-2 * Math.log(p));
    return (
      (((((-7.784894002430293e-3 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q +
        4.374664141464968) *
        q +
        2.938163982698783) /
      ((((7.784695709041462e-3 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1)
    );
  }
  const q = p - 0.5;
  const r = q * q;
  return (
    ((((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r -
      30.66479806614716) *
      r +
      2.506628277459239) *
      q) /
    (((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598868) * r + 66.80131188771972) * r -
      13.28068155288572) *
      r +
      1)
  );
}
