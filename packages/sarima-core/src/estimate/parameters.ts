import type { ArmaFactors, CheckedSpec, SarimaParams } from "../spec.js";
import { arToPacf, fromUnit, isInvertible, isStationary, pacfToAr, toUnit } from "../stationarity.js";
import type { GivenCoefficients } from "./given-coefficients.js";

type Block = "ar" | "ma" | "seasonalAr" | "seasonalMa";
/** The order of the coefficients everywhere: R's. */
const BLOCKS: readonly Block[] = ["ar", "ma", "seasonalAr", "seasonalMa"];

/** Largest partial autocorrelation of a starting value: a search that begins on the boundary does not leave it. */
const START_LIMIT = 0.97;

/**
 * Between the coordinates of a search, which are free, and ARMA coefficients, which stay stationary and invertible.
 * A factor that is estimated as a whole goes through its partial autocorrelations; one of which some coefficients are
 * held fixed is searched in its coefficients, and points outside the region are refused.
 */
export class ParameterMap {
  /** Number of search coordinates. */
  readonly free: number;
  /** For each ARMA coefficient, in the order ar, ma, seasonalAr, seasonalMa: is it held fixed? */
  readonly fixedMask: readonly boolean[];
  readonly factors: { ar: number[]; ma: number[]; seasonalAr: number[]; seasonalMa: number[]; period: number };
  private readonly fixed: Record<Block, readonly (number | null)[]>;
  /** Memory for the partial autocorrelations of one factor and its coefficients. */
  private readonly partial: Float64Array;
  private readonly expanded: Float64Array;

  constructor(spec: CheckedSpec, fixed?: GivenCoefficients) {
    const [p, , q] = spec.order;
    const [P, , Q, period] = spec.seasonal;
    const open = (count: number): (number | null)[] => new Array(count).fill(null);
    this.fixed = fixed ?? { ar: open(p), ma: open(q), seasonalAr: open(P), seasonalMa: open(Q) };
    this.partial = new Float64Array(Math.max(p, q, P, Q));
    this.expanded = new Float64Array(Math.max(p, q, P, Q));
    this.fixedMask = BLOCKS.flatMap((block) => this.fixed[block].map((value) => value !== null));
    this.free = this.fixedMask.filter((held) => !held).length;
    this.factors = { ar: zeros(p), ma: zeros(q), seasonalAr: zeros(P), seasonalMa: zeros(Q), period };
    for (const block of BLOCKS) {
      this.fixed[block].forEach((value, i) => {
        this.factors[block][i] = value ?? 0;
      });
    }
  }

  /** Search coordinates → `factors`. False outside the stationary or invertible region. */
  apply(u: Float64Array): boolean {
    let at = 0;
    for (const block of BLOCKS) {
      const target = this.factors[block];
      const fixed = this.fixed[block];
      const k = target.length;
      if (k === 0) continue;
      const sign = isMovingAverage(block) ? -1 : 1;
      if (!fixed.some(isFixed)) {
        if (k === 1) {
          target[0] = sign * toUnit(u[at++]);
          continue;
        }
        const { partial, expanded: a } = this;
        for (let i = 0; i < k; i++) partial[i] = toUnit(u[at++]);
        pacfToAr(partial, a, k);
        for (let i = 0; i < k; i++) target[i] = sign * a[i];
        continue;
      }
      let moved = false;
      for (let i = 0; i < k; i++) {
        if (fixed[i] !== null) continue;
        target[i] = u[at++];
        moved = true;
      }
      // Values that are all fixed may lie anywhere: a unit-root moving average is legal when it was asked for.
      if (moved && !(sign === 1 ? isStationary(target) : isInvertible(target))) return false;
    }
    return true;
  }

  /** Coefficients → search coordinates; coefficients outside the region, or too near its boundary, are drawn inside. */
  coordinates(start: SarimaParams, limit = START_LIMIT): Float64Array {
    const u = new Float64Array(this.free);
    let at = 0;
    for (const block of BLOCKS) {
      const fixed = this.fixed[block];
      const k = fixed.length;
      if (k === 0) continue;
      const sign = isMovingAverage(block) ? -1 : 1;
      const values = new Float64Array(k);
      for (let i = 0; i < k; i++) values[i] = fixed[i] ?? finiteOr0(start[block]?.[i]);
      if (!fixed.some(isFixed)) {
        for (let i = 0; i < k; i++) values[i] *= sign;
        const partial = drawInside(values);
        for (let i = 0; i < k; i++) u[at++] = fromUnit(Math.max(-limit, Math.min(limit, partial[i])));
        continue;
      }
      // Shrink the free coefficients of a partly fixed factor until the whole is inside the region.
      const inside = sign === 1 ? isStationary : isInvertible;
      for (let tries = 0; tries < 60 && !inside(values); tries++) {
        for (let i = 0; i < k; i++) if (fixed[i] === null) values[i] *= 0.7;
      }
      for (let i = 0; i < k; i++) if (fixed[i] === null) u[at++] = values[i];
    }
    return u;
  }

