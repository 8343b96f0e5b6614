import type { PredictionInterval, SarimaModel } from "../model.js";
import { type SimulateOptions, simulate } from "../simulate.js";

/**
 * Intervals between quantiles of simulated paths whose innovations are drawn from the residuals: as skewed and as heavy in the tails
 * as those were. Needs no normal distribution, but residuals that are alike at all times.
 */
export function bootstrapIntervals(
  model: SarimaModel,
  horizon: number,
  levels: readonly number[],
  options: Pick<SimulateOptions, "paths" | "seed" | "regressors">,
): PredictionInterval[] {
  const paths = simulate(model, horizon, { ...options, paths: options.paths ?? 5000, innovations: "bootstrap" });
  const sorted = Array.from({ length: horizon }, (_, h) => Float64Array.from(paths, (path) => path[h]).sort());
  return levels.map((level) => ({
    level,
    lower: Float64Array.from(sorted, (values) => quantile(values, (1 - level) / 2)),
    upper: Float64Array.from(sorted, (values) => quantile(values, (1 + level) / 2)),
  }));
}

/** Between order statistics, definition 7 of Hyndman & Fan (1996). */
function quantile(sorted: Float64Array, p: number): number {
  const at = p * (sorted.length - 1);
  const below = Math.floor(at);
  const next = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (at - below) * (sorted[next] - sorted[below]);
}
