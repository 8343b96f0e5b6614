import { SarimaError } from "../errors.js";
import { checkObject, type Series, toSeries } from "../series.js";
import type { SarimaEnsemble } from "./ensemble.js";
import { effectsOf } from "./regression.js";

/**
 * Takes in new observations without fitting again: members forecast from the longer series, with the coefficients, weights and
 * calibration they have. `reweigh` lets weights and calibration follow the new values; fit again from time to time all the same.
 *
 * @param y new values, in time order, right after the series; NaN is a gap
 * @throws SarimaError `INVALID_ARGUMENT` for a value outside the ensemble's bounds among others
 */
export function appendEnsemble(
  ensemble: SarimaEnsemble,
  y: Series,
  options: { regressors?: readonly Series[] } = {},
): SarimaEnsemble {
  checkObject(options, "options");
  const added = toSeries(y);
  const { lower, upper, regression } = ensemble;
  added.forEach((value, t) => {
    if ((lower !== null && value < lower) || (upper !== null && value > upper)) {
      const bound =
        lower !== null && value < lower ? `below the lower bound ${lower}` : `above the upper bound ${upper}`;
      throw new SarimaError(
        "INVALID_ARGUMENT",
        `y[${t}] is ${value}, ${bound} of the ensemble: fit it again with other bounds, or mark the value as a gap`,
      );
    }
  });
  if (!regression && options.regressors?.length) {
    throw new SarimaError("INVALID_ARGUMENT", "the ensemble has no regressors; received values for some");
  }
  const longer = regression
    ? {
        ...regression,
        effects: concatenate(regression.effects, effectsOf(regression, options.regressors, added.length)),
      }
    : null;
  if (added.length === 0) return ensemble;
  return Object.freeze({
    ...ensemble,
    y: concatenate(ensemble.y, added),
    regression: longer && Object.freeze(longer),
  });
}

function concatenate(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
