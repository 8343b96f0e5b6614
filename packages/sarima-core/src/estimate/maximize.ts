import { throwIfAborted } from "../errors.js";
import { ConditionalResiduals } from "../likelihood/conditional.js";
import type { ExactLikelihood } from "../likelihood/exact.js";
import { minimize } from "../optimize/bfgs.js";
import type { ArmaFactors, SarimaParams } from "../spec.js";
import { cancellingStarts } from "./cancelling-starts.js";
import { type ConditionalOptimum, conditionalSearch, inverseCurvature } from "./gauss-newton.js";
import { NormalEquations } from "./normal-equations.js";
import type { ParameterMap } from "./parameters.js";
import { startingValues } from "./starting-values.js";
import { leavesNothing } from "./white-residuals.js";

/** So many memories of the moving average make the start of a series forgotten. */
const LONG = 12;
/** The same for a moving average that is nowhere near a unit root. */
const SHORT = 4;
const NOWHERE = { distance: 0, memories: 0 };
/** Coefficients from which on even a thorough search follows one start only: each step costs as many evaluations. */
const MANY = 15;
/** The conditional search: iterations in each round, and how many go on from it. */
const ROUNDS = [
  [1, 8],
  [3, 4],
  [15, 4],
] as const;
/** The part of a long series that all but the last round look at: values, or seasons where these are more. */
const SCOUTED_VALUES = 500;
const SCOUTED_SEASONS = 10;
/** The same where a search over many models wants it quick. */
const QUICK_ROUNDS = [
  [2, 2],
  [6, 2],
] as const;
/** Up to so many values a search over many models looks for maxima from everywhere as well. */
const SHORT_SERIES = 400;
/** Candidate optima of the exact likelihood that are followed for a few steps, and how many of them further. */
const FINALISTS = { first: 8, second: 8 };
/** The same after a search from everywhere. */
const MANY_FINALISTS = { first: 32, second: 12 };
/** A search that has so many of its last step's gain to go to another one's end is not followed further. */
const CATCHES_UP = 5;
/** Of the starts where roots nearly cancel, so many are followed for a few steps. */
const HIDDEN = 16;
/** Iterations of the conditional search from what its rounds left behind. */
const EVERYWHERE = 15;
/** From so many values on, and with so many coefficients at most, a maximum that is clear is believed. */
const LONG_SERIES = 1000;
const FEW_COEFFICIENTS = 2;
/** Iterations for the last digits: flat ridges that lead to the unit circle take hundreds. */
const LONGEST = 500;

export interface MaximizeOptions {
  /** Tried beside the starting values found here. */
  readonly start?: SarimaParams | undefined;
  readonly sigma2?: number | undefined;
  readonly maxIterations?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** "thorough" looks for the highest of several maxima; "quick", for searches over many models, for the nearest one. */
  readonly effort?: "thorough" | "quick" | undefined;
  /** With "quick": the decrease of the objective that ends the search. Default 1e-8. */
  readonly tolerance?: number | undefined;
  /** With "quick": when even the best candidate's objective is above this, it is not followed to its maximum. */
  readonly hopelessAbove?: number | undefined;
  /** With "quick": ends the search where an iterate and the next one are both unwanted; `abandoned` says so. */
  readonly unwanted?: ((factors: ArmaFactors) => boolean) | undefined;
}

export interface Maximum {
  readonly factors: ArmaFactors;
  readonly u: Float64Array;
  /** −2·log-likelihood/nobs of the scaled data. */
  readonly objective: number;
  readonly converged: boolean;
  readonly iterations: number;
  readonly evaluations: number;
  readonly abandoned?: boolean;
}

/** Thrown through the minimiser to end a search. */
const ABANDONED = new Error("abandoned");

interface Candidate {
  /** Where the exact search for it began. */
  readonly start: Float64Array;
  readonly u: Float64Array;
  readonly value: number;
  readonly inverseHessian: Float64Array | undefined;
}