  /**
   * How far the moving averages at u are from a unit root, as 1 − their largest partial autocorrelation, and how often a
   * series of n values outlasts the slowest of them.
   */
  movingAverage(u: Float64Array, n: number): { distance: number; memories: number } {
    this.apply(u);
    const { ma, seasonalMa, ar, seasonalAr, period } = this.factors;
    const distance = (factor: number[]) => {
      const partials = arToPacf(factor.map((value) => -value)) ?? [1];
      return 1 - Math.max(0, ...Array.from(partials, Math.abs));
    };
    const values = n - ar.length - period * seasonalAr.length;
    const regular = distance(ma);
    const seasonal = distance(seasonalMa);
    return {
      distance: Math.min(regular, seasonal),
      memories: values * Math.min(regular, seasonalMa.length > 0 ? seasonal / period : 1),
    };
  }

  /** ∂(ar, ma, sar, sma)/∂u at u into `out`; rows are coefficients. Leaves `factors` at u. */
  derivatives(u: Float64Array, out: Float64Array): void {
    this.apply(u);
    out.fill(0);
    const { free, partial, expanded: a } = this;
    let row = 0;
    let at = 0;
    for (const block of BLOCKS) {
      const fixed = this.fixed[block];
      const k = fixed.length;
      const sign = isMovingAverage(block) ? -1 : 1;
      if (fixed.some(isFixed)) {
        // Searched in the coefficients themselves.
        for (let i = 0; i < k; i++) if (fixed[i] === null) out[(row + i) * free + at++] = 1;
      } else {
        for (let c = 0; c < k; c++) {
          // dr/du of r = u/√(1 + u²) is (1 − r²)^{3/2}.
          const slope = sign / ((1 + u[at + c] * u[at + c]) * Math.sqrt(1 + u[at + c] * u[at + c]));
          if (k === 1) {
            out[row * free + at] = slope;
            continue;
          }
          // Each coefficient is a polynomial of degree one in each partial autocorrelation: a difference of 2 is exact.
          for (let i = 0; i < k; i++) partial[i] = toUnit(u[at + i]);
          partial[c] = 1;
          pacfToAr(partial, a, k);
          for (let i = 0; i < k; i++) out[(row + i) * free + at + c] = (slope * a[i]) / 2;
          partial[c] = -1;
          pacfToAr(partial, a, k);
          for (let i = 0; i < k; i++) out[(row + i) * free + at + c] -= (slope * a[i]) / 2;
        }
        at += k;
      }
      row += k;
    }
  }

  snapshot(): ArmaFactors {
    const { ar, ma, seasonalAr, seasonalMa, period } = this.factors;
    return { ar: [...ar], ma: [...ma], seasonalAr: [...seasonalAr], seasonalMa: [...seasonalMa], period };
  }
}

/** Partial autocorrelations of the nearest radial contraction a_j ρʲ that is stationary. */
function drawInside(a: Float64Array): Float64Array {
  for (let rho = 1; rho > 0.01; rho *= 0.95) {
    const partial = arToPacf(rho === 1 ? a : a.map((value, j) => value * rho ** (j + 1)));
    if (partial) return partial;
  }
  return new Float64Array(a.length);
}

const isFixed = (value: number | null) => value !== null;
const isMovingAverage = (block: Block) => block === "ma" || block === "seasonalMa";
const zeros = (length: number) => new Array<number>(length).fill(0);
const finiteOr0 = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? value : 0);

/** "ar1", "ma1", "sar1", "sma1" … in the order of the coefficients. */
export function armaNames(spec: CheckedSpec): string[] {
  const [p, , q] = spec.order;
  const [P, , Q] = spec.seasonal;
  const names = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);
  return [...names("ar", p), ...names("ma", q), ...names("sar", P), ...names("sma", Q)];
}
