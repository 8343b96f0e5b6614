/** Squares of numbers in this range neither overflow nor lose digits to underflow: no scaling is needed. */
const SAFE = 1e60;

/** What to divide by so that squares are safe: 1 in the usual case, else a power of two, which costs no digit. */
export function safeScale(largest: number): number {
  if (largest === 0 || (largest < SAFE && largest > 1 / SAFE)) return 1;
  return 2 ** Math.min(1000, Math.ceil(Math.log2(largest)));
}

/** Largest finite magnitude. */
export function largestOf(x: Float64Array): number {
  let largest = 0;
  for (let t = 0; t < x.length; t++) {
    const size = Math.abs(x[t]);
    if (size > largest && size < Number.POSITIVE_INFINITY) largest = size;
  }
  return largest;
}

/** x / scale; x itself where the scale is 1. */
export function scaledBy(x: Float64Array, scale: number): Float64Array {
  if (scale === 1) return x;
  const out = new Float64Array(x.length);
  // The inverse of a denormal scale has no number.
  const factor = 1 / Math.max(scale, 2 ** -1000);
  const rest = scale < 2 ** -1000 ? 2 ** -1000 / scale : 1;
  for (let t = 0; t < x.length; t++) out[t] = x[t] * factor * rest;
  return out;
}

/** A spread this much smaller than the level costs more digits than the last results can spare. */
const HIGH = 2 ** 10;

/**
 * The level to subtract from data that vary little far from zero, so that filters and least squares keep the digits of what varies;
 * 0 in the usual case. It is one of the values, so that the subtraction is exact.
 */
export function highLevel(y: Float64Array): number {
  let t = 0;
  while (t < y.length && Number.isNaN(y[t])) t++;
  const first = y[t];
  const near = Math.abs(first) / HIGH;
  // Ordinary data are told by their first few values.
  for (; t < y.length; t++) if (Math.abs(y[t] - first) > near) return 0;
  return near > 0 ? first : 0;
}

/** y − level; y itself where the level is 0. */
export function lessLevel(y: Float64Array, level: number): Float64Array {
  return level === 0 ? y : y.map((value) => value - level);
}