/**
 * Maximises the exact likelihood over the free ARMA coefficients:
 * 1. from every starting value, Gauss–Newton on the conditional residuals, which is cheap; the worse ones are left behind;
 * 2. the exact likelihood at what was found ranks the candidates; unless the best one is clear, those left behind and the starting values
 *    themselves are candidates too;
 * 3. quasi-Newton on the exact likelihood from the best distinct ones, with the Gauss–Newton matrix as first curvature.
 */
export function maximize(likelihood: ExactLikelihood, map: ParameterMap, options: MaximizeOptions = {}): Maximum {
  const { sigma2, signal, unwanted } = options;
  const effort = map.free > MANY ? "quick" : (options.effort ?? "thorough");
  const quick = effort === "quick";
  likelihood.stopAt(signal);
  const scored = likelihood.recordScores();
  const scaled = sigma2 === undefined ? undefined : sigma2 / likelihood.scale / likelihood.scale;
  let evaluations = 0;
  const objective = (u: Float64Array): number => {
    throwIfAborted(signal);
    evaluations++;
    if (!map.apply(u) || !likelihood.evaluate(map.factors, precise)) return Number.POSITIVE_INFINITY;
    last.set(u);
    return likelihood.objective(scaled);
  };
  let precise = false;
  /** The point of the last evaluation that succeeded. */
  const last = new Float64Array(map.free).fill(Number.NaN);
  const natural = new Float64Array(map.fixedMask.length);
  const D = new Float64Array(map.fixedMask.length * map.free);
  const gradient = (u: Float64Array, out: Float64Array): boolean => {
    if (u.some((value, i) => value !== last[i]) && !Number.isFinite(objective(u))) return false;
    if (!likelihood.score(natural, scaled)) return false;
    map.derivatives(u, D);
    out.fill(0);
    for (let i = 0; i < natural.length; i++) {
      for (let c = 0; c < out.length; c++) out[c] += natural[i] * D[i * out.length + c];
    }
    return true;
  };
  if (map.free === 0) {
    const u = new Float64Array(0);
    const value = objective(u);
    return {
      factors: map.snapshot(),
      u,
      objective: value,
      converged: Number.isFinite(value),
      iterations: 0,
      evaluations,
    };
  }

  // 1. A few cheap steps from everywhere, then more from where they led. The first ones only say which way to go: of a
  //    long series its latest part does.
  const w = likelihood.detrended();
  const residuals = new ConditionalResiduals(w, likelihood.spec);
  // On a short series looking everywhere costs less than a search that was misled: evaluations are cheap, and maxima many.
  const few = quick && w.length > SHORT_SERIES;
  const part = Math.max(SCOUTED_VALUES, SCOUTED_SEASONS * likelihood.spec.seasonal[3]);
  // A part of it may say nothing of a maximum that the whole has; with few coefficients the whole costs little.
  const whole = few || map.free <= FEW_COEFFICIENTS || w.length < 2 * part;
  const equations = new NormalEquations(residuals, map);
  const scout = whole
    ? equations
    : new NormalEquations(new ConditionalResiduals(w.subarray(w.length - part), likelihood.spec), map);
  const recent = whole ? w : w.subarray(w.length - 2 * part);
  const startsOf = (x: Float64Array) =>
    startingValues(x, likelihood.spec, map, options.start, few, () => throwIfAborted(signal));
  const starts = startsOf(recent);
  let found: ConditionalOptimum[] = starts.map((u) => ({ u, sumOfSquares: 0 }));
  const early: ConditionalOptimum[] = [];
  const rounds = few ? QUICK_ROUNDS : ROUNDS;
  for (const [iterations, survivors] of rounds) {
    const last = iterations === rounds[rounds.length - 1][0];
    const hurried = last && !whole;
    const ends: ConditionalOptimum[] = [];
    for (const { u } of found) {
      // On a long series, what comes near an end will end there; what gains little by a step will not catch up with one far below.
      const isEnough = (at: Float64Array, value: number, gained: number) => {
        throwIfAborted(signal);
        return hurried && ends.some((end) => near(end.u, at) || value - end.sumOfSquares > CATCHES_UP * gained);
      };
      const end = conditionalSearch(last ? equations : scout, u, iterations, isEnough);
      if (end) ends.push(end);
    }
    found = ends.sort((a, b) => a.sumOfSquares - b.sumOfSquares);
    early.push(...found.slice(survivors));
    found = distinct(found, survivors);
  }

  // 2. The exact likelihood has its own opinion of all of them. Where conditioning costs little, it hardly differs.
  likelihood.rough = true;
  const { distance, memories } = found.length > 0 ? map.movingAverage(found[0].u, w.length) : NOWHERE;
  let trusted = likelihood.spec.order[1] < 2 && (memories > LONG || (distance > 0.35 && memories > SHORT));
  const judged = (list: readonly Float64Array[]) =>
    list
      .map((u): Candidate => ({ start: u, u, value: objective(u), inverseHessian: undefined }))
      .filter(({ value }) => Number.isFinite(value));
  const points = (list: readonly ConditionalOptimum[]) => list.map(({ u }) => u);
  const candidates = judged(points(found));
  const alone = (margin: number) => distinct(promising(byValue(candidates), likelihood.nobs, margin), 2).length === 1;
  const clear =
    map.free <= FEW_COEFFICIENTS ||
    (w.length > LONG_SERIES && trusted && alone(CLOSE) && leavesNothing(residuals, map, byValue(candidates)[0].u));
  let finalists = FINALISTS;
  if (quick) candidates.push(...judged(starts.slice(0, options.start ? 1 : 0)));
  else if (!clear) {
    // Surfaces of real series hide their highest maximum from most starting points: every one is followed to its end, and
    // so is where a part of the series sent it.
    const interrupt = () => {
      throwIfAborted(signal);
      return false;
    };
    const from = whole ? early : [...found, ...early, ...[...starts, ...startsOf(w)].map((u) => ({ u }))];
    const ends = distinct(from, from.length).flatMap(({ u }) => {
      throwIfAborted(signal);
      return conditionalSearch(equations, u, EVERYWHERE, interrupt) ?? [];
    });
    trusted = false;
    finalists = MANY_FINALISTS;
    candidates.push(...judged([...points(ends), ...points(early), ...starts]));
  } else if (!trusted) candidates.push(...judged([...points(early), ...starts]));

  // 3. A few exact steps for the distinct ones, the whole way for those that are still distinct, the last digits for one.
  let iterations = 0;
  let converged = false;
  const giveUp = (unwanted: (factors: ArmaFactors) => boolean) => {
    let times = 0;
    return () => {
      times = unwanted(map.factors) ? times + 1 : 0;
      if (times >= 2) throw ABANDONED;
    };
  };
  const search = (from: readonly Candidate[], count: number, limit: number, tolerance: number): Candidate[] =>
    distinct(promising(byValue(from), likelihood.nobs, trusted ? CLOSE : HOPELESS), count).map(
      ({ u, inverseHessian }) => {
        const found = minimize(objective, u, {
          gradient: scored ? gradient : undefined,
          maxIterations: Math.min(limit, options.maxIterations ?? limit),
          tolerance,
          // Where the filter settles depends on the parameters: steps must be longer than those small jumps.
          step: likelihood.rough ? 1e-5 : 1e-7,
          central: tolerance < 1e-12,
          inverseHessian: inverseHessian ?? inverseCurvature(equations, u) ?? undefined,
          ...(unwanted && { onIteration: giveUp(unwanted) }),
        });
        iterations += found.iterations;
        converged = found.converged;
        return { start: u, u: found.x, value: found.value, inverseHessian: found.inverseHessian };
      },
    );
  /** Where roots nearly cancel near the unit circle, with the seasonal coefficients of the best candidate so far. */
  const hiddenStarts = (best: Candidate | undefined): Candidate[] => {
    if (best) map.apply(best.u);
    const starts = cancellingStarts(w, likelihood.spec, map.snapshot(), () => throwIfAborted(signal));
    return judged(starts.map((params) => map.coordinates(params, 0.9999)));
  };
  let best: Candidate | undefined;
  let abandoned = false;
  if (quick) {
    const [first] = byValue(candidates);
    const hopeless = first?.value > (options.hopelessAbove ?? Number.POSITIVE_INFINITY);
    const followed = hopeless ? [] : distinct(promising(byValue(candidates), likelihood.nobs, HOPELESS), few ? 1 : 3);
    const ends: Candidate[] = [];
    for (const candidate of followed) {
      try {
        ends.push(...search([candidate], 1, 100, options.tolerance ?? 1e-8));
      } catch (error) {
        if (error !== ABANDONED) throw error;
        abandoned = true;
      }
    }
    // The highest maximum may lie where none is wanted, and a lower one elsewhere.
    const wanted = ends.filter(({ u }) => !(unwanted && map.apply(u) && unwanted(map.factors)));
    [best = first] = byValue(wanted.length > 0 ? wanted : ends);
    abandoned = abandoned && ends.length === 0;
  } else {
    // With one candidate there is nothing to weed out.
    const margin = trusted ? CLOSE : HOPELESS;
    const lone = alone(margin);
    const first = lone ? candidates : search(candidates, finalists.first, 6, 1e-6);
    const hidden = clear && map.free > FEW_COEFFICIENTS ? [] : hiddenStarts(byValue(first)[0]);
    first.push(...search(hidden, w.length > SHORT_SERIES ? HIDDEN : hidden.length, 6, 1e-6));
    const sure = lone && hidden.length === 0;
    const second = sure ? first : search(first, finalists.second, 100, 1e-9);
    likelihood.rough = false;
    const [top] = byValue(second);
    const { gapCount } = likelihood;
    const digitsAreCheap = w.length < 1000 && w.length * gapCount * gapCount < DIGITS_ARE_CHEAP;
    if (top && digitsAreCheap && map.apply(top.u) && likelihood.evaluate(map.factors)) precise = likelihood.isSlow();
    [best] = search(byValue(second).slice(0, 1), 1, LONGEST, 1e-13);
    // Flat ridges lead towards the unit circle; what was learnt on the way up one misleads further along it.
    if (best && precise)
      [best] = byValue([best, ...search([{ ...best, inverseHessian: undefined }], 1, LONGEST, 1e-13)]);
  }
  likelihood.rough = false;
  const u = best?.u ?? new Float64Array(map.free);
  map.apply(u);
  return {
    factors: map.snapshot(),
    u,
    objective: best?.value ?? Number.NaN,
    converged,
    iterations,
    evaluations,
    abandoned,
  };
}

