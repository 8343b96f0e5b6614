import { diff } from "../difference.js";
import { quote, SarimaError } from "../errors.js";
import { checkObject, finiteNumber, type Series, toSeries, wholeNumber } from "../series.js";
import { canovaHansen } from "./canova-hansen.js";
import { interpolated, isConstant, withoutGaps } from "./gaps.js";
import { ocsb } from "./ocsb.js";
import { stl } from "./stl.js";

/** Above this strength forecast::nsdiffs takes a seasonal difference: the value that gave the best M3 and M4 forecasts. */
export const SEASONAL_STRENGTH_THRESHOLD = 0.64;

/**
 * Strength of the seasonal pattern, from 0 (none) to 1: 1 − var(remainder)/var(remainder + seasonal) of an STL decomposition
 * (Wang, Smith & Hyndman 2006), as forecast::nsdiffs computes it. Gaps are filled linearly for the decomposition
 * and left out of the variances.
 *
 * @throws SarimaError `TOO_SHORT` up to two periods. A constant series has strength 0.
 */
export function seasonalStrength(y: Series, period: number): number {
  wholeNumber(period, "period", 2);
  const x = toSeries(y);
  if (x.length <= 2 * period || withoutGaps(x).length < 4) {
    throw new SarimaError(
      "TOO_SHORT",
      `seasonalStrength needs more than two periods, ${2 * period} values; y has ${x.length}`,
    );
  }
  if (isConstant(x)) return 0;
  // A share has no unit; values of order 1 have variances.
  let largest = 0;
  for (const value of x) if (Math.abs(value) > largest) largest = Math.abs(value);
  const { seasonal, remainder } = stl(interpolated(x.map((value) => value / largest)), period);
  const rest = variance(remainder, x);
  const both = variance(
    remainder.map((value, t) => value + seasonal[t]),
    x,
  );
  return both > 0 ? Math.max(0, Math.min(1, 1 - rest / both)) : 0;
}

/** Variance of x where `mask` is observed. */
function variance(x: Float64Array, mask: Float64Array): number {
  let n = 0;
  let mean = 0;
  let squares = 0;
  for (let t = 0; t < x.length; t++) {
    if (Number.isNaN(mask[t])) continue;
    n++;
    const step = x[t] - mean;
    mean += step / n;
    squares += step * (x[t] - mean);
  }
  return squares / (n - 1);
}

/**
 * Number of seasonal differences, as R's forecast::nsdiffs: a test is repeated on the differenced series until it asks for no more.
 * "strength" compares `seasonalStrength` with 0.64; "ocsb" uses up to 3 lags by AIC at the 5 % level; "ch" is Canova–Hansen's joint
 * test. A series that is constant, or holds at most two periods, needs none.
 */
export function nsdiffs(
  y: Series,
  period: number,
  options: { test?: "strength" | "ocsb" | "ch"; alpha?: number; max?: number } = {},
): number {
  wholeNumber(period, "period", 1);
  const alpha = finiteNumber(checkObject(options, "options").alpha ?? 0.05, "alpha", 0.01, 0.1);
  const max = wholeNumber(options.max ?? 1, "max", 0, 2);
  let x: Float64Array = toSeries(y);
  for (let D = 0; D < max; D++) {
    if (period < 2 || x.length <= 2 * period || withoutGaps(x).length <= 2 * period || isConstant(x)) return D;
    if (!wantsDifference(x, period, options.test ?? "strength", alpha)) return D;
    x = diff(x, period);
  }
  return max;
}

function wantsDifference(x: Float64Array, period: number, test: "strength" | "ocsb" | "ch", alpha: number): boolean {
  switch (test) {
    case "strength":
      return seasonalStrength(x, period) > SEASONAL_STRENGTH_THRESHOLD;
    case "ocsb": {
      const { statistic, criticalValue } = ocsb(x, period, { maxLag: 3, lagMethod: "aic" });
      return statistic > criticalValue;
    }
    case "ch":
      return canovaHansen(x, period).pValue < alpha;
    default:
      throw new SarimaError("INVALID_ARGUMENT", `test must be "strength", "ocsb" or "ch"; received ${quote(test)}`);
  }
}
