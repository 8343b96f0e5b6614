import { betaKernel } from "./saddle-point.js";

/** P(X > x) of the F distribution with `df1` and `df2` > 0 degrees of freedom, relative error about 1e-13. */
export function fTail(x: number, df1: number, df2: number): number {
  if (Number.isNaN(x) || !(df1 > 0) || !(df2 > 0)) return Number.NaN;
  if (x <= 0) return 1;
  if (x === Infinity) return 0;
  const total = df1 * x + df2;
  return regularisedBeta(df2 / 2, df1 / 2, df2 / total, (df1 * x) / total);
}

/** P(X ≤ x) of the F distribution. */
export function fCdf(x: number, df1: number, df2: number): number {
  return x <= 0 ? 0 : fTail(1 / x, df2, df1);
}

/** I_x(a, b) with y = 1 − x given apart, so that neither end loses digits. */
function regularisedBeta(a: number, b: number, x: number, y: number): number {
  if (x === 0) return 0;
  if (y === 0) return 1;
  // The fraction converges fast below the mean of the distribution.
  return x < (a + 1) / (a + b + 2) ? lowerFraction(a, b, x, y) : 1 - lowerFraction(b, a, y, x);
}

/** DLMF 8.17.22 by Lentz's method. */
function lowerFraction(a: number, b: number, x: number, y: number): number {
  let c = 1;
  let d = 1 / clear(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / clear(1 + even * d);
    c = clear(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / clear(1 + odd * d);
    c = clear(1 + odd / c);
    const change = d * c;
    h *= change;
    if (Math.abs(change - 1) < 1e-16) break;
  }
  // xᵃyᵇ/(a B(a, b)) = kernel · b/(a + b), with the kernel's Γ(a + b + 1)/(Γ(a + 1)Γ(b + 1)).
  return ((betaKernel(a, b, x, y) * b) / (a + b)) * h;
}

function clear(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}
