import type { Series } from "../series.js";
import { type Baseline, baseline, observedSeries } from "./baseline.js";
import { gaussianForecast } from "./gaussian.js";
import { smooth } from "./ses.js";

/**
 * The theta method (Assimakopoulos & Nikolopoulos 2000) in the form of Hyndman & Billah (2003): simple exponential smoothing
 * with a drift of half the slope of the fitted line. No seasonal adjustment.
 */
export function theta(y: Series): Baseline {
  const series = observedSeries(y, 3, "theta");
  const n = series.length;
  const fit = smooth(series);
  const halfSlope = slope(series) / 2;
  const sigma2 = fit.sse / (fit.count - 2);
  const { alpha, level } = fit;
  const catchUp = (1 - (1 - alpha) ** n) / alpha;
  return baseline("theta", { alpha, level, drift: halfSlope, sigma2 }, (horizon, levels) =>
    gaussianForecast(
      Float64Array.from({ length: horizon }, (_, h) => level + halfSlope * (h + catchUp)),
      Float64Array.from({ length: horizon }, (_, h) => Math.sqrt(sigma2 * (1 + h * alpha ** 2))),
      levels,
    ),
  );
}

/** Slope of the least-squares line through the observed values. */
function slope(y: Float64Array): number {
  let count = 0;
  let time = 0;
  let value = 0;
  for (let t = 0; t < y.length; t++) {
    if (Number.isNaN(y[t])) continue;
    count++;
    time += t;
    value += y[t];
  }
  time /= count;
  value /= count;
  let cross = 0;
  let square = 0;
  for (let t = 0; t < y.length; t++) {
    if (Number.isNaN(y[t])) continue;
    cross += (t - time) * (y[t] - value);
    square += (t - time) ** 2;
  }
  return cross / square;
}
