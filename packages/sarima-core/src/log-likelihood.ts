import { quote, SarimaError } from "./errors.js";
import { checkCoefficients, type GivenCoefficients } from "./estimate/given-coefficients.js";
import { prepare, withoutKnown } from "./estimate/prepare.js";
import { ExactLikelihood } from "./likelihood/exact.js";
import type { FitOptions } from "./model.js";
import type { Series } from "./series.js";
import type { ArmaFactors, CheckedSpec, SarimaParams, SarimaSpec } from "./spec.js";
import { formatSpec } from "./spec.js";

/** What `logLikelihood` may be told. */
export interface LikelihoodOptions {
  regressors?: FitOptions["regressors"];
  harmonics?: FitOptions["harmonics"];
  steps?: FitOptions["steps"];
  transform?: FitOptions["transform"];
  /** Default: the cheaper one. Both give the same value. */
  engine?: "innovations" | "kalman" | undefined;
}

/**
 * Exact Gaussian log-likelihood of a series at given parameters, in natural logarithms: differencing first, gaps
 * integrated out over a flat prior (Gómez, Maravall & Peña 1999). What `params` leaves out of mean, beta and sigma2 is
 * concentrated out. With a transformation it is the likelihood of the transformed data. Infinity for a series that is
 * constant once differenced and regressed, unless sigma2 is given.
 *
 * Non-invertible and unit-root moving averages are legal.
 * Where differencing leaves something undetermined (D > 0 and a place of the season that is never observed), the flat prior has no
 * scale there: values compare at different parameters of one series, not with other definitions of a diffuse likelihood.
 *
 * @throws SarimaError `NON_STATIONARY` when an autoregressive factor is not stationary, `INVALID_PARAMS` when coefficients
 * are missing, `TOO_SHORT`, and what the checks of y and spec throw.
 */
export function logLikelihood(
  y: Series,
  spec: SarimaSpec,
  params: SarimaParams,
  options: LikelihoodOptions = {},
): number {
  const data = prepare(y, spec, options, false);
  const { engine } = options;
  if (engine !== undefined && engine !== "innovations" && engine !== "kalman") {
    throw new SarimaError("INVALID_ARGUMENT", `engine must be "innovations" or "kalman"; received ${quote(engine)}`);
  }
  if (params === null || typeof params !== "object") {
    throw new SarimaError("INVALID_PARAMS", `params must be an object of coefficients; received ${quote(params)}`);
  }
  const given = checkCoefficients(params, data.spec, data.design.length, "params");
  const factors = completeFactors(given, data.spec);
  const mean = given.mean ?? undefined;
  const sigma2 = given.sigma2 ?? undefined;
  const { y: clean, level } = withoutKnown(data, mean, given.beta);
  const likelihood = new ExactLikelihood(
    {
      y: clean,
      level,
      spec: data.spec,
      mean: data.spec.mean && mean === undefined,
      regressors: data.design.filter((_, j) => given.beta[j] === null),
      names: data.designNames.filter((_, j) => given.beta[j] === null),
    },
    engine,
  );
  const evaluate = () => {
    if (likelihood.evaluate(factors, true)) return;
    throw new SarimaError(
      "NON_STATIONARY",
      "the autoregressive roots are too close to the unit circle to evaluate; move them out",
    );
  };
  evaluate();
  if (sigma2 === undefined && likelihood.current.rss < likelihood.nobs * 1e-20 * likelihood.magnitude ** 2) {
    if (likelihood.isConstant()) return Number.POSITIVE_INFINITY;
    evaluate();
  }
  return likelihood.logLikelihood(sigma2);
}

/** ARMA coefficients of which none may be left open. */
function completeFactors(given: GivenCoefficients, spec: CheckedSpec): ArmaFactors {
  const whole = (name: "ar" | "ma" | "seasonalAr" | "seasonalMa"): number[] => {
    const values = given[name].filter((value) => value !== null);
    if (values.length < given[name].length) {
      throw new SarimaError(
        "INVALID_PARAMS",
        `params.${name} must have ${given[name].length} finite ${given[name].length === 1 ? "value" : "values"} for ${formatSpec(spec)}; received ${quote(given[name])}`,
      );
    }
    return values;
  };
  return {
    ar: whole("ar"),
    ma: whole("ma"),
    seasonalAr: whole("seasonalAr"),
    seasonalMa: whole("seasonalMa"),
    period: spec.seasonal[3],
  };
}
