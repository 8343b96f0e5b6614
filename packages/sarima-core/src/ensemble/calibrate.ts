import { studentQuantile } from "../baselines/historical-mean.js";
import { throwIfAborted } from "../errors.js";
import { ascending, combineQuantiles, type Weights } from "./combine.js";
import { effectiveSize } from "./effective-size.js";
import { COUNT, MEDIAN, PROBABILITIES, SCORES } from "./grid.js";
import type { History } from "./history.js";
import type { Trial } from "./judge.js";
import type { Setting } from "./members.js";

export interface Calibration {
  /** What the distance of each quantile from the median is multiplied by; 1 at the median. */
  readonly factors: readonly number[];
  /** Share of the factors that the trial decided; the rest is what such ensembles need on average. */
  readonly trust: number;
  readonly origins: number;
  /** Coverage of the 80 and 95 % intervals on the trial, before and after. */
  readonly before: { readonly cover80: number; readonly cover95: number };
  readonly after: { readonly cover80: number; readonly cover95: number };
}

/** Values of trial at which the trial and the prior count alike. */
const PRIOR_VALUES = 432;
/** What the ends of the 95 % interval need on average, since members' tails come from few errors. */
const PRIOR_AT_95 = 1.15;
/** The upper end of the 80 % interval. The lower one needs nothing: it often sits on a value that occurs again and again, such as 0. */
const PRIOR_AT_90 = 0.97;
/** A series that wanders has shown little of what it can do: its tails widen like Student's, with this many degrees of freedom at least. */
const LEAST_FREEDOM = 6;
/** Values that tell how much the series wanders: a week at 5 minutes. */
const WANDER_WINDOW = 2016;
const MIN_FACTOR = 0.5;
const MAX_FACTOR = 3;

/** Horizons that are looked at for a change that the training cannot know of. */
const RECENT = 2;
/** Steps ahead at which a series of any level is known: half an hour at 5 minutes. */
const NEAR = 6;
/** Values that lie outside together, and say as much as one. */
const TOGETHER = 2;
/** Standard deviations of a coverage of 80 % from which on a shortfall is more than chance, and from which on it is believed. */
const SURPRISING = 2;
const CERTAIN = 3;
/** Noise can grow more than a trial could show. */
const WIDEST_FACTOR = 8;

/** Factors without a trial, linear in the normal score from the median to the 80 % interval and on through the 95 % interval. */
function priorFactors({ raw, shape }: History): number[] {
  const values = effectiveSize((shape ?? raw).slice(-WANDER_WINDOW));
  const freedom = Math.min(100, Math.max(LEAST_FREEDOM, Math.round(values) - 1));
  const atEnds = PRIOR_AT_95 * (studentQuantile(0.975, freedom) / SCORES[13]) ** 2;
  return SCORES.map((score) => {
    const size = Math.abs(score);
    const inner = score > 0 ? PRIOR_AT_90 : 1;
    if (size <= SCORES[11]) return 1 + ((inner - 1) * size) / SCORES[11];
    return inner + (atEnds - inner) * Math.min(1.5, (size - SCORES[11]) / (SCORES[13] - SCORES[11]));
  });
}

/**
 * Split-conformal correction (Vovk et al. 2005; Romano, Patterson & Candès 2019), side by side and in the units of the
 * forecast's own width: the factor that would have covered as many of the trial's values as it should, shrunk towards the
 * prior in the logarithm, since forecasts of one trial overlap and say less than their number.
 *
 * @param earlier what was calibrated before: factors from the values before `from`, the prior of those that came since
 */
export function calibrate(
  trial: Trial,
  setting: Setting,
  weights: readonly Weights[],
  earlier?: { readonly from: number; readonly factors: readonly number[] },
): Calibration {
  const { origins } = trial;
  const { y } = setting.history;
  const { anchors } = setting;
  const steps = anchors.length;
  const from = earlier?.from ?? 0;
  const actual: number[] = [];
  const recent: Recent[] = [];
  const begin = earlier ? Math.max(from, y.length - RECENT * (anchors[steps - 1] + 1)) : Infinity;
  const rows: Float64Array[] = [];
  for (let o = 0; o < origins.length; o++) {
    throwIfAborted(setting.signal);
    const q = combineQuantiles(
      trial.quantiles.map((answers) => answers[o]),
      weights,
      steps,
    );
    for (let a = 0; a < steps; a++) {
      if (origins[o] + anchors[a] < from) continue;
      const value = y[origins[o] + anchors[a]];
      if (value === undefined || Number.isNaN(value)) continue;
      const row = Float64Array.from({ length: COUNT }, (_, k) => q[k * steps + a]);
      actual.push(value);
      rows.push(row);
      const place = origins[o] + anchors[a];
      if (place >= begin) recent.push({ place, ahead: anchors[a], value, row });
    }
  }
  const region = origins.length > 0 ? y.length - Math.max(from, origins[origins.length - 1]) : 0;
  const trust = actual.length > 0 ? region / (region + PRIOR_VALUES) : 0;
  const prior = earlier?.factors ?? priorFactors(setting.history);
  const factors = prior.map((expected, k) => {
    if (k === MEDIAN || actual.length === 0) return expected;
    throwIfAborted(setting.signal);
    const needed = Math.min(MAX_FACTOR, Math.max(MIN_FACTOR, neededFactor(actual, rows, k)));
    return between(expected, needed, trust);
  });
  widen(factors, prior, recent);
  return {
    factors,
    trust,
    origins: origins.length,
    before: coverage(actual, rows, null),
    after: coverage(actual, rows, factors),
  };
}

