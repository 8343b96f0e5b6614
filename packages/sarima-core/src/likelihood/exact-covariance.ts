import { ONE, over, times, toFixed, toNumber } from "../fixed-point.js";
import type { ArmaFactors } from "../spec.js";
import { exactColumn } from "./exact-column.js";
import type { StateCovariance, StateSpace } from "./state-covariance.js";

/** Variances below this (Var ε = 1) leave doubles more digits than anybody asks for. */
const SMALL = 1e3;

/** Multiply-adds before doubles take over in any case: about two seconds. */
const PATIENCE = 4e6;

/**
 * The first steps of `state-covariance.ts` in fixed-point arithmetic, for autoregressions close to the unit circle: P starts at 1e10 or
 * 1e30 and is of order 1 once r values are known, and what doubles have lost by then is lost for all that follows.
 */
export class ExactCovariance {
  private readonly r: number;
  private readonly P: bigint[];
  private readonly C: bigint[][];
  private readonly U: bigint[][];
  private readonly phi: readonly bigint[];
  private readonly R: readonly bigint[];
  private M: bigint[];
  private readonly Mu: bigint[];
  private F = 0n;
  private work = 0;

  static isWithinReach(r: number): boolean {
    return r ** 3 / 2 <= PATIENCE;
  }

  /** Null where it would take too long, or where the autoregression is not stationary. */
  static start(factors: ArmaFactors, { r }: StateSpace, slots: number): ExactCovariance | null {
    if (!ExactCovariance.isWithinReach(r)) return null;
    const column = exactColumn(factors, r);
    return column && new ExactCovariance(column.phi, column.R, column.c, slots);
  }

  private constructor(phi: readonly bigint[], R: readonly bigint[], c: readonly bigint[], slots: number) {
    const r = phi.length;
    this.r = r;
    this.phi = phi;
    this.R = R;
    this.M = [];
    this.Mu = new Array<bigint>(slots).fill(0n);
    this.C = Array.from({ length: slots }, () => new Array<bigint>(r).fill(0n));
    this.U = Array.from({ length: slots }, () => new Array<bigint>(slots).fill(0n));
    // As stationary-state.ts: every element from its lower right neighbour.
    const P = new Array<bigint>(r * r).fill(0n);
    for (let i = 0; i < r; i++) P[i * r] = c[i];
    for (let i = r - 1; i >= 1; i--) {
      for (let j = i; j >= 1; j--) {
        let value = i + 1 === r ? 0n : P[(i + 1) * r + j + 1];
        if (phi[i] !== 0n) value += times(phi[i], (c[j + 1] ?? 0n) + times(phi[j], c[0]));
        if (phi[j] !== 0n) value += times(phi[j], c[i + 1] ?? 0n);
        P[i * r + j] = value + times(R[i], R[j]);
      }
    }
    this.P = P;
  }

  signal(model: StateSpace, S: StateCovariance, t: number, gapAt: Int32Array, first: number, end: number): void {
    const { r, P, C, U, Mu } = this;
    const { deltaLag, delta } = model;
    const { slots } = S;
    const M = Array.from({ length: r }, (_, i) => P[i * r]);
    for (let g = first; g < end; g++) Mu[g % slots] = C[g % slots][0];
    for (let l = 0; end > first && l < deltaLag.length; l++) {
      const gap = gapAt[t - deltaLag[l]];
      if (gap < first) continue;
      const weight = toFixed(delta[l]);
      const slot = gap % slots;
      for (let i = 0; i < r; i++) M[i] += times(weight, C[slot][i]);
      for (let g = first; g < end; g++) Mu[g % slots] += times(weight, U[g % slots][slot]);
    }
    let F = M[0];
    for (let l = 0; end > first && l < deltaLag.length; l++) {
      const gap = gapAt[t - deltaLag[l]];
      if (gap >= first) F += times(toFixed(delta[l]), Mu[gap % slots]);
    }
    this.M = M;
    this.F = F;
    for (let i = 0; i < r; i++) S.M[i] = toNumber(M[i]);
    for (let g = first; g < end; g++) S.Mu[g % slots] = toNumber(Mu[g % slots]);
    S.F = toNumber(F);
  }

  condition(slots: number, first: number, end: number): void {
    const { r, C, U, M, Mu, F } = this;
    for (let g = first; g < end; g++) {
      const s = g % slots;
      const gain = over(Mu[s], F);
      for (let i = 0; i < r; i++) C[s][i] -= times(gain, M[i]);
      for (let h = first; h < end; h++) U[s][h % slots] -= times(gain, Mu[h % slots]);
    }
  }

  addGap(slots: number, gap: number, first: number, end: number): void {
    const { C, U, M, Mu, F } = this;
    const s = gap % slots;
    C[s] = [...M];
    for (let g = first; g < end; g++) U[s][g % slots] = U[g % slots][s] = Mu[g % slots];
    U[s][s] = F;
  }

  /** True as long as doubles would lose digits; once it is false, `leave` hands over. */
  advance(slots: number, observed: boolean, first: number, end: number): boolean {
    const { r, P, C, U, M, F, phi, R } = this;
    for (let g = first; g < end; g++) {
      const row = C[g % slots];
      const c0 = row[0];
      for (let i = 0; i < r; i++) row[i] = (row[i + 1] ?? 0n) + (phi[i] === 0n ? 0n : times(phi[i], c0));
    }
    const known = observed && end === first;
    const gain = observed ? M.map((m) => over(m, F)) : [];
    const p0 = Array.from({ length: r + 1 }, (_, i) =>
      known || i === r ? 0n : observed ? P[i * r] - times(gain[i], M[0]) : P[i * r],
    );
    let largest = 0n;
    for (let i = 0; i < r; i++) {
      for (let j = 0; j <= i; j++) {
        let value = 0n;
        if (i + 1 < r) {
          value = P[(i + 1) * r + j + 1];
          if (observed) value -= times(gain[i + 1], M[j + 1]);
        }
        if (!known) {
          if (phi[i] !== 0n) value += times(phi[i], p0[j + 1] + times(phi[j], p0[0]));
          if (phi[j] !== 0n) value += times(phi[j], p0[i + 1]);
        }
        if (R[i] !== 0n && R[j] !== 0n) value += times(R[i], R[j]);
        P[i * r + j] = value;
        if (i === j && value > largest) largest = value;
      }
    }
    for (let g = first; g < end; g++) if (U[g % slots][g % slots] > largest) largest = U[g % slots][g % slots];
    this.work += (r * r) / 2 + (end - first) * (r + end - first);
    return largest > ONE * BigInt(SMALL) && this.work < PATIENCE;
  }

  /** Rounds everything into the arrays of doubles. */
  leave(S: StateCovariance): void {
    const { r, P, C, U } = this;
    for (let i = 0; i < r; i++) for (let j = 0; j <= i; j++) S.P[i * r + j] = toNumber(P[i * r + j]);
    C.forEach((row, s) => {
      for (let i = 0; i < r; i++) S.C[s * r + i] = toNumber(row[i]);
    });
    U.forEach((row, s) => {
      for (let h = 0; h < row.length; h++) S.U[s * S.slots + h] = toNumber(row[h]);
    });
  }
}
