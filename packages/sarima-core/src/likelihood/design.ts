import { applyDifference } from "../difference.js";
import { SarimaError } from "../errors.js";
import { expandDifference, type LagPolynomial } from "../polynomial.js";
import type { CheckedSpec } from "../spec.js";
import { refuseCollinear } from "./collinear.js";
import { fillSeasonally } from "./fill.js";
import { undeterminedPlaces } from "./flat-prior.js";
import { highLevel, largestOf, lessLevel, safeScale, scaledBy } from "./scaling.js";

export interface ExactData {
  /** Transformed series; NaN is a gap. What is known of the regression has been subtracted. */
  readonly y: Float64Array;
  readonly spec: CheckedSpec;
  /** Estimate a constant of the differenced series. */
  readonly mean: boolean;
  /** Columns whose coefficients are estimated, of the length of y. */
  readonly regressors: readonly Float64Array[];
  /** What was subtracted from y as its level: rounding is relative to it too. Default 0. */
  readonly level?: number;
  /** What an error calls them. Default "regressors[0]", … */
  readonly names?: readonly string[];
}

/** What a likelihood needs of its data whatever the coefficients are. */
export interface Design {
  readonly delta: LagPolynomial;
  /** Position of the first observed value. */
  readonly offset: number;
  /** From the first observed value to the last, divided by `scale`; NaN at gaps. */
  readonly window: Float64Array;
  /** Positions of the gaps in the window. */
  readonly gaps: readonly number[];
  /** Values before the series that its observations say nothing about: seasonal places that are never observed. */
  readonly undetermined: number;
  /** Observed values that count: n − k of the differenced series with k gaps, and one more for each undetermined value. */
  readonly nobs: number;
  /** Observations were divided by this, 1 or a power of two. */
  readonly scale: number;
  /** Largest magnitude after that, of the level that was subtracted before as well. */
  readonly magnitude: number;
  /**
   * The differenced window, gaps filled before differencing. With what does not matter to the likelihood, only to rounding and to where
   * its maximum is looked for first.
   */
  readonly w: Float64Array;
  /** The regression, scaled and differenced: ones for a mean, then the regressors. */
  readonly regressionW: readonly Float64Array[];
  /** The same before differencing. */
  readonly regressionY: readonly Float64Array[];
  readonly columnScales: Float64Array;
  /** What errors call the regressors. */
  readonly names: readonly string[];
}

/** Trims, scales and differences a series and its regressors once, before the first evaluation. */
export function designOf(data: ExactData): Design {
  const { y, spec, regressors } = data;
  const [, d] = spec.order;
  const [, D, , s] = spec.seasonal;
  const delta = expandDifference(d, D, s);
  const m = delta.degree;

  // Values before the first and after the last observation integrate to one: leave them out.
  const { first, last, largest, gaps } = extentOf(y);
  const n = last - first + 1;
  const undetermined = gaps.length > 0 ? undeterminedPlaces(y.subarray(first, last + 1), D, s) : 0;
  const nobs = n - gaps.length - m + undetermined;
  const regression = (data.mean ? 1 : 0) + regressors.length;
  if (nobs < regression + 1) {
    throw new SarimaError(
      "TOO_SHORT",
      `y has ${Math.max(0, n - gaps.length)} observed values; this model needs at least ${m + regression + 1}: give more data or lower d, D or the number of regressors`,
    );
  }

  const scale = safeScale(largest);
  const window = scaledBy(y.subarray(first, last + 1), scale);
  const difference = (x: Float64Array) => differenced(delta, x);
  // Differencing takes the level of a column away, Unix time for one; it takes its digits with it unless it is gone before.
  const leveled = m > 0 ? regressors.map((x) => lessLevel(x, highLevel(x))) : regressors;
  const scales = leveled.map((x) => safeScale(largestOf(x)));
  const columns = leveled.map((x, k) => scaledBy(x.subarray(first, last + 1), scales[k]));
  const ones = data.mean ? [new Float64Array(n - m).fill(1)] : [];
  const regressionW = [...ones, ...columns.map(difference)];
  const names = data.names ?? regressors.map((_, j) => `regressors[${j}]`);
  if (regressors.length > 0) refuseCollinear(regressionW, names);
  return {
    delta,
    offset: first,
    window,
    gaps,
    undetermined,
    nobs,
    scale,
    magnitude: Math.max(largest, Math.abs(data.level ?? 0)) / scale,
    w: difference(gaps.length > 0 ? fillSeasonally(window, s) : window),
    regressionW,
    regressionY: [...(data.mean ? [integratedConstant(n, d, D, s)] : []), ...columns],
    columnScales: Float64Array.from([...(data.mean ? [1] : []), ...scales]),
    names,
  };
}

