import { diff } from "../difference.js";
import type { Range, Transform, TransformSpec } from "../model.js";
import { withinRange } from "../range.js";
import { type CheckedSpec, validateSpec } from "../spec.js";
import { guerrero, inverseTransform, transformSeries } from "../transform.js";
import { autoregression } from "./autoregression.js";
import { type Cycles, centred, findCycles } from "./cycles.js";
import { interpolated } from "./gaps.js";
import { regressed } from "./regression.js";
import { judgedHorizon, type Origins, placeOrigins, rollingScore } from "./rolling-score.js";

/** A scale and a number of differences, with what their forecasts were worth. */
export interface ScaleTrial {
  readonly transform: Transform | null;
  readonly d: number;
  readonly D: number;
  readonly score: number;
  readonly cycles: Cycles;
}

export interface ScaleQuestion {
  readonly y: Float64Array;
  /** Regression columns; what they explain is taken out first, by least squares. */
  readonly columns: readonly Float64Array[];
  /** Season of the seasonal factor, 1 for none. */
  readonly period: number;
  /** Cycles that may be described by Fourier terms. */
  readonly cycles: readonly number[];
  readonly range: Range;
  /** What is to be compared; one of each is no question. */
  readonly transforms: readonly (Transform | null)[];
  readonly differences: readonly number[];
  readonly D: number;
  readonly horizon: number;
  /** Called every few milliseconds; it may throw to stop. */
  readonly look?: () => void;
}

/**
 * Tries every scale with every number of differences on forecasts replayed from rolling origins, each with a long autoregression
 * in the place of the model that is to be searched: it costs a few milliseconds and ranks them as the searched models
 * do. A unit-root test looks at the past only; on the log scale a wrong difference makes forecasts
 * explode, on the raw scale spikes ruin them, and only the score sees both.
 *
 * @returns best first
 */
export function compareScales(question: ScaleQuestion): ScaleTrial[] {
  const { y, period, range, transforms, differences, D, look = () => {} } = question;
  const maxOrder = period > 1 ? 2 * period + 2 : 20;
  const origins = placeOrigins(y.length, judgedHorizon(y.length, question.horizon));
  const trials: ScaleTrial[] = [];
  for (const transform of transforms) {
    const z = interpolated(transformSeries(y, transform));
    const rest = question.columns.length > 0 ? regressed(z, question.columns) : z;
    const cycles = findCycles(rest, question.cycles, Math.min(maxOrder, 100), look);
    const pattern = explained(z, rest, cycles.pattern);
    const back = (x: number) => withinRange(inverseTransform(x, transform), range);
    for (const d of differences) {
      look();
      const score = trialScore(y, z, pattern, d, D, period, Math.min(maxOrder, 100), origins, back);
      trials.push({ transform, d, D, score, cycles });
    }
  }
  return trials.sort((a, b) => a.score - b.score);
}

/** What regression and cycles add to the part that is left to the model. */
function explained(z: Float64Array, rest: Float64Array, pattern: Float64Array | null): Float64Array | null {
  if (rest === z) return pattern;
  return z.map((value, t) => value - rest[t] + (pattern ? pattern[t] : 0));
}

function trialScore(
  y: Float64Array,
  z: Float64Array,
  pattern: Float64Array | null,
  d: number,
  D: number,
  period: number,
  maxOrder: number,
  origins: Origins,
  back: (x: number) => number,
): number {
  let w = pattern ? z.map((value, t) => value - pattern[t]) : z;
  if (w.length <= d + D * period + 3) return Number.POSITIVE_INFINITY;
  for (let k = 0; k < D; k++) w = diff(w, period);
  w = diff(w, 1, d);
  const spec: CheckedSpec = validateSpec({ order: [0, d, 0], seasonal: [0, D, 0, period], mean: d + D === 0 });
  const { ar, sigma2 } = autoregression(spec.mean ? centred(w) : w, maxOrder);
  if (!(sigma2 > 0)) return Number.NEGATIVE_INFINITY;
  const factors = { ar: [...ar], ma: [], seasonalAr: [], seasonalMa: [], period };
  const { value } = rollingScore(y, z, pattern, { spec, factors, sigma2 }, origins, back);
  return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
}

/**
 * The scales that `transform: "auto"` compares: as it is; log, with half the smallest positive value as offset where there are zeros;
 * Box–Cox with Guerrero's λ where that is neither of the two; scaled logit where both ends of the range are finite.
 */
export function candidateTransforms(y: Float64Array, range: Range, period: number): (Transform | null)[] {
  let smallest = Number.POSITIVE_INFINITY;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of y) {
    if (Number.isNaN(value)) continue;
    if (value > 0 && value < smallest) smallest = value;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const out: (Transform | null)[] = [null];
  if (least >= 0 && smallest < Number.POSITIVE_INFINITY) {
    out.push(Object.freeze({ kind: "log", offset: least > 0 ? 0 : smallest / 2 }));
    const lambda = guerrero(y, period, { lower: 0, upper: 1 });
    if (lambda > 0.1 && lambda < 0.9) out.push(Object.freeze({ kind: "box-cox", lambda }));
  }
  const { lower, upper } = range;
  if (Number.isFinite(lower) && Number.isFinite(upper) && least < most) {
    // Values on a bound have no image: the bounds move out by half the distance to the nearest value inside.
    const width = upper - lower;
    const inside = Array.from(y).filter((value) => value > lower && value < upper);
    const margin = (distances: number[]) => 0.5 * Math.min(0.01 * width, ...distances);
    const below = least <= lower ? margin(inside.map((value) => value - lower)) : 0;
    const above = most >= upper ? margin(inside.map((value) => upper - value)) : 0;
    if (inside.length > 0) out.push(Object.freeze({ kind: "logit", lower: lower - below, upper: upper + above }));
  }
  return out;
}

/** How a transformation reads in a sentence. */
export function describeTransform(transform: Transform | TransformSpec | null): string {
  if (transform === null) return "as it is";
  if (transform.kind === "log") return transform.offset ? `log(y + ${transform.offset})` : "log";
  if (transform.kind === "logit") return `logit between ${transform.lower} and ${transform.upper}`;
  return `Box–Cox with λ = ${typeof transform.lambda === "number" ? transform.lambda.toFixed(2) : transform.lambda}`;
}
