/**
 * Real numbers as multiples of 2⁻²⁵⁶: sums, products and quotients keep 77 digits behind the point, whatever is subtracted from what.
 * Hundreds of times slower than doubles; for the first steps of models whose roots lie together near the unit circle.
 */
const BITS = 256n;
const UNIT = 2 ** 256;

export const ONE = 1n << BITS;

/** Exact, but for what lies below 2⁻²⁵⁶. */
export function toFixed(x: number): bigint {
  const size = Math.abs(x);
  if (!(size > 2 ** -300)) return 0n;
  const exponent = 53 - Math.floor(Math.log2(size));
  const shift = BITS - BigInt(exponent);
  const mantissa = BigInt(x * 2 ** exponent);
  return shift >= 0n ? mantissa << shift : mantissa >> -shift;
}

export function toNumber(a: bigint): number {
  return Number(a) / UNIT;
}

export function times(a: bigint, b: bigint): bigint {
  return (a * b) >> BITS;
}

export function over(a: bigint, b: bigint): bigint {
  return (a << BITS) / b;
}
