import { toNumber } from "../fixed-point.js";
import type { ArmaFactors } from "../spec.js";
import { add, div, ExtendedVector, low, mul, rounded } from "./double-double.js";
import { ExactGains } from "./exact-gains.js";

/** γ(0)/(1 − κ²) at most, κ the largest partial autocorrelation: beyond, the step-down loses more than 17 of the 32 digits. */
const ENOUGH = 1e17;

/** The same for long models, where more digits cost seconds: 10 of the result are left. */
const ENOUGH_FOR_LONG = 1e22;
const LONG = 600;

/** More digits would cost 4 s here, and grow with the square: beyond, a model is refused. */
const TOO_LONG = 2500;

/**
 * The gains of the innovations filter in extended precision. Close to the unit circle the Chandrasekhar recursions and
 * the Levinson step-down subtract numbers as large as γ(0) from one another; with 32 digits what is left has 16.
 */
export class ExtendedGains {
  readonly r: number;
  /** F_t, rounded. */
  F = 1;
  private readonly phi: ExtendedVector;
  private readonly G: ExtendedVector;
  private readonly W: ExtendedVector;
  private Fl = 0;
  private Mh = 0;
  private Ml = 0;
  /** The first r steps where even 32 digits are too few. */
  private exact: ExactGains | null = null;
  private left = 0;

  /** Null when the autoregression is not stationary, or long and too close to it. `interrupt` may throw. */
  static start(factors: ArmaFactors, r: number, interrupt: (() => void) | null = null): ExtendedGains | null {
    const phi = product(factors.ar, factors.seasonalAr, factors.period, -1);
    const theta = product(factors.ma, factors.seasonalMa, factors.period, 1);
    const c = stateColumn(phi, theta, r);
    if (c) return new ExtendedGains(phi, c, r);
    const exact = r > TOO_LONG ? null : ExactGains.start(factors, r, interrupt);
    if (!exact) return null;
    const gains = new ExtendedGains(phi, new ExtendedVector(r), r);
    gains.exact = exact;
    gains.left = r;
    gains.follow(exact);
    return gains;
  }

  private constructor(phi: ExtendedVector, c: ExtendedVector, r: number) {
    this.r = r;
    this.phi = new ExtendedVector(r);
    for (let i = 0; i + 1 < phi.hi.length && i < r; i++) this.phi.set(i, -phi.hi[i + 1], -phi.lo[i + 1]);
    this.G = new ExtendedVector(r);
    this.W = new ExtendedVector(r + 1);
    const Fh = c.hi[0];
    const Fl = c.lo[0];
    for (let i = 0; i < r; i++) {
      if (i + 1 < r) this.G.set(i, c.hi[i + 1], c.lo[i + 1]);
      this.G.addProduct(i, this.phi.hi[i], this.phi.lo[i], Fh, Fl);
      const h = div(this.G.hi[i], this.G.lo[i], Fh, Fl);
      this.W.set(i, h, low);
    }
    this.F = Fh;
    this.Fl = Fl;
    this.Mh = -Fh;
    this.Ml = -Fl;
  }

  /** G of this step, rounded. */
  get gain(): Float64Array {
    return this.G.hi;
  }

  get memory(): Float64Array {
    return this.exact ? Float64Array.from(this.exact.W, toNumber) : this.W.hi;
  }

  get M(): number {
    return this.exact ? toNumber(this.exact.M) : this.Mh;
  }

  advance(): void {
    const { phi, G, W, r } = this;
    if (this.exact) {
      this.exact.advance();
      this.left--;
      this.follow(this.exact);
      if (this.left === 0) this.exact = null;
      return;
    }
    const w0h = W.hi[0];
    const w0l = W.lo[0];
    const mwh = mul(this.Mh, this.Ml, w0h, w0l);
    const mwl = low;
    let h = mul(mwh, mwl, w0h, w0l);
    const nextH = add(this.F, this.Fl, h, low);
    const nextL = low;
    const backH = div(w0h, w0l, nextH, nextL);
    const backL = low;
    for (let i = 0; i < r; i++) {
      let twh = W.hi[i + 1];
      let twl = W.lo[i + 1];
      if (phi.hi[i] !== 0) {
        h = mul(phi.hi[i], phi.lo[i], w0h, w0l);
        twh = add(twh, twl, h, low);
        twl = low;
      }
      h = mul(twh, twl, mwh, mwl);
      h = add(G.hi[i], G.lo[i], h, low);
      const gl = low;
      G.set(i, h, gl);
      h = mul(h, gl, -backH, -backL);
      h = add(twh, twl, h, low);
      W.set(i, h, low);
    }
    h = mul(mwh, mwl, mwh, mwl);
    h = div(h, low, this.F, this.Fl);
    this.Mh = add(this.Mh, this.Ml, h, low);
    this.Ml = low;
    this.F = nextH;
    this.Fl = nextL;
  }

  /** Low parts, W and M are wanted at the end. */
  private follow({ G, W, F, M }: ExactGains): void {
    if (this.left > 0) {
      for (let i = 0; i < G.length; i++) this.G.hi[i] = toNumber(G[i]);
      this.F = toNumber(F);
      return;
    }
    for (let i = 0; i < G.length; i++) this.G.set(i, rounded(G[i]), low);
    for (let i = 0; i < W.length; i++) this.W.set(i, rounded(W[i]), low);
    this.F = rounded(F);
    this.Fl = low;
    this.Mh = rounded(M);
    this.Ml = low;
  }
}

