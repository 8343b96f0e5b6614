import type { ConditionalResiduals } from "../likelihood/conditional.js";
import type { ParameterMap } from "./parameters.js";
import { invertSymmetric, solveSymmetric } from "./symmetric.js";

/** Relative gain of a step that ends the search: the exact likelihood takes over from there. */
const ENOUGH = 2e-5;

/** Terms of J'J at least; taken with a stride that shares no factor with the usual seasons. */
const CURVATURE_TERMS = 300;
const STRIDES = [1, 5, 7, 11, 13, 17, 23];

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
  residuals: ConditionalResiduals,
  map: ParameterMap,
  start: Float64Array,
  maxIterations = 20,
  isEnough?: (u: Float64Array, sumOfSquares: number, gained: number) => boolean,
): ConditionalOptimum | null {
  const k = map.free;
  const u = start.slice();
  const trial = new Float64Array(k);
  if (!map.apply(u)) return null;
  let value = residuals.run(map.factors);
  if (!Number.isFinite(value)) return null;
  let damping = 1e-3;
  let gained = Number.POSITIVE_INFINITY;
  const information = new Float64Array(k * k);
  const gradient = new Float64Array(k);
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    if (isEnough?.(u, value, gained)) break;
    normalEquations(residuals, map, u, information, gradient);
    let moved = false;
    for (let tries = 0; tries < 6 && !moved; tries++) {
      const step = solveDamped(information, gradient, damping);
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
export function inverseCurvature(
  residuals: ConditionalResiduals,
  map: ParameterMap,
  u: Float64Array,
): Float64Array | null {
  const k = map.free;
  if (!map.apply(u)) return null;
  const sumOfSquares = residuals.run(map.factors);
  const information = new Float64Array(k * k);
  normalEquations(residuals, map, u, information, new Float64Array(k));
  for (let i = 0; i < information.length; i++) information[i] *= 2 / sumOfSquares;
  const damped = damp(information, k, 1e-6);
  return damped && invertSymmetric(damped, k);
}

/** J'J and J'e in search coordinates, at the residuals of the last run. */
function normalEquations(
  residuals: ConditionalResiduals,
  map: ParameterMap,
  u: Float64Array,
  information: Float64Array,
  gradient: Float64Array,
): void {
  const k = map.free;
  const { e, from } = residuals;
  map.apply(u);
  const total = map.fixedMask.length;
  const slope = new Float64Array(total);
  const columns = residuals.jacobian(map.factors, slope);
  // The curvature only steers: a few hundred of its terms do. The slope takes all of them.
  const stride = STRIDES.filter((k) => k * CURVATURE_TERMS <= e.length - from).at(-1) ?? 1;
  const natural = new Float64Array(total * total);
  for (let i = 0; i < total; i++) {
    const { base: x, lag } = columns[i];
    const begin = Math.max(from, lag);
    for (let j = i; j < total; j++) {
      const { base: y, lag: other } = columns[j];
      // Two sums, for each addition waits for the one before it.
      let even = 0;
      let odd = 0;
      let t = Math.max(begin, other);
      for (; t + stride < e.length; t += 2 * stride) {
        even += x[t - lag] * y[t - other];
        odd += x[t + stride - lag] * y[t + stride - other];
      }
      if (t < e.length) even += x[t - lag] * y[t - other];
      const cross = (even + odd) * stride;
      natural[i * total + j] = cross;
      natural[j * total + i] = cross;
    }
  }
  const D = map.derivatives(u);
  information.fill(0);
  gradient.fill(0);
  const half = new Float64Array(total * k);
  for (let i = 0; i < total; i++) {
    for (let c = 0; c < k; c++) {
      let sum = 0;
      for (let j = 0; j < total; j++) sum += natural[i * total + j] * D[j * k + c];
      half[i * k + c] = sum;
      gradient[c] += D[i * k + c] * slope[i];
    }
  }
  for (let c = 0; c < k; c++) {
    for (let b = 0; b < k; b++) {
      let sum = 0;
      for (let i = 0; i < total; i++) sum += D[i * k + c] * half[i * k + b];
      information[c * k + b] = sum;
    }
  }
}

/** (A + damping·diag A)⁻¹ g, or null where the matrix is not positive definite. */
function solveDamped(A: Float64Array, g: Float64Array, damping: number): Float64Array | null {
  const damped = damp(A, g.length, damping);
  return damped && solveSymmetric(damped, g);
}

/** A + damping·(diag A + a trace of the mean diagonal), or null where A is no information matrix. */
function damp(A: Float64Array, k: number, damping: number): Float64Array | null {
  let trace = 0;
  for (let i = 0; i < k; i++) trace += A[i * k + i];
  if (!(trace > 0) || !Number.isFinite(trace)) return null;
  const damped = A.slice();
  for (let i = 0; i < k; i++) damped[i * k + i] += damping * (A[i * k + i] + (1e-3 * trace) / k);
  return damped;
}