const byValue = (list: readonly Candidate[]) => [...list].sort((a, b) => a.value - b.value);

/**
 * Multiply-adds of a regression on all gaps for which a search may go on in extended precision. With 80 gaps in 800 values it took 20 to 50 s
 * along ridges that lead to the unit circle, and gained at most 0.2 units of log-likelihood in five of six such fits, 1.1 in one.
 */
const DIGITS_ARE_CHEAP = 2e5;

/** A conditional optimum is close to its exact one: a log-likelihood lower by more than this is not caught up. */
const HOPELESS = 50;
/** The same where the start of the series is forgotten and conditional and exact likelihood hardly differ. */
const CLOSE = 12;
const promising = (sorted: readonly Candidate[], nobs: number, margin: number) =>
  sorted.filter(({ value }) => value < sorted[0].value + (2 * margin) / nobs);

/** The first `count` points of a sorted list that are not near one another. */
function distinct<T extends { u: Float64Array }>(list: readonly T[], count: number): T[] {
  const taken: T[] = [];
  for (const item of list) {
    if (taken.length >= count) break;
    if (!taken.some((other) => near(other.u, item.u))) taken.push(item);
  }
  return taken;
}

/** The same point for a search: partial autocorrelations, which the coordinates map to, differ by less than 0.02. */
function near(a: Float64Array, b: Float64Array): boolean {
  for (let i = 0; i < a.length; i++) {
    if (Math.abs(a[i] / Math.hypot(1, a[i]) - b[i] / Math.hypot(1, b[i])) > 0.02) return false;
  }
  return true;
}
