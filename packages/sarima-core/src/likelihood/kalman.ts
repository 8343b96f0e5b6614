import { arAutocovariances, stateCovarianceColumn } from "../autocovariance.js";
import { SarimaError } from "../errors.js";
import type { LagPolynomial } from "../polynomial.js";
import type { ArmaFactors } from "../spec.js";
import { absorb, createFlatPrior, type FlatPrior, logDeterminant, solve, whitenCombination } from "./flat-prior.js";
import { type FilterEnd, finalState, type KalmanState } from "./kalman-state.js";
import type { KalmanTape } from "./kalman-tape.js";
import {
  addGap,
  advance,
  condition,
  createStateCovariance,
  type StateCovariance,
  type StateSpace,
  signal,
  stateSpace,
} from "./state-covariance.js";

/**
 * A SARIMA with every coefficient given, and data with gaps anywhere.
 *
 *     y_t = Σ δ_j y_{t−j} + w_t,   w_t = Σ φ_j w_{t−j} + ε_t + Σ θ_j ε_{t−j},   Var ε = 1
 */
export interface KalmanInput {
  phi: LagPolynomial;
  theta: LagPolynomial;
  /** The differencing; degree 0 when d = D = 0. */
  delta: LagPolynomial;
  /** NaN is a gap. */
  y: Float64Array;
  /** Regressor columns of the length of y, without gaps. They are whitened as y is. */
  columns?: readonly Float64Array[];
  /** phi and theta before they were multiplied out: given, no digit is lost near the unit circle. */
  factors?: ArmaFactors | undefined;
  /** Called every few milliseconds; it may throw to stop. */
  interrupt?: (() => void) | null;
}

/** Above this variance of the autoregression (Var ε = 1) doubles lose digits that show. */
const LARGE = 1e3;

export interface KalmanOutput {
  /** Values that enter the likelihood: the observed ones less m, the degree of delta. */
  nobs: number;
  /** Σ log F over those, with the log-determinant of what was integrated out over the flat prior. */
  sumLogF: number;
  /** v_t / √F_t of y and of each column at the times that enter the likelihood: nobs values each. */
  whitened: Float64Array;
  whitenedColumns: Float64Array[];
  /** Innovation of y and its variance for each time. v is NaN at gaps, both while nothing can be predicted. */
  v: Float64Array;
  F: Float64Array;
  /** Prediction of y_t from the values before t; at a gap too, so trailing NaNs are forecasts. */
  prediction: Float64Array;
  /** Where the filter stands after the last value. */
  state: KalmanState;
}

/** What backward passes need of the forward pass: the smoother, and the score. */
export interface FilterRecord {
  model: StateSpace;
  /** First observed time, and the first that can be predicted: from + m. */
  from: number;
  start: number;
  /** Number of the gap at t, or −1: observed, or before `start`. */
  gapAt: Int32Array;
  slots: number;
  /** The filter began in extended precision. */
  exact: boolean;
  /** Times before `start` whose value has a flat prior. */
  flatAt: number[];
  prior: FlatPrior;
}

/**
 * Exact Kalman filter of a SARIMA: the general engine, and the oracle of the fast one. Cost O(n (r + gaps among the last
 * m values)²), no dense product: T is a shift and a few non-zero φ.
 *
 * The m values (m the degree of delta) before the window have a flat prior. Leading gaps are dropped, then the first m values are
 * given where observed and carry a flat prior where not; both leave the density as it is, because the map from m values
 * to the next m of the differencing recursion has determinant ±1.
 *
 * @throws SarimaError `NON_STATIONARY`; `TOO_SHORT` with fewer than m + 1 values after the leading gaps.
 */
export function kalmanWhiten(input: KalmanInput): KalmanOutput {
  const passed = kalmanFilter(input);
  if (!passed) throw tooCloseToTheCircle();
  const { output, end } = passed;
  return { ...output, state: finalState(end) };
}

export function tooCloseToTheCircle(): SarimaError {
  return new SarimaError(
    "NON_STATIONARY",
    "the autoregression has a root on or inside the unit circle, or too many too close to it; move them out",
  );
}

/**
 * The forward pass by itself; `tape`, if given, keeps what backward passes need. Null where the autoregression is not
 * stationary, or too close to it for the digits there are.
 */
