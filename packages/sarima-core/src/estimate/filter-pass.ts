import { arAutocovariances } from "../autocovariance.js";
import { applyDifference } from "../difference.js";
import { throwIfAborted } from "../errors.js";
import { ExtendedGains } from "../likelihood/extended.js";
import type { FilterState, ModelPolynomials } from "../likelihood/filter-state.js";
import { InnovationsFilter } from "../likelihood/innovations.js";
import { kalmanWhiten } from "../likelihood/kalman.js";
import { expandAr, expandDifference, expandMa, type LagPolynomial } from "../polynomial.js";
import { countObserved } from "../series.js";
import type { ArmaFactors, CheckedSpec } from "../spec.js";

export interface FilterPass {
  /** v_t/√F_t: variance sigma2 at every time. NaN at gaps and while the first d + sD values are taken in. */
  readonly residuals: Float64Array;
  /** v_t: what was observed less what was predicted. */
  readonly innovations: Float64Array;
  /** F_t, for Var ε = 1; NaN or Infinity where there is no innovation. */
  readonly variances: Float64Array;
  readonly state: FilterState;
}

export function modelPolynomials(spec: CheckedSpec, factors: ArmaFactors): ModelPolynomials {
  return {
    phi: expandAr(factors.ar, factors.seasonalAr, factors.period),
    theta: expandMa(factors.ma, factors.seasonalMa, factors.period),
    delta: expandDifference(spec.order[1], spec.seasonal[1], spec.seasonal[3]),
  };
}

/** Above this variance (Var ε = 1) double precision may lose digits that show in a forecast. */
const SLOW = 100;

/** A moving average may hide from F that the autoregression by itself is close to the unit circle. */
function isSlow(phi: LagPolynomial): boolean {
  const [variance] = arAutocovariances(phi, 0) ?? [Number.POSITIVE_INFINITY];
  return variance > SLOW * SLOW;
}

/**
 * One-step innovations of a series without its regression, and where the filter stands after it. With `quick` the last digits near the
 * unit circle are left to double precision, ten times faster there.
 */
export function filterPass(
  y: Float64Array,
  spec: CheckedSpec,
  factors: ArmaFactors,
  { signal, quick = false }: { signal?: AbortSignal | undefined; quick?: boolean } = {},
): FilterPass {
  const polynomials = modelPolynomials(spec, factors);
  const { phi, theta, delta } = polynomials;
  const n = y.length;
  const m = delta.degree;
  const residuals = new Float64Array(n).fill(Number.NaN);
  const innovations = new Float64Array(n).fill(Number.NaN);
  const variances = new Float64Array(n).fill(Number.NaN);
  let first = 0;
  while (first < n && Number.isNaN(y[first])) first++;
  if (countObserved(y) < n - first) {
    const { v, F, state } = kalmanWhiten({
      phi,
      theta,
      delta,
      y,
      factors: quick ? undefined : factors,
      interrupt: () => throwIfAborted(signal),
    });
    for (let t = 0; t < n; t++) {
      innovations[t] = v[t];
      residuals[t] = v[t] / Math.sqrt(F[t]);
    }
    return {
      residuals,
      innovations,
      variances: F,
      state: {
        kind: "covariance",
        alpha: state.alpha[0],
        lags: state.lags[0],
        P: state.P,
        gapLags: state.gapLags,
        gapAlpha: state.gapAlpha,
        gapVariance: state.gapVariance,
      },
    };
  }
  const w = new Float64Array(n - first - m);
  applyDifference(delta, y.subarray(first), w);
  const r = Math.max(phi.degree, theta.degree + 1);
  const filter = new InnovationsFilter(w.length, r, 1);
  filter.interrupt = () => throwIfAborted(signal);
  const out = new Float64Array(w.length);
  const result = filter.run(phi, theta, [w], [out], null, factors);
  if (!result || Number.isNaN(result.sumLogF) || (!quick && (filter.F[0] > SLOW || isSlow(phi)))) {
    const gains = ExtendedGains.start(factors, r, filter.interrupt);
    if (gains) filter.runExtended(gains, phi, theta, [w], [out], null, factors);
  }
  residuals.set(out, first + m);
  variances.set(filter.F, first + m);
  for (let t = 0; t < w.length; t++) innovations[first + m + t] = out[t] * Math.sqrt(filter.F[t]);
  const { a, G, W, F, M } = filter.state;
  const lags = Float64Array.from({ length: m }, (_, j) => y[n - 1 - j]);
  return {
    residuals,
    innovations,
    variances,
    state: { kind: "innovations", alpha: a[0].slice(0, r), lags, G: G.slice(), W: W.slice(), F, M },
  };
}
