import { SarimaError } from "../errors.js";
import { checkObject, countObserved, type Series, toSeries, wholeNumber } from "../series.js";

/** What `acf` and `pacf` may be told. */
export interface CorrelationOptions {
  /** Largest lag; default ⌊10 log₁₀ n⌋, as in R, and less than n. */
  maxLag?: number | undefined;
}

/**
 * Sample autocorrelations: element k is lag k, so the first is 1. As R's `acf(x, na.action = na.pass)`: the mean is removed,
 * sums divide by n; with gaps, the sum over the pairs that are there divides by their number plus k; NaN at a lag without pairs.
 *
 * @throws SarimaError `INVALID_ARGUMENT`; `TOO_SHORT` with fewer than two values.
 */
export function acf(y: Series, options: CorrelationOptions = {}): Float64Array {
  const { maxLag: given } = checkObject(options, "options");
  const x = toSeries(y);
  const n = x.length;
  const observed = countObserved(x);
  if (observed < 2) {
    throw new SarimaError("TOO_SHORT", `y has ${observed} observed values; autocorrelations need at least 2`);
  }
  const maxLag =
    given === undefined ? Math.min(n - 1, Math.floor(10 * Math.log10(n))) : wholeNumber(given, "maxLag", 0, n - 1);

  let sum = 0;
  let largest = 0;
  for (let t = 0; t < n; t++) if (!Number.isNaN(x[t])) largest = Math.max(largest, Math.abs(x[t]));
  const scale = largest > 0 ? 2 ** Math.max(-1000, Math.min(1000, Math.floor(Math.log2(largest)))) : 1;
  for (let t = 0; t < n; t++) if (!Number.isNaN(x[t])) sum += x[t] / scale;
  const mean = sum / observed;
  for (let t = 0; t < n; t++) x[t] = x[t] / scale - mean;

  const out = new Float64Array(maxLag + 1);
  for (let k = 0; k <= maxLag; k++) {
    let products = 0;
    let pairs = 0;
    for (let t = k; t < n; t++) {
      const product = x[t] * x[t - k];
      if (Number.isNaN(product)) continue;
      products += product;
      pairs++;
    }
    out[k] = pairs > 0 ? products / (pairs + k) : Number.NaN;
  }
  const variance = out[0];
  // A constant has no correlation to speak of, whatever rounding is left of its mean.
  const constant = variance <= (1e-15 * mean) ** 2;
  for (let k = 0; k <= maxLag; k++) out[k] = constant ? (k === 0 ? 1 : 0) : out[k] / variance;
  return out;
}

/**
 * Partial autocorrelations by the Durbin–Levinson recursion on `acf`, as R's `pacf`: element k is lag k, the first is 1.
 *
 * @throws SarimaError as `acf`.
 */
export function pacf(y: Series, options: CorrelationOptions = {}): Float64Array {
  const rho = acf(y, options);
  const out = new Float64Array(rho.length);
  out[0] = 1;
  const phi = new Float64Array(rho.length);
  const before = new Float64Array(rho.length);
  let variance = 1;
  for (let k = 1; k < rho.length; k++) {
    let sum = rho[k];
    for (let j = 1; j < k; j++) sum -= phi[j] * rho[k - j];
    const kappa = variance > 0 ? sum / variance : Number.NaN;
    before.set(phi);
    for (let j = 1; j < k; j++) phi[j] = before[j] - kappa * before[k - j];
    phi[k] = kappa;
    variance *= (1 - kappa) * (1 + kappa);
    out[k] = kappa;
  }
  return out;
}
