import { quote, SarimaError, throwIfAborted } from "./errors.js";
import { conditionalFit } from "./estimate/conditional-fit.js";
import { standardErrors } from "./estimate/covariance.js";
import { filterPass } from "./estimate/filter-pass.js";
import { checkCoefficients } from "./estimate/given-coefficients.js";
import { type Maximum, maximize } from "./estimate/maximize.js";
import { armaNames, ParameterMap } from "./estimate/parameters.js";
import { type Prepared, prepare, withoutKnown, withoutRegression } from "./estimate/prepare.js";
import { informationCriteria } from "./information-criteria.js";
import { ExactLikelihood } from "./likelihood/exact.js";
import type { FitOptions, FittedParams, SarimaModel } from "./model.js";
import type { Series } from "./series.js";
import { checkObject, wholeNumber } from "./series.js";
import type { ArmaFactors, SarimaSpec } from "./spec.js";
import { formatSpec } from "./spec.js";
import { isInvertible, isStationary } from "./stationarity.js";

/** A numeric gradient costs an evaluation for each coefficient, a Hessian one for each pair: beyond this, minutes. */
const MAX_ESTIMATED = 60;

/**
 * Fits a SARIMA model, by default by exact maximum likelihood.
 *
 * @throws SarimaError `INVALID_ORDER`, `INVALID_PARAMS`, `INVALID_ARGUMENT`, `NON_FINITE`, `SINGULAR`, `ABORTED`, and
 * `TOO_SHORT` where there are not more observations than coefficients.
 */
export function sarima(y: Series, spec: SarimaSpec, options: FitOptions = {}): SarimaModel {
  const data = prepare(y, spec, options);
  const method = options.method ?? "ml";
  if (method !== "ml" && method !== "css" && method !== "css-ml") {
    throw new SarimaError("INVALID_ARGUMENT", `method must be "ml", "css" or "css-ml"; received ${quote(method)}`);
  }
  if (options.maxIterations !== undefined) wholeNumber(options.maxIterations, "maxIterations", 1);
  if (options.start !== undefined && options.start !== null) {
    const { ar, ma, seasonalAr, seasonalMa } = checkObject(options.start, "start");
    checkCoefficients({ ar, ma, seasonalAr, seasonalMa }, data.spec, 0, "start");
  }
  return fitPrepared(data, options, method);
}

/** How hard a fit tries, beyond what callers may choose: a search over many models wants it quick and without errors. */
export interface FitEffort {
  readonly quick?: boolean;
  readonly standardErrors?: boolean;
  /** Where an earlier search of the same data ended: nothing is searched, the rest is computed as after any search. */
  readonly found?: ArmaFactors;
  /** With `quick`: what the log-likelihood may gain in another step when the search ends. */
  readonly error?: number;
}

