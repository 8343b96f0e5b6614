import type { LagPolynomial } from "../polynomial.js";

/** A pivot this much smaller than the largest element has lost the digits that a likelihood shows. */
const LOST = 1e-6;

/** Rows between two looks at `interrupt`. */
const PAUSE = 16;

/**
 * X_g'Ω⁻¹X_g for the differenced gap columns X_g, without the columns. Ω is a covariance matrix of Toeplitz form, and the inverse of
 * such a matrix is known from its first column x (Gohberg & Semencul 1972): with p = x/√x₀ and q the same backwards, one place later,
 *
 *     (Ω⁻¹)_ij = Σ_{l≥0} p_{i−l} p_{j−l} − q_{i−l} q_{j−l}
 *
 * Differencing on both sides commutes with the shift, so that the precision matrix of y itself is the same sum over f = D'p and
 * h = D'q: one running sum along each diagonal on which two gaps meet. O(n²) at most for all elements, then a k × k Cholesky
 * factor, where k whitened columns cost O(n·k·r + n·k²).
 */
export class GapPrecision {
  readonly k: number;
  private readonly n: number;
  /** Lower triangles, row by row: X_g'Ω⁻¹X_g and then its Cholesky factor; later its inverse. */
  private readonly L: Float64Array;
  private readonly inverse: Float64Array;
  /** Rows of L⁻¹, transposed. */
  private readonly M: Float64Array;
  private readonly f: Float64Array;
  private readonly h: Float64Array;
  private readonly x: Float64Array;
  /** Pairs of gaps by their distance: `pairs` from starts[Δ] until starts[Δ + 1], the earlier gap first. */
  private readonly starts: Int32Array;
  private readonly pairs: Int32Array;
  interrupt: (() => void) | null = null;

  /** @param n length of the series, before differencing */
  constructor(
    n: number,
    private readonly delta: LagPolynomial,
    private readonly gaps: readonly number[],
  ) {
    const k = gaps.length;
    this.n = n;
    this.k = k;
    this.L = new Float64Array(k * k);
    this.inverse = new Float64Array(k * k);
    this.M = new Float64Array(k * k);
    this.f = new Float64Array(n + 1);
    this.h = new Float64Array(n + 1);
    this.x = new Float64Array(n - delta.degree);
    this.starts = new Int32Array(n + 1);
    for (let i = 0; i < k; i++) for (let j = 0; j <= i; j++) this.starts[gaps[i] - gaps[j] + 1]++;
    for (let d = 0; d < n; d++) this.starts[d + 1] += this.starts[d];
    const next = this.starts.slice();
    this.pairs = new Int32Array((k * (k + 1)) / 2);
    // Row i·k + j with j ≤ i; by rows, so that along each diagonal the earlier gap moves forward.
    for (let i = 0; i < k; i++) for (let j = 0; j <= i; j++) this.pairs[next[gaps[i] - gaps[j]]++] = i * k + j;
  }

  /** Takes Ω⁻¹ by its first column. Returns log|X_g'Ω⁻¹X_g|, NaN where digits are lost. */
  factor(x: Float64Array): number {
    const { f, h, L, k, n, gaps, starts, pairs } = this;
    this.x.set(x);
    const N = x.length;
    const root = Math.sqrt(x[0]);
    const p = new Float64Array(N + 1);
    const q = new Float64Array(N + 1);
    for (let i = 0; i < N; i++) {
      p[i] = x[i] / root;
      q[N - i] = p[i];
    }
    q[0] = 0;
    this.differenceBack(p, f);
    this.differenceBack(q, h);
    for (let d = 0; d < n; d++) {
      if (starts[d] === starts[d + 1]) continue;
      if (d % PAUSE === 0) this.interrupt?.();
      let sum = 0;
      let u = 0;
      for (let at = starts[d]; at < starts[d + 1]; at++) {
        const end = gaps[pairs[at] % k];
        for (; u <= end; u++) sum += f[u] * f[u + d] - h[u] * h[u + d];
        L[pairs[at]] = sum;
      }
    }
    return this.cholesky();
  }

  private cholesky(): number {
    const { L, k } = this;
    let largest = 0;
    for (let i = 0; i < k; i++) largest = Math.max(largest, L[i * k + i]);
    let logs = 0;
    for (let i = 0; i < k; i++) {
      if (i % PAUSE === 0) this.interrupt?.();
      const row = i * k;
      for (let j = 0; j < i; j++) L[row + j] = (L[row + j] - dot(L, row, L, j * k, j)) / L[j * k + j];
      const pivot = L[row + i] - dot(L, row, L, row, i);
      if (!(pivot > LOST * largest)) return Number.NaN;
      logs += Math.log(pivot);
      L[row + i] = Math.sqrt(pivot);
    }
    return logs;
  }

