/**
 * Loader's (2000) saddle-point pieces: xᵃ e⁻ˣ / Γ(a + 1) and its binomial kin keep full precision where
 * exp(a log x − x − log Γ) loses as many digits as the exponent is long.
 */

/** log Γ(a + 1) − [(a + ½) log a − a + ½ log 2π]: the error of Stirling's formula, a > 0. */
export function stirlingError(a: number): number {
  let sum = 0;
  let x = a;
  for (; x < 16; x++) sum += (x + 0.5) * Math.log1p(1 / x) - 1;
  const xx = x * x;
  return sum + (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - (1 / 1188 - 691 / 360360 / xx) / xx) / xx) / xx) / xx) / x;
}

/** a log(a/x) + x − a, without cancellation near a = x. */
export function deviance(a: number, x: number): number {
  const d = a - x;
  if (Math.abs(d) < 0.1 * (a + x)) {
    const v = d / (a + x);
    let sum = d * v;
    let term = 2 * a * v;
    for (let j = 1; j < 100; j++) {
      term *= v * v;
      const next = sum + term / (2 * j + 1);
      if (next === sum) return sum;
      sum = next;
    }
    return sum;
  }
  return a * Math.log(a / x) - d;
}

/** xᵃ e⁻ˣ / Γ(a + 1), a > 0, x > 0. */
export function gammaKernel(a: number, x: number): number {
  return Math.exp(-stirlingError(a) - deviance(a, x)) / Math.sqrt(2 * Math.PI * a);
}

/** Γ(a + b + 1) / (Γ(a + 1) Γ(b + 1)) xᵃ yᵇ with y = 1 − x, a > 0, b > 0. */
export function betaKernel(a: number, b: number, x: number, y: number): number {
  const n = a + b;
  const exponent = stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * x) - deviance(b, n * y);
  return Math.exp(exponent) * Math.sqrt(n / (2 * Math.PI * a * b));
}
