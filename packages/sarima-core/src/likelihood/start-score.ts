import { type LagPolynomial, psiWeights } from "../polynomial.js";

/**
 * The derivative of anything that depends on the first column c of the stationary state covariance (`stateCovarianceColumn`),
 * carried back to the coefficients of φ and θ: the same steps in the opposite order. `cBar` holds ∂f/∂cᵢ; ∂f/∂φ and ∂f/∂θ are
 * added to `phiBar` and `thetaBar`, coefficient by coefficient. Costs about three times as much as c itself.
 */
export function startScore(
  phi: LagPolynomial,
  theta: LagPolynomial,
  cBar: Float64Array,
  phiBar: Float64Array,
  thetaBar: Float64Array,
): void {
  const p = phi.degree;
  const q = theta.degree;
  const predictors = predictorsOf(phi);
  const u = autocovariances(phi, predictors, p + q);
  // g(k) = Σᵢ θᵢ γᵤ(k + i) at g[k + q], γ(k) = Σⱼ θⱼ g(k − j), as in `armaAutocovariances`.
  const g = new Float64Array(p + q + 1);
  for (let k = -q; k <= p; k++) {
    let sum = u[Math.abs(k)];
    for (let i = 0; i < theta.lags.length; i++) sum += theta.coefs[i] * u[Math.abs(k + theta.lags[i])];
    g[k + q] = sum;
  }
  const gamma = new Float64Array(p + 1);
  for (let k = 0; k <= p; k++) {
    let sum = g[k + q];
    for (let j = 0; j < theta.lags.length; j++) sum += theta.coefs[j] * g[k + q - theta.lags[j]];
    gamma[k] = sum;
  }

  // cᵢ = Σ_{j≥i} φ_{j+1} γ(j − i + 1) + Σ_{j≥i} θⱼ ψ_{j−i}
  if (q > 0) {
    const psi = psiWeights(phi, theta, q);
    const psiBar = new Float64Array(q);
    for (let i = 0; i < theta.lags.length; i++) {
      const lag = theta.lags[i];
      const coef = theta.coefs[i];
      for (let k = 1; k <= lag; k++) {
        thetaBar[i] += cBar[k] * psi[lag - k];
        psiBar[lag - k] += coef * cBar[k];
      }
    }
    for (let j = q - 1; j > 0; j--) {
      const bar = psiBar[j];
      for (let i = 0; i < phi.lags.length && phi.lags[i] <= j; i++) {
        phiBar[i] += bar * psi[j - phi.lags[i]];
        psiBar[j - phi.lags[i]] += phi.coefs[i] * bar;
      }
    }
    for (let i = 0; i < theta.lags.length; i++) if (theta.lags[i] < q) thetaBar[i] += psiBar[theta.lags[i]];
  }
  const gammaBar = new Float64Array(p + 1);
  gammaBar[0] = cBar[0];
  for (let i = 0; i < phi.lags.length; i++) {
    const lag = phi.lags[i];
    const coef = phi.coefs[i];
    for (let k = 1; k < lag; k++) {
      phiBar[i] += cBar[k] * gamma[lag - k];
      gammaBar[lag - k] += coef * cBar[k];
    }
  }

  const gBar = new Float64Array(p + q + 1);
  for (let k = 0; k <= p; k++) {
    const bar = gammaBar[k];
    gBar[k + q] += bar;
    for (let j = 0; j < theta.lags.length; j++) {
      thetaBar[j] += bar * g[k + q - theta.lags[j]];
      gBar[k + q - theta.lags[j]] += theta.coefs[j] * bar;
    }
  }
  const uBar = new Float64Array(p + q + 1);
  for (let k = -q; k <= p; k++) {
    const bar = gBar[k + q];
    uBar[Math.abs(k)] += bar;
    for (let i = 0; i < theta.lags.length; i++) {
      const at = Math.abs(k + theta.lags[i]);
      thetaBar[i] += bar * u[at];
      uBar[at] += theta.coefs[i] * bar;
    }
  }
  autocovariancesBack(phi, predictors, u, uBar, phiBar);
}