/** Where the observations of a series begin and end, their largest magnitude, and the gaps between, counted from the first. */
function extentOf(y: Float64Array): { first: number; last: number; largest: number; gaps: number[] } {
  let first = 0;
  let last = y.length - 1;
  while (first <= last && Number.isNaN(y[first])) first++;
  while (last >= first && Number.isNaN(y[last])) last--;
  const gaps: number[] = [];
  let largest = 0;
  let sum = 0;
  for (let t = first; t <= last; t++) {
    const size = Math.abs(y[t]);
    if (size > largest) largest = size;
    sum += size;
  }
  if (Number.isNaN(sum)) for (let t = first; t <= last; t++) if (Number.isNaN(y[t])) gaps.push(t - first);
  return { first, last, largest, gaps };
}

/** One column for each gap: 1 where it is, differenced. */
export function gapColumns({ delta, gaps, window }: Design): Float64Array[] {
  return gaps.map((t) => {
    const dummy = new Float64Array(window.length);
    dummy[t] = 1;
    return differenced(delta, dummy);
  });
}

function differenced(delta: LagPolynomial, x: Float64Array): Float64Array {
  if (delta.degree === 0) return x;
  const w = new Float64Array(x.length - delta.degree);
  applyDifference(delta, x, w);
  return w;
}

/** Costs of one evaluation in nanoseconds, from the loops of the engines and measured constants. */
interface Costs {
  readonly innovations: number;
  readonly kalman: number;
  /** `GapLikelihood`. */
  readonly structured: number;
}

function costsOf(n: number, r: number, m: number, gaps: number, regression: number): Costs {
  const columns = 1 + gaps + regression;
  const transient = Math.min(n, 20 * r);
  const state = r + Math.min(m, gaps) / 2;
  const diagonals = Math.min(n, (gaps * gaps) / 2);
  return {
    innovations: 0.75 * (columns * (2 * transient * r + 8 * n) + 2 * n * (gaps + regression) ** 2),
    kalman: n * (180 + 1.7 * state * state + 2 * r * (1 + regression)),
    structured: 0.75 * ((6 + 3 * regression) * (transient * r + 8 * n) + 1.5 * diagonals * n + gaps ** 3 / 2),
  };
}

export function cheaperEngine(
  n: number,
  r: number,
  m: number,
  gaps: number,
  regression: number,
): "innovations" | "kalman" {
  if (gaps === 0) return "innovations";
  const { innovations, kalman } = costsOf(n, r, m, gaps, regression);
  return innovations <= kalman ? "innovations" : "kalman";
}

/** Three matrices of 18 MB. */
const MOST_STRUCTURED_GAPS = 1500;

/** Whether `GapLikelihood` is the cheapest of all. */
export function structureIsCheaper(n: number, r: number, m: number, gaps: number, regression: number): boolean {
  const { innovations, kalman, structured } = costsOf(n, r, m, gaps, regression);
  return gaps > 1 && gaps <= MOST_STRUCTURED_GAPS && structured < Math.min(innovations, kalman);
}

/** A column that (1 − B)ᵈ(1 − Bˢ)ᴰ turns into ones: tᵏ/(k! sᴰ), k = d + D. */
export function integratedConstant(n: number, d: number, D: number, s: number): Float64Array {
  const k = d + D;
  let divisor = s ** D || 1;
  for (let i = 2; i <= k; i++) divisor *= i;
  const out = new Float64Array(n);
  for (let t = 0; t < n; t++) out[t] = k === 0 ? 1 : t ** k / divisor;
  return out;
}
