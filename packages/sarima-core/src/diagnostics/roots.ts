import { checkModel, type SarimaModel } from "../model.js";

/** An inverse root of a lag polynomial: inside the unit circle when the factor is stationary or invertible. */
export interface InverseRoot {
  readonly re: number;
  readonly im: number;
  readonly modulus: number;
  /** Steps of one turn, at least 2; Infinity for a positive real root. */
  readonly period: number;
}

/**
 * Inverse roots of the AR and MA polynomials, seasonal factors included (each of their roots gives `period` roots on one
 * circle), largest modulus first. Differencing is not part of them.
 */
export function roots(model: SarimaModel): { ar: InverseRoot[]; ma: InverseRoot[] } {
  const { ar, ma, seasonalAr, seasonalMa } = checkModel(model).params;
  const period = model.spec.seasonal[3];
  const negative = (values: readonly number[]) => values.map((value) => -value);
  return {
    ar: factors(negative(ar), negative(seasonalAr), period),
    ma: factors(ma, seasonalMa, period),
  };
}

function factors(plain: readonly number[], seasonal: readonly number[], period: number): InverseRoot[] {
  const list = inverseRoots(plain);
  for (const { re, im } of inverseRoots(seasonal)) {
    const modulus = Math.hypot(re, im) ** (1 / period);
    const angle = Math.atan2(im, re);
    for (let j = 0; j < period; j++) {
      const turn = (angle + 2 * Math.PI * j) / period;
      list.push({ re: modulus * Math.cos(turn), im: modulus * Math.sin(turn) });
    }
  }
  return list
    .map(({ re, im }) => {
      const modulus = Math.hypot(re, im);
      // Rounding leaves a trace of an imaginary part on real roots.
      const real = Math.abs(im) <= 1e-12 * modulus;
      const angle = real ? (re >= 0 ? 0 : Math.PI) : Math.abs(Math.atan2(im, re));
      return { re, im: real ? 0 : im, modulus, period: (2 * Math.PI) / angle };
    })
    .sort((a, b) => b.modulus - a.modulus || a.period - b.period);
}

interface Complex {
  re: number;
  im: number;
}

/**
 * Inverse roots of 1 + c₁z + … + c_n zⁿ, that is the roots of zⁿ + c₁zⁿ⁻¹ + … + c_n, all at once by the simultaneous
 * iteration of Ehrlich (1967) and Aberth (1973). Simple roots come out to full precision, a k-fold one to 16/k digits.
 */
export function inverseRoots(coefficients: readonly number[]): Complex[] {
  let n = coefficients.length;
  while (n > 0 && coefficients[n - 1] === 0) n--;
  if (n === 0) return [];
  const c = [1, ...coefficients.slice(0, n)];
  // Cauchy's bound gives the circle of the starting values; the offset keeps them off every line of symmetry.
  const radius = Math.max(...c.slice(1).map((value, i) => Math.abs(value) ** (1 / (i + 1))));
  const z: Complex[] = Array.from({ length: n }, (_, k) => {
    const angle = (2 * Math.PI * k) / n + 0.4;
    return { re: radius * Math.cos(angle), im: radius * Math.sin(angle) };
  });
  const done = new Array<boolean>(n).fill(false);
  for (let sweep = 0; sweep < 200 && done.includes(false); sweep++) {
    for (let k = 0; k < n; k++) {
      if (done[k]) continue;
      const step = newton(c, z[k]);
      if (step === null) {
        done[k] = true;
        continue;
      }
      // Aberth's correction: newton / (1 − newton · Σ 1/(z_k − z_j)).
      let sumRe = 0;
      let sumIm = 0;
      for (let j = 0; j < n; j++) {
        if (j === k) continue;
        const re = z[k].re - z[j].re;
        const im = z[k].im - z[j].im;
        const size = re * re + im * im;
        if (size === 0) continue;
        sumRe += re / size;
        sumIm -= im / size;
      }
      const w = divide(step, { re: 1 - (step.re * sumRe - step.im * sumIm), im: -(step.re * sumIm + step.im * sumRe) });
      z[k] = { re: z[k].re - w.re, im: z[k].im - w.im };
      if (Math.hypot(w.re, w.im) <= 1e-16 * Math.hypot(z[k].re, z[k].im)) done[k] = true;
    }
  }
  return z;
}

/** p(z)/p'(z), or null where p(z) is zero to rounding. */
function newton(c: readonly number[], z: Complex): Complex | null {
  let re = 0;
  let im = 0;
  let dRe = 0;
  let dIm = 0;
  let bound = 0;
  const size = Math.hypot(z.re, z.im);
  for (const value of c) {
    [dRe, dIm] = [dRe * z.re - dIm * z.im + re, dRe * z.im + dIm * z.re + im];
    [re, im] = [re * z.re - im * z.im + value, re * z.im + im * z.re];
    bound = bound * size + Math.abs(value);
  }
  if (Math.hypot(re, im) <= 1e-17 * bound) return null;
  return divide({ re, im }, { re: dRe, im: dIm });
}

function divide(a: Complex, b: Complex): Complex {
  const size = b.re * b.re + b.im * b.im;
  if (size === 0) return { re: 0, im: 0 };
  return { re: (a.re * b.re + a.im * b.im) / size, im: (a.im * b.re - a.re * b.im) / size };
}
