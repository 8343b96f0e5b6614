import {
  appendEnsemble,
  checkEnsemble,
  ENSEMBLE_FORMAT,
  type EnsembleSimulateOptions,
  ensembleFromJSON,
  ensembleToJSON,
  forecastEnsemble,
  type SarimaEnsemble,
  simulateEnsemble,
} from "./ensemble/index.js";
import { quote, SarimaError } from "./errors.js";
import {
  type CrossValidation,
  type CrossValidationOptions,
  crossValidateForecasts,
  type Fitter,
  type Forecaster,
} from "./evaluate/cross-validation.js";
import { checkIntervals, type ForecastOptions, forecast as forecastModel } from "./forecast.js";
import { fromJSON as modelFromJSON, toJSON as modelToJSON, parseDocument } from "./json.js";
import type { Forecast, SarimaModel } from "./model.js";
import type { Series } from "./series.js";
import { type SimulateOptions, simulate as simulateModel } from "./simulate.js";
import {
  thresholdProbability as modelThresholdProbability,
  timeToThreshold as modelTimeToThreshold,
  type ThresholdOptions,
  type ThresholdProbability,
  type TimeToThreshold,
  thresholdProbabilityOf,
  timeToThresholdOf,
} from "./threshold.js";
import { append as appendModel } from "./update.js";

/** What a function that forecasts takes: one model, or an ensemble, which is used like one. */
export type Fitted = SarimaModel | SarimaEnsemble;

function isEnsemble(fitted: Fitted): fitted is SarimaEnsemble {
  if (typeof fitted !== "object" || fitted === null || !("y" in fitted)) {
    throw new SarimaError(
      "INVALID_ARGUMENT",
      `model must be what sarima, autoSarima or autoEnsemble returned; received ${quote(fitted)}`,
    );
  }
  if (!("kind" in fitted) || fitted.kind !== "ensemble") return false;
  checkEnsemble(fitted);
  return true;
}

/**
 * Forecasts the next `horizon` values on the original scale, from one model or an ensemble. `intervals` chooses how those of a model are
 * made; an ensemble's come from its calibrated distribution whichever is asked for.
 */
export function forecast(model: Fitted, horizon: number, options: ForecastOptions = {}): Forecast {
  if (!isEnsemble(model)) return forecastModel(model, horizon, options);
  checkIntervals(options?.intervals);
  return forecastEnsemble(model, horizon, options);
}

/**
 * Sample paths of the next `horizon` values on the original scale. An ensemble's paths follow its calibrated distribution at
 * each step whichever innovations are asked for; so do Gaussian paths of a model that knows how wide its intervals must be.
 */
export function simulate(model: Fitted, horizon: number, options: SimulateOptions = {}): Float64Array[] {
  return isEnsemble(model)
    ? simulateEnsemble(model, horizon, options as EnsembleSimulateOptions)
    : simulateModel(model, horizon, options);
}

/** Takes in new observations without estimating again. */
export function append<T extends Fitted>(model: T, y: Series, options: { regressors?: readonly Series[] } = {}): T {
  return (isEnsemble(model) ? appendEnsemble(model, y, options) : appendModel(model, y, options)) as T;
}

/** A fitted model or ensemble as a JSON text, which `fromJSON` reads. */
export function toJSON(model: Fitted): string {
  return isEnsemble(model) ? ensembleToJSON(model) : modelToJSON(model);
}

/**
 * What `toJSON` wrote. Every field is checked: the document may come from an untrusted place.
 *
 * @param document the text, or what JSON.parse made of it
 * @throws SarimaError `INVALID_DOCUMENT`
 */
export function fromJSON(document: string | object): Fitted {
  const parsed = parseDocument(document) as { format?: unknown } | null;
  return parsed?.format === ENSEMBLE_FORMAT ? ensembleFromJSON(parsed) : modelFromJSON(parsed as object);
}

/** "P(CPU > 90 % within 4 hours)": the share of simulated paths that pass a threshold. */
export function thresholdProbability(model: Fitted, horizon: number, options: ThresholdOptions): ThresholdProbability {
  return isEnsemble(model)
    ? thresholdProbabilityOf(simulate(model, horizon, options), options)
    : modelThresholdProbability(model, horizon, options);
}

/** "Full in 14 steps, 80 % interval 9 to 25": the first passage of simulated paths. */
export function timeToThreshold(
  model: Fitted,
  horizon: number,
  options: ThresholdOptions & { readonly level?: number | undefined },
): TimeToThreshold {
  return isEnsemble(model)
    ? timeToThresholdOf(simulate(model, horizon, options), options)
    : modelTimeToThreshold(model, horizon, options);
}

/**
 * Rolling-origin evaluation of a fitter that returns a model, an ensemble, or anything that forecasts by itself as baselines
 * do: at each origin it sees only what came before, and its forecast is judged by what came after (Tashman 2000). Gaps in the
 * test values do not count. A fitter that fails at some origins is reported there; failing at all of them is thrown.
 *
 * @throws SarimaError `TOO_SHORT` when the origins do not fit into y, `ABORTED` when the signal fires
 */
export function crossValidate(
  y: Series,
  fitter: Fitter<Fitted | Forecaster>,
  options: CrossValidationOptions,
): CrossValidation {
  return crossValidateForecasts(y, fitter, options, (fitted, horizon, levels) =>
    "forecast" in fitted ? fitted.forecast(horizon, { levels }) : forecast(fitted, horizon, { levels }),
  );
}
