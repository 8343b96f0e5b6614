import { BackwardPass } from "./backward-pass.js";
import { solve, whitenCombination } from "./flat-prior.js";
import { type FilterRecord, type KalmanInput, kalmanFilter, tooCloseToTheCircle } from "./kalman.js";
import { KalmanTape } from "./kalman-tape.js";

export interface Smoothed {
  /** The data, with the mean of each gap given everything observed, before and after it. */
  mean: Float64Array;
  /** Its variance for σ² = 1; 0 where observed, Infinity where the data do not determine it. */
  variance: Float64Array;
}

/**
 * Fixed-interval smoothing of the gaps: E[y_t | all of y] and its variance. Trailing gaps are forecasts. Leading gaps are
 * trailing ones of the reversed series, whose ARMA part and differencing have the same law. Near the unit circle every gap is taken
 * from the side from which it can be predicted better: a variance of 1 is not to be found from one of 1e12. Columns are not used:
 * subtract regressors from y first.
 *
 * @throws SarimaError as `kalmanWhiten`.
 */
export function kalmanSmooth(input: KalmanInput): Smoothed {
  const n = input.y.length;
  if (!input.y.some(Number.isNaN)) return { mean: input.y.slice(), variance: new Float64Array(n) };
  const forward = smoothFrom(input.y, input);
  if (forward.exact || Number.isNaN(input.y[0])) {
    const backward = smoothFrom(input.y.slice().reverse(), input);
    let leading = true;
    for (let t = 0; t < n; t++) {
      if (!Number.isNaN(input.y[t])) leading = false;
      else if (leading || (forward.exact && backward.before[n - 1 - t] < forward.before[t])) {
        forward.mean[t] = backward.mean[n - 1 - t];
        forward.variance[t] = backward.variance[n - 1 - t];
      }
    }
  }
  return forward;
}

/** The smoother from the first observed value on; what lies before stays NaN. */
function smoothFrom(y: Float64Array, input: KalmanInput): Smoothed & { before: Float64Array; exact: boolean } {
  const tape = new KalmanTape();
  const passed = kalmanFilter({ ...input, y, columns: [] }, tape);
  if (!passed) throw tooCloseToTheCircle();
  const { record } = passed;
  const { prior, flatAt } = record;
  const { perSeries, variance } = backwardPass(record, tape, y);

  // The flat unknowns γ: y = y(γ = 0) + Σ γ_i · (unit series i), smoothed alike, with γ̂ and its variance put in.
  const k = prior.k;
  const mean = y.slice();
  const estimate = new Float64Array(k);
  solve(prior, 0, estimate);
  const b = new Float64Array(k);
  const h = new Float64Array(k);
  for (let t = record.from; t < y.length; t++) {
    if (!Number.isNaN(y[t])) continue;
    for (let i = 0; i < k; i++) b[i] = t < record.start ? (flatAt[i] === t ? 1 : 0) : perSeries[1 + i][t];
    let value = t < record.start ? 0 : perSeries[0][t];
    let extra = 0;
    if (whitenCombination(prior, b, h)) {
      for (let i = 0; i < k; i++) {
        value += b[i] * estimate[i];
        extra += h[i] * h[i];
      }
    } else {
      value = Number.NaN;
      extra = Number.POSITIVE_INFINITY;
    }
    mean[t] = value;
    variance[t] += extra;
  }
  // The variance before what follows is known; without a prediction there is none.
  const before = tape.F.map((F, t) => (t < record.start ? Number.POSITIVE_INFINITY : F));
  return { mean, variance, before, exact: record.exact };
}

/** Mean of each gap in each series given everything, and its variance before the flat part. */
function backwardPass(
  record: FilterRecord,
  tape: KalmanTape,
  y: Float64Array,
): { perSeries: Float64Array[]; variance: Float64Array } {
  const n = y.length;
  const pass = new BackwardPass(record, tape, tape.v.length);
  const perSeries = tape.v.map(() => new Float64Array(n));
  const variance = new Float64Array(n);
  for (let t = n - 1; t >= record.start; t--) {
    pass.pull(t);
    const F = tape.F[t];
    if (Number.isNaN(y[t])) {
      // What comes after a gap corrects its prediction.
      for (let c = 0; c < perSeries.length; c++) perSeries[c][t] = tape.prediction[c][t] + pass.reach(c);
      variance[t] = Math.max(0, F - pass.spread());
    } else pass.absorb(F, (c) => tape.v[c][t]);
  }
  return { perSeries, variance };
}
