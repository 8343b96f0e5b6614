import { fCdf, fTail } from "../distributions/f.js";
import { quote, SarimaError } from "../errors.js";
import { checkObject, type Series, toSeries } from "../series.js";

/** What `heteroskedasticity` found. */
export interface HeteroskedasticityTest {
  /** Sum of squares of the last third over that of the first third. Above 1: the variance grows. */
  readonly statistic: number;
  /** Observed values in the last and in the first third. */
  readonly df: readonly [number, number];
  readonly pValue: number;
}

/**
 * Has the variance of the residuals changed? Harvey's (1989, section 5.4) break-in-variance test as statsmodels computes it:
 * H = Σ last third e² / Σ first third e², F distributed with the observed values of each third as degrees of freedom.
 *
 * @param residuals standardised one-step errors; gaps count in neither sum
 * @param options.alternative default "two-sided"
 * @throws SarimaError `INVALID_ARGUMENT`; `TOO_SHORT` when a third has no value.
 */
export function heteroskedasticity(
  residuals: Series,
  options: { alternative?: "two-sided" | "increasing" | "decreasing" | undefined } = {},
): HeteroskedasticityTest {
  const alternative = checkObject(options, "options").alternative ?? "two-sided";
  if (!["two-sided", "increasing", "decreasing"].includes(alternative)) {
    throw new SarimaError(
      "INVALID_ARGUMENT",
      `alternative must be "two-sided", "increasing" or "decreasing"; received ${quote(alternative)}`,
    );
  }
  const x = toSeries(residuals, "residuals");
  // A ratio has no unit; values of order 1 have squares.
  let largest = 0;
  for (let t = 0; t < x.length; t++) if (Math.abs(x[t]) > largest) largest = Math.abs(x[t]);
  if (largest > 0) for (let t = 0; t < x.length; t++) x[t] /= largest;
  const h = Math.round(x.length / 3);
  const first = squares(x.subarray(0, h));
  const last = squares(x.subarray(x.length - h));
  if (first.count === 0 || last.count === 0) {
    throw new SarimaError("TOO_SHORT", `residuals has ${x.length} values; its first and last third must each have one`);
  }
  const df = [last.count, first.count] as const;
  if (first.sum === 0 && last.sum === 0) return { statistic: 1, df, pValue: 1 };
  const statistic = last.sum / first.sum;
  const below = fCdf(statistic, ...df);
  const above = fTail(statistic, ...df);
  const pValue =
    alternative === "increasing" ? above : alternative === "decreasing" ? below : 2 * Math.min(below, above);
  return { statistic, df, pValue };
}

function squares(x: Float64Array): { sum: number; count: number } {
  let sum = 0;
  let count = 0;
  for (let t = 0; t < x.length; t++) {
    if (Number.isNaN(x[t])) continue;
    sum += x[t] * x[t];
    count++;
  }
  return { sum, count };
}
