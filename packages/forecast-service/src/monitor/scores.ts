import type { HorizonAccuracy } from "../http/contract.js";
import { addPoint, addTally, type Tally, tally } from "../pipeline/contest.js";
import { JUDGED_STEPS, LEVELS, STEP_MILLIS } from "../settings.js";
import type { Prediction } from "./predictions.js";

/** Errors of one horizon, as sums that can be added up. */
export interface Sums extends Tally {
  naiveCount: number;
  naiveAbsolute: number;
}

/** One for each judged horizon. */
export type Scores = readonly Sums[];

export function emptyScores(): Scores {
  return JUDGED_STEPS.map(() => ({ ...tally(LEVELS), naiveCount: 0, naiveAbsolute: 0 }));
}

/**
 * Holds a prediction against the value that came.
 *
 * @param before the value one season before, which the seasonal naive forecast would have said; NaN where there is none
 */
export function score(scores: Scores, prediction: Prediction, y: number, before: number): void {
  if (prediction.bands.length !== LEVELS.length) return;
  const sums = scores[prediction.horizon];
  addPoint(sums, y, prediction.median, prediction.bands);
  if (Number.isNaN(before)) return;
  sums.naiveCount++;
  sums.naiveAbsolute += Math.abs(y - before);
}

/** Adds `more` to `scores`. */
export function addScores(scores: Scores, more: Scores): void {
  scores.forEach((sums, i) => {
    const other = more[i];
    addTally(sums, other);
    sums.naiveCount += other.naiveCount;
    sums.naiveAbsolute += other.naiveAbsolute;
  });
}

/** Numbers in a row that keeps scores: for each horizon, its five sums and how often each band held. */
export const SCORE_WIDTH = JUDGED_STEPS.length * (5 + LEVELS.length);

/** Scores → a row of SCORE_WIDTH numbers. */
export function packScores(scores: Scores, row: Float64Array): void {
  row.set(scores.flatMap((s) => [s.count, s.pinball, s.absolute, s.naiveCount, s.naiveAbsolute, ...s.inside]));
}

/** The inverse of `packScores`. */
export function unpackScores(row: Float64Array): Scores {
  return emptyScores().map((sums, i) => {
    const at = i * (5 + LEVELS.length);
    const [count, pinball, absolute, naiveCount, naiveAbsolute] = row.subarray(at, at + 5);
    const inside = Array.from(row.subarray(at + 5, at + 5 + LEVELS.length));
    return { ...sums, count, pinball, absolute, naiveCount, naiveAbsolute, inside };
  });
}

/** In the words of the API; null where nothing was judged. */
export function toAccuracy(scores: Scores): HorizonAccuracy[] {
  return scores.map((sums, i) => horizonAccuracy(JUDGED_STEPS[i], sums));
}

export function horizonAccuracy(step: number, sums: Sums): HorizonAccuracy {
  const { count, pinball, absolute, naiveCount, naiveAbsolute, inside, levels } = sums;
  const mean = (sum: number, of: number) => (of > 0 ? sum / of : null);
  return {
    horizonSeconds: (step * STEP_MILLIS) / 1000,
    count,
    mae: mean(absolute, count),
    seasonalNaiveMae: mean(naiveAbsolute, naiveCount),
    pinball: mean(pinball, count),
    coverage: levels.map((level, k) => ({ level, ratio: mean(inside[k], count) })),
  };
}
