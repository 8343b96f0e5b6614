/** Decimals that show a difference of this size with one digit. */
export function decimalsFor(difference: number): number {
  if (!(Math.abs(difference) > 0) || !Number.isFinite(difference)) return 0;
  // 0.1 + 0.2 must not ask for 17 digits: a hundredth of an order of magnitude is rounding.
  return Math.min(12, Math.max(0, Math.ceil(-Math.log10(Math.abs(difference)) - 0.01)));
}

/** Decimals for a column of forecasts: three digits of a typical interval's width, at most seven digits in all. */
export function forecastDecimals(values: readonly number[], widths: readonly number[]): number {
  const sorted = widths.filter((width) => width > 0 && Number.isFinite(width)).sort((a, b) => a - b);
  const width = sorted[Math.floor(sorted.length / 2)];
  const largest = Math.max(1e-300, ...values.map(Math.abs).filter(Number.isFinite));
  const wanted = width === undefined ? 4 - Math.floor(Math.log10(largest)) : 2 - Math.floor(Math.log10(width));
  const room = 6 - Math.max(0, Math.floor(Math.log10(largest)));
  return Math.min(12, Math.max(0, Math.min(wanted, largest < 1 ? 12 : room)));
}
