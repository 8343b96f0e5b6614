import { levenbergMarquardt } from "ml-levenberg-marquardt";

/** What a least-squares problem looks like from outside. */
export interface LeastSquaresProblem {
  /** Residuals at x; the array may be reused. Null outside the domain. */
  readonly residuals: (x: Float64Array) => Float64Array | null;
  readonly length: number;
}

/**
 * Minimises a sum of squares by Levenberg–Marquardt (the package ml-levenberg-marquardt). The package has no test of
 * convergence and keeps steps that make things worse, so it is called for a few iterations at a time, from the best point
 * so far, until the sum no longer falls.
 */
export function leastSquares(
  problem: LeastSquaresProblem,
  start: Float64Array,
  options: { maxIterations?: number | undefined; onIteration?: () => void } = {},
): { x: Float64Array; sumOfSquares: number; iterations: number; converged: boolean } {
  const { maxIterations = 200, onIteration } = options;
  const sum = (x: Float64Array): number => {
    const e = problem.residuals(x);
    if (!e) return Number.POSITIVE_INFINITY;
    let total = 0;
    for (let t = 0; t < e.length; t++) total += e[t] * e[t];
    return Number.isFinite(total) ? total : Number.POSITIVE_INFINITY;
  };
  const index = Float64Array.from({ length: problem.length }, (_, t) => t);
  const zeros = new Float64Array(problem.length);
  let x: Float64Array = start.slice();
  let best = sum(x);
  let damping = 1e-2;
  let iterations = 0;
  let converged = false;
  while (!converged && iterations < maxIterations && damping < 1e9) {
    onIteration?.();
    iterations += ROUND;
    const next = attempt(x, damping);
    const value = next ? sum(next) : Number.POSITIVE_INFINITY;
    if (next && value < best) {
      converged = best - value < 1e-10 * best;
      x = next;
      best = value;
      damping = Math.max(1e-6, damping / 10);
    } else {
      // No better point nearby even with a short step: this is the minimum.
      converged = damping > 1e3;
      damping *= 100;
    }
  }
  return { x, sumOfSquares: best, iterations, converged };

  function attempt(from: Float64Array, damping: number): Float64Array | null {
    // What the residuals throw is the caller's; what the package throws is not.
    let stopped = false;
    const width = Math.sqrt(best / problem.length);
    try {
      const { parameterValues } = levenbergMarquardt(
        { x: index, y: zeros },
        (parameters) => {
          // The package asks for the model's value at one index after the other; all come from one pass.
          stopped = true;
          const e = problem.residuals(Float64Array.from(parameters));
          stopped = false;
          return e ? (t: number) => e[t] : () => 1e3 * width;
        },
        {
          initialValues: from,
          minValues: from.map((value) => value - 3),
          maxValues: from.map((value) => value + 3),
          maxIterations: ROUND,
          damping,
          gradientDifference: 1e-6,
          centralDifference: true,
          errorTolerance: 0,
        },
      );
      return parameterValues.every(Number.isFinite) ? Float64Array.from(parameterValues) : null;
    } catch (error) {
      if (stopped) throw error;
      // "LU matrix is singular": more damping makes it regular.
      return null;
    }
  }
}

/** Iterations of the package between two looks at whether they helped. */
const ROUND = 4;
