import { type Baseline, type Fitted, type Forecast, forecast } from "sarima-core";
import type { GateScore } from "../http/contract.js";
import type { Bounds } from "../settings.js";
import { clampTo } from "./clamp.js";

/** A forecast as far as it is judged. */
export type Quantiles = Pick<Forecast, "median" | "intervals">;

/** Someone who forecasts from any origin, given what was known there. */
export interface Contestant {
  readonly name: GateScore["name"];
  /** The first origin it can forecast from. */
  readonly from: number;
  forecast(past: Float64Array, horizon: number, levels: readonly number[]): Quantiles;
}

/** Makes a contestant's forecast from a fitter. Whoever forecasts, what is impossible is cut off. */
export function forecaster(
  fit: (past: Float64Array) => Fitted | Baseline,
  bounds: Bounds | null,
): Contestant["forecast"] {
  const clamp = clampTo(bounds);
  return (past, horizon, levels) => {
    const fitted = fit(past);
    const ahead = "forecast" in fitted ? fitted.forecast(horizon, { levels }) : forecast(fitted, horizon, { levels });
    return {
      median: ahead.median.map(clamp),
      intervals: ahead.intervals.map(({ level, lower, upper }) => ({
        level,
        lower: lower.map(clamp),
        upper: upper.map(clamp),
      })),
    };
  };
}

/** Sums over the points judged so far. */
export interface Tally {
  readonly levels: readonly number[];
  count: number;
  pinball: number;
  absolute: number;
  readonly inside: number[];
}

export function tally(levels: readonly number[]): Tally {
  return { levels, count: 0, pinball: 0, absolute: 0, inside: levels.map(() => 0) };
}

/** Adds `more` to `sums`. */
export function addTally(sums: Tally, more: Tally): void {
  sums.count += more.count;
  sums.pinball += more.pinball;
  sums.absolute += more.absolute;
  more.inside.forEach((count, i) => {
    sums.inside[i] += count;
  });
}

/** Adds a forecast and what came; gaps do not count. */
export function scoreAt(sums: Tally, actual: ArrayLike<number>, { median, intervals }: Quantiles): void {
  for (let h = 0; h < actual.length; h++) {
    const y = actual[h];
    if (Number.isNaN(y)) continue;
    const bands = sums.levels.map((level) => {
      const band = intervals.find((interval) => interval.level === level) as Forecast["intervals"][number];
      return { level, lower: band.lower[h], upper: band.upper[h] };
    });
    addPoint(sums, y, median[h], bands);
  }
}

export interface Band {
  readonly level: number;
  readonly lower: number;
  readonly upper: number;
}

/** One value against one distribution: the pinball loss is the mean over the median and both ends of each band. */
export function addPoint(sums: Tally, y: number, median: number, bands: readonly Band[]): void {
  let loss = pinballLoss(y, median, 0.5);
  bands.forEach(({ level, lower, upper }, i) => {
    loss += pinballLoss(y, lower, (1 - level) / 2) + pinballLoss(y, upper, (1 + level) / 2);
    if (y >= lower && y <= upper) sums.inside[i]++;
  });
  sums.count++;
  sums.pinball += loss / (1 + 2 * bands.length);
  sums.absolute += Math.abs(y - median);
}

/** Koenker & Bassett (1978): p·(y − q) above the quantile q, (1 − p)·(q − y) below. */
export function pinballLoss(y: number, quantile: number, p: number): number {
  return y >= quantile ? p * (y - quantile) : (1 - p) * (quantile - y);
}

export function toScore(name: GateScore["name"], sums: Tally): GateScore {
  return {
    name,
    pinball: sums.pinball / sums.count,
    mae: sums.absolute / sums.count,
    coverage: sums.levels.map((level, i) => ({ level, ratio: sums.inside[i] / sums.count })),
  };
}

/**
 * Everyone on the same points: those origins from which all can forecast. Gaps do not count.
 *
 * @param seen is shown each origin, its truth (shorter than the horizon at the end of the values) and the answers, in the contestants' order
 */
export function contest(
  values: Float64Array,
  origins: readonly number[],
  contestants: readonly Contestant[],
  horizon: number,
  levels: readonly number[],
  seen?: (origin: number, actual: Float64Array, answers: readonly Quantiles[]) => void,
): GateScore[] {
  const first = Math.max(...contestants.map(({ from }) => from));
  const tallies = contestants.map(() => tally(levels));
  for (const origin of origins) {
    if (origin < first) continue;
    const actual = values.subarray(origin, origin + horizon);
    const past = values.subarray(0, origin);
    const answers = contestants.map(({ forecast }) => forecast(past, actual.length, levels));
    answers.forEach((answer, i) => {
      scoreAt(tallies[i], actual, answer);
    });
    seen?.(origin, actual, answers);
  }
  return contestants.map(({ name }, i) => toScore(name, tallies[i]));
}
