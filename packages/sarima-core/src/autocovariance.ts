import type { LagPolynomial } from "./polynomial.js";
import { psiWeights } from "./polynomial.js";

/**
 * Autocovariances γ(0 … maxLag) of the autoregression u_t = Σ φⱼ u_{t−j} + ε_t with Var ε = 1, by Levinson step-down and
 * step-up in O(p²) (Tunnicliffe Wilson 1979). Returns null when it is not stationary.
 */
export function arAutocovariances(phi: LagPolynomial, maxLag: number): Float64Array | null {
  const p = phi.degree;
  const gamma = new Float64Array(Math.max(maxLag, p) + 1);
  const a = new Float64Array(p);
  for (let i = 0; i < phi.lags.length; i++) a[phi.lags[i] - 1] = phi.coefs[i];
  // Step down: a becomes the partial autocorrelations, the one-step variance grows from 1 to γ(0).
  let variance = 1;
  for (let k = p - 1; k >= 0; k--) {
    const kappa = a[k];
    const shrink = (1 - kappa) * (1 + kappa);
    if (!(shrink > 0)) return null;
    variance /= shrink;
    if (kappa === 0) continue;
    const scale = 1 / shrink;
    for (let i = 0, j = k - 1; i <= j; i++, j--) {
      const x = a[i];
      const y = a[j];
      a[i] = (x + kappa * y) * scale;
      if (i !== j) a[j] = (y + kappa * x) * scale;
    }
  }
  // Step up: γ(k) from the predictor of order k − 1.
  gamma[0] = variance;
  const predictor = new Float64Array(p);
  for (let k = 0; k < p; k++) {
    const kappa = a[k];
    let sum = kappa * variance;
    for (let j = 0; j < k; j++) sum += predictor[j] * gamma[k - j];
    gamma[k + 1] = sum;
    if (kappa !== 0) {
      for (let i = 0, j = k - 1; i <= j; i++, j--) {
        const x = predictor[i];
        const y = predictor[j];
        predictor[i] = x - kappa * y;
        if (i !== j) predictor[j] = y - kappa * x;
      }
    }
    predictor[k] = kappa;
    variance *= (1 - kappa) * (1 + kappa);
  }
  for (let k = p + 1; k <= maxLag; k++) {
    let sum = 0;
    for (let i = 0; i < phi.lags.length; i++) sum += phi.coefs[i] * gamma[k - phi.lags[i]];
    gamma[k] = sum;
  }
  return gamma;
}

/**
 * Autocovariances γ(0 … maxLag) of φ(B)w = θ(B)ε with Var ε = 1: those of the autoregression, with the
 * autocorrelation polynomial of θ applied. Returns null when the autoregression is not stationary.
 */
export function armaAutocovariances(phi: LagPolynomial, theta: LagPolynomial, maxLag: number): Float64Array | null {
  const q = theta.degree;
  const u = arAutocovariances(phi, maxLag + q);
  if (!u) return null;
  if (q === 0) return u.subarray(0, maxLag + 1);
  // g(k) = Σᵢ θᵢ γᵤ(k + i) for k = −q … maxLag, then γ(k) = Σⱼ θⱼ g(k − j).
  const g = new Float64Array(maxLag + q + 1);
  for (let k = -q; k <= maxLag; k++) {
    let sum = u[Math.abs(k)];
    for (let i = 0; i < theta.lags.length; i++) sum += theta.coefs[i] * u[Math.abs(k + theta.lags[i])];
    g[k + q] = sum;
  }
  const gamma = new Float64Array(maxLag + 1);
  for (let k = 0; k <= maxLag; k++) {
    let sum = g[k + q];
    for (let j = 0; j < theta.lags.length; j++) sum += theta.coefs[j] * g[k + q - theta.lags[j]];
    gamma[k] = sum;
  }
  return gamma;
}

/**
 * First column of the stationary state covariance P₁Z' in Harvey's state form:
 * cᵢ = Σ_{j≥i} φ_{j+1} γ(j − i + 1) + Σ_{j≥i} θⱼ ψ_{j−i}, θ₀ = 1. The filter needs nothing else of P₁.
 */
export function stateCovarianceColumn(phi: LagPolynomial, theta: LagPolynomial, r: number): Float64Array | null {
  const gamma = armaAutocovariances(phi, theta, phi.degree);
  if (!gamma) return null;
  const c = new Float64Array(r);
  c[0] = gamma[0];
  for (let i = 0; i < phi.lags.length; i++) {
    const lag = phi.lags[i];
    const coef = phi.coefs[i];
    for (let k = 1; k < lag; k++) c[k] += coef * gamma[lag - k];
  }
  if (theta.degree > 0) {
    const psi = psiWeights(phi, theta, theta.degree);
    for (let i = 0; i < theta.lags.length; i++) {
      const lag = theta.lags[i];
      const coef = theta.coefs[i];
      for (let k = 1; k <= lag; k++) c[k] += coef * psi[lag - k];
    }
  }
  return c;
}
