import { formatSpec, ndiffs, nsdiffs, SarimaError, type SarimaModel, type SarimaSpec, sarima } from "sarima-core";

/** Small orders that fit most monitoring data; [p, q] and [P, Q]. */
const PLAIN = [
  [0, 1],
  [1, 0],
  [1, 1],
  [2, 1],
  [3, 0],
] as const;
const SEASONAL = [
  [0, 0],
  [1, 0],
  [0, 1],
] as const;

/** The best of a small grid by AICc, at the differences that the tests ask for. */
export function search(values: Float64Array, period: number): SarimaModel {
  const observed = values.filter((value) => !Number.isNaN(value));
  const D = period > 1 ? nsdiffs(observed, period) : 0;
  const d = Math.min(ndiffs(observed), D > 0 ? 1 : 2);
  let best: SarimaModel | null = null;
  let failure: unknown = null;
  for (const [P, Q] of period > 1 ? SEASONAL : SEASONAL.slice(0, 1)) {
    for (const [p, q] of PLAIN) {
      const spec: SarimaSpec = { order: [p, d, q], seasonal: [P, D, Q, P + D + Q > 0 ? period : 0] };
      try {
        const model = sarima(values, spec);
        if (Number.isFinite(model.aicc) && (best === null || model.aicc < best.aicc)) best = model;
      } catch (error) {
        failure = error;
      }
    }
  }
  if (best) return best;
  throw (
    failure ?? new SarimaError("NOT_CONVERGED", `no model such as ${formatSpec({ order: [1, d, 1] })} could be fitted`)
  );
}
