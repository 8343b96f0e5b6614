import { quote, SarimaError } from "../errors.js";
import { prepare } from "../estimate/prepare.js";
import { fitPrepared } from "../fit.js";
import type { SarimaModel } from "../model.js";
import { countObserved } from "../series.js";
import { inverseTransform, transformValue } from "../transform.js";
import { checkEnsemble, type SarimaEnsemble, withoutEffects, withoutOuterGaps } from "./ensemble.js";
import { historyOf } from "./history.js";
import { MAX_EXACT_GAPS, type SarimaFit } from "./sarima-member.js";

/**
 * A member that was estimated by exact maximum likelihood as a model of its own, in the units of the series: log-likelihood,
 * information criteria, standard errors and residuals at the coefficients that the member has. They are computed here, from the
 * values the member was fitted to, so that training and documents do not carry what a forecast never needs. Filled gaps, which
 * such a member has where there are more than a few, count as observed.
 *
 * Of an ensemble that values were appended to, it is the likelihood of the latest window at the old coefficients.
 *
 * @param id of the member
 * @returns null for a member of another kind: it has no likelihood
 * @throws SarimaError `INVALID_ARGUMENT` when there is no such member
 */
export function memberModel(ensemble: SarimaEnsemble, id: string): SarimaModel | null {
  const member = checkEnsemble(ensemble).members.find((one) => one.id === id);
  if (!member) {
    const known = ensemble.members.map((one) => one.id).join(", ");
    throw new SarimaError("INVALID_ARGUMENT", `id must be that of a member: ${known}; received ${quote(id)}`);
  }
  const { fit } = member;
  if (fit.kind !== "sarima") return null;
  const { ar, ma, seasonalAr, seasonalMa, spec } = fit;
  const transform = fit.scale === "shape" ? ensemble.transform : null;
  const found = { ar, ma, seasonalAr, seasonalMa, period: spec.seasonal[3] };
  const data = prepare(fittedValues(ensemble, fit), spec, transform ? { transform } : {}, false);
  return fitPrepared(data, {}, "ml", { found });
}

/** What the member saw, on the original scale: its window, with few gaps left open and many filled on its own scale. */
function fittedValues(ensemble: SarimaEnsemble, { scale, window }: SarimaFit): Float64Array {
  const y = withoutOuterGaps(withoutEffects(ensemble.y, ensemble.regression));
  const transform = scale === "shape" ? ensemble.transform : null;
  const history = historyOf(y, transform, 1);
  const start = Math.max(0, y.length - window);
  const observed = y.subarray(start);
  const filled = (history.shape ?? history.raw).subarray(start);
  const few = observed.length - countObserved(observed) <= MAX_EXACT_GAPS;
  return observed.map((value, t) => {
    if (Number.isNaN(value) ? few : transform === null || Number.isFinite(transformValue(value, transform)))
      return value;
    return inverseTransform(filled[t], transform);
  });
}
