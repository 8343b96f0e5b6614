export type { Baseline, BaselineForecastOptions } from "./baseline.js";
export { empiricalQuantiles } from "./empirical.js";
export { historicalMean } from "./historical-mean.js";
export { drift, naive, seasonalNaive } from "./naive.js";
export { ses } from "./ses.js";
export { theta } from "./theta.js";
