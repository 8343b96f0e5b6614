import { AdapterError } from "./errors.js";
import type { PruneLimits } from "./types.js";

/** The length of the means that old samples become: the grid forecasts are made on. */
export const MEAN_MILLIS = 300_000;

/** Forecasts that are thinned are kept one an hour. */
export const THINNED_MILLIS = 3_600_000;

/** The limits with −Infinity for those that are left out; `samplesBefore` on the grid of the means. Throws AdapterError (INVALID_ARGUMENT). */
export function checkLimits(adapter: string, limits: PruneLimits): Required<PruneLimits> {
  const limit = (name: keyof PruneLimits): number => {
    const value = limits[name] ?? -Infinity;
    if (typeof value !== "number" || Number.isNaN(value)) {
      throw new AdapterError(adapter, `${name} must be milliseconds since 1970, got ${String(value)}`, {
        code: "INVALID_ARGUMENT",
      });
    }
    return value;
  };
  return {
    samplesBefore: Math.floor(limit("samplesBefore") / MEAN_MILLIS) * MEAN_MILLIS,
    downsampledBefore: limit("downsampledBefore"),
    forecastsThinnedBefore: limit("forecastsThinnedBefore"),
    forecastsBefore: limit("forecastsBefore"),
  };
}
