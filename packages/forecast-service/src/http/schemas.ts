export { agrees } from "./schemas/agreement.js";
export * from "./schemas/common.js";
export * from "./schemas/forecast.js";
export * from "./schemas/models.js";
export * from "./schemas/monitor.js";
export * from "./schemas/operations.js";
export * from "./schemas/overview.js";
export * from "./schemas/series.js";
export * from "./schemas/tasks.js";
