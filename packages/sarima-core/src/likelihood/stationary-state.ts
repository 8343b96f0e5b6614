/**
 * Covariance of the stationary ARMA state in Harvey's form, for σ² = 1: the P₁ of Durbin & Koopman (2012, section 5.6.2),
 * from its first column.
 *
 * A stationary P is its own successor, P = T P T' + R R'. For a companion T, a shift plus its first column φ, this gives
 * every element from its lower right neighbour, so no linear system is solved:
 *
 *     P_ij = P_{i+1,j+1} + φ_i c_{j+1} + φ_j c_{i+1} + φ_i φ_j c₀ + R_i R_j,   c_i = P_i0
 *
 * @param phi first column of T, r long
 * @param R (1, θ₁, …), r long
 * @param c P₁Z', r long
 * @param P r × r, row by row; only its lower triangle is written
 */
export function stationaryCovariance(phi: Float64Array, R: Float64Array, c: Float64Array, P: Float64Array): void {
  const r = phi.length;
  for (let i = 0; i < r; i++) P[i * r] = c[i];
  for (let i = r - 1; i >= 1; i--) {
    const last = i + 1 === r;
    const ci = last ? 0 : c[i + 1];
    for (let j = i; j >= 1; j--) {
      const next = last ? 0 : P[(i + 1) * r + j + 1];
      const cj = j + 1 === r ? 0 : c[j + 1];
      P[i * r + j] = next + phi[i] * (cj + phi[j] * c[0]) + phi[j] * ci + R[i] * R[j];
    }
  }
}
