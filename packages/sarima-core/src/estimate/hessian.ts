import { throwIfAborted } from "../errors.js";
import type { ExactLikelihood } from "../likelihood/exact.js";
import type { ArmaFactors } from "../spec.js";

type Block = "ar" | "ma" | "seasonalAr" | "seasonalMa";
const BLOCKS: readonly Block[] = ["ar", "ma", "seasonalAr", "seasonalMa"];

/** The coefficients of a model, of which some may be moved. */
export class MovableFactors {
  readonly factors: ArmaFactors & Record<Block, number[]>;
  private readonly free: readonly { block: Block; i: number; index: number }[];
  /** Number of coefficients, free or not. */
  readonly total: number;

  constructor(factors: ArmaFactors, fixedMask: readonly boolean[]) {
    this.factors = {
      ar: [...factors.ar],
      ma: [...factors.ma],
      seasonalAr: [...factors.seasonalAr],
      seasonalMa: [...factors.seasonalMa],
      period: factors.period,
    };
    this.total = fixedMask.length;
    this.free = BLOCKS.flatMap((block) => factors[block].map((_, i) => ({ block, i })))
      .map((place, index) => ({ ...place, index }))
      .filter(({ index }) => !fixedMask[index]);
  }

  get count(): number {
    return this.free.length;
  }

  /** Place of free coefficient j among all. */
  index(j: number): number {
    return this.free[j].index;
  }

  value(j: number): number {
    return this.factors[this.free[j].block][this.free[j].i];
  }

  set(j: number, value: number): void {
    this.factors[this.free[j].block][this.free[j].i] = value;
  }
}

/** Where second derivatives are wanted, and how. */
export interface HessianAt {
  readonly likelihood: ExactLikelihood;
  readonly at: MovableFactors;
  /** σ² on the scale of the scaled data; undefined: concentrated out. */
  readonly sigma2: number | undefined;
  /** Second derivatives in the regression: exact, for the likelihood is quadratic in it. Row by row. */
  readonly regression: Float64Array;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Second derivatives of −log-likelihood in the free coefficients θ and the regression β, row by row, from central differences
 * of the exact score: two sweeps for each coefficient, and twice the digits that differences of values have. Null where
 * there is no score.
 *
 * The score is that of the likelihood with β at its best for each θ; its derivative is H_θθ − H_θβ H_ββ⁻¹ H_βθ, and
 * that best β moves by J = −H_ββ⁻¹ H_βθ.
 */
export function hessianByScores(where: HessianAt): Float64Array | null {
  const { likelihood, at } = where;
  if (!likelihood.recordScores() || !likelihood.holdSettling(at.factors)) return null;
  try {
    return differencesOfScores(where);
  } finally {
    likelihood.releaseSettling();
  }
}

function differencesOfScores({ likelihood, at, sigma2, regression, signal }: HessianAt): Float64Array | null {
  const k = at.count;
  const b = likelihood.regression;
  const size = k + b;
  const H = new Float64Array(size * size);
  const J = new Float64Array(b * k);
  const above = new Float64Array(at.total);
  const below = new Float64Array(at.total);
  const side = (score: Float64Array): Float64Array | null => {
    throwIfAborted(signal);
    return likelihood.evaluate(at.factors) && likelihood.score(score, sigma2) ? likelihood.coefficients() : null;
  };
  for (let i = 0; i < k; i++) {
    const value = at.value(i);
    const h = 3e-6 * Math.max(0.3, Math.abs(value));
    at.set(i, value + h);
    const up = side(above);
    at.set(i, value - h);
    const down = side(below);
    at.set(i, value);
    if (!up || !down) return null;
    for (let j = 0; j < k; j++) {
      const change = above[at.index(j)] - below[at.index(j)];
      // Each off-diagonal element comes twice; the mean of both is symmetric.
      const half = (likelihood.nobs * change) / (8 * h);
      H[i * size + j] += half;
      H[j * size + i] += half;
    }
    for (let j = 0; j < b; j++) J[j * k + i] = (up[j] - down[j]) / (2 * h);
  }
  const BJ = new Float64Array(b * k);
  for (let i = 0; i < b; i++) {
    for (let j = 0; j < k; j++) {
      for (let m = 0; m < b; m++) BJ[i * k + j] += regression[i * b + m] * J[m * k + j];
      H[(k + i) * size + j] = -BJ[i * k + j];
      H[j * size + k + i] = -BJ[i * k + j];
    }
    for (let j = 0; j < b; j++) H[(k + i) * size + k + j] = regression[i * b + j];
  }
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) for (let m = 0; m < b; m++) H[i * size + j] += J[m * k + i] * BJ[m * k + j];
  }
  return H;
}

