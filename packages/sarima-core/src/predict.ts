import { SarimaError } from "./errors.js";
import { modelPolynomials } from "./estimate/filter-pass.js";
import { checkRegressors, constantColumn } from "./estimate/prepare.js";
import { predictFrom } from "./likelihood/filter-prediction.js";
import { checkModel, type SarimaModel } from "./model.js";
import { designColumns } from "./regressors.js";
import { type Series, wholeNumber } from "./series.js";

export const MAX_HORIZON = 100_000;

/** Means and variances of the next values on the transformed scale. */
export function predictTransformed(
  model: SarimaModel,
  horizon: number,
  regressors?: readonly Series[],
): { mean: Float64Array; variance: Float64Array } {
  const { spec, params } = checkModel(model);
  wholeNumber(horizon, "horizon", 1, MAX_HORIZON);
  const n = model.y.length;
  const columns = futureRegressors(model, horizon, regressors);
  const period = spec.seasonal[3];
  const { mean, variance } = predictFrom(model.state, modelPolynomials(spec, { ...params, period }), horizon);
  const constant = params.mean ? constantColumn(horizon, spec, n) : null;
  const design = designColumns(horizon, model.harmonics, model.steps, columns, n);
  for (let h = 0; h < horizon; h++) {
    if (constant) mean[h] += params.mean * constant[h];
    for (let j = 0; j < design.length; j++) mean[h] += params.beta[j] * design[j][h];
    variance[h] *= params.sigma2;
  }
  return { mean, variance };
}

function futureRegressors(
  model: SarimaModel,
  horizon: number,
  given: readonly Series[] | undefined,
): readonly Series[] {
  const needed = model.regressors.length;
  if ((given?.length ?? 0) !== needed) {
    throw new SarimaError(
      "INVALID_ARGUMENT",
      `regressors must hold the future values of the model's ${needed} regressors; received ${given?.length ?? 0} columns`,
    );
  }
  return checkRegressors(given, horizon);
}