export function kalmanFilter(
  input: KalmanInput,
  tape: KalmanTape | null = null,
): { output: Omit<KalmanOutput, "state">; record: FilterRecord; end: FilterEnd } | null {
  const { y, columns = [] } = input;
  const n = y.length;
  const model = stateSpace(input.phi, input.theta, input.delta);
  const { r, m, phi, phiAt, deltaLag, delta } = model;
  const c1 = stateCovarianceColumn(input.phi, input.theta, r);
  const [variance] = arAutocovariances(input.phi, 0) ?? [Number.POSITIVE_INFINITY];

  // 1. Which values are given, which are gaps, which are unknown with a flat prior.
  let from = 0;
  while (from < n && Number.isNaN(y[from])) from++;
  if (n - from <= m) {
    throw new SarimaError(
      "TOO_SHORT",
      `y must have more than ${m} values after its leading gaps, as the differencing uses up ${m}; received ${n - from}`,
    );
  }
  const start = from + m;
  const flatAt: number[] = [];
  for (let t = from; t < start; t++) if (Number.isNaN(y[t])) flatAt.push(t);
  const { gapAt, gaps, widest } = numberGaps(y, start, m);
  const slots = widest + 1;

  // 2. Series that run through the filter side by side: y, the columns, one unit column for each flat unknown.
  const k = flatAt.length;
  const width = 1 + columns.length;
  const series: Float64Array[] = [];
  for (let c = 0; c < width + k; c++) {
    const values = new Float64Array(n);
    if (c < width) {
      values.set(c === 0 ? y : columns[c - 1]);
      if (c === 0) for (const t of flatAt) values[t] = 0;
    } else values[flatAt[c - width]] = 1;
    series.push(values);
  }
  const alpha = series.map(() => new Float64Array(r));

  const S = createStateCovariance(model, slots, c1, variance > LARGE ? (input.factors ?? null) : null);
  if (!S) return null;
  const prior = createFlatPrior(k, width);
  const x = new Float64Array(k);
  const h = new Float64Array(k);
  const z = new Float64Array(width);
  const estimate = new Float64Array(k);
  const predicted = new Float64Array(series.length);

  const whitened = series.slice(0, width).map(() => new Float64Array(n));
  const v = new Float64Array(n).fill(Number.NaN);
  const F = new Float64Array(n).fill(Number.NaN);
  const prediction = new Float64Array(n).fill(Number.NaN);
  const record: FilterRecord = {
    model,
    from,
    start,
    gapAt,
    slots,
    exact: S.exact !== null,
    flatAt,
    prior,
  };
  tape?.reserve(n, r + slots, series.length);

  let nobs = 0;
  let sumLogF = 0;
  let first = 0;
  let end = 0;
  const pause = Math.max(1, Math.floor(5e5 / (r + m) ** 2));
  for (let t = start; t < n; t++) {
    if (S.exact || t % pause === pause - 1) input.interrupt?.();
    // 3. Prediction, M and F. Leading gaps before `from` never come within m steps of start.
    while (first < end && gaps[first] < t - m) first++;
    for (let c = 0; c < series.length; c++) {
      const values = series[c];
      let mean = alpha[c][0];
      for (let l = 0; l < deltaLag.length; l++) mean += delta[l] * values[t - deltaLag[l]];
      predicted[c] = mean;
    }
    signal(S, model, t, gapAt, first, end);
    const observed = !Number.isNaN(y[t]);
    if (tape) {
      keepState(tape, S, t, r, observed, first, end);
      for (let c = 0; c < series.length; c++) {
        tape.prediction[c][t] = predicted[c];
        tape.v[c][t] = observed ? (c < width ? series[c][t] : 0) - predicted[c] : 0;
        tape.w[c][t] = alpha[c][0];
      }
    }

    if (observed) {
      // 4. Innovations: whitened rows, the flat part rotated out of them, and the update of mean and covariance.
      const root = Math.sqrt(S.F);
      for (let c = 0; c < width; c++) z[c] = (series[c][t] - predicted[c]) / root;
      for (let i = 0; i < k; i++) x[i] = predicted[width + i] / root;
      for (let c = 0; c < series.length; c++) {
        const innovation = (c < width ? series[c][t] : 0) - predicted[c];
        if (innovation === 0) continue;
        const step = innovation / S.F;
        addScaled(alpha[c], S.M, step);
        for (let g = first; g < end; g++) series[c][gaps[g]] += S.Mu[g % slots] * step;
      }
      condition(S, model, first, end);
      const share = k === 0 ? 1 : absorb(prior, x, z);
      sumLogF += Math.log(S.F);
      if (share > 0) {
        for (let c = 0; c < width; c++) whitened[c][nobs] = z[c];
        nobs++;
        F[t] = S.F / (share * share);
        v[t] = z[0] * Math.sqrt(F[t]);
        prediction[t] = y[t] - v[t];
      } else F[t] = Number.POSITIVE_INFINITY;
    } else {
      // 5. A gap: the prediction stands in for the value, and joins the state while differencing can still reach it.
      F[t] = S.F;
      prediction[t] = predicted[0];
      if (k > 0) {
        for (let i = 0; i < k; i++) x[i] = predicted[width + i];
        if (whitenCombination(prior, x, h)) {
          solve(prior, 0, estimate);
          for (let i = 0; i < k; i++) {
            F[t] += h[i] * h[i];
            prediction[t] += x[i] * estimate[i];
          }
        } else {
          F[t] = Number.POSITIVE_INFINITY;
          prediction[t] = Number.NaN;
        }
      }
      for (let c = 0; c < series.length; c++) series[c][t] = predicted[c];
      if (m > 0) {
        if (first < end && gaps[first] === t - m) first++;
        addGap(S, model, end, first, end);
        end++;
      }
    }

    // 6. One step ahead.
    for (let c = 0; c < alpha.length; c++) advanceMean(alpha[c], phi, phiAt);
    advance(S, model, observed, first, end);
  }

  S.exact?.leave(S);
  while (first < end && gaps[first] < n - m) first++;
  return {
    output: {
      nobs,
      sumLogF: sumLogF + logDeterminant(prior),
      whitened: whitened[0].subarray(0, nobs),
      whitenedColumns: whitened.slice(1).map((column) => column.subarray(0, nobs)),
      v,
      F,
      prediction,
    },
    record,
    end: {
      model,
      covariance: S,
      prior,
      alpha,
      series,
      width,
      flatAt,
      gaps: gaps.slice(first, end),
      firstGap: first,
    },
  };
}

