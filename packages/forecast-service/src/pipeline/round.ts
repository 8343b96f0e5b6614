import type { StoredForecast } from "@loadcast/metrics-io";
import type { Bounds } from "../settings.js";
import { clampTo } from "./clamp.js";

/** Digits that are kept below the first one of the narrowest width. */
const DIGITS = 4;
/** Beyond this the product below would lose digits of its own. */
const LARGEST = 2 ** 52;

/**
 * A forecast with as many decimals as it can mean: its numbers move by less than a ten-thousandth of the narrowest interval that it gives
 * (at its innermost level). Of 16 digits most are chance, and chance cannot be compressed: rounded, a forecast takes 1.2 to 1.5 kB of the
 * store instead of 2.8, when forecasts were half of what the data folder held. Order and bounds stay as they were. A forecast that is sure of
 * a value, as of a constant series, stays as it is.
 */
export function roundForecast(forecast: StoredForecast, bounds: Bounds | null): StoredForecast {
  const { mean, median, intervals } = forecast;
  const inner = intervals.reduce((a, b) => (b.level < a.level ? b : a));
  const narrowest = Math.min(...inner.upper.map((upper, i) => upper - inner.lower[i]));
  if (!(narrowest > 0)) return forecast;
  const scale = 10 ** Math.max(0, DIGITS - Math.floor(Math.log10(narrowest)));
  const clamp = clampTo(bounds);
  // Dividing by a power of ten gives the number nearest to the decimal, multiplying by its inverse would not.
  const round = (value: number) =>
    Math.abs(value) * scale < LARGEST ? clamp((Math.round(value * scale) + 0) / scale) : value;
  return {
    ...forecast,
    mean: mean.map(round),
    median: median.map(round),
    intervals: intervals.map(({ level, lower, upper }) => ({
      level,
      lower: lower.map(round),
      upper: upper.map(round),
    })),
  };
}
