import type { Prediction } from "./predictions.js";
import { addScores, emptyScores, packScores, SCORE_WIDTH, type Scores, score, unpackScores } from "./scores.js";

/** What accuracy is said of where nobody asks for a range: the last day. */
export const WINDOW = 86_400_000;
const PART = 3_600_000;

/** Scores of the last day, hour by hour, so that old ones fall out. */
export interface RollingScores {
  add(prediction: Prediction, y: number, before: number): void;
  /** Of the hours that reach into the window that ends with `now`. */
  sum(now: number): Scores;
  /** Whether they are enough to tell by what share intervals hold, for each horizon. */
  tell(now: number): readonly boolean[];
}

/**
 * Coverage is told from so many values on, out of so many hours of the day. Of few values one or two that miss look like an interval that is
 * wrong: from 20, a 95 % interval that is right covers less than 85 % one time in 60. Hours count beside them because forecasts that overlap
 * miss together: a day holds 288 separate ones of 5 minutes, but only 24 of an hour and 6 of four. The odds are in docs/pipeline.md. After a
 * restart, hours before the last six are known by one forecast each.
 */
const LEAST_COUNT = 40;
const LEAST_HOURS = 12;

export function rollingScores(): RollingScores {
  // Rows of numbers: as objects, a day of thousands of series would take more memory than all else that is known of them.
  const parts = new Map<number, Float64Array>();
  const within = (now: number) =>
    [...parts].flatMap(([hour, row]) =>
      (hour + 1) * PART > now - WINDOW && hour * PART < now ? [unpackScores(row)] : [],
    );
  return {
    add(prediction, y, before) {
      const hour = Math.floor(prediction.time / PART);
      let row = parts.get(hour);
      if (!row) {
        row = new Float64Array(SCORE_WIDTH);
        parts.set(hour, row);
        for (const old of parts.keys()) if (old < hour - WINDOW / PART) parts.delete(old);
      }
      const scores = unpackScores(row);
      score(scores, prediction, y, before);
      packScores(scores, row);
    },
    sum(now) {
      const total = emptyScores();
      for (const scores of within(now)) addScores(total, scores);
      return total;
    },
    tell(now) {
      const hours = within(now);
      return emptyScores().map((_, horizon) => {
        const judged = hours.map((scores) => scores[horizon].count).filter((count) => count > 0);
        return judged.length >= LEAST_HOURS && judged.reduce((sum, count) => sum + count, 0) >= LEAST_COUNT;
      });
    },
  };
}
