import { SarimaError } from "./errors.js";
import { filterPass, modelPolynomials } from "./estimate/filter-pass.js";
import { checkRegressors, withoutRegression } from "./estimate/prepare.js";
import { freezeModel } from "./fit.js";
import { informationCriteria } from "./information-criteria.js";
import { step } from "./likelihood/filter-step.js";
import { checkModel, type SarimaModel } from "./model.js";
import { designColumns } from "./regressors.js";
import { checkObject, type Series, toSeries } from "./series.js";
import { transformSeries } from "./transform.js";

/**
 * Takes in new observations without estimating again: the parameters stay, the state moves on, and what the model says of
 * its data (residuals, log-likelihood, criteria, nobs) covers the longer series. O(new values · r); only a gap before the
 * filter has settled costs a full pass.
 *
 * @param y New values, in time order, right after the training series; NaN is a gap.
 * @throws SarimaError `INVALID_ARGUMENT`, or `NON_FINITE` where the transformation cannot take a value.
 */
export function append(model: SarimaModel, y: Series, options: { regressors?: readonly Series[] } = {}): SarimaModel {
  checkModel(model);
  checkObject(options, "options");
  const added = toSeries(y);
  if (added.length === 0) return model;
  const { spec, params, sigma2 } = model;
  const n = model.y.length;
  if ((options.regressors?.length ?? 0) !== model.regressors.length) {
    throw new SarimaError(
      "INVALID_ARGUMENT",
      `regressors must hold the new values of the model's ${model.regressors.length} regressors; received ${options.regressors?.length ?? 0} columns`,
    );
  }
  const columns = checkRegressors(options.regressors, added.length);
  const z = transformSeries(added, model.transform);
  for (let t = 0; t < z.length; t++) {
    if (!Number.isNaN(added[t]) && !Number.isFinite(z[t])) {
      throw new SarimaError(
        "NON_FINITE",
        `y[${t}] = ${added[t]} is outside the domain of the model's ${model.transform?.kind} transformation`,
      );
    }
  }
  const design = designColumns(added.length, model.harmonics, model.steps, columns, n);
  const clean = withoutRegression(z, spec, design, params.mean, params.beta, n);
  const factors = { ...params, period: spec.seasonal[3] };
  const polynomials = modelPolynomials(spec, factors);

  const residuals = concatenate(model.residuals, new Float64Array(added.length));
  const fitted = concatenate(model.fitted, new Float64Array(added.length));
  const regressors = model.regressors.map((x, j) => concatenate(x, columns[j]));
  const whole = concatenate(model.y, added);
  let state = model.state;
  let logLik = model.logLik;
  let nobs = model.nobs;
  let filteredTo = model.filteredTo;
  for (let t = 0; t < added.length; t++) {
    const next = step(state, polynomials, clean[t]);
    if (!next) return refilter();
    state = next.state;
    residuals[n + t] = next.v / Math.sqrt(next.F);
    fitted[n + t] = z[t] - next.v;
    if (Number.isNaN(next.v)) continue;
    nobs++;
    logLik = withDensity(logLik, next.v, sigma2 * next.F, z[t]);
  }
  return finish(residuals, fitted);

  function refilter(): SarimaModel {
    const all = transformSeries(whole, model.transform);
    const pass = filterPass(
      withoutRegression(
        all,
        spec,
        designColumns(whole.length, model.harmonics, model.steps, regressors),
        params.mean,
        params.beta,
      ),
      spec,
      factors,
    );
    state = pass.state;
    filteredTo = whole.length;
    logLik = model.logLik;
    nobs = model.nobs;
    for (let t = n; t < whole.length; t++) {
      const v = pass.innovations[t];
      if (Number.isNaN(v)) continue;
      nobs++;
      logLik = withDensity(logLik, v, sigma2 * pass.variances[t], all[t]);
    }
    return finish(
      pass.residuals,
      all.map((value, t) => value - pass.innovations[t]),
    );
  }

  function finish(residuals: Float64Array, fitted: Float64Array): SarimaModel {
    const estimated = model.fixedMask.filter((held) => !held).length + (model.sigma2Fixed ? 0 : 1);
    return freezeModel({
      ...model,
      y: whole,
      filteredTo,
      regressors,
      residuals,
      fitted,
      logLik,
      nobs,
      ...informationCriteria(logLik, estimated, nobs),
      state,
    });
  }
}

function concatenate(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

/** With one more innovation v of variance F·sigma2. A model without variance, of a constant series, rules out any other value. */
function withDensity(logLik: number, v: number, variance: number, value: number): number {
  if (variance > 0) return logLik - 0.5 * (Math.log(2 * Math.PI * variance) + (v * v) / variance);
  return Math.abs(v) <= 1e-12 * Math.abs(value) ? logLik : Number.NEGATIVE_INFINITY;
}
