/**
 * How many independent values the series is worth for its mean: n / (1 + 2 Σ ρ_k), the sum over the autocorrelations up to the
 * first pair that is not positive (Geyer 1992, initial positive sequence). n for noise, a handful for a random walk; n for a
 * constant. At least 1.
 */
export function effectiveSize(z: Float64Array): number {
  const n = z.length;
  let mean = 0;
  for (let t = 0; t < n; t++) mean += z[t] / n;
  const centred = z.map((value) => value - mean);
  const product = (lag: number) => {
    let sum = 0;
    for (let t = lag; t < n; t++) sum += centred[t] * centred[t - lag];
    return sum;
  };
  const energy = product(0);
  if (!(energy > 1e-24 * n * mean * mean)) return n; // constant but for rounding
  let time = 1;
  for (let lag = 1; lag + 1 < n / 2; lag += 2) {
    const pair = product(lag) + product(lag + 1);
    if (pair <= 0) break;
    time += (2 * pair) / energy;
  }
  return Math.max(1, n / time);
}
