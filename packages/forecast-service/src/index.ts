export { type Config, type ConfigInput, loadConfig } from "./config.js";
export { LoadcastError } from "./errors.js";
export { type AppDependencies, buildApp } from "./http/app.js";
export type * from "./http/contract.js";
export type * from "./questions.js";
