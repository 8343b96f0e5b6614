import { diff } from "../difference.js";
import { quote, SarimaError } from "../errors.js";
import { checkObject, type Series, toSeries, wholeNumber } from "../series.js";
import { interpolated } from "./gaps.js";
import { leastSquares, type Regression } from "./regression.js";

/** What `ocsb` found. */
export interface OcsbTest {
  /** t statistic of the seasonal unit root: below the critical value there is none. */
  readonly statistic: number;
  /** At the 5 % level. */
  readonly criticalValue: number;
  readonly lags: number;
}

/**
 * Osborn–Chui–Smith–Birchenhall test: the null is a seasonal unit root, for which a seasonal difference is the cure
 * (Osborn, Chui, Smith & Birchenhall 1988). Statistic, critical value and choice of lags as R's forecast::ocsb.test; the lag that it takes is one
 * below the minimiser of the criterion among 1..maxLag. Gaps are filled linearly. O(n · maxLag²).
 *
 * @throws SarimaError `TOO_SHORT` where the regression has no degree of freedom.
 */
export function ocsb(
  y: Series,
  period: number,
  options: { lagMethod?: "fixed" | "aic" | "aicc" | "bic"; maxLag?: number } = {},
): OcsbTest {
  wholeNumber(period, "period", 2);
  const maxLag = wholeNumber(checkObject(options, "options").maxLag ?? 0, "maxLag", 0, 100);
  const method = options.lagMethod ?? "fixed";
  if (!["fixed", "aic", "aicc", "bic"].includes(method)) {
    throw new SarimaError(
      "INVALID_ARGUMENT",
      `lagMethod must be "fixed", "aic", "aicc" or "bic"; received ${quote(method)}`,
    );
  }
  const x = interpolated(toSeries(y));
  const needed = period + 2 * maxLag + 6;
  if (x.length < needed || Number.isNaN(x[0])) {
    throw new SarimaError("TOO_SHORT", `ocsb needs at least ${needed} values with this period; y has ${x.length}`);
  }
  let lags = maxLag;
  if (method !== "fixed" && maxLag > 0) {
    let best = Number.POSITIVE_INFINITY;
    for (let lag = 1; lag <= maxLag; lag++) {
      const fit = auxiliary(x, period, lag, maxLag);
      const n = fit.residuals.length;
      const k = fit.rank + 1;
      const penalty =
        method === "bic" ? Math.log(n) * k : 2 * k + (method === "aicc" ? (2 * k * (k + 1)) / (n - k - 1) : 0);
      const criterion = n * Math.log(fit.rss / n) + penalty;
      if (criterion < best) {
        best = criterion;
        lags = lag - 1;
      }
    }
  }
  const fit = auxiliary(x, period, lags, lags);
  const last = fit.coefficients.length - 1;
  const statistic = fit.coefficients[last] / fit.standardErrors[last];
  if (Number.isNaN(statistic)) {
    throw new SarimaError("INVALID_ARGUMENT", "y is constant or exactly periodic; there is nothing to test");
  }
  return { statistic, criticalValue: criticalValue(period), lags };
}

/**
 * The auxiliary regression: w = (1−B)(1−Bˢ)x on its own `lags` lags, on Z4 = λ(B)(1−Bˢ)x one step back and on
 * Z5 = λ(B)(1−B)x one period back, λ being the autoregression of w. The first `skip` values of w are left out.
 */
function auxiliary(x: Float64Array, period: number, lags: number, skip: number): Regression {
  const seasonal = diff(x, period);
  const first = diff(x);
  const w = diff(seasonal);
  const n = w.length - skip;
  const own = (k: number): Float64Array => w.slice(skip - k, skip - k + n);
  const past = Array.from({ length: lags }, (_, k) => own(k + 1));
  const lambda = leastSquares(past, own(0)).coefficients;
  const filtered = (z: Float64Array, t: number): number => {
    let value = z[t];
    for (let k = 1; k <= lags; k++) value -= (lambda[k - 1] || 0) * z[t - k];
    return value;
  };
  // w[t] belongs to time t + period + 1: one step back in `seasonal` and one period back in `first` are both index t.
  const z4 = Float64Array.from({ length: n }, (_, i) => filtered(seasonal, skip + i));
  const z5 = Float64Array.from({ length: n }, (_, i) => filtered(first, skip + i));
  return leastSquares([...past, z4, z5], own(0));
}

/** 5 % critical values by period, smoothed from simulations (forecast::ocsb.test). */
function criticalValue(period: number): number {
  const x = Math.log(period) - 0.7656451;
  return -0.2937411 * Math.exp(-0.2850853 * x - 0.05983644 * x * x) - 1.652202;
}
