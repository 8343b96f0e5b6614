import { quote, SarimaError } from "./errors.js";
import { checkList, checkObject, finiteNumber, type Series, toSeries, wholeNumber } from "./series.js";

/** A value far from its neighbours. */
export interface Outlier {
  /** 0-based position in the series. */
  readonly index: number;
  readonly value: number;
  /** What its neighbours say. */
  readonly expected: number;
  /** Distance from it in robust standard deviations. */
  readonly score: number;
}

/** A place from which the series is higher or lower. */
export interface LevelShift {
  /** 0-based position of the first value on the new level. */
  readonly index: number;
  /** Medians of the windows before and from it. */
  readonly before: number;
  readonly after: number;
  readonly score: number;
}

/** What `detectOutliers` found. */
export interface OutlierReport {
  readonly spikes: readonly Outlier[];
  readonly levelShifts: readonly LevelShift[];
}

/** What `detectOutliers` may be told. */
export interface OutlierOptions {
  /** Season whose pattern is taken out first, so that a peak at the same phase of every period is none. Default 1: none. */
  readonly period?: number | undefined;
  /** Values on either side that a value is compared with. Default 12. */
  readonly halfWindow?: number | undefined;
  /** Robust standard deviations from which on a value is flagged. Default 5. */
  readonly threshold?: number | undefined;
  /** Values on either side of a level shift, none of which may be missing the change. Default max(24, 2·period). */
  readonly shiftWindow?: number | undefined;
}

/** MAD of a Gaussian sample times this is its standard deviation. */
const MAD_TO_SD = 1.4826;

/**
 * Finds spikes and level shifts by robust rules; it changes nothing.
 *
 * A spike lies more than `threshold` robust standard deviations from the median of its window (Hampel 1974; Pearson 2002). The deviation is the
 * median absolute deviation of the window, but at least that of all windows together, so that quiet stretches are not full of
 * spikes. A level shift is a place where the medians of the windows before and after differ by more than `threshold`
 * robust standard deviations of all such differences, and by more than the noise: the largest such place
 * within one window. Series that wander, as random walks do, therefore have none.
 * Gaps take no part. O(n · window).
 *
 * @throws SarimaError `INVALID_ARGUMENT`
 */
export function detectOutliers(y: Series, options: OutlierOptions = {}): OutlierReport {
  const x = toSeries(y);
  checkObject(options, "options");
  const period = wholeNumber(options.period ?? 1, "period", 1);
  const half = wholeNumber(options.halfWindow ?? 12, "halfWindow", 1);
  const threshold = finiteNumber(options.threshold ?? 5, "threshold", 1);
  const window = wholeNumber(options.shiftWindow ?? Math.max(24, 2 * period), "shiftWindow", 2);
  const pattern = seasonalMedians(x, period);
  const rest = x.map((value, t) => value - pattern[t % period]);
  const { centre, noise } = runningMedian(rest, half);
  const spikes = findSpikes(x, rest, centre, noise, half, threshold);
  const levelShifts = findShifts(rest, new Set(spikes.map((spike) => spike.index)), window, noise, threshold);
  return Object.freeze({ spikes: Object.freeze(spikes), levelShifts: Object.freeze(levelShifts) });
}

/** A copy in which the values at the given positions are gaps: what a fit then does with them is to integrate them out. */
export function asGaps(y: Series, spikes: readonly Pick<Outlier, "index">[]): Float64Array {
  const out = toSeries(y);
  checkList(spikes, "spikes").forEach((spike, i) => {
    const { index } = checkObject(spike, `spikes[${i}]`);
    if (!(Number.isInteger(index) && index >= 0 && index < out.length)) {
      throw new SarimaError(
        "INVALID_ARGUMENT",
        `spikes[${i}].index must be a position in y, which has ${out.length} values; received ${quote(index)}`,
      );
    }
    out[index] = Number.NaN;
  });
  return out;
}

/** Median of each phase, less the median of all: a pattern that single values cannot bend. */
function seasonalMedians(x: Float64Array, period: number): Float64Array {
  const out = new Float64Array(period);
  const all = median(Array.from(x));
  if (period === 1 || x.length < 3 * period || Number.isNaN(all)) return out;
  for (let phase = 0; phase < period; phase++) {
    const values: number[] = [];
    for (let t = phase; t < x.length; t += period) values.push(x[t]);
    out[phase] = (median(values) || all) - all;
  }
  return out;
}

