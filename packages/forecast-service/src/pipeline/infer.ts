import { forecast, sarima } from "sarima-core";
import { timeAt } from "../calendar.js";
import type { Bounds } from "../settings.js";
import type { Prepared } from "./preprocess.js";
import type { Trained } from "./train.js";

export interface InferInput {
  prepared: Prepared;
  trained: Pick<Trained, "spec" | "params" | "transform">;
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
 * Step 4: forecasts with a trained model, without estimating anything: its parameters are held and the filter runs once over the series.
 * The first step is the one after the series' own end, also where its last values are missing.
 */
export function infer({ prepared, trained, horizon, levels }: InferInput): Inferred {
  const { values, trailing, bounds, start, step } = prepared;
  const { ar, ma, seasonalAr, seasonalMa, mean, beta, sigma2 } = trained.params;
  const model = sarima(values, trained.spec, {
    fixed: { ar, ma, seasonalAr, seasonalMa, beta, sigma2, ...(trained.spec.mean ? { mean } : {}) },
    ...(trained.transform ? { transform: trained.transform } : {}),
  });
  const ahead = forecast(model, trailing + horizon, { levels });
  const column = (all: Float64Array) => Array.from(all.subarray(trailing), (value) => clamp(value, bounds));
  return {
    times:
      start === null || step === null
        ? null
        : Array.from({ length: horizon }, (_, i) => timeAt(start, step, values.length + trailing + i)),
    mean: column(ahead.mean),
    median: column(ahead.median),
    intervals: ahead.intervals.map(({ level, lower, upper }) => ({
      level,
      lower: column(lower),
      upper: column(upper),
    })),
  };
}

function clamp(value: number, bounds: Bounds | null): number {
  return Math.min(bounds?.upper ?? Infinity, Math.max(bounds?.lower ?? -Infinity, value));
}