/** One of the last values, and what was forecast of it some steps before. */
interface Recent {
  readonly place: number;
  readonly ahead: number;
  readonly value: number;
  readonly row: Float64Array;
}

/**
 * Where the last values lie outside on both sides far more often than chance allows, a few steps ahead as well as many, the series has become
 * noisier than it was in training, which is no prior for it then: the factors grow to what those values need, in place. A new level or a
 * leak shows on one side: it is for the weights to follow.
 *
 * Four days at 5 minutes, then noise that grew fivefold: 8 hours later the 80 % interval covers 83 % instead of 38 %, and its interval score
 * is a quarter less. On 14 real series (350 forecasts) coverage stays what it was, and so do the scores, within 0.2 % on average.
 */
function widen(factors: number[], prior: readonly number[], recent: readonly Recent[]): void {
  const groups = [recent.filter(({ ahead }) => ahead < NEAR), recent].map((group) => ({
    count: new Set(group.map(({ place }) => place)).size,
    actual: group.map(({ value }) => value),
    rows: group.map(({ row }) => row),
  }));
  const share = Math.min(
    ...groups.map(({ count, actual, rows }) => {
      if (count === 0) return 0;
      const q = rows.map((row) => applyFactors(row.slice(), prior, 1));
      const below = actual.filter((value, i) => value < q[i][3]).length;
      const above = actual.filter((value, i) => value > q[i][11]).length;
      const shortfall = (2 * Math.min(below, above)) / actual.length - 0.2;
      const deviations = shortfall / Math.sqrt((0.8 * 0.2 * TOGETHER) / count);
      return Math.min(1, Math.max(0, (deviations - SURPRISING) / (CERTAIN - SURPRISING)));
    }),
  );
  if (share === 0) return;
  factors.forEach((factor, k) => {
    if (k === MEDIAN) return;
    const needed = Math.min(WIDEST_FACTOR, ...groups.map(({ actual, rows }) => neededFactor(actual, rows, k)));
    if (needed > factor) factors[k] = between(factor, needed, share);
  });
}

/** From `a` to `b`, in the logarithm. */
const between = (a: number, b: number, share: number) => Math.exp((1 - share) * Math.log(a) + share * Math.log(b));

/** The least factor that puts the right share of the actual values inside the k-th quantile. */
function neededFactor(actual: readonly number[], rows: readonly Float64Array[], k: number): number {
  const above = k > MEDIAN;
  const ratios = new Float64Array(actual.length);
  for (let i = 0; i < actual.length; i++) {
    const error = actual[i] - rows[i][MEDIAN];
    if (above ? error <= 0 : error >= 0) continue; // on the other side: 0 is enough
    const width = rows[i][k] - rows[i][MEDIAN];
    ratios[i] = Math.abs(width) > 1e-12 * Math.abs(rows[i][MEDIAN]) ? error / width : MAX_FACTOR;
  }
  ratios.sort();
  const p = above ? PROBABILITIES[k] : 1 - PROBABILITIES[k];
  return ratios[Math.min(ratios.length - 1, Math.floor(p * ratios.length))];
}

function coverage(actual: readonly number[], rows: readonly Float64Array[], factors: readonly number[] | null) {
  let inside80 = 0;
  let inside95 = 0;
  for (let i = 0; i < actual.length; i++) {
    const q = factors ? applyFactors(rows[i].slice(), factors, 1) : rows[i];
    if (actual[i] >= q[3] && actual[i] <= q[11]) inside80++;
    if (actual[i] >= q[1] && actual[i] <= q[13]) inside95++;
  }
  return { cover80: inside80 / actual.length, cover95: inside95 / actual.length };
}

/** Stretches the quantiles around their median, in place; they stay in order. */
export function applyFactors(q: Float64Array, factors: readonly number[], steps: number): Float64Array {
  for (let s = 0; s < steps; s++) {
    const median = q[MEDIAN * steps + s];
    for (let k = 0; k < COUNT; k++) q[k * steps + s] = median + (q[k * steps + s] - median) * factors[k];
  }
  return ascending(q, steps);
}
