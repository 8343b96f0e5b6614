import { SarimaError, throwIfAborted } from "../errors.js";
import { maximize } from "../estimate/maximize.js";
import { ParameterMap } from "../estimate/parameters.js";
import { ExactLikelihood } from "../likelihood/exact.js";
import type { ArmaFactors, CheckedSpec, SarimaParams } from "../spec.js";
import { isInvertible, isStationary } from "../stationarity.js";
import { criterionOf, type InformationCriterion } from "./criterion.js";

/** A model that was tried. */
export interface Candidate {
  readonly spec: CheckedSpec;
  /** Infinity where the model was rejected; `error` says why. */
  readonly criterion: number;
  readonly error?: string;
  /** Null where nothing was estimated. */
  readonly factors: ArmaFactors | null;
  /** Coefficients of the regression: the mean first where there is one, then the design. */
  readonly regression: Float64Array;
  readonly sigma2: number;
}

/** What every candidate of one search is fitted to. */
export interface SearchData {
  /** Transformed series, NaN at gaps. */
  readonly z: Float64Array;
  /** Columns whose coefficients each candidate estimates. */
  readonly design: readonly Float64Array[];
  /** Coefficients that were estimated before the search and count in the criterion. */
  readonly estimatedBefore: number;
  readonly criterion: InformationCriterion;
  /** Roots of a factor nearer to the unit circle than this modulus reject a model. R's rule is 1.01; 1 rejects none. */
  readonly minimumRoot: number;
  /** Iterations of each likelihood search. */
  readonly maxIterations: number;
}

/** What the search for a maximum may leave of −2·log-likelihood: nothing that a choice should hang on. */
const ERROR = 2e-3;

/** A constant of differences this small beside the data is what rounding left of 0. */
const ZERO = 1e-13;

/** A model this much worse than the best one, at estimates that are nearly its best, is not followed to its maximum. */
const HOPELESS = 20;

/**
 * Fits one candidate by exact maximum likelihood, from the neighbour's optimum `start` and from Hannan–Rissanen's estimates.
 * What cannot be fitted is rejected, with the reason; only an abort is thrown.
 *
 * @param best lowest criterion so far: a model that starts far behind it is not followed to its maximum
 */
export function fitCandidate(
  data: SearchData,
  spec: CheckedSpec,
  start: SarimaParams | null,
  best = Number.POSITIVE_INFINITY,
  signal?: AbortSignal,
): Candidate {
  const rejected = (error: string, factors: ArmaFactors | null = null): Candidate => ({
    spec,
    criterion: Number.POSITIVE_INFINITY,
    error,
    factors,
    regression: new Float64Array(0),
    sigma2: Number.NaN,
  });
  throwIfAborted(signal);
  let likelihood: ExactLikelihood;
  try {
    likelihood = new ExactLikelihood({
      y: data.z,
      spec,
      mean: spec.mean,
      regressors: data.design,
    });
  } catch (error) {
    if (error instanceof SarimaError) return rejected(error.message);
    throw error;
  }
  const map = new ParameterMap(spec);
  const k = map.free + likelihood.regression + data.estimatedBefore + 1;
  if (likelihood.nobs <= k) {
    return rejected(`it estimates ${k} parameters from ${likelihood.nobs} values: too few`);
  }
  if (likelihood.isConstant()) {
    // Every model fits it without error: the simplest that does says what it is.
    if (map.free > 0) return rejected("nothing is left for it to explain: the series has no noise once differenced");
    const regression = likelihood.coefficients();
    if (spec.mean && Math.abs(regression[0]) <= ZERO * likelihood.magnitude * likelihood.scale)
      return rejected("its constant is 0: the series has no noise once differenced");
    return { spec, criterion: Number.NEGATIVE_INFINITY, factors: map.snapshot(), regression, sigma2: 0 };
  }
  const { factors, abandoned } = maximize(likelihood, map, {
    start: start ?? undefined,
    effort: "quick",
    maxIterations: data.maxIterations,
    tolerance: ERROR / likelihood.nobs,
    hopelessAbove: objectiveOf(best + HOPELESS, data.criterion, k, likelihood),
    unwanted: (factors) => nearUnitRoot(factors, data.minimumRoot) !== null,
    signal,
  });
  if (abandoned)
    return rejected(`its search led to a root nearer to the unit circle than ${data.minimumRoot}`, factors);
  if (!likelihood.evaluate(factors)) return rejected("no usable optimum was found");
  const value = criterionOf(data.criterion, likelihood.logLikelihood(), k, likelihood.nobs);
  const place = nearUnitRoot(factors, data.minimumRoot);
  if (place) return rejected(`${place} root nearer to the unit circle than ${data.minimumRoot}`, factors);
  if (Number.isNaN(value)) return rejected("its likelihood cannot be represented", factors);
  return {
    spec,
    criterion: value,
    factors,
    regression: likelihood.coefficients(),
    sigma2: likelihood.sigma2(),
  };
}

/** −2·log-likelihood/n of the scaled data at which a model with k parameters has this criterion. */
function objectiveOf(criterion: number, name: InformationCriterion, k: number, likelihood: ExactLikelihood): number {
  const n = likelihood.nobs;
  return (criterion - criterionOf(name, 0, k, n)) / n - 2 * Math.log(likelihood.scale);
}

/**
 * Name of the factor with a root of modulus below `limit`, or null. Each factor is judged in its own variable: a seasonal
 * coefficient of 0.9 is far from 1 however long the season, where R's rule on the expanded polynomial would
 * refuse 0.89 at a season of 12 and 0.06 at 288.
 */
export function nearUnitRoot(factors: ArmaFactors, limit: number): string | null {
  if (limit <= 1) return null;
  const stretch = (list: readonly number[], sign: 1 | -1) => list.map((value, j) => sign * value * limit ** (j + 1));
  if (!isStationary(stretch(factors.ar, 1))) return "an autoregressive";
  if (!isStationary(stretch(factors.seasonalAr, 1))) return "a seasonal autoregressive";
  if (!isInvertible(stretch(factors.ma, 1))) return "a moving-average";
  if (!isInvertible(stretch(factors.seasonalMa, 1))) return "a seasonal moving-average";
  return null;
}
