export {
  type Baseline,
  drift,
  empiricalQuantiles,
  historicalMean,
  naive,
  seasonalNaive,
  ses,
  theta,
} from "./baselines/index.js";
export { diff, undiff } from "./difference.js";
export { SarimaError, type SarimaErrorCode } from "./errors.js";
export { type Accuracy, type AccuracyOptions, accuracy, type IntervalAccuracy } from "./evaluate/accuracy.js";
export {
  type CrossValidation,
  type CrossValidationOptions,
  crossValidate,
  type Fitter,
  type FitterContext,
  type OriginResult,
} from "./evaluate/cross-validation.js";
export { coverage, crpsFromQuantiles, crpsFromSamples, pinball, winkler } from "./evaluate/scores.js";
export { type LikelihoodOptions, logLikelihood, sarima } from "./fit.js";
export { type ForecastOptions, forecast } from "./forecast.js";
export type { FitOptions, Forecast, Harmonics, PredictionInterval, SarimaModel, TransformSpec } from "./model.js";
export {
  asGaps,
  detectOutliers,
  type LevelShift,
  type Outlier,
  type OutlierOptions,
  type OutlierReport,
} from "./outliers.js";
export { fourier } from "./regressors.js";
export { type CanovaHansenTest, canovaHansen } from "./select/canova-hansen.js";
export { type OcsbTest, ocsb } from "./select/ocsb.js";
export { nsdiffs, seasonalStrength } from "./select/seasonality.js";
export { adf, kpss, ndiffs, phillipsPerron, type UnitRootTest } from "./select/unit-root.js";
export type { Series } from "./series.js";
export { formatSpec, type SarimaParams, type SarimaSpec } from "./spec.js";
export { boxCox, guerrero, inverseBoxCox } from "./transform.js";
export { append } from "./update.js";
