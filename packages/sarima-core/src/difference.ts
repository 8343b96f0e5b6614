import { SarimaError } from "./errors.js";
import type { LagPolynomial } from "./polynomial.js";
import { type Series, toSeries, wholeNumber } from "./series.js";

/**
 * (1 − Bˡᵃᵍ) applied `differences` times, as R's `diff`: the result is `lag · differences` values shorter.
 * A gap makes every difference that touches it a gap.
 *
 * @throws SarimaError `INVALID_ARGUMENT`, or `TOO_SHORT` when nothing would be left.
 */
export function diff(y: Series, lag = 1, differences = 1): Float64Array {
  let out = toSeries(y);
  wholeNumber(lag, "lag", 1);
  wholeNumber(differences, "differences", 0);
  if (out.length <= lag * differences && differences > 0) {
    throw new SarimaError(
      "TOO_SHORT",
      `y has ${out.length} values; differencing ${differences} times at lag ${lag} needs more than ${lag * differences}`,
    );
  }
  for (let k = 0; k < differences; k++) {
    const next = new Float64Array(out.length - lag);
    for (let t = 0; t < next.length; t++) next[t] = out[t + lag] - out[t];
    out = next;
  }
  return out;
}

/**
 * The inverse of `diff`: integrates `w` from the `lag · differences` values of y that came before it, as R's `diffinv`.
 * The result starts with those values, so `undiff(diff(y, lag, k), y.slice(0, lag * k), lag, k)` is y.
 *
 * @throws SarimaError `INVALID_ARGUMENT` when `initial` has not exactly `lag · differences` values.
 */
export function undiff(w: Series, initial: Series, lag = 1, differences = 1): Float64Array {
  let out = toSeries(w, "w");
  const start = toSeries(initial, "initial");
  wholeNumber(lag, "lag", 1);
  wholeNumber(differences, "differences", 0);
  if (start.length !== lag * differences) {
    throw new SarimaError(
      "INVALID_ARGUMENT",
      `initial must hold the ${lag * differences} values before w; received ${start.length}`,
    );
  }
  for (let k = differences - 1; k >= 0; k--) {
    // The first `lag` values of the series that has been differenced k times.
    const head = k === 0 ? start.subarray(0, lag) : diff(start.subarray(0, lag * (k + 1)), lag, k);
    const next = new Float64Array(out.length + lag);
    next.set(head);
    for (let t = lag; t < next.length; t++) next[t] = next[t - lag] + out[t - lag];
    out = next;
  }
  return out;
}

/** w_t = y_t − Σ δₖ y_{t−k} for t ≥ degree; `out` has y.length − degree values. */
export function applyDifference(delta: LagPolynomial, y: Float64Array, out: Float64Array): void {
  const { lags, coefs, degree } = delta;
  for (let t = degree; t < y.length; t++) {
    let w = y[t];
    for (let i = 0; i < lags.length; i++) w -= coefs[i] * y[t - lags[i]];
    out[t - degree] = w;
  }
}