/** Median of 2·half + 1 values around each, shorter at the ends, and the robust deviation of the values from it. */
function runningMedian(x: Float64Array, half: number): { centre: Float64Array; noise: number } {
  const centre = x.map((_, t) => median(Array.from(x.subarray(Math.max(0, t - half), t + half + 1))));
  return { centre, noise: MAD_TO_SD * (median(Array.from(x, (value, t) => Math.abs(value - centre[t]))) || 0) };
}

function findSpikes(
  x: Float64Array,
  rest: Float64Array,
  centre: Float64Array,
  noise: number,
  half: number,
  threshold: number,
): Outlier[] {
  const spikes: Outlier[] = [];
  for (let t = 0; t < x.length; t++) {
    const distance = Math.abs(rest[t] - centre[t]);
    // Most values pass here, without the median of their window.
    if (!(distance > threshold * noise) || distance === 0) continue;
    const around = Array.from(rest.subarray(Math.max(0, t - half), t + half + 1), (v) => Math.abs(v - centre[t]));
    const deviation = Math.max(noise, MAD_TO_SD * median(around));
    // Where all others are equal any departure is one, by infinitely many deviations.
    if (deviation > 0 ? distance <= threshold * deviation : false) continue;
    spikes.push({
      index: t,
      value: x[t],
      expected: x[t] - rest[t] + centre[t],
      score: deviation > 0 ? distance / deviation : Number.POSITIVE_INFINITY,
    });
  }
  return spikes;
}

function findShifts(
  rest: Float64Array,
  spikes: ReadonlySet<number>,
  window: number,
  noise: number,
  threshold: number,
): LevelShift[] {
  const n = rest.length;
  if (n < 4 * window) return [];
  const clean = rest.map((value, t) => (spikes.has(t) ? Number.NaN : value));
  const before = new Float64Array(n).fill(Number.NaN);
  const after = new Float64Array(n).fill(Number.NaN);
  for (let t = window; t + window <= n; t++) {
    before[t] = median(Array.from(clean.subarray(t - window, t)));
    after[t] = median(Array.from(clean.subarray(t, t + window)));
  }
  const jump = before.map((value, t) => Math.abs(after[t] - value));
  const usual = Math.max(noise, MAD_TO_SD * (median(Array.from(jump)) || 0));
  const shifts: LevelShift[] = [];
  for (let t = window; t + window <= n; t++) {
    if (!(jump[t] > threshold * usual)) continue;
    let largest = true;
    for (let k = Math.max(window, t - window); k <= Math.min(n - window, t + window) && largest; k++) {
      if (jump[k] > jump[t]) largest = false;
    }
    if (!largest || (shifts.length > 0 && t - shifts[shifts.length - 1].index < window)) continue;
    shifts.push({
      index: split(clean, t, window, before[t], after[t]),
      before: before[t],
      after: after[t],
      score: usual > 0 ? jump[t] / usual : Number.POSITIVE_INFINITY,
    });
  }
  return shifts;
}

/** Medians hardly move for a few steps around the change: the best place is where each value lies on its side's level. */
function split(x: Float64Array, around: number, window: number, before: number, after: number): number {
  let [best, bestCost, cost] = [around, 0, 0];
  for (let t = around; t > around - window && t > 0; t--) {
    // Moving value t − 1 over to the new level.
    cost += Math.abs(x[t - 1] - after) - Math.abs(x[t - 1] - before) || 0;
    if (cost < bestCost) [best, bestCost] = [t - 1, cost];
  }
  cost = 0;
  for (let t = around; t < around + window && t < x.length; t++) {
    cost += Math.abs(x[t] - before) - Math.abs(x[t] - after) || 0;
    if (cost < bestCost) [best, bestCost] = [t + 1, cost];
  }
  return best;
}

/** Median of the values that are not NaN; NaN of none. */
function median(values: number[]): number {
  const sorted = Float64Array.from(values.filter((value) => !Number.isNaN(value))).sort();
  const n = sorted.length;
  if (n === 0) return Number.NaN;
  return n % 2 === 1 ? sorted[(n - 1) / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}
