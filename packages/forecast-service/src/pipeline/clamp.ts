import type { Bounds } from "../settings.js";

/** Keeps a number to what is possible. */
export function clampTo(bounds: Bounds | null): (value: number) => number {
  const { lower = -Infinity, upper = Infinity } = bounds ?? {};
  return (value) => Math.min(upper, Math.max(lower, value));
}
