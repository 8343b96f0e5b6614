/** An ordinary least-squares fit. Coefficients of columns that the others explain are NaN, as lm's NA. */
export interface Regression {
  readonly coefficients: Float64Array;
  readonly standardErrors: Float64Array;
  readonly residuals: Float64Array;
  readonly rss: number;
  readonly rank: number;
}

/**
 * Least squares by Gram–Schmidt, every column orthogonalised twice ("twice is enough", Giraud & Langou 2002): as accurate as
 * Householder's reflections, where normal equations would lose half the digits. A column that keeps less than 1e-7
 * of its length beside the earlier ones is left out, the rule of R's lm. O(n·k²).
 */
export function leastSquares(columns: readonly Float64Array[], response: Float64Array): Regression {
  const n = response.length;
  const basis: Float64Array[] = [];
  const triangle: Float64Array[] = []; // triangle[j][i]: share of basis i in kept column j
  const kept: number[] = [];
  for (const [index, column] of columns.entries()) {
    const rest = column.slice();
    const share = project(rest, basis);
    const length = norm(rest);
    if (!(length > 1e-7 * norm(column))) continue;
    for (let t = 0; t < n; t++) rest[t] /= length;
    share.push(length);
    basis.push(rest);
    triangle.push(Float64Array.from(share));
    kept.push(index);
  }
  const residuals = response.slice();
  const image = project(residuals, basis);
  const rank = basis.length;
  const rss = norm(residuals) ** 2;
  const variance = rss / (n - rank);

  const coefficients = new Float64Array(columns.length).fill(Number.NaN);
  const standardErrors = new Float64Array(columns.length).fill(Number.NaN);
  for (let i = rank - 1; i >= 0; i--) {
    let sum = image[i];
    for (let j = i + 1; j < rank; j++) sum -= triangle[j][i] * coefficients[kept[j]];
    coefficients[kept[i]] = sum / triangle[i][i];
  }
  // Row i of the inverse triangle, by columns to the right: its length is the error of coefficient i in units of σ.
  for (let i = 0; i < rank; i++) {
    const row = new Float64Array(rank);
    row[i] = 1 / triangle[i][i];
    let squares = row[i] ** 2;
    for (let j = i + 1; j < rank; j++) {
      let sum = 0;
      for (let k = i; k < j; k++) sum -= row[k] * triangle[j][k];
      row[j] = sum / triangle[j][j];
      squares += row[j] ** 2;
    }
    standardErrors[kept[i]] = Math.sqrt(variance * squares);
  }
  return { coefficients, standardErrors, residuals, rss, rank };
}

/** Takes the basis out of `x`, in two passes, and returns how much of each there was. */
function project(x: Float64Array, basis: readonly Float64Array[]): number[] {
  const share = new Array<number>(basis.length).fill(0);
  for (let pass = 0; pass < 2; pass++) {
    for (let i = 0; i < basis.length; i++) {
      const q = basis[i];
      let dot = 0;
      for (let t = 0; t < x.length; t++) dot += q[t] * x[t];
      for (let t = 0; t < x.length; t++) x[t] -= dot * q[t];
      share[i] += dot;
    }
  }
  return share;
}

function norm(x: Float64Array): number {
  let squares = 0;
  for (let t = 0; t < x.length; t++) squares += x[t] * x[t];
  return Math.sqrt(squares);
}

/** Residuals of a regression over the observed values; gaps stay gaps. */
export function regressed(z: Float64Array, design: readonly Float64Array[]): Float64Array {
  const rows = Array.from(z.keys()).filter((t) => !Number.isNaN(z[t]));
  const pick = (x: Float64Array) => Float64Array.from(rows, (t) => x[t]);
  const constant = new Float64Array(z.length).fill(1);
  const { coefficients } = leastSquares([constant, ...design].map(pick), pick(z));
  const out = z.slice();
  design.forEach((column, j) => {
    const b = coefficients[j + 1] || 0;
    for (let t = 0; t < out.length; t++) out[t] -= b * column[t];
  });
  return out;
}
