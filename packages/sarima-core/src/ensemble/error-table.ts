import { sortedQuantile } from "../baselines/empirical.js";
import { inverseTransform } from "../transform.js";
import { betweenAnchors, COUNT, PROBABILITIES } from "./grid.js";
import type { History, ScaleName } from "./history.js";

/** Fewer errors than this say nothing about quantiles. */
const ENOUGH = 10;

/** Quantiles of what a model missed, on its own scale: rows for the anchor steps, columns for the probabilities. */
export type ErrorTable = readonly (readonly number[])[];

/**
 * Quantiles of the forecast errors at each anchor step. An anchor with too few errors takes the row before, wider by the
 * square root of the distance where the model has a unit root.
 *
 * @param centred takes the median error out of every row: for a model with a unit root it is noise, not bias
 * @param inflation makes up for errors inside the sample being smaller than those to come
 */
export function errorTable(
  errors: readonly number[][],
  anchors: readonly number[],
  inflation: number,
  centred: boolean,
): number[][] {
  const table: number[][] = [];
  for (let a = 0; a < anchors.length; a++) {
    const list = errors[a];
    if (list.length < ENOUGH) {
      const growth = centred && a > 0 ? Math.sqrt((anchors[a] + 1) / (anchors[a - 1] + 1)) : 1;
      table.push(a > 0 ? table[a - 1].map((e) => e * growth) : new Array<number>(COUNT).fill(0));
      continue;
    }
    const sorted = Float64Array.from(list).sort();
    const centre = centred ? sortedQuantile(sorted, 0.5) : 0;
    table.push(PROBABILITIES.map((p) => (sortedQuantile(sorted, p) - centre) * inflation));
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
    for (let k = 0; k < COUNT; k++) {
      const value = path[step] + ((1 - u) * table[i][k] + u * table[j][k]) * growth;
      out[k * m + s] = toOriginal(value, scale, history);
    }
  }
  return out;
}

export function toOriginal(value: number, scale: ScaleName, history: History): number {
  return scale === "raw" ? value * history.unit : inverseTransform(value, history.transform);
}
