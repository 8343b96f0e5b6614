import { type SarimaModel, type SarimaSpec, sarima, type TransformSpec } from "sarima-core";
import type { Prepared } from "./preprocess.js";
import { search } from "./search.js";

/** A model as it is kept: orders and numbers, a few hundred bytes. With the series it gives every forecast again. */
export interface Trained {
  readonly spec: SarimaModel["spec"];
  readonly params: SarimaModel["params"];
  readonly transform: TransformSpec | null;
  readonly logLik: number;
  readonly aic: number;
  readonly aicc: number;
  readonly bic: number;
  readonly nobs: number;
  readonly warnings: readonly string[];
}

export interface TrainInput {
  prepared: Prepared;
  /** Orders that are given; without them they are searched. */
  spec?: SarimaSpec;
}

/**
 * Step 3: finds and fits a model: the given orders, or the best of a search by AICc with the season of the prepared series.
 *
 * @throws SarimaError, for example `TOO_SHORT`
 */
export function train({ prepared, spec }: TrainInput): Trained {
  const { values, period } = prepared;
  const model = spec ? sarima(values, spec) : search(values, period);
  return {
    spec: model.spec,
    params: model.params,
    transform: model.transform,
    logLik: model.logLik,
    aic: model.aic,
    aicc: model.aicc,
    bic: model.bic,
    nobs: model.nobs,
    warnings: model.warnings,
  };
}
