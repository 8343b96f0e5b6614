import type { Prediction } from "./predictions.js";
import { addScores, emptyScores, type Scores, score } from "./scores.js";

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
  const parts = new Map<number, Scores>();
  return {
    add(prediction, y, before) {
      const hour = Math.floor(prediction.time / PART);
      let scores = parts.get(hour);
      if (!scores) {
        scores = emptyScores();
        parts.set(hour, scores);
        for (const old of parts.keys()) if (old < hour - WINDOW / PART) parts.delete(old);
      }
      score(scores, prediction, y, before);
    },
    sum(now) {
      const total = emptyScores();
      for (const [hour, scores] of parts) {
        if ((hour + 1) * PART > now - WINDOW && hour * PART < now) addScores(total, scores);
      }
      return total;
    },
  };
}
