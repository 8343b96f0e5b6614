export {
  type Baseline,
  type BaselineForecastOptions,
  drift,
  empiricalQuantiles,
  historicalMean,
  naive,
  seasonalNaive,
  ses,
  theta,
} from "./baselines/index.js";
export { acf, type CorrelationOptions, pacf } from "./diagnostics/correlation.js";
export { type HeteroskedasticityTest, heteroskedasticity } from "./diagnostics/heteroskedasticity.js";
export { type JarqueBeraTest, jarqueBera } from "./diagnostics/jarque-bera.js";
export { type LjungBoxTest, ljungBox } from "./diagnostics/ljung-box.js";
export { type Diagnostics, diagnostics } from "./diagnostics/residuals.js";
export { type InverseRoot, roots } from "./diagnostics/roots.js";
export { piWeights, psiWeights } from "./diagnostics/weights.js";
export { diff, undiff } from "./difference.js";
export {
  autoEnsemble,
  type EnsembleMember,
  type EnsembleOptions,
  explain,
  memberModel,
  refit,
  reweigh,
  type SarimaEnsemble,
  type Training,
} from "./ensemble/index.js";
export { SarimaError, type SarimaErrorCode } from "./errors.js";
export { type Accuracy, type AccuracyOptions, accuracy, type IntervalAccuracy } from "./evaluate/accuracy.js";
export type {
  CrossValidation,
  CrossValidationOptions,
  Fitter,
  FitterContext,
  Forecaster,
  OriginResult,
} from "./evaluate/cross-validation.js";
export { coverage, crpsFromQuantiles, crpsFromSamples, pinball, winkler } from "./evaluate/scores.js";
export { sarima } from "./fit.js";
export {
  append,
  crossValidate,
  type Fitted,
  forecast,
  fromJSON,
  simulate,
  thresholdProbability,
  timeToThreshold,
  toJSON,
} from "./fitted.js";
export type { ForecastOptions } from "./forecast.js";
export type {
  CovarianceFilterState,
  FilterState,
  InnovationsFilterState,
  StateMean,
} from "./likelihood/filter-state.js";
export { type LikelihoodOptions, logLikelihood } from "./log-likelihood.js";
export type {
  FitOptions,
  FittedParams,
  Forecast,
  Harmonics,
  PredictionInterval,
  SarimaModel,
  Transform,
  TransformSpec,
} from "./model.js";
export {
  asGaps,
  detectOutliers,
  type LevelShift,
  type Outlier,
  type OutlierOptions,
  type OutlierReport,
} from "./outliers.js";
export { fourier } from "./regressors.js";
export { type AutoSarimaModel, autoSarima } from "./select/auto.js";
export { type CanovaHansenTest, canovaHansen } from "./select/canova-hansen.js";
export type { Criterion } from "./select/criterion.js";
export { runSearchJob, type SearchJob, type SearchJobResult } from "./select/jobs.js";
export { type OcsbTest, ocsb } from "./select/ocsb.js";
export type { AutoSarimaOptions, SearchProgress, SearchReport, TriedModel } from "./select/options.js";
export { type AutoSarimaAsyncOptions, autoSarimaAsync, type SearchExecutor } from "./select/parallel.js";
export { nsdiffs, seasonalStrength } from "./select/seasonality.js";
export { adf, type Bandwidth, kpss, ndiffs, phillipsPerron, type UnitRootTest } from "./select/unit-root.js";
export type { Series } from "./series.js";
export type { SimulateOptions } from "./simulate.js";
export { smooth } from "./smooth.js";
export { type CheckedSpec, formatSpec, type SarimaParams, type SarimaSpec } from "./spec.js";
export { formatModel, summary } from "./summary.js";
export type { ThresholdOptions, ThresholdProbability, TimeToThreshold } from "./threshold.js";
export { boxCox, guerrero, inverseBoxCox } from "./transform.js";
