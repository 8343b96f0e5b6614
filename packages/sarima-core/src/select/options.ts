import { quote, SarimaError } from "../errors.js";
import type { Range, TransformSpec } from "../model.js";
import type { OutlierReport } from "../outliers.js";
import { finiteNumber, type Series, wholeNumber } from "../series.js";
import type { CheckedSpec } from "../spec.js";
import type { Criterion } from "./criterion.js";
import type { OrderOptions } from "./orders.js";

/** Settings of `autoSarima`; nothing is required. */
export interface AutoSarimaOptions extends OrderOptions {
  /**
   * The one season, for the classical search: the data as they are, d by KPSS, D by seasonal strength, orders by AICc.
   * Without a `period` or `periods` there is none.
   */
  period?: number | undefined;
  /**
   * Several seasons, for series of metrics: the shortest with enough data is the seasonal factor, the others become Fourier
   * terms where they are there. Scale, d and the width of intervals then follow the evidence of rolling origins.
   */
  periods?: readonly number[] | undefined;
  /** Default "aicc". "rolling" scores every model by forecasts replayed inside the training data. */
  criterion?: Criterion | undefined;
  /** Default "stepwise". "grid" tries every order with p + q + P + Q ≤ maxOrder. */
  search?: "stepwise" | "grid" | undefined;
  /** Numbers of differences, where they are known. */
  d?: number | undefined;
  D?: number | undefined;
  /** Test for d in the classical search. Default "kpss". */
  unitRootTest?: "kpss" | "adf" | "pp" | undefined;
  /** Test for D. Default "strength". */
  seasonalTest?: "strength" | "ocsb" | "ch" | undefined;
  /** A scale, or "auto" for the best by rolling origins. Default: "auto" with `periods`, none with `period`. */
  transform?: TransformSpec | "auto" | "none" | undefined;
  /** Possible values: no forecast leaves them. Default with `periods`: at least 0 when no value is negative. */
  lower?: number | undefined;
  upper?: number | undefined;
  /** Columns of the length of y, without gaps. */
  regressors?: readonly Series[] | undefined;
  /** What to do with spikes that stand out by a robust rule. Default "ignore"; "report" names them in a warning. */
  outliers?: "ignore" | "report" | "gaps" | undefined;
  /** The same for level shifts; "steps" gives each its own step column. */
  levelShifts?: "ignore" | "report" | "steps" | undefined;
  /** Steps ahead that forecasts replayed inside the data look. Default 48, or less where the data are few. */
  horizon?: number | undefined;
  /** Models with a root of a factor nearer to the unit circle than this are rejected. Default 1.01; 1 rejects none. */
  minimumRoot?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Called after each model. */
  onProgress?: ((progress: SearchProgress) => void) | undefined;
}

/** How far a search is. */
export interface SearchProgress {
  /** Models tried so far. */
  readonly tried: number;
  /** All there are, in a grid. */
  readonly total?: number;
  readonly last: TriedModel;
  readonly best: TriedModel;
}

/** One row of the table of tried models. */
export interface TriedModel {
  readonly spec: CheckedSpec;
  /** Infinity where the model was rejected. */
  readonly criterion: number;
  /** Why it was. */
  readonly error?: string;
}

/** How a model was found. */
export interface SearchReport {
  /** Every model, in the order in which it was tried. */
  readonly tried: readonly TriedModel[];
  readonly d: number;
  readonly D: number;
  readonly criterion: Criterion;
  /** Scales and differences that were compared by rolling origins, best first; empty where nothing was. */
  readonly scales: readonly {
    readonly transform: string;
    readonly d: number;
    readonly D: number;
    readonly score: number;
  }[];
  /** What stood out, where it was looked for. */
  readonly outliers: OutlierReport | null;
}

/** Seasons of a series, shortest first. */
export function seasonsOf(options: AutoSarimaOptions): number[] {
  const { period, periods } = options;
  if (period !== undefined && periods !== undefined) {
    throw new SarimaError("INVALID_ARGUMENT", "give period or periods, not both");
  }
  if (period !== undefined) return wholeNumber(period, "period", 1) > 1 ? [period] : [];
  if (periods === undefined) return [];
  if (!Array.isArray(periods)) {
    throw new SarimaError("INVALID_ARGUMENT", `periods must be an array of numbers; received ${quote(periods)}`);
  }
  periods.forEach((length, i) => {
    finiteNumber(length, `periods[${i}]`, 1);
  });
  return [...new Set<number>(periods)].filter((length) => length > 1).sort((a, b) => a - b);
}

/** The possible values: what the caller says, else, for metrics, that a series without negative values has none. */
export function rangeOf(options: AutoSarimaOptions, y: Float64Array): Range {
  const metrics = options.periods !== undefined;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of y) {
    if (Number.isNaN(value)) continue;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const free = metrics && least >= 0 ? 0 : Number.NEGATIVE_INFINITY;
  const lower = options.lower === undefined ? free : bound(options.lower, "lower");
  const upper = options.upper === undefined ? Number.POSITIVE_INFINITY : bound(options.upper, "upper");
  if (!(lower < upper)) {
    throw new SarimaError("INVALID_ARGUMENT", `lower must lie below upper; received ${lower} and ${upper}`);
  }
  if (least < lower || most > upper) {
    throw new SarimaError(
      "INVALID_ARGUMENT",
      `y reaches from ${least} to ${most}, outside of lower = ${lower} and upper = ${upper}: correct the bounds or mark the values as gaps`,
    );
  }
  return Object.freeze({ lower, upper });
}

function bound(value: unknown, argument: string): number {
  if (typeof value !== "number" || Number.isNaN(value)) {
    throw new SarimaError("INVALID_ARGUMENT", `${argument} must be a number; received ${quote(value)}`);
  }
  return value;
}
