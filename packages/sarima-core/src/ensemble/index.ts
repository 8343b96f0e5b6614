export { appendEnsemble } from "./append-ensemble.js";
export { ENSEMBLE_FORMAT, ensembleFromJSON, ensembleToJSON } from "./document.js";
export {
  autoEnsemble,
  checkEnsemble,
  type EnsembleMember,
  type EnsembleOptions,
  type SarimaEnsemble,
  type Training,
} from "./ensemble.js";
export { explain } from "./explain.js";
export { forecastEnsemble } from "./forecast-ensemble.js";
export { memberModel } from "./member-model.js";
export { refit, reweigh } from "./reweigh.js";
export { type EnsembleSimulateOptions, simulateEnsemble } from "./simulate-ensemble.js";
