/** A cycle as sines and cosines of its first harmonics; time 0 is the first observed value of the series. */
export interface Profile {
  readonly period: number;
  readonly cos: readonly number[];
  readonly sin: readonly number[];
}

/** Values it is fitted to: two weeks at 5 minutes. */
const PROFILE_WINDOW = 4032;
const HARMONICS = 4;

/** The values start … end − 1 without the cycle. */
export function withoutProfile(z: Float64Array, start: number, end: number, profile: Profile | null): Float64Array {
  const out = z.slice(start, end);
  if (profile) for (let t = start; t < end; t++) out[t - start] -= profileAt(profile, t);
  return out;
}

/** Harmonics by projection, shrunk by cycles / (cycles + 1): two cycles are no proof of a third. */
export function fitProfile(z: Float64Array, period: number): Profile | null {
  const start = Math.max(0, z.length - PROFILE_WINDOW);
  const n = z.length - start;
  if (n < 2 * period) return null;
  let mean = 0;
  for (let t = start; t < z.length; t++) mean += z[t];
  mean /= n;
  const shrink = n / period / (n / period + 1);
  const cos: number[] = [];
  const sin: number[] = [];
  for (let k = 1; k <= Math.min(HARMONICS, Math.floor((period - 1) / 2)); k++) {
    const omega = (2 * Math.PI * k) / period;
    let a = 0;
    let b = 0;
    for (let t = start; t < z.length; t++) {
      a += (z[t] - mean) * Math.cos(omega * t);
      b += (z[t] - mean) * Math.sin(omega * t);
    }
    cos.push((2 * shrink * a) / n);
    sin.push((2 * shrink * b) / n);
  }
  return { period, cos, sin };
}

export function profileAt({ period, cos, sin }: Profile, t: number): number {
  let sum = 0;
  for (let k = 0; k < cos.length; k++) {
    const angle = (2 * Math.PI * (k + 1) * t) / period;
    sum += cos[k] * Math.cos(angle) + sin[k] * Math.sin(angle);
  }
  return sum;
}