  /** (X_g'Ω⁻¹X_g)⁻¹ X_g' u, for u = Ω⁻¹w: the gaps as w would have them, less what they were filled with. */
  estimates(u: Float64Array): Float64Array {
    const { L, k, gaps, delta } = this;
    const m = delta.degree;
    const b = new Float64Array(k);
    for (let i = 0; i < k; i++) {
      const a = gaps[i] - m;
      let sum = a >= 0 ? u[a] : 0;
      for (let j = 0; j < delta.lags.length; j++) {
        const at = a + delta.lags[j];
        if (at >= 0 && at < u.length) sum -= delta.coefs[j] * u[at];
      }
      b[i] = (sum - dot(L, i * k, b, 0, i)) / L[i * k + i];
    }
    for (let i = k - 1; i >= 0; i--) {
      b[i] /= L[i * k + i];
      for (let j = 0; j < i; j++) b[j] -= L[i * k + j] * b[i];
    }
    return b;
  }

  /** ∂ log|X_g'Ω⁻¹X_g|/∂x, into `out`. */
  slope(out: Float64Array): void {
    const { f, h, n, gaps, k, starts, pairs, x } = this;
    const V = this.invert();
    const fBar = new Float64Array(n + 1);
    const hBar = new Float64Array(n + 1);
    for (let d = 0; d < n; d++) {
      if (starts[d] === starts[d + 1]) continue;
      if (d % PAUSE === 0) this.interrupt?.();
      // From the last pair back: each counts in every element of the sum before it.
      let sum = 0;
      let u = gaps[pairs[starts[d + 1] - 1] % k];
      for (let at = starts[d + 1] - 1; at >= starts[d]; at--) {
        const next = at > starts[d] ? gaps[pairs[at - 1] % k] : -1;
        sum += d === 0 ? V[pairs[at]] : 2 * V[pairs[at]];
        for (; u > next; u--) {
          fBar[u] += sum * f[u + d];
          fBar[u + d] += sum * f[u];
          hBar[u] -= sum * h[u + d];
          hBar[u + d] -= sum * h[u];
        }
      }
    }
    // p = x/√x₀, q the same backwards.
    const N = x.length;
    const bar = this.difference(fBar);
    const qBar = this.difference(hBar);
    const root = Math.sqrt(x[0]);
    let along = 0;
    for (let i = 0; i < N; i++) {
      const value = bar[i] + qBar[N - i];
      along += value * x[i];
      out[i] = value / root;
    }
    out[0] -= (0.5 * along) / (x[0] * root);
  }

  /** D'p, for p as long as the differenced series and one more. */
  private differenceBack(p: Float64Array, out: Float64Array): void {
    const { lags, coefs, degree: m } = this.delta;
    for (let a = 0; a < out.length; a++) out[a] = a >= m ? p[a - m] : 0;
    for (let j = 0; j < lags.length; j++) {
      const shift = m - lags[j];
      for (let a = shift; a < out.length && a - shift < p.length; a++) out[a] -= coefs[j] * p[a - shift];
    }
  }

  /** D x, one longer than the differenced series. */
  private difference(x: Float64Array): Float64Array {
    const { lags, coefs, degree: m } = this.delta;
    const out = x.slice(m);
    for (let j = 0; j < lags.length; j++) {
      for (let i = 0; i < out.length; i++) out[i] -= coefs[j] * x[i + m - lags[j]];
    }
    return out;
  }

  private invert(): Float64Array {
    const { L, M, inverse, k } = this;
    for (let a = 0; a < k; a++) {
      if (a % PAUSE === 0) this.interrupt?.();
      const row = a * k;
      M[row + a] = 1 / L[row + a];
      for (let i = a + 1; i < k; i++) M[row + i] = -dot(L, i * k + a, M, row + a, i - a) / L[i * k + i];
    }
    for (let i = 0; i < k; i++) {
      if (i % PAUSE === 0) this.interrupt?.();
      for (let j = 0; j <= i; j++) inverse[i * k + j] = dot(M, i * k + i, M, j * k + i, k - i);
    }
    return inverse;
  }
}

/** Four sums at a time: each by itself would wait for its last addition. */
function dot(x: Float64Array, from: number, y: Float64Array, at: number, count: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i + 3 < count; i += 4) {
    a += x[from + i] * y[at + i];
    b += x[from + i + 1] * y[at + i + 1];
    c += x[from + i + 2] * y[at + i + 2];
    d += x[from + i + 3] * y[at + i + 3];
  }
  for (; i < count; i++) a += x[from + i] * y[at + i];
  return a + b + (c + d);
}
