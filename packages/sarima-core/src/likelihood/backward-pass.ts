import type { FilterRecord } from "./kalman.js";
import type { KalmanTape } from "./kalman-tape.js";

/**
 * Durbin & Koopman (2012), section 4.4, backwards from the last value, on M = P Z' of each step, so that no P is kept: r for each
 * series and N for all of them. 𝒯 is the step of (α ; gaps): α by T, a gap at t into its slot as Z of the state. For each t
 *
 *     `pull`:   q = 𝒯' r,   Q = 𝒯' N 𝒯
 *     gap:      r = q,   N = Q
 *     `absorb`: r = q + Z' (v − M'q)/F,   N = (I − Z'M'/F) Q (I − M Z/F) + Z'Z/F
 *
 * Only the lower triangle of N is kept.
 */
export class BackwardPass {
  /** One state for each series: r before `pull`, q after it. */
  readonly states: Float64Array[];
  /** N before `pull`, Q after it. */
  readonly N: Float64Array;
  readonly size: number;
  /** M of the time that was pulled to. */
  readonly M: Float64Array;
  private readonly row: Float64Array;
  private readonly product: Float64Array;
  /** Z: its non-zero places and values. */
  private readonly place: Int32Array;
  private readonly weight: Float64Array;
  private terms = 1;

  constructor(
    private readonly record: FilterRecord,
    private readonly tape: KalmanTape,
    series: number,
  ) {
    const { size } = tape;
    this.size = size;
    this.states = Array.from({ length: series }, () => new Float64Array(size));
    this.N = new Float64Array(size * size);
    this.M = new Float64Array(size);
    this.row = new Float64Array(size);
    this.product = new Float64Array(size);
    const terms = 1 + record.model.deltaLag.length;
    this.place = new Int32Array(terms);
    this.weight = new Float64Array(terms);
    this.weight[0] = 1;
  }

  /** From after t to after the observation of t. */
  pull(t: number): void {
    const { record, tape, states, N, size, row, place, weight } = this;
    const { model, gapAt, slots } = record;
    const { r, m, phi, phiAt, deltaLag, delta } = model;
    this.M.set(tape.M.subarray(t * size, (t + 1) * size));

    // 1. α: element 0 becomes Σ φᵢ rᵢ, the others move one down; N likewise on both sides.
    for (const x of states) {
      let sum = 0;
      for (let k = 0; k < phiAt.length; k++) sum += phi[phiAt[k]] * x[phiAt[k]];
      moveUp(x, 0, r - 1);
      x[0] = sum;
    }
    this.along(row, phi, phiAt);
    let corner = 0;
    for (let k = 0; k < phiAt.length; k++) corner += phi[phiAt[k]] * row[phiAt[k]];
    for (let i = r; i < size; i++) {
      moveUp(N, i * size, r - 1);
      N[i * size] = row[i];
    }
    for (let i = r - 1; i > 0; i--) {
      const to = i * size;
      const from = to - size;
      for (let j = 0; j < i; j++) N[to + 1 + j] = N[from + j];
      N[to] = row[i - 1];
    }
    N[0] = corner;

    // 2. A gap at t leaves its slot and becomes Z of the state.
    let terms = 1;
    for (let l = 0; l < deltaLag.length; l++) {
      const gap = t - deltaLag[l] < 0 ? -1 : gapAt[t - deltaLag[l]];
      if (gap < 0) continue;
      place[terms] = r + (gap % slots);
      weight[terms] = delta[l];
      terms++;
    }
    this.terms = terms;
    if (m === 0 || gapAt[t] < 0) return;
    const slot = r + (gapAt[t] % slots);
    for (const x of states) {
      const value = x[slot];
      x[slot] = 0;
      for (let a = 0; a < terms; a++) x[place[a]] += weight[a] * value;
    }
    const variance = N[slot * size + slot];
    for (let j = 0; j < slot; j++) row[j] = N[slot * size + j];
    row[slot] = 0;
    for (let j = slot + 1; j < size; j++) row[j] = N[j * size + slot];
    N.fill(0, slot * size, slot * size + slot + 1);
    for (let j = slot + 1; j < size; j++) N[j * size + slot] = 0;
    this.addAlongZ(row, variance);
  }

  /** M'QM; `absorb` counts on it. */
  spread(): number {
    const { N, size, M, product } = this;
    let total = 0;
    for (let i = 0; i < size; i++) {
      const from = i * size;
      const mi = M[i];
      let sum = N[from + i] * mi;
      if (mi === 0) {
        for (let j = 0; j < i; j++) sum += N[from + j] * M[j];
      } else {
        for (let j = 0; j < i; j++) {
          const value = N[from + j];
          sum += value * M[j];
          product[j] += value * mi;
        }
      }
      product[i] = sum;
    }
    for (let i = 0; i < size; i++) total += product[i] * M[i];
    return total;
  }

  /** M'q of one series. */
  reach(series: number): number {
    const { M, size } = this;
    const q = this.states[series];
    let sum = 0;
    for (let i = 0; i < size; i++) sum += M[i] * q[i];
    return sum;
  }

  /** Takes in the observation of the time that was pulled to, with the innovations v of each series. */
  absorb(F: number, v: (series: number) => number): void {
    const { states, place, weight, terms, product, size } = this;
    for (let c = 0; c < states.length; c++) {
      const step = (v(c) - this.reach(c)) / F;
      for (let a = 0; a < terms; a++) states[c][place[a]] += weight[a] * step;
    }
    const middle = this.spread();
    for (let i = 0; i < size; i++) product[i] = -product[i] / F;
    this.addAlongZ(product, middle / (F * F) + 1 / F);
  }

  /** Σ over the non-zero φ of φᵢ times row i of N, into `out`. */
  private along(out: Float64Array, phi: Float64Array, phiAt: Int32Array): void {
    const { N, size } = this;
    out.fill(0);
    for (let k = 0; k < phiAt.length; k++) {
      const i = phiAt[k];
      const f = phi[i];
      if (f === 0) continue;
      for (let j = 0; j <= i; j++) out[j] += f * N[i * size + j];
      for (let j = i + 1; j < size; j++) out[j] += f * N[j * size + i];
    }
  }

  /** N ← N + Z'x' + x Z + s Z'Z. */
  private addAlongZ(x: Float64Array, s: number): void {
    const { N, size, place, weight, terms } = this;
    for (let a = 0; a < terms; a++) {
      const i = place[a];
      const z = weight[a];
      const from = i * size;
      for (let j = 0; j < i; j++) N[from + j] += z * x[j];
      N[from + i] += 2 * z * x[i];
      for (let j = i + 1; j < size; j++) N[j * size + i] += z * x[j];
      for (let b = 0; b < terms; b++) if (place[b] <= i) N[from + place[b]] += z * weight[b] * s;
    }
  }
}

/** `count` elements from `at` on one place up. A loop: `copyWithin` takes longer to begin than short states take to be moved. */
function moveUp(x: Float64Array, at: number, count: number): void {
  for (let i = at + count; i > at; i--) x[i] = x[i - 1];
}
