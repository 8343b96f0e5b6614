import { expect } from "vitest";

/** Fails unless |actual − expected| ≤ tolerance · max(1, |expected|). NaN is close to NaN only. */
export function close(actual: number, expected: number, tolerance: number, what = "value"): void {
  if (Number.isNaN(expected) && Number.isNaN(actual)) return;
  if (actual === expected) return;
  const error = Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
  if (!(error <= tolerance)) expect.fail(`${what}: ${actual} against ${expected}, off by ${error}`);
}

export function allClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what = "value",
): void {
  expect(actual.length, what).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) close(actual[i], expected[i], tolerance, `${what}[${i}]`);
}
