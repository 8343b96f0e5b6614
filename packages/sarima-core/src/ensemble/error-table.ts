import { sortedQuantile } from "../baselines/empirical.js";
import { inverseTransform } from "../transform.js";
import { betweenAnchors, COUNT, PROBABILITIES } from "./grid.js";
import type { History, ScaleName } from "./history.js";

/** Fewer errors than this say nothing about quantiles. */
const ENOUGH = 10;

/** Quantiles of what a model missed, on its own scale: rows for the anchor steps, columns for the probabilities. */
export type ErrorTable = readonly (readonly number[])[];

/** What the errors were collected from, and by what model. */
export interface ErrorSource {
  /** Values of the sample, and coefficients that were estimated from them. */
  readonly length: number;
  readonly coefficients: number;
  /** With a unit root the median error is noise and is taken out; without one it is bias and stays. */
  readonly unitRoot: boolean;
}

/**
 * Quantiles of the forecast errors at each anchor step. Errors inside the sample are smaller than those to come, by the
 * coefficients that were fitted to them and by the steps that overlapping forecasts share: their distances from the median grow
 * by 1 + (coefficients + step) / length. An anchor with too few errors takes the row before, wider by the square root of
 * the distance where there is a unit root.
 *
 * @param errors are sorted in place
 */
export function errorTable(
  errors: readonly Float64Array[],
  anchors: readonly number[],
  { length, coefficients, unitRoot }: ErrorSource,
): number[][] {
  const table: number[][] = [];
  for (let a = 0; a < anchors.length; a++) {
    const list = errors[a];
    if (list.length < ENOUGH) {
      const growth = unitRoot && a > 0 ? Math.sqrt((anchors[a] + 1) / (anchors[a - 1] + 1)) : 1;
      table.push(a > 0 ? table[a - 1].map((e) => e * growth) : new Array<number>(COUNT).fill(0));
      continue;
    }
    const sorted = list.sort();
    const median = sortedQuantile(sorted, 0.5);
    const bias = unitRoot ? 0 : median;
    const inflation = 1 + (coefficients + anchors[a]) / length;
    table.push(PROBABILITIES.map((p) => bias + (sortedQuantile(sorted, p) - median) * inflation));
  }
  return table;
}

/**
 * Quantiles on the original scale from a path of means and the errors around it, as COUNT blocks of steps.length values.
 * Beyond the last anchor the errors stay, or grow with the square root of the step where the model has a unit root.
 */
export function spreadAround(
  path: Float64Array,
  steps: readonly number[],
  table: ErrorTable,
  anchors: readonly number[],
  grows: boolean,
  scale: ScaleName,
  history: History,
): Float64Array {
  const m = steps.length;
  const out = new Float64Array(COUNT * m);
  const last = anchors[anchors.length - 1];
  for (let s = 0; s < m; s++) {
    const step = steps[s];
    const { i, j, u } = betweenAnchors(anchors, step);
    const growth = grows && step > last ? Math.sqrt((step + 1) / (last + 1)) : 1;
    const low = table[i];
    const high = table[j];
    for (let k = 0; k < COUNT; k++) {
      const value = path[step] + ((1 - u) * low[k] + u * high[k]) * growth;
      out[k * m + s] = toOriginal(value, scale, history);
    }
  }
  return out;
}

export function toOriginal(value: number, scale: ScaleName, history: History): number {
  return scale === "raw" ? value * history.unit : inverseTransform(value, history.transform);
}
