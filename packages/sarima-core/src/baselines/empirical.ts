import { quote, SarimaError } from "../errors.js";
import { checkObject, type Series, wholeNumber } from "../series.js";
import { type Baseline, baseline, observedSeries } from "./baseline.js";

/** Quantile of ascending values by linear interpolation (Hyndman & Fan 1996, type 7, as R's default). */
export function sortedQuantile(sorted: Float64Array, p: number): number {
  const position = p * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below];
  return below + 1 < sorted.length ? low + (position - below) * (sorted[below + 1] - low) : low;
}

/**
 * Quantiles of the last `window` values (default: all), the same at every step. The sharpest simple method on monitoring
 * data, and one that misses when the level moves.
 */
export function empiricalQuantiles(y: Series, options: { window?: number | undefined } = {}): Baseline {
  const series = observedSeries(y, 1, "empiricalQuantiles");
  const { window: asked } = checkObject(options, "options");
  const window = asked === undefined ? series.length : wholeNumber(asked, "window", 1);
  const sorted = series.slice(-window).filter((value) => !Number.isNaN(value));
  if (sorted.length === 0) {
    throw new SarimaError(
      "TOO_SHORT",
      `the last ${window} values of y are all gaps; give a window that reaches observed values; received ${quote(window)}`,
    );
  }
  sorted.sort();
  const level = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const sd = Math.sqrt(sorted.reduce((sum, value) => sum + (value - level) ** 2, 0) / sorted.length);
  return baseline("empiricalQuantiles", { window, mean: level }, (horizon, levels) => {
    const flat = (value: number) => new Float64Array(horizon).fill(value);
    return {
      mean: flat(level),
      median: flat(sortedQuantile(sorted, 0.5)),
      standardError: flat(sd),
      intervals: levels.map((coverage) => ({
        level: coverage,
        lower: flat(sortedQuantile(sorted, (1 - coverage) / 2)),
        upper: flat(sortedQuantile(sorted, (1 + coverage) / 2)),
      })),
    };
  });
}
