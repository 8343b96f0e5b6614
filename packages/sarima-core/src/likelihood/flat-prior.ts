/**
 * Unknowns under a flat prior, integrated out row by row (de Jong 1991, the augmented part of his diffuse filter). Each
 * whitened observation is a row [x | z]: x multiplies the k unknowns, z holds the data and the regressors. Givens
 * rotations move it into a triangle; what is left of z is the recursive residual (Brown, Durbin & Evans 1975) and keeps
 * the density. Rotations, not normal equations: squaring would cost half the digits.
 */
export interface FlatPrior {
  readonly k: number;
  readonly width: number;
  /** k × k upper triangle; a row whose diagonal is 0 has not been informed yet. */
  readonly triangle: Float64Array;
  /** k × width right-hand sides. */
  readonly rhs: Float64Array;
  /** Largest |x| seen: what counts as zero is relative to it. */
  scale: number;
}

/** Relative size below which a rotated element is rounding, not information. */
const NEGLIGIBLE = 1e-11;

export function createFlatPrior(k: number, width: number): FlatPrior {
  return { k, width, triangle: new Float64Array(k * k), rhs: new Float64Array(k * width), scale: 0 };
}

/**
 * Rotates one row in; x and z are overwritten, z with the recursive residuals. Returns the share of the row's standard
 * deviation that is its own: the residual of z has variance F / share². 0 means that the row was used up informing the
 * unknowns (a diffuse step) and carries no density.
 */
export function absorb(prior: FlatPrior, x: Float64Array, z: Float64Array): number {
  const { k, width, triangle, rhs } = prior;
  for (let i = 0; i < k; i++) prior.scale = Math.max(prior.scale, Math.abs(x[i]));
  const zero = NEGLIGIBLE * prior.scale;
  let share = 1;
  for (let i = 0; i < k; i++) {
    const xi = x[i];
    if (Math.abs(xi) <= zero) continue;
    const row = i * k;
    const pivot = triangle[row + i];
    if (pivot === 0) {
      for (let j = i; j < k; j++) triangle[row + j] = x[j];
      for (let c = 0; c < width; c++) rhs[i * width + c] = z[c];
      return 0;
    }
    // The sign of the pivot, so that the residual keeps its own.
    const h = Math.sign(pivot) * Math.hypot(pivot, xi);
    const cos = pivot / h;
    const sin = xi / h;
    for (let j = i; j < k; j++) {
      const a = triangle[row + j];
      const b = x[j];
      triangle[row + j] = cos * a + sin * b;
      x[j] = cos * b - sin * a;
    }
    for (let c = 0; c < width; c++) {
      const a = rhs[i * width + c];
      const b = z[c];
      rhs[i * width + c] = cos * a + sin * b;
      z[c] = cos * b - sin * a;
    }
    share *= cos;
  }
  return share;
}

/**
 * log |X'X| over the combinations that the data determine (all of them in the ordinary case). With an undetermined
 * direction it is log |R R'| of the informed rows: the flat measure on their orthogonal complement is left out.
 */
export function logDeterminant(prior: FlatPrior): number {
  const { k, triangle } = prior;
  const informed = [...Array(k).keys()].filter((i) => triangle[i * (k + 1)] !== 0);
  let sum = 0;
  if (informed.length === k) {
    for (let i = 0; i < k; i++) sum += 2 * Math.log(Math.abs(triangle[i * (k + 1)]));
    return sum;
  }
  // Gram–Schmidt on the informed rows.
  const basis: Float64Array[] = [];
  for (const i of informed) {
    const row = triangle.slice(i * k, (i + 1) * k);
    for (let pass = 0; pass < 2; pass++) {
      for (const b of basis) {
        let dot = 0;
        for (let j = 0; j < k; j++) dot += b[j] * row[j];
        for (let j = 0; j < k; j++) row[j] -= dot * b[j];
      }
    }
    const norm = Math.hypot(...row);
    sum += 2 * Math.log(norm);
    basis.push(row.map((value) => value / norm));
  }
  return sum;
}

/**
 * Back substitution: the estimates of the unknowns for right-hand side `column`. Where a direction is undetermined this is
 * one of many solutions (its free unknowns are 0); combinations that are determined come out right all the same.
 */
export function solve(prior: FlatPrior, column: number, out: Float64Array): void {
  const { k, width, triangle, rhs } = prior;
  for (let i = k - 1; i >= 0; i--) {
    const pivot = triangle[i * (k + 1)];
    let sum = rhs[i * width + column];
    for (let j = i + 1; j < k; j++) {
      const a = triangle[i * k + j];
      if (a !== 0) sum -= a * out[j];
    }
    out[i] = pivot === 0 ? 0 : sum / pivot;
  }
}

/**
 * The whitened form h = R'⁻¹ b of a combination b of the unknowns: b₁'(X'X)⁻¹b₂ = h₁·h₂. Returns false, with h
 * unfinished, when the rows so far do not determine b.
 */
export function whitenCombination(prior: FlatPrior, b: Float64Array, h: Float64Array): boolean {
  const { k, triangle } = prior;
  const zero = NEGLIGIBLE * Math.max(1, prior.scale);
  h.set(b);
  for (let i = 0; i < k; i++) {
    const pivot = triangle[i * (k + 1)];
    if (pivot === 0) {
      if (Math.abs(h[i]) > zero) return false;
      h[i] = 0;
      continue;
    }
    const value = h[i] / pivot;
    h[i] = value;
    if (value === 0) continue;
    for (let j = i + 1; j < k; j++) h[j] -= triangle[i * k + j] * value;
  }
  return true;
}

/**
 * Seasonal differencing compares a place in the season with itself: one with fewer than D observations leaves values before
 * the series undetermined, and its observations say nothing.
 */
export function undeterminedPlaces(y: Float64Array, D: number, s: number): number {
  if (D === 0) return 0;
  let count = 0;
  for (let place = 0; place < s; place++) {
    let observed = 0;
    for (let t = place; t < y.length; t += s) if (!Number.isNaN(y[t])) observed++;
    count += Math.max(0, D - observed);
  }
  return count;
}