/** Coefficients of the best predictors of each order, and one-step variances. */
interface Predictors {
  /** Row k has the k coefficients of order k, and begins at k(k − 1)/2. */
  readonly rows: Float64Array;
  /** Variance of the error of order k; 1 at order p. */
  readonly variance: Float64Array;
}

const row = (order: number) => (order * (order - 1)) / 2;

/** Levinson's recursion downwards from order p. */
function predictorsOf(phi: LagPolynomial): Predictors {
  const p = phi.degree;
  const rows = new Float64Array(row(p + 1));
  const variance = new Float64Array(p + 1);
  for (let i = 0; i < phi.lags.length; i++) rows[row(p) + phi.lags[i] - 1] = phi.coefs[i];
  variance[p] = 1;
  for (let k = p - 1; k >= 0; k--) {
    const from = row(k + 1);
    const to = row(k);
    const kappa = rows[from + k];
    const scale = 1 / ((1 - kappa) * (1 + kappa));
    variance[k] = variance[k + 1] * scale;
    for (let i = 0; i < k; i++) rows[to + i] = (rows[from + i] + kappa * rows[from + k - 1 - i]) * scale;
  }
  return { rows, variance };
}

/** γ(0 … maxLag) of the autoregression: γ(k + 1) from the predictor of order k. */
function autocovariances(phi: LagPolynomial, { rows, variance }: Predictors, maxLag: number): Float64Array {
  const p = phi.degree;
  const gamma = new Float64Array(maxLag + 1);
  gamma[0] = variance[0];
  for (let k = 0; k < p; k++) {
    let sum = rows[row(k + 1) + k] * variance[k];
    for (let j = 0; j < k; j++) sum += rows[row(k) + j] * gamma[k - j];
    gamma[k + 1] = sum;
  }
  for (let k = p + 1; k <= maxLag; k++) {
    let sum = 0;
    for (let i = 0; i < phi.lags.length; i++) sum += phi.coefs[i] * gamma[k - phi.lags[i]];
    gamma[k] = sum;
  }
  return gamma;
}

/** `autocovariances` and `predictorsOf` backwards. `bar` is overwritten. */
function autocovariancesBack(
  phi: LagPolynomial,
  { rows, variance }: Predictors,
  gamma: Float64Array,
  bar: Float64Array,
  phiBar: Float64Array,
): void {
  const p = phi.degree;
  for (let k = gamma.length - 1; k > p; k--) {
    for (let i = 0; i < phi.lags.length; i++) {
      phiBar[i] += bar[k] * gamma[k - phi.lags[i]];
      bar[k - phi.lags[i]] += phi.coefs[i] * bar[k];
    }
  }
  for (let k = p - 1; k > 0; k--) {
    const b = bar[k + 1];
    const at = row(k);
    for (let j = 0; j < k; j++) bar[k - j] += b * rows[at + j];
  }
  // Upwards through the orders: what the predictor of order k is worth, from what it does for γ(k + 1) and for order k − 1.
  let above = new Float64Array(p);
  let below = new Float64Array(p);
  let varianceBar = bar[0];
  for (let k = 0; k < p; k++) {
    const from = row(k + 1);
    const at = row(k);
    const b = bar[k + 1];
    const kappa = rows[from + k];
    const scale = 1 / ((1 - kappa) * (1 + kappa));
    varianceBar += b * kappa;
    let kappaBar = b * variance[k] + 2 * varianceBar * variance[k] * kappa * scale;
    varianceBar *= scale;
    // `below` holds the worth of order k from below.
    for (let i = 0; i < k; i++) {
      const worth = below[i] + b * gamma[k - i];
      kappaBar += worth * (rows[from + k - 1 - i] + 2 * kappa * rows[at + i]) * scale;
      below[i] = worth * scale;
    }
    for (let i = 0; i < k; i++) above[i] = below[i] + kappa * below[k - 1 - i];
    above[k] = kappaBar;
    [above, below] = [below, above];
  }
  for (let i = 0; i < phi.lags.length; i++) phiBar[i] += below[phi.lags[i] - 1];
}