/** M, F and Cov(state, w_t | y until t), before the covariances are conditioned on y_t. */
function keepState(
  tape: KalmanTape,
  S: StateCovariance,
  t: number,
  r: number,
  observed: boolean,
  first: number,
  end: number,
): void {
  const { M, p, size } = tape;
  const at = t * size;
  const known = observed && end === first;
  tape.F[t] = S.F;
  tape.observed[t] = observed ? 1 : 0;
  tape.known[t] = known ? 1 : 0;
  M.set(S.M, at);
  M.fill(0, at + r, at + size);
  p.fill(0, at, at + size);
  if (known) return;
  const gain = observed ? S.M[0] / S.F : 0;
  for (let i = 0; i < r; i++) p[at + i] = S.P[i * r] - gain * S.M[i];
  for (let g = first; g < end; g++) {
    const s = g % S.slots;
    M[at + r + s] = S.Mu[s];
    p[at + r + s] = S.C[s * r] - gain * S.Mu[s];
  }
}

/** Numbers the gaps from `start` on, and counts how many fall into any m + 1 consecutive times at most. */
function numberGaps(y: Float64Array, start: number, m: number): { gapAt: Int32Array; gaps: number[]; widest: number } {
  const gapAt = new Int32Array(y.length).fill(-1);
  const gaps: number[] = [];
  let first = 0;
  let widest = 0;
  for (let t = start; t < y.length && m > 0; t++) {
    if (!Number.isNaN(y[t])) continue;
    gapAt[t] = gaps.length;
    gaps.push(t);
    while (gaps[first] < t - m) first++;
    widest = Math.max(widest, gaps.length - first);
  }
  return { gapAt, gaps, widest };
}

/** a ← a + x·step. */
function addScaled(a: Float64Array, x: Float64Array, step: number): void {
  for (let i = 0; i < a.length; i++) a[i] += x[i] * step;
}

/** a ← T a. A loop: `copyWithin` takes longer to begin than short states take to be moved. */
function advanceMean(a: Float64Array, phi: Float64Array, phiAt: Int32Array): void {
  const a0 = a[0];
  const last = a.length - 1;
  for (let i = 0; i < last; i++) a[i] = a[i + 1];
  a[last] = 0;
  for (let k = 0; k < phiAt.length; k++) a[phiAt[k]] += phi[phiAt[k]] * a0;
}
