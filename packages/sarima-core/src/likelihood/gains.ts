import type { LagPolynomial } from "../polynomial.js";
import type { InnovationsFilterState, ModelPolynomials } from "./filter-state.js";

/** Steady-state gain: Kᵢ = φᵢ + θᵢ. */
export function gainOf({ phi, theta }: ModelPolynomials, r: number): Float64Array {
  const K = new Float64Array(r);
  for (let i = 0; i < phi.lags.length; i++) K[phi.lags[i] - 1] += phi.coefs[i];
  for (let i = 0; i < theta.lags.length; i++) K[theta.lags[i] - 1] += theta.coefs[i];
  return K;
}

/** The Chandrasekhar recursions of the gains alone; see innovations.ts. */
export class Gains {
  F: number;
  private M: number;
  private readonly G: Float64Array;
  private readonly W: Float64Array;
  private readonly phi: LagPolynomial;

  constructor(state: InnovationsFilterState, polynomials: ModelPolynomials) {
    this.F = state.F;
    this.M = state.M;
    this.G = state.G.slice();
    this.W = state.W.slice();
    this.phi = polynomials.phi;
  }

  K(): Float64Array {
    return this.G.map((g) => g / this.F);
  }

  advance(): void {
    if (this.M === 0) return;
    const { G, W, F, M, phi } = this;
    const W0 = W[0];
    const MW0 = M * W0;
    const next = F + MW0 * W0;
    const tw = W.slice(1);
    for (let i = 0; i < phi.lags.length; i++) tw[phi.lags[i] - 1] += phi.coefs[i] * W0;
    for (let i = 0; i < G.length; i++) {
      G[i] += tw[i] * MW0;
      W[i] = tw[i] - (G[i] * W0) / next;
    }
    this.M = M + (MW0 * MW0) / F;
    this.F = next;
  }

  end(): { G: Float64Array; W: Float64Array; F: number; M: number } {
    return { G: this.G, W: this.W, F: this.F, M: this.M };
  }
}
