export { SarimaError, type SarimaErrorCode } from "./errors.js";
export type { FitOptions, Forecast, Harmonics, PredictionInterval, SarimaModel, TransformSpec } from "./model.js";
export { fourier } from "./regressors.js";
export type { Series } from "./series.js";
export { formatSpec, type SarimaParams, type SarimaSpec } from "./spec.js";
export { boxCox, guerrero, inverseBoxCox } from "./transform.js";
