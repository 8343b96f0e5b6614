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

/** Hours that are kept: those of the last day, the one under way, and one to be late in. */
const KEPT = WINDOW / PART + 2;

export function rollingScores(): RollingScores {
  // One array of numbers, a row for each hour in turn: as objects, or as arrays of their own, a day of thousands of series would take more
  // memory than all else that is known of them.
  let rows: Float64Array | null = null;
  const hours = new Int32Array(KEPT).fill(-1);
  const rowOf = (all: Float64Array, place: number) => all.subarray(place * SCORE_WIDTH, (place + 1) * SCORE_WIDTH);
  const within = (now: number): Scores[] => {
    const kept = rows;
    if (kept === null) return [];
    return Array.from(hours, (hour, place) => ({ hour, place }))
      .filter(({ hour }) => hour >= 0 && (hour + 1) * PART > now - WINDOW && hour * PART < now)
      .sort((a, b) => a.hour - b.hour)
      .map(({ place }) => unpackScores(rowOf(kept, place)));
  };
  return {
    add(prediction, y, before) {
      const hour = Math.floor(prediction.time / PART);
      const place = ((hour % KEPT) + KEPT) % KEPT;
      if (hours[place] > hour) return; // it has left the day long ago
      rows ??= new Float64Array(KEPT * SCORE_WIDTH);
      const row = rowOf(rows, place);
      if (hours[place] !== hour) row.fill(0);
      hours[place] = hour;
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