export function fitPrepared(
  data: Prepared,
  options: FitOptions,
  method: "ml" | "css" | "css-ml",
  effort: FitEffort = {},
): SarimaModel {
  const { spec } = data;
  throwIfAborted(options.signal);
  const fixed = checkCoefficients(options.fixed, spec, data.design.length, "fixed");
  const map = new ParameterMap(spec, fixed);
  const fixedMean = fixed.mean ?? undefined;
  const fixedBeta = fixed.beta;
  const fixedSigma2 = fixed.sigma2 ?? undefined;
  const freeColumns = data.design.map((_, j) => j).filter((j) => fixedBeta[j] === null);
  const meanEstimated = spec.mean && fixedMean === undefined;
  const { y: leveled, level } = withoutKnown(data, fixedMean, fixedBeta);
  const likelihood = new ExactLikelihood({
    y: leveled,
    level,
    spec,
    mean: meanEstimated,
    regressors: freeColumns.map((j) => data.design[j]),
    names: freeColumns.map((j) => data.designNames[j]),
  });
  likelihood.stopAt(options.signal);
  const coefficients = map.free + likelihood.regression;
  if (likelihood.nobs <= coefficients) {
    throw new SarimaError(
      "TOO_SHORT",
      `y leaves ${likelihood.nobs} values after differencing; ${formatSpec(spec)} estimates ${coefficients} coefficients and needs more than that: give more data or a smaller model`,
    );
  }

  if (map.free > MAX_ESTIMATED) {
    throw new SarimaError(
      "INVALID_ORDER",
      `${formatSpec(spec)} estimates ${map.free} ARMA coefficients, more than the ${MAX_ESTIMATED} that a search can find: lower p, q, P or Q, or fix some`,
    );
  }

  const warnings: string[] = [];
  if (likelihood.undetermined > 0) {
    warnings.push(
      `${likelihood.undetermined} of the ${spec.seasonal[3]} places in the season are observed too seldom to forecast: standard errors there are infinite`,
    );
  }
  const constant = fixedSigma2 === undefined && likelihood.isConstant();
  let maximum: Maximum;
  if (constant) {
    map.apply(map.coordinates({}));
    maximum = {
      factors: map.snapshot(),
      u: new Float64Array(map.free),
      objective: Number.NEGATIVE_INFINITY,
      converged: true,
      iterations: 0,
      evaluations: 1,
    };
    warnings.push("the series is constant once differenced and regressed: sigma2 is 0 and intervals have no width");
  } else if (effort.found) {
    maximum = {
      factors: effort.found,
      u: new Float64Array(map.free),
      objective: Number.NaN,
      converged: true,
      iterations: 0,
      evaluations: 1,
    };
  } else if (method === "css") {
    maximum = conditionalFit(likelihood, map, options);
    if (likelihood.gapCount > 0) warnings.push('method "css" filled the gaps; "ml" treats them exactly');
  } else {
    const start = method === "css-ml" ? conditionalFit(likelihood, map, options).factors : options.start;
    maximum = maximize(likelihood, map, {
      start,
      sigma2: fixedSigma2,
      maxIterations: options.maxIterations,
      signal: options.signal,
      effort: effort.quick ? "quick" : "thorough",
      ...(effort.error !== undefined && { tolerance: effort.error / likelihood.nobs }),
    });
  }
  const { factors } = maximum;
  if (!likelihood.evaluate(factors, true)) {
    throw new SarimaError(
      "NOT_CONVERGED",
      `no usable optimum of ${formatSpec(spec)} was found; try other orders or a start`,
    );
  }
  if (!maximum.converged) warnings.push("the search stopped before it converged; raise maxIterations or give a start");

  const estimates = likelihood.coefficients();
  const sigma2 = constant ? 0 : (fixedSigma2 ?? likelihood.sigma2());
  if (!constant && !(sigma2 >= 1e-300 && sigma2 <= 1e300)) {
    throw new SarimaError(
      "NON_FINITE",
      `the variance of y, about ${sigma2}, cannot be represented; rescale y to order 1`,
    );
  }
  const logLik = constant ? Number.POSITIVE_INFINITY : likelihood.logLikelihood(fixedSigma2);
  const shift = spec.order[1] + spec.seasonal[1] === 0 ? level : 0;
  const mean = meanEstimated ? estimates[0] + shift : (fixedMean ?? 0);
  const beta: number[] = data.design.map((_, j) => fixedBeta[j] ?? 0);
  freeColumns.forEach((j, i) => {
    beta[j] = estimates[i + (meanEstimated ? 1 : 0)];
  });

  const names = armaNames(spec);
  if (spec.mean) names.push(spec.order[1] + spec.seasonal[1] > 0 ? "drift" : "mean");
  data.design.forEach((_, j) => {
    names.push(`beta${j + 1}`);
  });
  const fixedMask = [
    ...map.fixedMask,
    ...(spec.mean ? [!meanEstimated] : []),
    ...data.design.map((_, j) => fixedBeta[j] !== null),
  ];
  const errors = new Float64Array(names.length).fill(constant ? 0 : Number.NaN);
  if (!constant && (effort.standardErrors ?? true)) {
    const found = standardErrors(likelihood, factors, map.fixedMask, fixedSigma2, options.signal);
    errors.set(found.arma);
    let next = 0;
    for (let j = map.fixedMask.length; j < names.length; j++) errors[j] = fixedMask[j] ? 0 : found.regression[next++];
    if (!found.positiveDefinite) {
      warnings.push("the Hessian is not positive definite: standard errors mean nothing here and are NaN");
    }
  }
  warnings.push(...boundaryWarnings(factors));

  const params: FittedParams = {
    ar: factors.ar,
    ma: factors.ma,
    seasonalAr: factors.seasonalAr,
    seasonalMa: factors.seasonalMa,
    mean,
    beta,
    sigma2,
  };
  const clean = withoutRegression(data.z, spec, data.design, mean, beta);
  const pass = filterPass(clean, spec, factors, { signal: options.signal });
  const fitted = lessInnovations(data.z, pass.innovations);
  const estimated = fixedMask.filter((held) => !held).length + (fixedSigma2 === undefined ? 1 : 0);
  return freezeModel({
    spec,
    params,
    parameterNames: names,
    standardErrors: errors,
    sigma2,
    logLik,
    ...informationCriteria(logLik, estimated, likelihood.nobs),
    nobs: likelihood.nobs,
    converged: maximum.converged,
    warnings,
    residuals: pass.residuals,
    fitted,
    method,
    y: data.y,
    filteredTo: data.y.length,
    regressors: data.regressors,
    harmonics: data.harmonics,
    steps: data.steps,
    transform: data.transform,
    fixedMask,
    sigma2Fixed: fixedSigma2 !== undefined,
    state: pass.state,
  });
}

export function freezeModel(model: SarimaModel): SarimaModel {
  const { params } = model;
  for (const list of [params.ar, params.ma, params.seasonalAr, params.seasonalMa, params.beta]) Object.freeze(list);
  Object.freeze(params);
  for (const list of [model.parameterNames, model.warnings, model.regressors, model.fixedMask]) Object.freeze(list);
  Object.freeze(model.state);
  return Object.freeze(model);
}

function lessInnovations(z: Float64Array, innovations: Float64Array): Float64Array {
  const out = z.slice();
  for (let t = 0; t < out.length; t++) out[t] -= innovations[t];
  return out;
}

function boundaryWarnings(factors: ArmaFactors): string[] {
  const out: string[] = [];
  const near = (list: readonly number[], sign: 1 | -1) => {
    const stretched = list.map((value, j) => sign * value * 1.001 ** (j + 1));
    return list.length > 0 && !(sign === 1 ? isStationary(stretched) : isInvertible(stretched.map((v) => -v)));
  };
  if (near(factors.ar, 1) || near(factors.seasonalAr, 1)) {
    out.push("an autoregressive root is within 0.001 of the unit circle: consider differencing");
  }
  if (near(factors.ma, -1) || near(factors.seasonalMa, -1)) {
    out.push("a moving-average root is within 0.001 of the unit circle: the model may be over-differenced");
  }
  return out;
}
