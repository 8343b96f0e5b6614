import { chiSquareTail } from "../distributions/chi-square.js";
import { SarimaError } from "../errors.js";
import { checkObject, countObserved, type Series, toSeries, wholeNumber } from "../series.js";
import { acf } from "./correlation.js";

/** What `ljungBox` found. */
export interface LjungBoxTest {
  readonly statistic: number;
  readonly lags: number;
  /** lags − fitdf. */
  readonly df: number;
  readonly pValue: number;
}

/**
 * Ljung & Box (1978): are the first `lags` autocorrelations of the residuals jointly zero? Q = n(n+2) Σ r_k²/(n−k), chi-square
 * with lags − fitdf degrees of freedom. n counts the values that are there, as R's `Box.test(type = "Ljung-Box")` does.
 *
 * @param options.lags default min(10, n/5)
 * @param options.fitdf number of ARMA coefficients that were estimated; default 0
 * @throws SarimaError `INVALID_ARGUMENT`, `TOO_SHORT`
 */
export function ljungBox(
  residuals: Series,
  options: { lags?: number | undefined; fitdf?: number | undefined } = {},
): LjungBoxTest {
  const given = checkObject(options, "options");
  const x = toSeries(residuals, "residuals");
  const n = countObserved(x);
  if (n < 3) throw new SarimaError("TOO_SHORT", `residuals has ${n} observed values; the test needs at least 3`);
  const lags = wholeNumber(given.lags ?? Math.max(1, Math.min(10, Math.floor(n / 5))), "lags", 1, n - 1);
  const fitdf = wholeNumber(given.fitdf ?? 0, "fitdf", 0);
  if (fitdf >= lags) {
    throw new SarimaError(
      "INVALID_ARGUMENT",
      `lags must be more than fitdf = ${fitdf}; received ${lags}: test more lags`,
    );
  }
  const rho = acf(x, { maxLag: lags });
  let sum = 0;
  for (let k = 1; k <= lags; k++) sum += rho[k] ** 2 / (n - k);
  const statistic = n * (n + 2) * sum;
  const df = lags - fitdf;
  return { statistic, lags, df, pValue: chiSquareTail(statistic, df) };
}
