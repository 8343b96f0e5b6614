import { SarimaError } from "../errors.js";
import { type Series, wholeNumber } from "../series.js";
import { type Baseline, baseline, lastObserved, observedSeries } from "./baseline.js";
import { gaussianForecast } from "./gaussian.js";

/** Mean square of y_t − y_{t−lag} − drift·lag over the pairs where both are observed; NaN where there is none. */
function meanSquaredStep(y: Float64Array, lag: number): number {
  let sum = 0;
  let count = 0;
  for (let t = lag; t < y.length; t++) {
    const step = y[t] - y[t - lag];
    if (Number.isNaN(step)) continue;
    sum += step * step;
    count++;
  }
  return count > 0 ? sum / count : Number.NaN;
}

/**
 * The last observed value, for ever: a random walk. With gaps at the end the variance counts them as steps; where no two values
 * are neighbours nothing is known of it, and standard errors and intervals are NaN.
 */
export function naive(y: Series): Baseline {
  const series = observedSeries(y, 1, "naive");
  const last = lastObserved(series);
  const age = series.length - 1 - last;
  const sigma2 = meanSquaredStep(series, 1);
  return baseline("naive", { level: series[last], sigma2 }, (horizon, levels) =>
    gaussianForecast(
      new Float64Array(horizon).fill(series[last]),
      Float64Array.from({ length: horizon }, (_, h) => Math.sqrt(sigma2 * (h + 1 + age))),
      levels,
    ),
  );
}

/**
 * The value one season ago (the latest one observed at that place of the season), repeated. Standard errors and intervals are NaN
 * where no two values are a season apart.
 */
export function seasonalNaive(y: Series, period: number): Baseline {
  wholeNumber(period, "period", 1);
  const series = observedSeries(y, 1, "seasonalNaive");
  const n = series.length;
  if (n < period) {
    throw new SarimaError("TOO_SHORT", `seasonalNaive needs one period of ${period} values; y has ${n}`);
  }
  const sigma2 = meanSquaredStep(series, period);
  // For each place of the season: the latest observed value there and how many seasons old it is.
  const value = new Float64Array(period).fill(Number.NaN);
  const age = new Float64Array(period);
  for (let place = 0; place < period; place++) {
    for (let t = n - period + place; t >= 0; t -= period) {
      if (!Number.isNaN(series[t])) {
        value[place] = series[t];
        break;
      }
      age[place]++;
    }
    // Never observed at this place: the last observed value is the nearest thing known.
    if (Number.isNaN(value[place])) {
      value[place] = series[lastObserved(series)];
      age[place] = Math.floor(n / period);
    }
  }
  return baseline("seasonalNaive", { period, sigma2 }, (horizon, levels) => {
    const mean = new Float64Array(horizon);
    const standardError = new Float64Array(horizon);
    for (let h = 0; h < horizon; h++) {
      const place = h % period;
      mean[h] = value[place];
      standardError[h] = Math.sqrt(sigma2 * (Math.floor(h / period) + 1 + age[place]));
    }
    return gaussianForecast(mean, standardError, levels);
  });
}

/** A random walk with drift: the line from the first to the last observed value, continued. */
export function drift(y: Series): Baseline {
  const series = observedSeries(y, 3, "drift");
  const last = lastObserved(series);
  const first = series.findIndex((value) => !Number.isNaN(value));
  const span = last - first;
  const slope = (series[last] - series[first]) / span;
  let sum = 0;
  let count = 0;
  for (let t = first + 1; t <= last; t++) {
    const step = series[t] - series[t - 1];
    if (Number.isNaN(step)) continue;
    sum += (step - slope) ** 2;
    count++;
  }
  const sigma2 = count > 1 ? sum / (count - 1) : Number.NaN;
  const age = series.length - 1 - last;
  return baseline("drift", { level: series[last], slope, sigma2 }, (horizon, levels) => {
    const mean = new Float64Array(horizon);
    const standardError = new Float64Array(horizon);
    for (let h = 0; h < horizon; h++) {
      const steps = h + 1 + age;
      mean[h] = series[last] + slope * steps;
      standardError[h] = Math.sqrt(sigma2 * steps * (1 + steps / span)); // the second part: the slope is estimated
    }
    return gaussianForecast(mean, standardError, levels);
  });
}
