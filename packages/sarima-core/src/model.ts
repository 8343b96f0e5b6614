import { quote, SarimaError } from "./errors.js";
import type { FilterState } from "./likelihood/filter-state.js";
import type { Series } from "./series.js";
import type { CheckedSpec, SarimaParams } from "./spec.js";

/** A transformation of the data before differencing. Forecasts come back on the original scale. */
export type TransformSpec =
  | { kind: "box-cox"; lambda: number | "auto" }
  | { kind: "log"; offset?: number }
  | { kind: "logit"; lower: number; upper: number };

/** A transformation with every number known. */
export type Transform =
  | { readonly kind: "box-cox"; readonly lambda: number }
  | { readonly kind: "log"; readonly offset: number }
  | { readonly kind: "logit"; readonly lower: number; readonly upper: number };

/** `order` sine and cosine pairs of a cycle of `period` steps; time 1 is the first value of the training series, as in forecast::fourier. */
export interface Harmonics {
  readonly period: number;
  readonly order: number;
}

/** What `sarima` may be told. */
export interface FitOptions {
  /** "ml": exact maximum likelihood; "css": conditional least squares; "css-ml": the second starts the first. Default "ml". */
  method?: "ml" | "css" | "css-ml" | undefined;
  /** Columns of the length of y, without gaps. Their future values are then needed by `forecast`. */
  regressors?: readonly Series[] | undefined;
  /** Cycles as Fourier terms; their future values are known. */
  harmonics?: readonly Harmonics[] | undefined;
  /** Level shifts: 0-based positions from which a step column is 1. */
  steps?: readonly number[] | undefined;
  transform?: TransformSpec | undefined;
  /** Values held fixed; null estimates that one. Everything fixed: no search. */
  fixed?:
    | {
        ar?: readonly (number | null)[] | undefined;
        ma?: readonly (number | null)[] | undefined;
        seasonalAr?: readonly (number | null)[] | undefined;
        seasonalMa?: readonly (number | null)[] | undefined;
        mean?: number | null | undefined;
        beta?: readonly (number | null)[] | undefined;
        sigma2?: number | null | undefined;
      }
    | undefined;
  /** Where the search begins, beside the library's own starting values. */
  start?: SarimaParams | undefined;
  maxIterations?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** Parameters of a fitted model: nothing is missing. `mean` is 0 where the model has none. */
export interface FittedParams {
  readonly ar: readonly number[];
  readonly ma: readonly number[];
  readonly seasonalAr: readonly number[];
  readonly seasonalMa: readonly number[];
  readonly mean: number;
  readonly beta: readonly number[];
  readonly sigma2: number;
}

/** A fitted model: frozen plain data, the first argument of every function that uses one. */
export interface SarimaModel {
  readonly spec: CheckedSpec;
  readonly params: FittedParams;
  /** "ar1", "ma1", "sar1", "sma1", "mean" (or "drift"), "beta1", … : the estimated and fixed coefficients, without sigma2. */
  readonly parameterNames: readonly string[];
  /** One for each name; 0 where fixed, NaN where the Hessian gives none (a warning says so). */
  readonly standardErrors: Float64Array;
  readonly sigma2: number;
  /** Exact Gaussian log-likelihood on the scale of the transformed data. */
  readonly logLik: number;
  readonly aic: number;
  readonly aicc: number;
  readonly bic: number;
  readonly hqic: number;
  /** Observed values that enter the likelihood, after differencing. */
  readonly nobs: number;
  readonly converged: boolean;
  readonly warnings: readonly string[];
  /** Standardised to variance sigma2, on the transformed scale; NaN at gaps and while the first d + sD values are taken in. */
  readonly residuals: Float64Array;
  /** One-step predictions on the transformed scale: transformed y − innovation. */
  readonly fitted: Float64Array;

  readonly method: "ml" | "css" | "css-ml";
  /** The training series on its original scale, gaps as NaN. */
  readonly y: Float64Array;
  /** How many values went through the filter together; those after them were appended one by one. */
  readonly filteredTo: number;
  readonly regressors: readonly Float64Array[];
  readonly harmonics: readonly Harmonics[];
  readonly steps: readonly number[];
  readonly transform: Transform | null;
  /** Coefficients that were held fixed, in the order of parameterNames. */
  readonly fixedMask: readonly boolean[];
  readonly sigma2Fixed: boolean;
  /** The possible values of the series: no forecast leaves them. Set by a search that knows them. */
  readonly range?: Range | undefined;
  /** Widths of intervals as rolling origins found them; Gaussian where there is none. Set by a search that judged them. */
  readonly calibration?: Calibration | undefined;
  /** Where the filter stands after the last value: what `forecast` and `append` start from. */
  readonly state: FilterState;
}

/** Half-widths of intervals relative to Gaussian ones, at some levels. */
export interface Calibration {
  /** Ascending coverages. */
  readonly levels: readonly number[];
  readonly factors: readonly number[];
}

/** Values that a series can take; ±Infinity where it has no bound. */
export interface Range {
  readonly lower: number;
  readonly upper: number;
}

/** An interval for each step ahead, on the original scale. */
export interface PredictionInterval {
  /** Coverage, for example 0.95. */
  readonly level: number;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** A forecast on the original scale; index 0 is the first step after the training series. */
export interface Forecast {
  readonly mean: Float64Array;
  readonly median: Float64Array;
  readonly standardError: Float64Array;
  readonly intervals: readonly PredictionInterval[];
}

/** Refuses what no function of this library returned; what is inside a model is trusted. */
export function checkModel(model: SarimaModel): SarimaModel {
  const given: Partial<SarimaModel> | null | undefined = model;
  if (!given?.spec || !given.params || !given.state || !(given.y instanceof Float64Array)) {
    const ensemble = (model as { kind?: unknown } | null | undefined)?.kind === "ensemble";
    throw new SarimaError(
      "INVALID_ARGUMENT",
      ensemble
        ? "model must be a single model; received an ensemble: look at the models of its members"
        : `model must be what sarima, append or fromJSON returned; received ${quote(model)}`,
    );
  }
  return model;
}
