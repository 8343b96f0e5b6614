import { quote, SarimaError } from "../errors.js";
import { checkList, type Series, toPredictions, toSeries } from "../series.js";

/**
 * Scores of probabilistic forecasts. All are averages over the steps where both the actual value and the forecast are known
 * (NaN is a gap), NaN where there is no such step, and all but coverage are in the units of the data and better when lower.
 * Source: Gneiting & Raftery (2007), "Strictly proper scoring rules, prediction, and estimation".
 */

/** Checks 0 < p < 1. */
export function probability(value: unknown, argument: string): number {
  if (typeof value !== "number" || !(value > 0 && value < 1)) {
    throw new SarimaError("INVALID_ARGUMENT", `${argument} must be a number between 0 and 1; received ${quote(value)}`);
  }
  return value;
}

function average(length: number, score: (t: number) => number): number {
  let sum = 0;
  let count = 0;
  for (let t = 0; t < length; t++) {
    const value = score(t);
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return count > 0 ? sum / count : Number.NaN;
}

/** `name` as predictions of the length of the actual values. */
export function sameLength(series: Series, name: string, length: number): Float64Array {
  const out = toPredictions(series, name);
  if (out.length !== length) {
    throw new SarimaError(
      "INVALID_ARGUMENT",
      `${name} must have ${length} values as actual has; received ${out.length}`,
    );
  }
  return out;
}

/**
 * Mean pinball (quantile) loss of the forecast quantile at probability `p`: p·(y − q) above it, (1 − p)·(q − y) below.
 * At p = 0.5 it is half the absolute error.
 */
export function pinball(actual: Series, quantile: Series, p: number): number {
  const y = toSeries(actual, "actual");
  const q = sameLength(quantile, "quantile", y.length);
  probability(p, "p");
  return average(y.length, (t) => (y[t] >= q[t] ? p * (y[t] - q[t]) : (1 - p) * (q[t] - y[t])));
}

/** Mean interval score (Winkler 1972) of central intervals of coverage `level`: width + (2/α)·the distance outside, α = 1 − level. */
export function winkler(actual: Series, lower: Series, upper: Series, level: number): number {
  const y = toSeries(actual, "actual");
  const lo = sameLength(lower, "lower", y.length);
  const hi = sameLength(upper, "upper", y.length);
  const penalty = 2 / (1 - probability(level, "level"));
  return average(
    y.length,
    (t) => hi[t] - lo[t] + penalty * Math.max(lo[t] - y[t], 0) + penalty * Math.max(y[t] - hi[t], 0),
  );
}

/** Share of actual values inside [lower, upper], ends included. */
export function coverage(actual: Series, lower: Series, upper: Series): number {
  const y = toSeries(actual, "actual");
  const lo = sameLength(lower, "lower", y.length);
  const hi = sameLength(upper, "upper", y.length);
  return average(y.length, (t) => {
    if (Number.isNaN(y[t] + lo[t] + hi[t])) return Number.NaN;
    return y[t] >= lo[t] && y[t] <= hi[t] ? 1 : 0;
  });
}

/**
 * Mean continuous ranked probability score from quantiles: twice the pinball loss integrated over the probabilities, each
 * quantile standing for the probabilities nearest to it. Exact as the probabilities get dense (Laio & Tamea 2007).
 *
 * @param quantiles one series for each probability
 * @param probabilities ascending, each between 0 and 1
 */
export function crpsFromQuantiles(
  actual: Series,
  quantiles: readonly Series[],
  probabilities: readonly number[],
): number {
  const y = toSeries(actual, "actual");
  const given = checkList(quantiles, "quantiles");
  const p = checkList(probabilities, "probabilities").map((value, i) => probability(value, `probabilities[${i}]`));
  if (given.length === 0 || given.length !== p.length) {
    throw new SarimaError(
      "INVALID_ARGUMENT",
      `quantiles must hold one series for each of the probabilities; received ${given.length} and ${p.length}`,
    );
  }
  const q = given.map((series, i) => sameLength(series, `quantiles[${i}]`, y.length));
  const unsorted = p.findIndex((value, i) => i > 0 && value <= p[i - 1]);
  if (unsorted > 0) {
    throw new SarimaError("INVALID_ARGUMENT", `probabilities must ascend; probabilities[${unsorted}] does not`);
  }
  const edges = [0, ...p.slice(1).map((value, i) => (value + p[i]) / 2), 1];
  return average(y.length, (t) => {
    let sum = 0;
    for (let i = 0; i < p.length; i++) {
      const error = y[t] - q[i][t];
      sum += (edges[i + 1] - edges[i]) * (error >= 0 ? p[i] * error : (p[i] - 1) * error);
    }
    return 2 * sum;
  });
}

/**
 * Mean continuous ranked probability score from sample paths, as `simulate` makes them: E|X − y| − ½ E|X − X′| over the
 * empirical distribution of each step, O(paths · log paths) a step.
 *
 * @param paths one series for each path, none of them with gaps
 */
export function crpsFromSamples(actual: Series, paths: readonly Series[]): number {
  const y = toSeries(actual, "actual");
  const given = checkList(paths, "paths");
  if (given.length === 0) throw new SarimaError("INVALID_ARGUMENT", "paths must hold at least one path; received none");
  const x = given.map((path, i) => sameLength(path, `paths[${i}]`, y.length));
  const m = x.length;
  const sorted = new Float64Array(m);
  return average(y.length, (t) => {
    for (let i = 0; i < m; i++) sorted[i] = x[i][t];
    sorted.sort();
    let distance = 0;
    let spread = 0; // Σ_{i<j} (x_(j) − x_(i)) = Σ (2i − m + 1) x_(i), i from 0
    for (let i = 0; i < m; i++) {
      distance += Math.abs(sorted[i] - y[t]);
      spread += (2 * i - m + 1) * sorted[i];
    }
    return distance / m - spread / (m * m);
  });
}
