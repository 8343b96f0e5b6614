import { modelPolynomials } from "./estimate/filter-pass.js";
import { constantColumn, withoutRegression } from "./estimate/prepare.js";
import { checkLevels, onOriginalScale } from "./forecast.js";
import { kalmanSmooth } from "./likelihood/smoother.js";
import { checkModel, type Forecast, type SarimaModel } from "./model.js";
import { designColumns } from "./regressors.js";
import { checkObject } from "./series.js";
import { transformSeries } from "./transform.js";

/**
 * The training series with its gaps filled in: at each gap the mean, median, standard error and intervals of the missing value
 * given everything observed before and after it, on the original scale. Where a value was observed it is that value, without
 * error. Exact given the parameters, by the fixed-interval smoother of Durbin & Koopman (2012, section 4.4).
 *
 * @returns as long as the series; a value that the data leave undetermined (all Januaries missing) has an infinite standard error
 * @throws SarimaError `INVALID_ARGUMENT` for levels that are off.
 */
export function smooth(model: SarimaModel, options: { levels?: readonly number[] | undefined } = {}): Forecast {
  const levels = checkLevels(checkObject(options, "options").levels);
  const { spec, params, y, transform } = checkModel(model);
  const n = y.length;
  const z = transformSeries(y, transform);
  const design = designColumns(n, model.harmonics, model.steps, model.regressors);
  const clean = withoutRegression(z, spec, design, params.mean, params.beta);
  const factors = { ...params, period: spec.seasonal[3] };
  const { mean, variance } = kalmanSmooth({ ...modelPolynomials(spec, factors), factors, y: clean });

  const constant = params.mean ? constantColumn(n, spec) : null;
  for (let t = 0; t < n; t++) {
    variance[t] *= params.sigma2;
    if (!Number.isNaN(y[t])) {
      mean[t] = z[t];
      continue;
    }
    if (constant) mean[t] += params.mean * constant[t];
    for (let j = 0; j < design.length; j++) mean[t] += params.beta[j] * design[j][t];
  }
  const out = onOriginalScale(mean, variance, levels, transform, { range: model.range });
  // There and back through a transformation may cost the last digit; what was observed stays as it is.
  for (const values of [out.mean, out.median, ...out.intervals.flatMap(({ lower, upper }) => [lower, upper])]) {
    for (let t = 0; t < n; t++) if (!Number.isNaN(y[t])) values[t] = y[t];
  }
  return out;
}
