import { ONE, over, times, toFixed } from "./fixed-point.js";

/**
 * The map between partial autocorrelations and the coefficients of a stationary autoregression
 * (Barndorff-Nielsen & Schou 1973; Monahan 1984). The same map, with the sign turned, keeps a moving average invertible.
 */

/** The first `count` partial autocorrelations in (−1, 1) → coefficients of 1 − Σ φⱼBʲ with all roots outside the unit circle (step-up). */
export function pacfToAr(
  partial: Float64Array,
  out: Float64Array = new Float64Array(partial.length),
  count = partial.length,
): Float64Array {
  for (let k = 0; k < count; k++) {
    const kappa = partial[k];
    // Both ends at once, so that no copy of the shorter predictor is needed.
    for (let i = 0, j = k - 1; i <= j; i++, j--) {
      const a = out[i];
      const b = out[j];
      out[i] = a - kappa * b;
      if (i !== j) out[j] = b - kappa * a;
    }
    out[k] = kappa;
  }
  return out;
}

/**
 * Coefficients → partial autocorrelations (step-down). Returns null where the polynomial has a root on or inside
 * the unit circle: the partial autocorrelations then leave (−1, 1).
 */
export function arToPacf(ar: ArrayLike<number>): Float64Array | null {
  const a = new Float64Array(ar);
  for (let k = a.length - 1; k >= 0; k--) {
    const kappa = a[k];
    if (!(Math.abs(kappa) < 1)) return null;
    const scale = 1 / ((1 - kappa) * (1 + kappa));
    for (let i = 0, j = k - 1; i <= j; i++, j--) {
      const x = a[i];
      const y = a[j];
      a[i] = (x + kappa * y) * scale;
      if (i !== j) a[j] = (y + kappa * x) * scale;
    }
  }
  return a;
}

/** Rounding in the step-down reaches this far, relative to what is left of the product of all 1 − κ². */
const UNSURE = 1e-10;

/**
 * 1 − Σ arⱼBʲ has all roots outside the unit circle. Where rounding could decide, a hundred digits do: two roots within 1e-5 of the
 * circle are enough for that.
 */
export function isStationary(ar: ArrayLike<number>): boolean {
  const a = new Float64Array(ar);
  let left = 1;
  for (let k = a.length - 1; k >= 0; k--) {
    const kappa = a[k];
    const shrink = (1 - kappa) * (1 + kappa);
    if (!Number.isFinite(shrink)) return false;
    if (Math.abs(shrink) * left < UNSURE) return exactStepDown(Array.from(ar, toFixed)) !== null;
    if (!(shrink > 0)) return false;
    left *= shrink;
    for (let i = 0, j = k - 1; i <= j; i++, j--) {
      const x = a[i];
      const y = a[j];
      a[i] = (x + kappa * y) / shrink;
      if (i !== j) a[j] = (y + kappa * x) / shrink;
    }
  }
  return true;
}

/**
 * The step-down of `arToPacf` in fixed-point arithmetic, in place. Returns the variance of the process for that of its innovation 1;
 * null where a root is on or inside the unit circle.
 */
export function exactStepDown(a: bigint[], interrupt: (() => void) | null = null): bigint | null {
  let variance = ONE;
  for (let k = a.length - 1; k >= 0; k--) {
    interrupt?.();
    const kappa = a[k];
    const shrink = ONE - times(kappa, kappa);
    if (shrink <= 0n) return null;
    variance = over(variance, shrink);
    for (let i = 0, j = k - 1; i <= j; i++, j--) {
      const x = a[i];
      const y = a[j];
      a[i] = over(x + times(kappa, y), shrink);
      if (i !== j) a[j] = over(y + times(kappa, x), shrink);
    }
  }
  return variance;
}

/** 1 + Σ maⱼBʲ has all roots outside the unit circle. */
export function isInvertible(ma: ArrayLike<number>): boolean {
  const a = new Float64Array(ma);
  for (let j = 0; j < a.length; j++) a[j] = -a[j];
  return isStationary(a);
}

/** ℝ → (−1, 1): x/√(1+x²). Its tails are polynomial, so a search can still move near the unit circle. */
export function toUnit(x: number): number {
  return x / Math.sqrt(1 + x * x);
}

/** The inverse of `toUnit`. */
export function fromUnit(r: number): number {
  return r / Math.sqrt((1 - r) * (1 + r));
}
