import { throwIfAborted } from "../errors.js";
import type { ExactLikelihood } from "../likelihood/exact.js";
import type { ArmaFactors } from "../spec.js";
import { invertSymmetric } from "./symmetric.js";

type Block = "ar" | "ma" | "seasonalAr" | "seasonalMa";

/**
 * Standard errors from the Hessian of the exact log-likelihood, σ² concentrated out, in the natural parameters: the free
 * ARMA coefficients (central differences), then the regression, in which the likelihood is quadratic and the Hessian exact.
 * NaN for all where the Hessian is not positive definite.
 */
export function standardErrors(
  likelihood: ExactLikelihood,
  factors: ArmaFactors,
  fixedMask: readonly boolean[],
  sigma2: number | undefined,
  signal?: AbortSignal,
): { arma: Float64Array; regression: Float64Array; positiveDefinite: boolean } {
  const blocks: Block[] = ["ar", "ma", "seasonalAr", "seasonalMa"];
  const at: ArmaFactors & Record<Block, number[]> = {
    ar: [...factors.ar],
    ma: [...factors.ma],
    seasonalAr: [...factors.seasonalAr],
    seasonalMa: [...factors.seasonalMa],
    period: factors.period,
  };
  const places = blocks.flatMap((block) => at[block].map((_, i) => ({ block, i })));
  const free = places.filter((_, j) => !fixedMask[j]);
  const k = free.length;
  const b = likelihood.regression;
  const n = likelihood.nobs;
  const scaled = sigma2 === undefined ? undefined : sigma2 / likelihood.scale / likelihood.scale;

  // Second differences need every digit near the unit circle; elsewhere double precision has enough of them.
  const slow = !likelihood.evaluate(factors) || likelihood.isSlow();
  likelihood.evaluate(factors, slow);
  const beta0 = likelihood.coefficients();
  const R0 = likelihood.regressionR();
  const rss0 = likelihood.current.rss;
  const variance0 = scaled ?? rss0 / n;

  /** −log-likelihood at the regression coefficients of the optimum, and its derivative in them. */
  const evaluate = (): { value: number; slope: Float64Array } => {
    throwIfAborted(signal);
    const slope = new Float64Array(b);
    if (!likelihood.evaluate(at, slow)) return { value: Number.NaN, slope };
    const { rss, logDet } = likelihood.current;
    let total = rss;
    if (b > 0) {
      const beta = likelihood.coefficients();
      const R = likelihood.regressionR();
      const shift = new Float64Array(b);
      for (let i = 0; i < b; i++) {
        for (let j = i; j < b; j++) shift[i] += (R[i * b + j] * (beta0[j] - beta[j])) / likelihood.scale;
        total += shift[i] * shift[i];
      }
      const weight = scaled === undefined ? n / total : 1 / scaled;
      for (let j = 0; j < b; j++) {
        for (let i = 0; i <= j; i++) slope[j] += (weight * R[i * b + j] * shift[i]) / likelihood.scale;
      }
    }
    const value = 0.5 * (scaled === undefined ? n * Math.log(total) : total / scaled) + 0.5 * logDet;
    return { value, slope };
  };

  const size = k + b;
  const H = new Float64Array(size * size);
  const center = evaluate().value;
  const steps = free.map(({ block, i }) => 1e-4 * Math.max(0.1, Math.abs(at[block][i])));
  const above = new Float64Array(k);
  const below = new Float64Array(k);
  const move = (j: number, by: number) => {
    at[free[j].block][free[j].i] += by;
  };
  for (let i = 0; i < k; i++) {
    const h = steps[i];
    move(i, h);
    const up = evaluate();
    move(i, -2 * h);
    const down = evaluate();
    move(i, h);
    above[i] = up.value;
    below[i] = down.value;
    H[i * size + i] = (up.value - 2 * center + down.value) / (h * h);
    for (let j = 0; j < b; j++) {
      H[i * size + k + j] = (up.slope[j] - down.slope[j]) / (2 * h);
      H[(k + j) * size + i] = H[i * size + k + j];
    }
  }
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < i; j++) {
      move(i, steps[i]);
      move(j, steps[j]);
      const up = evaluate().value;
      move(i, -2 * steps[i]);
      move(j, -2 * steps[j]);
      const down = evaluate().value;
      move(i, steps[i]);
      move(j, steps[j]);
      const cross = (up + down - above[i] - below[i] - above[j] - below[j] + 2 * center) / (2 * steps[i] * steps[j]);
      H[i * size + j] = cross;
      H[j * size + i] = cross;
    }
  }
  for (let i = 0; i < b; i++) {
    for (let j = 0; j < b; j++) {
      let sum = 0;
      for (let m = 0; m <= Math.min(i, j); m++) sum += R0[m * b + i] * R0[m * b + j];
      H[(k + i) * size + k + j] = sum / variance0 / likelihood.scale / likelihood.scale;
    }
  }

  likelihood.evaluate(factors, true);
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
