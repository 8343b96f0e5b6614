import { over, times } from "../fixed-point.js";
import type { ArmaFactors } from "../spec.js";
import { exactColumn } from "./exact-column.js";

/**
 * The first gains of the innovations filter in fixed-point arithmetic, by the recursions of innovations.ts. Where roots lie together near
 * the unit circle, F starts at 1e20 or more and is 1 after p steps: 32 digits are too few for that. Afterwards they are enough.
 */
export class ExactGains {
  readonly G: bigint[];
  readonly W: bigint[];
  F: bigint;
  M: bigint;
  private readonly phi: readonly bigint[];

  /** Null when the autoregression is not stationary. */
  static start(factors: ArmaFactors, r: number, interrupt: (() => void) | null = null): ExactGains | null {
    const column = exactColumn(factors, r, interrupt);
    return column && new ExactGains(column.phi, column.c);
  }

  private constructor(phi: readonly bigint[], c: readonly bigint[]) {
    this.phi = phi;
    this.F = c[0];
    this.M = -c[0];
    this.G = phi.map((a, i) => (c[i + 1] ?? 0n) + times(a, c[0]));
    this.W = [...this.G.map((g) => over(g, c[0])), 0n];
  }

  advance(): void {
    const { phi, G, W, F, M } = this;
    const W0 = W[0];
    const MW0 = times(M, W0);
    const next = F + times(MW0, W0);
    const back = over(W0, next);
    for (let i = 0; i < G.length; i++) {
      const tw = phi[i] === 0n ? W[i + 1] : W[i + 1] + times(phi[i], W0);
      G[i] += times(tw, MW0);
      W[i] = tw - times(G[i], back);
    }
    this.M = M + over(times(MW0, MW0), F);
    this.F = next;
  }
}
