import { gammaKernel } from "./saddle-point.js";

/** P(X > x) of the chi-square distribution with `df` > 0 degrees of freedom, relative error about 1e-14. */
export function chiSquareTail(x: number, df: number): number {
  if (Number.isNaN(x) || !(df > 0)) return Number.NaN;
  if (x <= 0) return 1;
  if (x === Infinity) return 0;
  const a = df / 2;
  const z = x / 2;
  return z < a + 1 ? 1 - lowerSeries(a, z) : upperFraction(a, z);
}

/** P(X ≤ x) of the chi-square distribution. */
export function chiSquareCdf(x: number, df: number): number {
  if (Number.isNaN(x) || !(df > 0)) return Number.NaN;
  if (x <= 0) return 0;
  if (x === Infinity) return 1;
  const a = df / 2;
  const z = x / 2;
  return z < a + 1 ? lowerSeries(a, z) : 1 - upperFraction(a, z);
}

/** Regularised P(a, x) = xᵃe⁻ˣ/Γ(a+1) · Σ xⁿ/((a+1)…(a+n)), DLMF 8.7.1. */
function lowerSeries(a: number, x: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 1; n < 100_000; n++) {
    term *= x / (a + n);
    sum += term;
    if (term < sum * 1e-17) break;
  }
  return gammaKernel(a, x) * sum;
}

/** Regularised Q(a, x) by its continued fraction, DLMF 8.9.2 in the even form, evaluated by Lentz's method. */
function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < 100_000; i++) {
    const an = -i * (i - a);
    b += 2;
    d = an * d + b;
    if (Math.abs(d) < TINY) d = TINY;
    c = b + an / c;
    if (Math.abs(c) < TINY) c = TINY;
    d = 1 / d;
    const change = d * c;
    h *= change;
    if (Math.abs(change - 1) < 1e-16) break;
  }
  return gammaKernel(a, x) * a * h;
}

const TINY = 1e-300;
