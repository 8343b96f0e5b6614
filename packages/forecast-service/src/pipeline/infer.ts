import { append, type Fitted, forecast, timeToThreshold } from "sarima-core";
import { stepsBetween, timeAt } from "../calendar.js";
import { clampTo } from "./clamp.js";
import type { Kept } from "./gate.js";
import { readModel } from "./model-document.js";
import type { Prepared } from "./preprocess.js";
import { reweighed, type Weighing, weighed, weighingOf } from "./weighing.js";

export interface InferInput {
  prepared: Pick<Prepared, "values" | "start" | "step" | "trailing" | "bounds">;
  trained: Kept;
  horizon: number;
  levels: readonly number[];
  /** A value whose crossing from below is to be foreseen; null for none. */
  threshold?: number | null;
  /** Weights that this model was given since its training. */
  weighing?: Weighing | null;
  /** Whether they are to follow the values that came since: costs as much as some five forecasts. */
  reweigh?: boolean;
}

/** When the series is first above a threshold, in steps from 1; null: not within the horizon. */
export interface Crossing {
  readonly threshold: number;
  /** That it is above it at any step of the horizon. */
  readonly probability: number;
  readonly median: number | null;
  /** 80 % interval. */
  readonly earliest: number | null;
  readonly latest: number | null;
}

/** A forecast in columns: one entry for each step. `times` is null where the series has none. */
export interface Inferred {
  readonly times: number[] | null;
  readonly mean: Float64Array;
  readonly median: Float64Array;
  readonly intervals: { readonly level: number; readonly lower: Float64Array; readonly upper: Float64Array }[];
  readonly crossing: Crossing | null;
  /** Null where the weights were not asked to move, or did not. */
  readonly weighing: Weighing | null;
}

/** Paths for the time to a threshold: a probability is then known to 2 points. */
const PATHS = 500;
/** Where not even this interval reaches the threshold, paths would not either: at most 1 in 1,000 at any step. */
const REACH = 0.998;

/**
 * Step 6: forecasts with a trained model, without estimating anything: it takes in the values that came after its training and goes on from there.
 * The first step is the one after the series' own end, also where its last values are missing.
 *
 * @throws SarimaError `INVALID_DOCUMENT` for a model that cannot be read
 */
export function infer(input: InferInput): Inferred {
  const { prepared, trained, horizon, levels, threshold = null, weighing = null, reweigh = false } = input;
  const { values, trailing, bounds, start, step } = prepared;
  // Positions count from the first value the model was trained on.
  const begin =
    start === null || step === null || trained.start === null ? 0 : stepsBetween(trained.start, start, step);
  const end = begin + values.length;
  const added = Float64Array.from({ length: Math.max(0, end - trained.length) }, (_, i) => {
    const index = trained.length + i - begin;
    return index < 0 ? Number.NaN : values[index];
  });
  const longer = append(readModel(trained.document), added);
  const model = reweigh ? reweighed(longer) : weighing ? weighed(longer, weighing) : longer;
  const known = Math.max(end, trained.length);
  const first = Math.max(end + trailing, known);
  const skip = first - known;

  const ahead = forecast(model, skip + horizon, { levels: threshold === null ? levels : [...levels, REACH] });
  const clamp = clampTo(bounds);
  const column = (all: Float64Array) => all.slice(skip).map(clamp);
  return {
    times:
      start === null || step === null
        ? null
        : Array.from({ length: horizon }, (_, i) => timeAt(start, step, first - begin + i)),
    mean: column(ahead.mean),
    median: column(ahead.median),
    intervals: levels.map((level, i) => {
      const { lower, upper } = ahead.intervals[i];
      return { level, lower: column(lower), upper: column(upper) };
    }),
    crossing:
      threshold === null
        ? null
        : crossingOf(model, threshold, skip, horizon, ahead.intervals[levels.length].upper.subarray(skip)),
    weighing: reweigh ? weighingOf(model) : null,
  };
}

function crossingOf(model: Fitted, threshold: number, skip: number, horizon: number, reach: Float64Array): Crossing {
  if (reach.every((upper) => upper <= threshold)) {
    return { threshold, probability: 0, median: null, earliest: null, latest: null };
  }
  const passed =
    skip === 0
      ? timeToThreshold(model, horizon, { threshold, level: 0.8, paths: PATHS })
      : timeToThreshold(append(model, new Float64Array(skip).fill(Number.NaN)), horizon, {
          threshold,
          level: 0.8,
          paths: PATHS,
        });
  return {
    threshold,
    probability: passed.probability,
    median: passed.median,
    earliest: passed.interval.lower,
    latest: passed.interval.upper,
  };
}

/** What came of one of many. */
export type InferOutcome =
  | { readonly ok: true; readonly value: Inferred }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** The same for many series in one job: a thread is asked once instead of a hundred times. One that fails does not stop the others. */
export function inferMany(inputs: readonly InferInput[]): InferOutcome[] {
  return inputs.map((input) => {
    try {
      return { ok: true, value: infer(input) };
    } catch (error) {
      const { code, message } = error as { code?: unknown; message?: unknown };
      return { ok: false, code: typeof code === "string" ? code : "INTERNAL", message: String(message ?? error) };
    }
  });
}
