import { type Fitted, reweigh } from "sarima-core";
import { isEnsemble } from "./diagnose.js";

/**
 * Weights and calibration of an ensemble that have followed what came after its training: three shares for each member, then the
 * factors. A thousand bytes for what the model document, which stays as it was trained and judged, need not be written anew for.
 */
export type Weighing = readonly number[];

/** Lets the weights of an ensemble follow the values that were appended to it; a single model has none. */
export function reweighed(fitted: Fitted): Fitted {
  return isEnsemble(fitted) ? reweigh(fitted) : fitted;
}

/** Null where nothing has moved since training. */
export function weighingOf(fitted: Fitted): Weighing | null {
  if (!isEnsemble(fitted) || fitted.training === null || fitted.weighedTo === fitted.training.length) return null;
  return [
    ...fitted.members.flatMap(({ weights: { lower, centre, upper } }) => [lower, centre, upper]),
    ...fitted.calibration.factors,
  ];
}

/** The model with weights that were found earlier; those of another model change nothing. */
export function weighed(fitted: Fitted, weighing: Weighing): Fitted {
  if (!isEnsemble(fitted)) return fitted;
  const shares = 3 * fitted.members.length;
  if (weighing.length !== shares + fitted.calibration.factors.length) return fitted;
  return {
    ...fitted,
    members: fitted.members.map((member, m) => {
      const [lower, centre, upper] = weighing.slice(3 * m, 3 * m + 3);
      return { ...member, weights: { lower, centre, upper } };
    }),
    calibration: { ...fitted.calibration, factors: weighing.slice(shares) },
  };
}
