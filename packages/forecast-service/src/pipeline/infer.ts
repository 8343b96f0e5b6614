import { append, forecast, fromJSON } from "sarima-core";
import { stepsBetween, timeAt } from "../calendar.js";
import type { Bounds } from "../settings.js";
import type { Prepared } from "./preprocess.js";
import type { Trained } from "./train.js";

export interface InferInput {
  prepared: Prepared;
  trained: Pick<Trained, "document" | "start" | "length">;
  horizon: number;
  levels: readonly number[];
}

/** A forecast in columns: one entry for each step. `times` is null where the series has none. */
export interface Inferred {
  readonly times: number[] | null;
  readonly mean: number[];
  readonly median: number[];
  readonly intervals: { readonly level: number; readonly lower: number[]; readonly upper: number[] }[];
}

/**
 * Step 4: forecasts with a trained model, without estimating anything: it takes in the values that came after its training and goes on from there.
 * The first step is the one after the series' own end, also where its last values are missing.
 *
 * @throws SarimaError `INVALID_DOCUMENT` for a model that cannot be read
 */
export function infer({ prepared, trained, horizon, levels }: InferInput): Inferred {
  const { values, trailing, bounds, start, step } = prepared;
  // Positions count from the first value the model was trained on.
  const begin =
    start === null || step === null || trained.start === null ? 0 : stepsBetween(trained.start, start, step);
  const end = begin + values.length;
  const added = Float64Array.from({ length: Math.max(0, end - trained.length) }, (_, i) => {
    const index = trained.length + i - begin;
    return index < 0 ? Number.NaN : values[index];
  });
  const model = append(fromJSON(trained.document), added);
  const known = Math.max(end, trained.length);
  const first = Math.max(end + trailing, known);
  const skip = first - known;

  const ahead = forecast(model, skip + horizon, { levels });
  const column = (all: Float64Array) => Array.from(all.subarray(skip), (value) => clamp(value, bounds));
  return {
    times:
      start === null || step === null
        ? null
        : Array.from({ length: horizon }, (_, i) => timeAt(start, step, first - begin + i)),
    mean: column(ahead.mean),
    median: column(ahead.median),
    intervals: ahead.intervals.map(({ level, lower, upper }) => ({
      level,
      lower: column(lower),
      upper: column(upper),
    })),
  };
}

/** A search keeps to its bounds by itself; orders that are given know nothing of them. */
function clamp(value: number, bounds: Bounds | null): number {
  return Math.min(bounds?.upper ?? Infinity, Math.max(bounds?.lower ?? -Infinity, value));
}
