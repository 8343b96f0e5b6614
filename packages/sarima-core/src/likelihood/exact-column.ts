import { ONE, times, toFixed } from "../fixed-point.js";
import type { ArmaFactors } from "../spec.js";
import { exactStepDown } from "../stationarity.js";

/** A model as `stateSpace` has it, and the first column of its stationary covariance, with 100 digits behind the point. */
export interface ExactColumn {
  /** First column of T, padded to r. */
  readonly phi: readonly bigint[];
  /** (1, θ₁, …) padded to r. */
  readonly R: readonly bigint[];
  /** P₁Z'. */
  readonly c: readonly bigint[];
}

/** `stateCovarianceColumn` in fixed-point arithmetic; null when the autoregression is not stationary. */
export function exactColumn(
  factors: ArmaFactors,
  r: number,
  interrupt: (() => void) | null = null,
): ExactColumn | null {
  const ar = product(factors.ar, factors.seasonalAr, factors.period, -1);
  const theta = product(factors.ma, factors.seasonalMa, factors.period, 1);
  const p = ar.length - 1;
  const q = theta.length - 1;
  const phi = ar.slice(1).map((a) => -a);
  const u = arAutocovariances(phi, p + q, interrupt);
  if (!u) return null;

  // γ of w: θ(B)θ(B⁻¹) applied to that of the autoregression.
  const g = (k: number) => theta.reduce((sum, a, i) => (a === 0n ? sum : sum + times(a, u[Math.abs(k + i)])), 0n);
  const half = Array.from({ length: p + q + 1 }, (_, k) => g(k - q));
  const gamma = Array.from({ length: p + 1 }, (_, k) =>
    theta.reduce((sum, a, j) => (a === 0n ? sum : sum + times(a, half[k + q - j])), 0n),
  );
  const psi: bigint[] = [ONE];
  for (let j = 1; j < q; j++) {
    psi[j] = theta[j];
    for (let lag = 1; lag <= Math.min(p, j); lag++) {
      if (phi[lag - 1] !== 0n) psi[j] += times(phi[lag - 1], psi[j - lag]);
    }
  }
  const c = new Array<bigint>(r).fill(0n);
  c[0] = gamma[0];
  phi.forEach((a, i) => {
    if (a !== 0n) for (let k = 1; k <= i; k++) c[k] += times(a, gamma[i + 1 - k]);
  });
  for (let lag = 1; lag <= q; lag++) {
    if (theta[lag] !== 0n) for (let k = 1; k <= lag; k++) c[k] += times(theta[lag], psi[lag - k]);
  }
  const padded = (x: readonly bigint[]) => Array.from({ length: r }, (_, i) => x[i] ?? 0n);
  return { phi: padded(phi), R: padded(theta), c };
}

/** Coefficients at lags 0 … degree of (1 + sign·Σ aᵢBⁱ)(1 + sign·Σ bⱼBˢʲ). */
function product(a: readonly number[], b: readonly number[], period: number, sign: 1 | -1): bigint[] {
  const out = new Array<bigint>(1 + a.length + period * b.length).fill(0n);
  for (let j = 0; j <= b.length; j++) {
    const bj = j === 0 ? ONE : toFixed(sign * b[j - 1]);
    for (let i = 0; i <= a.length; i++) out[i + j * period] += times(i === 0 ? ONE : toFixed(sign * a[i - 1]), bj);
  }
  return out;
}

/** Levinson step-down and step-up, as in `arAutocovariances` of autocovariance.ts. */
function arAutocovariances(phi: readonly bigint[], maxLag: number, interrupt: (() => void) | null): bigint[] | null {
  const p = phi.length;
  const a = [...phi];
  let variance = exactStepDown(a, interrupt);
  if (variance === null) return null;
  const gamma = [variance];
  const predictor: bigint[] = [];
  for (let k = 0; k < p; k++) {
    interrupt?.();
    const kappa = a[k];
    let sum = times(kappa, variance);
    for (let j = 0; j < k; j++) sum += times(predictor[j], gamma[k - j]);
    gamma[k + 1] = sum;
    for (let i = 0, j = k - 1; i <= j; i++, j--) {
      const [x, y] = [predictor[i], predictor[j]];
      predictor[i] = x - times(kappa, y);
      if (i !== j) predictor[j] = y - times(kappa, x);
    }
    predictor[k] = kappa;
    variance -= times(variance, times(kappa, kappa));
  }
  for (let k = p + 1; k <= maxLag; k++) {
    gamma[k] = phi.reduce((sum, a, i) => (a === 0n ? sum : sum + times(a, gamma[k - 1 - i])), 0n);
  }
  return gamma;
}
