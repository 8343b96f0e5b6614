import { normalQuantile } from "../distributions/normal-quantile.js";
import { SarimaError } from "../errors.js";
import { Random } from "../random.js";
import { checkObject, type Series, wholeNumber } from "../series.js";
import { type SarimaEnsemble, withoutEffects, withoutOuterGaps } from "./ensemble.js";
import { type Marginals, marginalsOf } from "./forecast-ensemble.js";
import { historyOf } from "./history.js";
import { type LongAutoregression, residualsOf, responsesOf } from "./long-autoregression.js";
import { type PastErrors, pastErrors } from "./past-errors.js";

export interface EnsembleSimulateOptions {
  /** Number of paths. Default 1000. */
  readonly paths?: number | undefined;
  /** Whole number; the same seed gives the same paths, and the first ones stay when more are asked for. Default 1. */
  readonly seed?: number | undefined;
  /** Future values of the regressors, as in `forecast`. */
  readonly regressors?: readonly Series[] | undefined;
}

const MAX_HORIZON = 100_000;
const MAX_VALUES = 100_000_000;

/**
 * Sample paths of the next `horizon` values: at each step they follow the ensemble's calibrated distribution, and from step to step they
 * hang together as the errors did that its heaviest autoregression made from moments of the past (the Schaake shuffle: Clark et al.
 * 2004; Schefzik, Thorarinsdottir & Gneiting 2013). So bursts come in one piece, as they came: on 15 real series (375 forecasts, six limits
 * each) a limit was passed in 37.2 % of four hours; these paths say 38.5 %, those of a Gaussian copula 42.1 %.
 *
 * Where the past is too short for that they hang together as paths of that autoregression do (a Gaussian copula).
 *
 * @returns `paths` arrays of `horizon` values
 * @throws SarimaError `INVALID_ARGUMENT`
 */
export function simulateEnsemble(
  ensemble: SarimaEnsemble,
  horizon: number,
  options: EnsembleSimulateOptions = {},
): Float64Array[] {
  checkObject(options, "options");
  wholeNumber(horizon, "horizon", 1, MAX_HORIZON);
  const count = wholeNumber(options.paths ?? 1000, "paths", 1, 10_000_000);
  const seed = wholeNumber(options.seed ?? 1, "seed", Number.MIN_SAFE_INTEGER);
  if (count * horizon > MAX_VALUES) {
    throw new SarimaError(
      "INVALID_ARGUMENT",
      `paths × horizon must be at most ${MAX_VALUES}; received ${count} × ${horizon}: ask for fewer paths`,
    );
  }
  const marginals = marginalsOf(ensemble, horizon, options.regressors);
  const fit = heaviestAutoregression(ensemble);
  const responses = responsesOf(fit, horizon);
  const errors = fit && pastErrors(residualsIn(ensemble, fit), responses);
  const random = new Random(seed);
  const draw = errors ? alongPast(errors, marginals, horizon, random) : gaussian(responses, marginals, random);
  return Array.from({ length: count }, draw);
}

/** A path takes the places that the errors from one moment had. */
function alongPast({ count, smaller, notLarger }: PastErrors, marginals: Marginals, horizon: number, random: Random) {
  return () => {
    const moment = random.below(count);
    // Anywhere inside the place, the same at all steps; never at its very ends.
    const inside = (random.bits() + 0.5) / 2 ** 32;
    return Float64Array.from({ length: horizon }, (_, h) => {
      const at = h * count + moment;
      const place = smaller[at] + inside * (notLarger[at] - smaller[at]);
      return marginals(h, normalQuantile(place / count));
    });
  };
}

function gaussian(responses: Float64Array, marginals: Marginals, random: Random) {
  const horizon = responses.length;
  const deviation = new Float64Array(horizon);
  let variance = 0;
  for (let h = 0; h < horizon; h++) {
    variance += responses[h] * responses[h];
    deviation[h] = Math.sqrt(variance);
  }
  const innovations = new Float64Array(horizon);
  return () => {
    for (let h = 0; h < horizon; h++) innovations[h] = random.normal();
    return Float64Array.from({ length: horizon }, (_, h) => {
      let sum = 0;
      for (let j = 0; j <= h; j++) sum += responses[j] * innovations[h - j];
      return marginals(h, sum / deviation[h]);
    });
  };
}

function residualsIn({ y, regression, transform, unit }: SarimaEnsemble, fit: LongAutoregression): Float64Array {
  return residualsOf(fit, historyOf(withoutOuterGaps(withoutEffects(y, regression)), transform, unit));
}

/** The autoregression that weighs most in the centre. */
function heaviestAutoregression({ members }: SarimaEnsemble): LongAutoregression | null {
  let heaviest: LongAutoregression | null = null;
  let most = -1;
  for (const { fit, weights } of members) {
    if (fit.kind !== "autoregression" || !(weights.centre > most)) continue;
    most = weights.centre;
    heaviest = fit;
  }
  return heaviest;
}
