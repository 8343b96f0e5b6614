import type { Band } from "../pipeline/contest.js";
import { ANOMALY_LEVEL, HORIZON, LEVELS } from "../settings.js";
import type { Prediction } from "./predictions.js";

/** What recent forecasts said of times still to come, at most one for each time and horizon. */
export interface PendingPredictions {
  readonly size: number;
  /** One for the same time and horizon is replaced. */
  set(prediction: Prediction): void;
  /** Those of times before `end`, by time. */
  before(end: number): Prediction[];
  delete(prediction: Pick<Prediction, "horizon" | "time">): void;
}

/** Columns of a row: horizon, time, number of the model version, median, then both ends of each band and of the outer one. */
const MEDIAN = 3;
const BANDS = 4;
const OUTER = BANDS + 2 * LEVELS.length;
const WIDTH = OUTER + 2;
/** A forecast a step fills one row and a horizon: more than this are leftovers. */
const MOST = 3 * HORIZON;

/**
 * Rows of numbers instead of objects: a series waits for some sixty truths at any time, and thousands of series would keep a hundred
 * thousand objects in memory.
 */
export function pendingPredictions(): PendingPredictions {
  let rows = new Float64Array(8 * WIDTH);
  let size = 0;
  let versions: string[] = [];

  const find = ({ horizon, time }: Pick<Prediction, "horizon" | "time">): number => {
    for (let at = 0; at < size * WIDTH; at += WIDTH) if (rows[at + 1] === time && rows[at] === horizon) return at;
    return -1;
  };
  const removeAt = (at: number) => {
    size--;
    rows.copyWithin(at, size * WIDTH, (size + 1) * WIDTH);
  };
  const dropEarliest = () => {
    let earliest = 0;
    for (let at = WIDTH; at < size * WIDTH; at += WIDTH) if (rows[at + 1] < rows[earliest + 1]) earliest = at;
    removeAt(earliest);
  };
  const versionNumber = (name: string): number => {
    const known = versions.indexOf(name);
    if (known >= 0) return known;
    // Of all the versions that came and went, only those still waiting count.
    const used = [...new Set(Array.from({ length: size }, (_, i) => rows[i * WIDTH + 2]))];
    for (let at = 2; at < size * WIDTH; at += WIDTH) rows[at] = used.indexOf(rows[at]);
    versions = [...used.map((number) => versions[number]), name];
    return versions.length - 1;
  };
  const band = (level: number, at: number): Band | null =>
    Number.isNaN(rows[at]) ? null : { level, lower: rows[at], upper: rows[at + 1] };
  const predictionAt = (at: number): Prediction => ({
    horizon: rows[at],
    time: rows[at + 1],
    modelVersion: versions[rows[at + 2]],
    median: rows[at + MEDIAN],
    bands: LEVELS.map((level, k) => band(level, at + BANDS + 2 * k)).filter((found) => found !== null),
    outer: band(ANOMALY_LEVEL, at + OUTER),
  });

  return {
    get size() {
      return size;
    },
    set(prediction) {
      const { horizon, time, modelVersion, median, bands, outer } = prediction;
      let at = find(prediction);
      if (at < 0) {
        if (size === MOST) dropEarliest();
        at = size * WIDTH;
        if (at === rows.length) {
          // A series comes to rest at 61 rows: doubling would take it to 128.
          const grown = new Float64Array(Math.min(2 * rows.length, rows.length + 16 * WIDTH));
          grown.set(rows);
          rows = grown;
        }
      }
      // Before the row counts: it is no user of a version yet.
      const version = versionNumber(modelVersion);
      size = Math.max(size, at / WIDTH + 1);
      const ends = (found: Band | null | undefined) => [found?.lower ?? Number.NaN, found?.upper ?? Number.NaN];
      const inner = LEVELS.flatMap((level) => ends(bands.find((candidate) => candidate.level === level)));
      rows.set([horizon, time, version, median, ...inner, ...ends(outer)], at);
    },
    before(end) {
      const found: Prediction[] = [];
      for (let at = 0; at < size * WIDTH; at += WIDTH) if (rows[at + 1] < end) found.push(predictionAt(at));
      return found.sort((a, b) => a.time - b.time);
    },
    delete(prediction) {
      const at = find(prediction);
      if (at >= 0) removeAt(at);
    },
  };
}
