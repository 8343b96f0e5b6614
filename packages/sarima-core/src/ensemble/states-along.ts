import { stateCovarianceColumn } from "../autocovariance.js";
import { applyDifference } from "../difference.js";
import { modelPolynomials } from "../estimate/filter-pass.js";
import type { StateMean } from "../likelihood/filter-state.js";
import { gainOf } from "../likelihood/gains.js";
import { dense } from "../polynomial.js";
import type { ArmaFactors, CheckedSpec } from "../spec.js";

/** F − 1 below this is the steady state, once every lag lies inside the data. */
const STEADY = 1e-13;
/** F is never below 1 in exact arithmetic. */
const LOST = 1 - 1e-9;

/**
 * Where the filter of a complete series stands before each of some times, from one walk along it: the recursions of likelihood/innovations.ts for a
 * single column, with the state looked at on the way. A pass of its own for each of 26 origins, and a step at a time for the errors inside
 * the sample, took a sixth of a training.
 *
 * @param times ascending
 * @returns null for a model that is not stationary, or too close to it for double precision; undefined before the differences begin
 */
export function statesAlong(
  series: Float64Array,
  spec: CheckedSpec,
  factors: ArmaFactors,
  times: readonly number[],
): (StateMean | undefined)[] | null {
  const polynomials = modelPolynomials(spec, factors);
  const { phi, theta, delta } = polynomials;
  const m = delta.degree;
  const r = Math.max(phi.degree, theta.degree + 1);
  const c = stateCovarianceColumn(phi, theta, r);
  if (!c) return null;
  const w = new Float64Array(Math.max(0, series.length - m));
  applyDifference(delta, series, w);
  const fi = dense(phi, r);
  const full = phi.degree + theta.degree;
  // One element more, always 0: the transition looks at the next.
  const a = new Float64Array(r + 1);
  const W = new Float64Array(r + 1);
  let G: Float64Array = new Float64Array(r);
  let F = c[0];
  let M = -F;
  for (let i = 0; i < r; i++) {
    G[i] = (i + 1 < r ? c[i + 1] : 0) + fi[i] * F;
    W[i] = G[i] / F;
  }
  const states: (StateMean | undefined)[] = [];
  let t = 0;
  for (const time of times) {
    for (; t < time - m; t++) {
      if (M !== 0 && F - 1 < STEADY && t >= full) {
        G = gainOf(polynomials, r);
        F = 1;
        M = 0;
      }
      const a0 = a[0];
      const vF = (w[t] - a0) / F;
      for (let i = 0; i < r; i++) a[i] = a[i + 1] + fi[i] * a0 + G[i] * vF;
      if (M === 0) continue;
      const W0 = W[0];
      const MW0 = M * W0;
      const next = F + MW0 * W0;
      for (let i = 0; i < r; i++) {
        const moved = W[i + 1] + fi[i] * W0;
        G[i] += moved * MW0;
        W[i] = moved - (G[i] * W0) / next;
      }
      M += (MW0 * MW0) / F;
      F = next;
      if (!(F > LOST)) return null;
    }
    const lags = () => Float64Array.from({ length: m }, (_, j) => series[time - 1 - j]);
    states.push(time < m ? undefined : { alpha: a.slice(0, r), lags: lags() });
  }
  return states;
}
