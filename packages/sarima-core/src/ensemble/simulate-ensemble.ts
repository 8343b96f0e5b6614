import { SarimaError } from "../errors.js";
import { Random } from "../random.js";
import { checkObject, type Series, wholeNumber } from "../series.js";
import type { SarimaEnsemble } from "./ensemble.js";
import { marginalsOf } from "./forecast-ensemble.js";

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
 * Sample paths of the next `horizon` values: at each step they follow the ensemble's calibrated distribution, and from step to
 * step they hang together as paths of its heaviest autoregression do (a Gaussian copula; Schefzik, Thorarinsdottir &
 * Gneiting 2013 for the idea).
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
  const responses = innovationResponses(ensemble, horizon);
  const deviation = new Float64Array(horizon);
  let variance = 0;
  for (let h = 0; h < horizon; h++) {
    variance += responses[h] * responses[h];
    deviation[h] = Math.sqrt(variance);
  }
  const random = new Random(seed);
  const innovations = new Float64Array(horizon);
  return Array.from({ length: count }, () => {
    for (let h = 0; h < horizon; h++) innovations[h] = random.normal();
    const path = new Float64Array(horizon);
    for (let h = 0; h < horizon; h++) {
      let sum = 0;
      for (let j = 0; j <= h; j++) sum += responses[j] * innovations[h - j];
      path[h] = marginals(h, sum / deviation[h]);
    }
    return path;
  });
}

/** ψ-weights of the autoregression that weighs most in the centre; those of a random walk where there is none. */
function innovationResponses({ members }: SarimaEnsemble, horizon: number): Float64Array {
  let phi: readonly number[] = [];
  let d = 1;
  let most = -1;
  for (const { fit, weights } of members) {
    if (fit.kind !== "autoregression" || !(weights.centre > most)) continue;
    most = weights.centre;
    phi = fit.model.phi;
    d = fit.d;
  }
  const psi = new Float64Array(horizon);
  for (let h = 0; h < horizon; h++) {
    psi[h] = h === 0 ? 1 : 0;
    for (let j = 0; j < phi.length && j < h; j++) psi[h] += phi[j] * psi[h - 1 - j];
  }
  if (d === 1) for (let h = 1; h < horizon; h++) psi[h] += psi[h - 1];
  return psi;
}
