import { AdapterError } from "./errors.js";
import { checkKey, seriesId } from "./series.js";
import type { Anomaly } from "./types.js";

/** A copy of an anomaly, checked. The band may be open (±Infinity) on one side. Throws AdapterError (INVALID_ARGUMENT). */
export function checkAnomaly(adapter: string, anomaly: Anomaly): Anomaly {
  checkKey(adapter, anomaly);
  const { host, metric, time, value, lower, upper, modelVersion } = anomaly;
  const refuse = (message: string): never => {
    throw new AdapterError(adapter, `anomaly of ${seriesId(anomaly)}: ${message}`, { code: "INVALID_ARGUMENT" });
  };
  if (!Number.isSafeInteger(time)) {
    refuse(`time must be a whole number of milliseconds since 1970, got ${String(time)}`);
  }
  if (!Number.isFinite(value)) refuse(`value must be a finite number, got ${String(value)}`);
  if (typeof lower !== "number" || typeof upper !== "number" || !(lower <= upper)) {
    refuse(`a band needs lower ≤ upper, got ${String(lower)} to ${String(upper)}`);
  }
  if (typeof modelVersion !== "string") refuse(`modelVersion must be a text, got ${String(modelVersion)}`);
  return { host, metric, time, value, lower, upper, modelVersion };
}
