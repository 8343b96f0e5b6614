import { checkModel, type SarimaModel } from "../model.js";
import { expandAr, expandDifference, expandMa, multiply, psiWeights as quotient } from "../polynomial.js";
import { wholeNumber } from "../series.js";

/**
 * ψ-weights: y_t = Σ ψ_j ε_{t−j}, differencing included (Box & Jenkins 1976, section 5.1). ψ_j is the effect of a shock on
 * the value j steps later, and σ² Σ_{j<h} ψ_j² the variance of an h-step forecast. Element j is ψ_j; the first is 1.
 *
 * @param count how many, the first included
 * @throws SarimaError `INVALID_ARGUMENT`
 */
export function psiWeights(model: SarimaModel, count: number): Float64Array {
  wholeNumber(count, "count", 0, 1_000_000);
  const { left, right } = polynomials(model);
  return quotient(left, right, count);
}

/**
 * π-weights: y_t = Σ_{j≥1} π_j y_{t−j} + ε_t, differencing included. Element j is π_j; the first, that of y_t itself, is 1.
 * With an invertible model they die out: what is left of them is how far back a forecast looks.
 *
 * @param count how many, the first included
 * @throws SarimaError `INVALID_ARGUMENT`
 */
export function piWeights(model: SarimaModel, count: number): Float64Array {
  wholeNumber(count, "count", 0, 1_000_000);
  const { left, right } = polynomials(model);
  // left/right = 1 − Σ π_j Bʲ, and 1/quotient(…) swaps the two sides of ψ = right/left.
  const negate = (poly: typeof left) => ({ ...poly, coefs: poly.coefs.map((c) => -c) });
  const weights = quotient(negate(right), negate(left), count);
  for (let j = 1; j < count; j++) weights[j] = -weights[j];
  return weights;
}

/** left(B) y = right(B) ε; `left` as 1 − Σ, `right` as 1 + Σ. */
function polynomials(model: SarimaModel) {
  const { params, spec } = checkModel(model);
  const [, d] = spec.order;
  const [, D, , s] = spec.seasonal;
  const negate = <T extends { coefs: Float64Array }>(poly: T): T => ({ ...poly, coefs: poly.coefs.map((c) => -c) });
  const ar = expandAr(params.ar, params.seasonalAr, s);
  const left = negate(multiply(negate(ar), negate(expandDifference(d, D, s))));
  return { left, right: expandMa(params.ma, params.seasonalMa, s) };
}
