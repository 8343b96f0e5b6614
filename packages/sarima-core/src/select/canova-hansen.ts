import { SarimaError } from "../errors.js";
import { checkObject, type Series, toSeries, wholeNumber } from "../series.js";
import { isConstant, longestRun } from "./gaps.js";
import { vonMisesTail } from "./von-mises.js";

/** What `canovaHansen` found. */
export interface CanovaHansenTest {
  readonly statistic: number;
  /** From the exact limiting distribution; R's uroot adjusts it a little for the sample size. */
  readonly pValue: number;
  readonly lags: number;
}

/**
 * Canova–Hansen test: the null is a seasonal pattern that stays the same, a large statistic speaks for one that wanders, for which
 * a seasonal difference is the cure (Canova & Hansen 1995). All seasonal frequencies jointly: the statistic of R's
 * uroot::ch.test(x, type = "trig"). With gaps, the longest stretch without one is tested.
 *
 * The statistic is the same in every basis of the seasonal space. Dummies have one non-zero entry a row, so that
 * the long-run covariance costs O(n · lags) instead of O(n · lags · period²).
 *
 * @throws SarimaError `TOO_SHORT` below two periods, `INVALID_ARGUMENT` where nothing varies around the seasonal means.
 */
export function canovaHansen(y: Series, period: number, options: { lags?: number } = {}): CanovaHansenTest {
  wholeNumber(period, "period", 2, 1000);
  const x = longestRun(toSeries(y));
  const n = x.length;
  if (n < 2 * period) {
    throw new SarimaError(
      "TOO_SHORT",
      `canovaHansen needs two periods without a gap, ${2 * period} values; y has ${n} in a row`,
    );
  }
  const lags = wholeNumber(checkObject(options, "options").lags ?? Math.round(period * (n / 100) ** 0.25), "lags", 0);
  const e = aroundSeasonalMeans(x, period);
  if (isConstant(e)) {
    throw new SarimaError("INVALID_ARGUMENT", "y repeats itself exactly; there is nothing to test");
  }
  // 1. Long-run covariance of d_t e_t, d the seasonal dummies.
  const omega = square(period);
  for (let k = 0; k <= Math.min(lags, n - 1); k++) {
    const weight = (1 - k / (lags + 1)) / n;
    for (let t = k; t < n; t++) {
      const product = weight * e[t] * e[t - k];
      const [i, j] = [t % period, (t - k) % period];
      omega[i][j] += product;
      if (k > 0) omega[j][i] += product;
    }
  }
  // 2. Sum over time of the outer products of the partial sums.
  const partial = new Float64Array(period);
  const outer = square(period);
  for (let t = 0; t < n; t++) {
    partial[t % period] += e[t];
    for (let i = 0; i < period; i++) for (let j = 0; j <= i; j++) outer[i][j] += partial[i] * partial[j];
  }
  for (let i = 0; i < period; i++) for (let j = 0; j < i; j++) outer[j][i] = outer[i][j];
  // 3. Contrasts against the last season take the mean out; then n⁻² tr(Ω⁻¹ ΣFF').
  const statistic = traceOfRatio(contrasts(omega), contrasts(outer)) / n ** 2;
  return { statistic, pValue: vonMisesTail(statistic, period - 1), lags };
}

function aroundSeasonalMeans(x: Float64Array, period: number): Float64Array {
  const means = new Float64Array(period);
  for (let s = 0; s < period; s++) {
    let count = 0;
    for (let t = s; t < x.length; t += period) means[s] += (x[t] - means[s]) / ++count;
  }
  const unit = x.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  // Residuals at the level of rounding are none.
  return x.map((value, t) => {
    const e = value - means[t % period];
    return Math.abs(e) > 1e-13 * unit ? e / unit : 0;
  });
}

const square = (k: number): Float64Array[] => Array.from({ length: k }, () => new Float64Array(k));

function contrasts(m: Float64Array[]): Float64Array[] {
  const k = m.length - 1;
  return Array.from({ length: k }, (_, i) =>
    Float64Array.from({ length: k }, (_, j) => m[i][j] - m[k][j] - m[i][k] + m[k][k]),
  );
}

/** tr(A⁻¹ B) by the Cholesky factor of A: the sum of the diagonal of L⁻¹ B L⁻ᵀ. */
function traceOfRatio(a: Float64Array[], b: Float64Array[]): number {
  const k = a.length;
  for (let j = 0; j < k; j++) {
    for (let i = j; i < k; i++) {
      let sum = a[i][j];
      for (let m = 0; m < j; m++) sum -= a[i][m] * a[j][m];
      if (i > j) a[i][j] = sum / a[j][j];
      else if (sum > 0) a[j][j] = Math.sqrt(sum);
      else throw new SarimaError("INVALID_ARGUMENT", "y is too regular for canovaHansen: give a longer series");
    }
  }
  const forward = (row: Float64Array): void => {
    for (let i = 0; i < k; i++) {
      let sum = row[i];
      for (let m = 0; m < i; m++) sum -= a[i][m] * row[m];
      row[i] = sum / a[i][i];
    }
  };
  for (const row of b) forward(row); // B L⁻ᵀ
  let trace = 0;
  const column = new Float64Array(k);
  for (let j = 0; j < k; j++) {
    for (let i = 0; i < k; i++) column[i] = b[i][j];
    forward(column);
    trace += column[j];
  }
  return trace;
}
