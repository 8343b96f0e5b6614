import { autoSarima, type SarimaModel, type SarimaSpec, sarima, toJSON } from "sarima-core";
import type { Prepared } from "./preprocess.js";

/** A model as it is kept: a document that `infer` goes on from, and what people want to see of it. */
export interface Trained {
  /** The fitted model as sarima-core's `toJSON` writes it: about 22 KB for a week at 5 minutes. */
  readonly document: string;
  /** Time of the first value it was trained on; null where times are not known. */
  readonly start: number | null;
  /** How many values it was trained on, gaps included. */
  readonly length: number;
  readonly spec: SarimaModel["spec"];
  readonly params: SarimaModel["params"];
  readonly transform: SarimaModel["transform"];
  readonly logLik: number;
  readonly aic: number;
  readonly aicc: number;
  readonly bic: number;
  readonly warnings: readonly string[];
}

export interface TrainInput {
  prepared: Prepared;
  /** Orders that are given; without them they are searched. */
  spec?: SarimaSpec;
}

/**
 * Step 3: finds and fits a model: the given orders, or the best of a search. Data of a metric are searched with all their seasons, on
 * the scale and with the interval widths that forecasts replayed inside the history ask for; other data as R's auto.arima does.
 *
 * @throws SarimaError, for example `TOO_SHORT`
 */
export function train({ prepared, spec }: TrainInput): Trained {
  const { values, start, periods, bounds, metric } = prepared;
  const limits = { lower: bounds?.lower, upper: bounds?.upper };
  const model = spec
    ? sarima(values, spec)
    : autoSarima(values, metric ? { periods, ...limits } : { period: periods[0] ?? 1, ...limits });
  return {
    document: toJSON(model),
    start,
    length: values.length,
    spec: model.spec,
    params: model.params,
    transform: model.transform,
    logLik: model.logLik,
    aic: model.aic,
    aicc: model.aicc,
    bic: model.bic,
    warnings: model.warnings,
  };
}