/** Coefficients at lags 0 … degree of (1 + sign·Σ aᵢBⁱ)(1 + sign·Σ bⱼBˢʲ). */
function product(a: readonly number[], b: readonly number[], period: number, sign: 1 | -1): ExtendedVector {
  const out = new ExtendedVector(1 + a.length + period * b.length);
  for (let j = 0; j <= b.length; j++) {
    const bj = j === 0 ? 1 : sign * b[j - 1];
    for (let i = 0; i <= a.length; i++) out.addProduct(i + j * period, i === 0 ? 1 : sign * a[i - 1], 0, bj, 0);
  }
  return out;
}

/** `stateCovarianceColumn` with 32 digits; null where those are too few. `phi` has 1 at lag 0 and −φⱼ after it, `theta` 1 and θⱼ. */
function stateColumn(phi: ExtendedVector, theta: ExtendedVector, r: number): ExtendedVector | null {
  const p = phi.hi.length - 1;
  const q = theta.hi.length - 1;
  const u = arAutocovariances(phi, p + q);
  if (!u) return null;
  const convolve = (gamma: (lag: number) => number, source: ExtendedVector, from: number, to: number) => {
    const out = new ExtendedVector(to - from + 1);
    for (let k = from; k <= to; k++) {
      for (let i = 0; i <= q; i++) {
        if (theta.hi[i] === 0) continue;
        const at = gamma(source === u ? k + i : k - i);
        out.addProduct(k - from, theta.hi[i], theta.lo[i], source.hi[at], source.lo[at]);
      }
    }
    return out;
  };
  const g = convolve((lag) => Math.abs(lag), u, -q, p);
  const gamma = convolve((lag) => lag + q, g, 0, p);
  const c = new ExtendedVector(r);
  c.set(0, gamma.hi[0], gamma.lo[0]);
  for (let lag = 1; lag <= p; lag++) {
    if (phi.hi[lag] === 0) continue;
    for (let k = 1; k < lag; k++) {
      c.addProduct(k, -phi.hi[lag], -phi.lo[lag], gamma.hi[lag - k], gamma.lo[lag - k]);
    }
  }
  const psi = new ExtendedVector(Math.max(q, 1));
  psi.set(0, 1, 0);
  for (let j = 1; j < q; j++) {
    psi.set(j, theta.hi[j], theta.lo[j]);
    for (let lag = 1; lag <= Math.min(p, j); lag++) {
      if (phi.hi[lag] !== 0) psi.addProduct(j, -phi.hi[lag], -phi.lo[lag], psi.hi[j - lag], psi.lo[j - lag]);
    }
  }
  for (let lag = 1; lag <= q; lag++) {
    if (theta.hi[lag] === 0) continue;
    for (let k = 1; k <= lag; k++) c.addProduct(k, theta.hi[lag], theta.lo[lag], psi.hi[lag - k], psi.lo[lag - k]);
  }
  return c;
}

/** Levinson step-down and step-up, as in `arAutocovariances` of autocovariance.ts. */
function arAutocovariances(phi: ExtendedVector, maxLag: number): ExtendedVector | null {
  const p = phi.hi.length - 1;
  const a = new ExtendedVector(p);
  for (let i = 0; i < p; i++) a.set(i, -phi.hi[i + 1], -phi.lo[i + 1]);
  let vh = 1;
  let vl = 0;
  for (let k = p - 1; k >= 0; k--) {
    const kh = a.hi[k];
    const kl = a.lo[k];
    let h = mul(kh, kl, kh, kl);
    const sh = add(1, 0, -h, -low);
    const sl = low;
    if (!(sh > 0)) return null;
    vh = div(vh, vl, sh, sl);
    vl = low;
    for (let i = 0, j = k - 1; i <= j; i++, j--) {
      const xh = a.hi[i];
      const xl = a.lo[i];
      const yh = a.hi[j];
      const yl = a.lo[j];
      h = mul(kh, kl, yh, yl);
      h = add(xh, xl, h, low);
      h = div(h, low, sh, sl);
      a.set(i, h, low);
      if (i === j) continue;
      h = mul(kh, kl, xh, xl);
      h = add(yh, yl, h, low);
      h = div(h, low, sh, sl);
      a.set(j, h, low);
    }
  }
  let largest = 0;
  for (let k = 0; k < p; k++) largest = Math.max(largest, 1 / ((1 - a.hi[k] - a.lo[k]) * (1 + a.hi[k] + a.lo[k])));
  if (!(vh * largest < (p > LONG ? ENOUGH_FOR_LONG : ENOUGH))) return null;
  const gamma = new ExtendedVector(Math.max(maxLag, p) + 1);
  gamma.set(0, vh, vl);
  const b = new ExtendedVector(p);
  for (let k = 0; k < p; k++) {
    const kh = a.hi[k];
    const kl = a.lo[k];
    gamma.addProduct(k + 1, kh, kl, vh, vl);
    for (let j = 0; j < k; j++) gamma.addProduct(k + 1, b.hi[j], b.lo[j], gamma.hi[k - j], gamma.lo[k - j]);
    for (let i = 0, j = k - 1; i <= j; i++, j--) {
      const xh = b.hi[i];
      const xl = b.lo[i];
      b.addProduct(i, -kh, -kl, b.hi[j], b.lo[j]);
      if (i !== j) b.addProduct(j, -kh, -kl, xh, xl);
    }
    b.set(k, kh, kl);
    let h = mul(kh, kl, kh, kl);
    h = add(1, 0, -h, -low);
    vh = mul(vh, vl, h, low);
    vl = low;
  }
  for (let k = p + 1; k <= maxLag; k++) {
    for (let lag = 1; lag <= p; lag++) {
      if (phi.hi[lag] !== 0) gamma.addProduct(k, -phi.hi[lag], -phi.lo[lag], gamma.hi[k - lag], gamma.lo[k - lag]);
    }
  }
  return gamma;
}