/** The same from second differences of values, in extended precision near the unit circle. */
export function hessianByValues(
  { likelihood, at, sigma2, regression, signal }: HessianAt,
  precise: boolean,
): Float64Array {
  const k = at.count;
  const b = likelihood.regression;
  const n = likelihood.nobs;
  likelihood.evaluate(at.factors, precise);
  const beta0 = likelihood.coefficients();

  /** −log-likelihood at the regression coefficients of the optimum, and its derivative in them. */
  const evaluate = (): { value: number; slope: Float64Array } => {
    throwIfAborted(signal);
    const slope = new Float64Array(b);
    if (!likelihood.evaluate(at.factors, precise)) return { value: Number.NaN, slope };
    const { rss, logDet } = likelihood.current;
    let total = rss;
    if (b > 0) {
      const beta = likelihood.coefficients();
      const R = likelihood.regressionR();
      const shift = new Float64Array(b);
      for (let i = 0; i < b; i++) {
        for (let j = i; j < b; j++) shift[i] += (R[i * b + j] * (beta0[j] - beta[j])) / likelihood.scale;
        total += shift[i] * shift[i];
      }
      const weight = sigma2 === undefined ? n / total : 1 / sigma2;
      for (let j = 0; j < b; j++) {
        for (let i = 0; i <= j; i++) slope[j] += (weight * R[i * b + j] * shift[i]) / likelihood.scale;
      }
    }
    const value = 0.5 * (sigma2 === undefined ? n * Math.log(total) : total / sigma2) + 0.5 * logDet;
    return { value, slope };
  };

  const size = k + b;
  const H = new Float64Array(size * size);
  const center = evaluate().value;
  const steps = Float64Array.from({ length: k }, (_, i) => 1e-4 * Math.max(0.1, Math.abs(at.value(i))));
  const above = new Float64Array(k);
  const below = new Float64Array(k);
  const move = (j: number, by: number) => at.set(j, at.value(j) + by);
  for (let i = 0; i < k; i++) {
    const h = steps[i];
    move(i, h);
    const up = evaluate();
    move(i, -2 * h);
    const down = evaluate();
    move(i, h);
    above[i] = up.value;
    below[i] = down.value;
    H[i * size + i] = (up.value - 2 * center + down.value) / (h * h);
    for (let j = 0; j < b; j++) {
      H[i * size + k + j] = (up.slope[j] - down.slope[j]) / (2 * h);
      H[(k + j) * size + i] = H[i * size + k + j];
    }
  }
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < i; j++) {
      move(i, steps[i]);
      move(j, steps[j]);
      const up = evaluate().value;
      move(i, -2 * steps[i]);
      move(j, -2 * steps[j]);
      const down = evaluate().value;
      move(i, steps[i]);
      move(j, steps[j]);
      const cross = (up + down - above[i] - below[i] - above[j] - below[j] + 2 * center) / (2 * steps[i] * steps[j]);
      H[i * size + j] = cross;
      H[j * size + i] = cross;
    }
  }
  for (let i = 0; i < b; i++) for (let j = 0; j < b; j++) H[(k + i) * size + k + j] = regression[i * b + j];
  return H;
}
