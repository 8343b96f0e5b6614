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
}

export function rollingScores(): RollingScores {
  // Rows of numbers: as objects, a day of thousands of series would take more memory than all else that is known of them.
  const parts = new Map<number, Float64Array>();
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
      for (const [hour, row] of parts) {
        if ((hour + 1) * PART > now - WINDOW && hour * PART < now) addScores(total, unpackScores(row));
      }
      return total;
    },
  };
}
