import type { LagPolynomial } from "../polynomial.js";

/**
 * One step of the innovations filter for the gains and the first column(s), see innovations.ts:
 *
 *     a' = T a + G v/F,   G' = G + (T W) M W₀,   W' = T W − G' W₀/F'
 *
 * This loop is where the time goes; its three forms are written out, for a test of which one is meant would run n·r times.
 * G and W are read at `at` and written at `to`, the same place unless the gains are recorded.
 */
export function advanceDense(
  phi: Float64Array,
  a: Float64Array,
  G: Float64Array,
  W: Float64Array,
  at: number,
  to: number,
  r: number,
  a0: number,
  vF: number,
  W0: number,
  MW0: number,
  back: number,
): void {
  for (let i = 0; i < r; i++) {
    const f = phi[i];
    const g = G[at + i];
    a[i] = a[i + 1] + f * a0 + g * vF;
    const tw = W[at + i + 1] + f * W0;
    const gain = g + tw * MW0;
    G[to + i] = gain;
    W[to + i] = tw - gain * back;
  }
}

/** The same with a second column b. */
export function advancePair(
  phi: Float64Array,
  a: Float64Array,
  b: Float64Array,
  G: Float64Array,
  W: Float64Array,
  at: number,
  to: number,
  r: number,
  a0: number,
  vF: number,
  b0: number,
  uF: number,
  W0: number,
  MW0: number,
  back: number,
): void {
  for (let i = 0; i < r; i++) {
    const f = phi[i];
    const g = G[at + i];
    a[i] = a[i + 1] + f * a0 + g * vF;
    b[i] = b[i + 1] + f * b0 + g * uF;
    const tw = W[at + i + 1] + f * W0;
    const gain = g + tw * MW0;
    G[to + i] = gain;
    W[to + i] = tw - gain * back;
  }
}

/** The same where φ is mostly zeros: as if it were nothing else, then its few coefficients. */
export function advanceSparse(
  phi: LagPolynomial,
  a: Float64Array,
  G: Float64Array,
  W: Float64Array,
  at: number,
  to: number,
  r: number,
  a0: number,
  vF: number,
  W0: number,
  MW0: number,
  back: number,
): void {
  for (let i = 0; i < r; i++) {
    const g = G[at + i];
    a[i] = a[i + 1] + g * vF;
    const tw = W[at + i + 1];
    const gain = g + tw * MW0;
    G[to + i] = gain;
    W[to + i] = tw - gain * back;
  }
  for (let k = 0; k < phi.lags.length; k++) {
    const i = phi.lags[k] - 1;
    a[i] += phi.coefs[k] * a0;
    const tw = phi.coefs[k] * W0;
    G[to + i] += tw * MW0;
    W[to + i] += tw - tw * MW0 * back;
  }
}

/** The most numbers that a tape holds: 16 MB. */
const LONGEST = 2 ** 21;

/** The gains of every step until the steady state: what a sweep backwards through the filter needs. */
export class GainTape {
  /** G_t and W_t, a row of r + 1 numbers for each step. */
  G: Float64Array = new Float64Array(0);
  W: Float64Array = new Float64Array(0);
  M: Float64Array = new Float64Array(0);
  /** The last run did not fit. */
  full = false;

  constructor(readonly stride: number) {}

  /** Makes room for row t + 1; false when there is none. What is there is kept. */
  reserve(t: number): boolean {
    const needed = (t + 2) * this.stride;
    if (needed <= this.G.length) return true;
    if (2 * needed > LONGEST) {
      this.full = true;
      return false;
    }
    const length = Math.min(LONGEST / 2, Math.max(needed, 2 * this.G.length, 256 * this.stride));
    this.G = grown(this.G, length);
    this.W = grown(this.W, length);
    this.M = grown(this.M, Math.ceil(length / this.stride));
    return true;
  }
}

function grown(x: Float64Array, length: number): Float64Array {
  const out = new Float64Array(length);
  out.set(x);
  return out;
}
