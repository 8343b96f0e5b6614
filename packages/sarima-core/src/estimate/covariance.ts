import type { ExactLikelihood } from "../likelihood/exact.js";
import type { ArmaFactors } from "../spec.js";
import { type HessianAt, hessianByScores, hessianByValues, MovableFactors } from "./hessian.js";
import { invertSymmetric } from "./symmetric.js";

/**
 * Standard errors from the Hessian of the exact log-likelihood, σ² concentrated out, in the natural parameters: the free
 * ARMA coefficients, then the regression.
 * NaN for all where the Hessian is not positive definite. The last evaluation must be the precise one at `factors`.
 */
export function standardErrors(
  likelihood: ExactLikelihood,
  factors: ArmaFactors,
  fixedMask: readonly boolean[],
  sigma2: number | undefined,
  signal?: AbortSignal,
): { arma: Float64Array; regression: Float64Array; positiveDefinite: boolean } {
  const b = likelihood.regression;
  const n = likelihood.nobs;
  const scaled = sigma2 === undefined ? undefined : sigma2 / likelihood.scale / likelihood.scale;

  // Second differences need every digit near the unit circle; elsewhere double precision has enough of them.
  const slow = likelihood.isSlow();
  const variance = scaled ?? likelihood.current.rss / n;
  const R = likelihood.regressionR();
  const regressionH = new Float64Array(b * b);
  for (let i = 0; i < b; i++) {
    for (let j = 0; j < b; j++) {
      let sum = 0;
      for (let m = 0; m <= Math.min(i, j); m++) sum += R[m * b + i] * R[m * b + j];
      regressionH[i * b + j] = sum / variance / likelihood.scale / likelihood.scale;
    }
  }
  const at = new MovableFactors(factors, fixedMask);
  const where: HessianAt = { likelihood, at, sigma2: scaled, regression: regressionH, signal };
  const H = (slow ? null : hessianByScores(where)) ?? hessianByValues(where, slow);
  const size = at.count + b;
  const k = at.count;
  const inverse = invertSymmetric(H, size);
  const arma = new Float64Array(fixedMask.length);
  const regression = new Float64Array(b);
  let next = 0;
  for (let j = 0; j < fixedMask.length; j++) {
    arma[j] = fixedMask[j] ? 0 : inverse ? Math.sqrt(inverse[next * size + next]) : Number.NaN;
    if (!fixedMask[j]) next++;
  }
  for (let j = 0; j < b; j++) regression[j] = inverse ? Math.sqrt(inverse[(k + j) * size + k + j]) : Number.NaN;
  return { arma, regression, positiveDefinite: inverse !== null };
}
