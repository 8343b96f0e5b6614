/**
 * The O(n³) answer, written to be obviously right rather than fast: the Gaussian density of a SARIMA from its covariance
 * matrix. Nothing here is shared with the library.
 */

export interface DenseModel {
  ar: number[];
  ma: number[];
  sar: number[];
  sma: number[];
  period: number;
  d: number;
  D: number;
}

export type Matrix = number[][];

/** Coefficients of a product of polynomials, constant first. */
function product(a: number[], b: number[]): number[] {
  const out = new Array<number>(a.length + b.length - 1).fill(0);
  a.forEach((x, i) => {
    b.forEach((y, j) => {
      out[i + j] += x * y;
    });
  });
  return out;
}

function spread(coefficients: number[], step: number, sign: number): number[] {
  const out = new Array<number>(coefficients.length * step + 1).fill(0);
  out[0] = 1;
  coefficients.forEach((c, i) => {
    out[(i + 1) * step] = sign * c;
  });
  return out;
}

export function arPolynomial(model: DenseModel): number[] {
  return product(spread(model.ar, 1, -1), spread(model.sar, Math.max(1, model.period), -1));
}

export function maPolynomial(model: DenseModel): number[] {
  return product(spread(model.ma, 1, 1), spread(model.sma, Math.max(1, model.period), 1));
}

export function differencePolynomial(model: DenseModel): number[] {
  let out = [1];
  for (let i = 0; i < model.d; i++) out = product(out, [1, -1]);
  for (let i = 0; i < model.D; i++) out = product(out, spread([1], model.period, -1));
  return out;
}

/** Gaussian elimination with partial pivoting: A x = b. */
export function solveLinear(A: Matrix, b: number[]): number[] {
  const n = b.length;
  const M = A.map((row, i) => [...row, b[i]]);
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(M[i][k]) > Math.abs(M[best][k])) best = i;
    [M[k], M[best]] = [M[best], M[k]];
    for (let i = k + 1; i < n; i++) {
      const f = M[i][k] / M[k][k];
      if (f !== 0) for (let j = k; j <= n; j++) M[i][j] -= f * M[k][j];
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let sum = M[i][n];
    for (let j = i + 1; j < n; j++) sum -= M[i][j] * x[j];
    x[i] = sum / M[i][i];
  }
  return x;
}

/** γ(0 … maxLag) for Var ε = 1: the Yule–Walker equations as a linear system, then their recursion. */
export function autocovariances(model: DenseModel, maxLag: number): number[] {
  const phi = arPolynomial(model)
    .slice(1)
    .map((c) => -c);
  const theta = maPolynomial(model);
  const p = phi.length;
  const q = theta.length - 1;
  const psi: number[] = [];
  for (let j = 0; j <= q; j++) {
    psi[j] = theta[j];
    for (let i = 1; i <= Math.min(j, p); i++) psi[j] += phi[i - 1] * psi[j - i];
  }
  // γ(k) − Σ φ_i γ(k − i) = Σ_{j ≥ k} θ_j ψ_{j−k}
  const right = (k: number) => {
    let sum = 0;
    for (let j = k; j <= q; j++) sum += theta[j] * psi[j - k];
    return sum;
  };
  const A: Matrix = [];
  const b: number[] = [];
  for (let k = 0; k <= p; k++) {
    A[k] = new Array<number>(p + 1).fill(0);
    A[k][k] += 1;
    for (let i = 1; i <= p; i++) A[k][Math.abs(k - i)] -= phi[i - 1];
    b[k] = right(k);
  }
  const gamma = solveLinear(A, b);
  for (let k = p + 1; k <= maxLag; k++) {
    gamma[k] = right(k);
    for (let i = 1; i <= p; i++) gamma[k] += phi[i - 1] * gamma[k - i];
  }
  return gamma.slice(0, maxLag + 1);
}

export function cholesky(A: Matrix): Matrix {
  const n = A.length;
  const L: Matrix = A.map(() => new Array<number>(n).fill(0));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = A[i][j];
      for (let k = 0; k < j; k++) sum -= L[i][k] * L[j][k];
      L[i][j] = i === j ? Math.sqrt(sum) : sum / L[j][j];
    }
  }
  return L;
}

/** L x = b. */
export function forwardSolve(L: Matrix, b: number[]): number[] {
  const x: number[] = [];
  for (let i = 0; i < b.length; i++) {
    let sum = b[i];
    for (let k = 0; k < i; k++) sum -= L[i][k] * x[k];
    x[i] = sum / L[i][i];
  }
  return x;
}

const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i], 0);

export interface DenseAnswer {
  nobs: number;
  /** log |Ω| + log |A'Ω⁻¹A| */
  logDeterminant: number;
  rss: number;
  sigma2: number;
  logLik: number;
  beta: number[];
  /** E[y_t | observed], and its variance for σ² = 1. */
  mean: number[];
  variance: number[];
}

