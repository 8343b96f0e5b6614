import type { NormalEquations } from "./normal-equations.js";
import { invertSymmetric, solveSymmetric } from "./symmetric.js";

/** Relative gain of a step that ends the search: the exact likelihood takes over from there. */
const ENOUGH = 2e-5;

/** Where Gauss–Newton on the conditional residuals has come to. */
export interface ConditionalOptimum {
  readonly u: Float64Array;
  readonly sumOfSquares: number;
}

/**
 * Minimises the conditional sum of squares by Levenberg–Marquardt with exact derivatives (Marquardt 1963). An iteration
 * costs about one evaluation of the exact likelihood, so that many starting values can be tried before the exact search.
 * `isEnough` is asked before each iteration, with what the last one gained; where it says yes the search ends as it stands.
 */
export function conditionalSearch(
  equations: NormalEquations,
  start: Float64Array,
  maxIterations = 20,
  isEnough?: (u: Float64Array, sumOfSquares: number, gained: number) => boolean,
): ConditionalOptimum | null {
  const { residuals, map, gradient } = equations;
  const k = map.free;
  const u = start.slice();
  const trial = new Float64Array(k);
  if (!map.apply(u)) return null;
  let value = residuals.run(map.factors);
  if (!Number.isFinite(value)) return null;
  let damping = 1e-3;
  let gained = Number.POSITIVE_INFINITY;
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    if (isEnough?.(u, value, gained)) break;
    equations.form(u);
    let moved = false;
    for (let tries = 0; tries < 6 && !moved; tries++) {
      const damped = equations.damped(damping);
      const step = damped && solveSymmetric(damped, gradient);
      if (!step) {
        damping *= 10;
        continue;
      }
      let longest = 0;
      for (let i = 0; i < k; i++) longest = Math.max(longest, Math.abs(step[i]));
      const shrink = longest > 2 ? 2 / longest : 1;
      for (let i = 0; i < k; i++) trial[i] = u[i] - shrink * step[i];
      const next = map.apply(trial) ? residuals.run(map.factors) : Number.POSITIVE_INFINITY;
      if (next < value) {
        gained = value - next;
        const gain = gained / value;
        u.set(trial);
        value = next;
        damping = Math.max(1e-9, damping * 0.2);
        moved = true;
        if (gain < ENOUGH) return { u, sumOfSquares: value };
      } else {
        damping *= 8;
      }
    }
    if (!moved) break;
  }
  return { u, sumOfSquares: value };
}

/** Inverse of (2/css) J'J at u: approximates the inverse Hessian of log(css), and with it that of −2·log-likelihood/n. */
export function inverseCurvature(equations: NormalEquations, u: Float64Array): Float64Array | null {
  const { residuals, map } = equations;
  if (!map.apply(u)) return null;
  const sumOfSquares = residuals.run(map.factors);
  equations.form(u, true);
  const damped = equations.damped(1e-6);
  const inverse = damped && invertSymmetric(damped, map.free);
  return inverse?.map((value) => (value * sumOfSquares) / 2) ?? null;
}
