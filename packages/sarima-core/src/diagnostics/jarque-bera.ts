import { chiSquareTail } from "../distributions/chi-square.js";
import { SarimaError } from "../errors.js";
import { type Series, toSeries } from "../series.js";

/** What `jarqueBera` found. */
export interface JarqueBeraTest {
  readonly statistic: number;
  readonly pValue: number;
  readonly skewness: number;
  /** 3 for a normal distribution. */
  readonly kurtosis: number;
}

/**
 * Jarque & Bera (1987): do skewness and kurtosis fit a normal distribution? n/6 (S² + (K−3)²/4), chi-square with 2 degrees
 * of freedom. Gaps are left out.
 *
 * @throws SarimaError `INVALID_ARGUMENT`; `TOO_SHORT` with fewer than two values.
 */
export function jarqueBera(residuals: Series): JarqueBeraTest {
  const x = toSeries(residuals, "residuals").filter((value) => !Number.isNaN(value));
  const n = x.length;
  if (n < 2) throw new SarimaError("TOO_SHORT", `residuals has ${n} observed values; the test needs at least 2`);
  let largest = 0;
  for (let t = 0; t < n; t++) largest = Math.max(largest, Math.abs(x[t]));
  if (largest > 0) for (let t = 0; t < n; t++) x[t] /= largest;
  let mean = 0;
  for (let t = 0; t < n; t++) mean += x[t] / n;
  let m2 = 0;
  let m3 = 0;
  let m4 = 0;
  for (let t = 0; t < n; t++) {
    const d = x[t] - mean;
    m2 += (d * d) / n;
    m3 += (d * d * d) / n;
    m4 += (d * d * d * d) / n;
  }
  // Residuals without spread are no evidence against anything.
  if (m2 <= (1e-15 * mean) ** 2) return { statistic: 0, pValue: 1, skewness: 0, kurtosis: 3 };
  const skewness = m3 / m2 ** 1.5;
  const kurtosis = m4 / m2 ** 2;
  const statistic = (n / 6) * (skewness ** 2 + (kurtosis - 3) ** 2 / 4);
  return { statistic, pValue: chiSquareTail(statistic, 2), skewness, kurtosis };
}
