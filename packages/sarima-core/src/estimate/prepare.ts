import { SarimaError } from "../errors.js";
import { integratedConstant } from "../likelihood/design.js";
import { highLevel, lessLevel } from "../likelihood/scaling.js";
import type { FitOptions, Harmonics, Transform } from "../model.js";
import { checkHarmonics, designColumns } from "../regressors.js";
import { checkList, checkObject, type Series, toCompleteSeries, toSeries } from "../series.js";
import { type CheckedSpec, type SarimaSpec, validateSpec } from "../spec.js";
import { resolveTransform, transformSeries } from "../transform.js";

/** A series and its specification, checked, transformed, with every regression column at hand. */
export interface Prepared {
  readonly spec: CheckedSpec;
  readonly y: Float64Array;
  readonly transform: Transform | null;
  /** The transformed series. */
  readonly z: Float64Array;
  readonly regressors: readonly Float64Array[];
  readonly harmonics: readonly Harmonics[];
  readonly steps: readonly number[];
  /** Regressors, harmonics and steps as columns of the length of y. */
  readonly design: readonly Float64Array[];
  /** What errors call those columns. */
  readonly designNames: readonly string[];
}

export function prepare(
  series: Series,
  spec: SarimaSpec,
  options: Pick<FitOptions, "regressors" | "harmonics" | "steps" | "transform">,
  copy = true,
): Prepared {
  const y = toSeries(series, "y", copy);
  const checked = validateSpec(spec);
  checkObject(options, "options");
  if (y.every(Number.isNaN)) {
    throw new SarimaError("TOO_SHORT", `y has no observed value among ${y.length}; give at least a few numbers`);
  }
  const regressors = checkRegressors(options.regressors, y.length);
  const harmonics = checkHarmonics(options.harmonics);
  const steps = Object.freeze([...checkList(options.steps, "steps")]);
  const design = designColumns(y.length, harmonics, steps, regressors);
  const waves = design.length - regressors.length - steps.length;
  const transform = resolveTransform(options.transform, y, Math.max(1, checked.seasonal[3]));
  return {
    spec: checked,
    y,
    transform,
    z: transform ? transformSeries(y, transform) : y,
    regressors,
    harmonics,
    steps,
    design,
    designNames: [
      ...regressors.map((_, j) => `regressors[${j}]`),
      ...Array.from({ length: waves }, (_, j) => `column ${j + 1} of harmonics`),
      ...steps.map((_, j) => `steps[${j}]`),
    ],
  };
}

export function checkRegressors(columns: readonly Series[] | undefined, length: number): readonly Float64Array[] {
  return checkList(columns, "regressors").map((column, j) => toCompleteSeries(column, `regressors[${j}]`, length));
}

/** z − mean·c − Σ βⱼxⱼ, where (1−B)ᵈ(1−Bˢ)ᴰ c = 1. Undefined coefficients are left in; z itself when all are. */
export function withoutRegression(
  z: Float64Array,
  spec: CheckedSpec,
  design: readonly Float64Array[],
  mean: number | undefined,
  beta: readonly (number | null | undefined)[],
  from = 0,
): Float64Array {
  if (!mean && !beta.some(Boolean)) return z;
  const out = z.slice();
  if (mean && spec.order[1] + spec.seasonal[1] === 0) {
    for (let t = 0; t < out.length; t++) out[t] -= mean;
  } else if (mean) {
    const constant = constantColumn(out.length, spec, from);
    for (let t = 0; t < out.length; t++) out[t] -= mean * constant[t];
  }
  design.forEach((x, j) => {
    const b = beta[j];
    if (b) for (let t = 0; t < out.length; t++) out[t] -= b * x[t];
  });
  return out;
}

/**
 * The series without what is known of its regression. Differencing and a free mean take any level away; a high one is better gone
 * before they do, and before anything is subtracted: a drift of 0.001 cannot be taken from 1e9 without rounding.
 */
export function withoutKnown(
  { z, spec, design }: Prepared,
  mean: number | undefined,
  beta: readonly (number | null)[],
): { y: Float64Array; level: number } {
  const free = (spec.mean && mean === undefined) || spec.order[1] + spec.seasonal[1] > 0;
  const before = free ? highLevel(z) : 0;
  const clean = withoutRegression(lessLevel(z, before), spec, design, mean, beta);
  const after = free ? highLevel(clean) : 0;
  return { y: lessLevel(clean, after), level: before + after };
}

/** The column that differencing turns into ones, at times from, from + 1, … */
export function constantColumn(length: number, spec: CheckedSpec, from = 0): Float64Array {
  const [, d] = spec.order;
  const [, D, , s] = spec.seasonal;
  return integratedConstant(from + length, d, D, s).subarray(from);
}
