export type { Scope } from "./config/access.js";
export type { SinkConfig } from "./config/sinks.js";
export type { SourceConfig } from "./config/sources.js";
export {
  type CheckedConfig,
  type Config,
  type ConfigInput,
  checkConfig,
  loadConfig,
  type ModelKind,
  type SeriesSettings,
  seriesSettings,
} from "./config.js";
export { LoadcastError } from "./errors.js";
export { type AppDependencies, buildApp } from "./http/app.js";
export type * from "./http/contract.js";
export type * from "./questions.js";
