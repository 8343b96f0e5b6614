import { quote, SarimaError } from "../errors.js";
import { informationCriteria } from "../information-criteria.js";

/** What a search makes small: an information criterion, or the score of forecasts from rolling origins. */
export type Criterion = "aicc" | "aic" | "bic" | "hqic" | "rolling";
export type InformationCriterion = Exclude<Criterion, "rolling">;

const CRITERIA: readonly Criterion[] = ["aicc", "aic", "bic", "hqic", "rolling"];

export function checkCriterion(value: Criterion | undefined): Criterion {
  if (value === undefined) return "aicc";
  if (!CRITERIA.includes(value)) {
    throw new SarimaError(
      "INVALID_ARGUMENT",
      `criterion must be one of ${CRITERIA.map(quote).join(", ")}; received ${quote(value)}`,
    );
  }
  return value;
}

export function criterionOf(name: InformationCriterion, logLik: number, k: number, n: number): number {
  return informationCriteria(logLik, k, n)[name];
}
