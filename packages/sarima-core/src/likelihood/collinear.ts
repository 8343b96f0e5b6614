import { SarimaError } from "../errors.js";
import { LeastSquaresSolver } from "./gls.js";

/** Refuses regressors that cannot be told apart; `columns` may begin with a mean, which has no name. */
export function refuseCollinear(columns: readonly Float64Array[], names: readonly string[]): void {
  const copies = columns.map((x) => x.slice());
  const { R } = new LeastSquaresSolver(columns.length).solve(new Float64Array(columns[0].length), copies);
  refuseSmallPivots(columns, R, 0, names);
}

/** What is left of a column after those before it were taken out, the diagonal of R, must be more than rounding. */
export function refuseSmallPivots(
  columns: readonly Float64Array[],
  R: Float64Array,
  from: number,
  names: readonly string[],
): void {
  const total = from + columns.length;
  const mean = columns.length - names.length;
  for (let j = mean; j < columns.length; j++) {
    const at = from + j;
    if (Math.abs(R[at * total + at]) > 1e-10 * Math.sqrt(squares(columns[j]))) continue;
    throw new SarimaError(
      "SINGULAR",
      `${names[j - mean]} is constant or a combination of the other columns, after differencing and where y was observed; leave it out`,
    );
  }
}

const squares = (x: Float64Array) => x.reduce((sum, value) => sum + value * value, 0);