/** Rows of A and covariances of B w, as `denseDensity` has them, for Var ε = 1. */
function linearForm(model: DenseModel, n: number): { A: Matrix; covariance: (i: number, j: number) => number } {
  const delta = differencePolynomial(model)
    .slice(1)
    .map((c) => -c);
  const m = delta.length;
  const gamma = autocovariances(model, n);
  // Rows of [A | B]: y_t as a combination of η_1 … η_m (oldest first) and w_0 … w_{n−1}.
  const rows: Matrix = [];
  for (let i = 0; i < m; i++) rows.push(Array.from({ length: m + n }, (_, j) => (i === j ? 1 : 0)));
  for (let t = 0; t < n; t++) {
    const row = new Array<number>(m + n).fill(0);
    for (let j = 1; j <= m; j++) {
      if (delta[j - 1] !== 0)
        rows[m + t - j].forEach((value, c) => {
          row[c] += delta[j - 1] * value;
        });
    }
    row[m + t] += 1;
    rows.push(row);
  }
  const A = rows.slice(m).map((row) => row.slice(0, m));
  const B = rows.slice(m).map((row) => row.slice(m));
  const BG = B.map((row) =>
    Array.from({ length: n }, (_, j) => row.reduce((s, b, i) => (b === 0 ? s : s + b * gamma[Math.abs(i - j)]), 0)),
  );
  const covariance = (i: number, j: number) => dot(BG[i], B[j]);
  return { A, covariance };
}

/** Covariance (for σ² = 1) of the values at `times` given what is observed of y. */
export function denseCovariance(model: DenseModel, y: ArrayLike<number>, times: number[]): Matrix {
  const { A, covariance } = linearForm(model, y.length);
  const seen = Array.from({ length: y.length }, (_, t) => t).filter((t) => !Number.isNaN(y[t]));
  const L = cholesky(seen.map((i) => seen.map((j) => covariance(i, j))));
  const m = A[0].length;
  const X = Array.from({ length: m }, (_, k) =>
    forwardSolve(
      L,
      seen.map((t) => A[t][k]),
    ),
  );
  const flat = X.map((a) => X.map((b) => dot(a, b)));
  const c = times.map((t) =>
    forwardSolve(
      L,
      seen.map((s) => covariance(t, s)),
    ),
  );
  const gap = times.map((t, i) => Array.from({ length: m }, (_, k) => A[t][k] - dot(c[i], X[k])));
  const spread = gap.map((g) => (m > 0 ? solveLinear(flat, g) : []));
  return times.map((t, i) => times.map((u, j) => covariance(t, u) - dot(c[i], c[j]) + dot(gap[i], spread[j])));
}

/**
 * y = A η + B w with η = the d + sD values before the window (flat prior) and w the stationary ARMA series of the window.
 * Rows of gaps are deleted, η is integrated out over Lebesgue measure. `columns` are regressors, estimated and not integrated.
 */
export function denseDensity(
  model: DenseModel,
  y: ArrayLike<number>,
  columns: ArrayLike<number>[] = [],
  sigma2?: number,
): DenseAnswer {
  const n = y.length;
  const delta = differencePolynomial(model)
    .slice(1)
    .map((c) => -c);
  const m = delta.length;
  const { A, covariance } = linearForm(model, n);

  const seen = Array.from({ length: n }, (_, t) => t).filter((t) => !Number.isNaN(y[t]));
  const V = seen.map((i) => seen.map((j) => covariance(i, j)));
  const L = cholesky(V);
  // Whitened design: flat columns first, regressors after them.
  const design = [
    ...Array.from({ length: m }, (_, k) => seen.map((t) => A[t][k])),
    ...columns.map((column) => seen.map((t) => column[t])),
  ];
  const X = design.map((column) => forwardSolve(L, column));
  const z = forwardSolve(
    L,
    seen.map((t) => y[t]),
  );
  const G = X.map((a) => X.map((b) => dot(a, b)));
  const coefficients =
    X.length > 0
      ? solveLinear(
          G,
          X.map((a) => dot(a, z)),
        )
      : [];
  const residual = z.map((value, i) => value - X.reduce((sum, column, k) => sum + column[i] * coefficients[k], 0));
  const rss = dot(residual, residual);
  const nobs = seen.length - m;
  const flat = G.slice(0, m).map((row) => row.slice(0, m));
  const logDeterminant =
    2 * L.reduce((sum, row, i) => sum + Math.log(row[i]), 0) +
    (m > 0 ? 2 * cholesky(flat).reduce((sum, row, i) => sum + Math.log(row[i]), 0) : 0);
  const s2 = sigma2 ?? rss / nobs;
  const logLik = -0.5 * (nobs * Math.log(2 * Math.PI * s2) + logDeterminant + rss / s2);

  // Prediction of every time from the observed ones; the flat part adds its own uncertainty, regressors are taken as known.
  const mean: number[] = [];
  const variance: number[] = [];
  const beta = coefficients.slice(m);
  for (let t = 0; t < n; t++) {
    if (!Number.isNaN(y[t])) {
      mean[t] = y[t];
      variance[t] = 0;
      continue;
    }
    const c = forwardSolve(
      L,
      seen.map((s) => covariance(t, s)),
    );
    mean[t] = dot(c, residual);
    design.forEach((_, k) => {
      mean[t] += (k < m ? A[t][k] : columns[k - m][t]) * coefficients[k];
    });
    variance[t] = covariance(t, t) - dot(c, c);
    if (m > 0) {
      const gap = Array.from({ length: m }, (_, k) => A[t][k] - dot(c, X[k]));
      variance[t] += dot(gap, solveLinear(flat, gap));
    }
  }
  return { nobs, logDeterminant, rss, sigma2: s2, logLik, beta, mean, variance };
}
