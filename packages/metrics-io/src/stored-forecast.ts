import { AdapterError } from "./errors.js";
import { checkKey } from "./series.js";
import type { StoredForecast } from "./types.js";

/**
 * A deep copy of a forecast with every column checked: one entry for each step, times in strict order, levels between 0 and 100.
 * Columns may be typed arrays; the copy holds plain arrays.
 * Throws AdapterError (INVALID_ARGUMENT) that names the column.
 */
export function checkForecast(adapter: string, forecast: StoredForecast): StoredForecast {
  checkKey(adapter, forecast);
  const refuse = (message: string): never => {
    throw new AdapterError(adapter, `forecast of ${forecast.host}/${forecast.metric}: ${message}`, {
      code: "INVALID_ARGUMENT",
    });
  };
  const { host, metric, issuedAt, modelVersion } = forecast;
  if (!Number.isSafeInteger(issuedAt)) {
    refuse(`issuedAt must be a whole number of milliseconds since 1970, got ${String(issuedAt)}`);
  }
  if (typeof modelVersion !== "string") refuse(`modelVersion must be a text, got ${String(modelVersion)}`);

  const steps = forecast.times.length;
  const column = (name: string, values: readonly number[]): number[] => {
    const copy = Array.from(values);
    if (copy.length !== steps) refuse(`${name} has ${copy.length} entries for ${steps} times`);
    const bad = copy.findIndex((x) => typeof x !== "number");
    if (bad >= 0) refuse(`${name}[${bad}] must be a number, got ${String(copy[bad])}`);
    return copy;
  };
  const times = column("times", forecast.times);
  for (let i = 0; i < steps; i++) {
    if (!Number.isSafeInteger(times[i]) || (i > 0 && times[i] <= times[i - 1])) {
      refuse(`times must be whole milliseconds in rising order, got ${times[i]} at step ${i + 1}`);
    }
  }
  return {
    host,
    metric,
    issuedAt,
    modelVersion,
    times,
    mean: column("mean", forecast.mean),
    median: column("median", forecast.median),
    intervals: forecast.intervals.map(({ level, lower, upper }) => {
      if (!(level > 0 && level < 100)) refuse(`a level must lie between 0 and 100, got ${String(level)}`);
      return { level, lower: column(`lower ${level}`, lower), upper: column(`upper ${level}`, upper) };
    }),
  };
}

/** What a level is called in names of labels and fields: "80", whether it was given in per cent (80) or as a share of one (0.8). */
export function levelName(level: number): string {
  return String(level < 1 ? Number((100 * level).toPrecision(12)) : level);
}
