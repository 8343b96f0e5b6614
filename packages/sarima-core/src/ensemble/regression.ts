import { SarimaError } from "../errors.js";
import { sarima } from "../fit.js";
import { type Series, toCompleteSeries } from "../series.js";

/** Effects of regressors on the original scale, as deviations from their means. */
export interface Regression {
  readonly beta: readonly number[];
  readonly means: readonly number[];
  /** Their sum at each time of the series. */
  readonly effects: Float64Array;
}

/** Effects by generalised least squares with first-order autoregressive errors: exact likelihood, gaps integrated out. */
export function regress(y: Float64Array, regressors: readonly Series[]): Regression {
  const columns = regressors.map((column, j) => toCompleteSeries(column, `regressors[${j}]`, y.length));
  const { params } = sarima(y, { order: [1, 0, 0] }, { regressors: columns });
  const means = columns.map((column) => column.reduce((sum, value) => sum + value, 0) / column.length);
  const coefficients = { beta: Object.freeze([...params.beta]), means: Object.freeze(means) };
  return Object.freeze({ ...coefficients, effects: effectsOf(coefficients, columns, y.length) });
}

/** Σ βⱼ (xⱼ − mean of xⱼ) at each time. */
export function effectsOf(
  { beta, means }: Pick<Regression, "beta" | "means">,
  regressors: readonly Series[] | undefined,
  length: number,
): Float64Array {
  if ((regressors?.length ?? 0) !== beta.length) {
    throw new SarimaError(
      "INVALID_ARGUMENT",
      `regressors must hold ${length} values of each of the ensemble's ${beta.length} regressors; received ${regressors?.length ?? 0} columns`,
    );
  }
  const sum = new Float64Array(length);
  beta.forEach((b, j) => {
    const column = toCompleteSeries((regressors as readonly Series[])[j], `regressors[${j}]`, length);
    for (let t = 0; t < length; t++) sum[t] += b * (column[t] - means[j]);
  });
  return sum;
}
