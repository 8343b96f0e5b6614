import { Random } from "../random.js";
import { burg } from "./autoregression.js";

/** As a share of the standard deviation: what gauges and rates of real machines miss at the very least. */
const LEAST_NOISE = 2e-3;
const MAX_ORDER = 60;
const SEED = 288;

/**
 * A series to learn from that carries at least a little noise. Where each value follows from those before it but for rounding, as on a sine
 * or a straight line, models that fit it exactly are chosen, and multiply whatever is a little different later: on a sine of ±30, values
 * rounded to one decimal moved the forecast by 21, one that was off by 5 by 79; with this noise by 0.1 and 5 (measured).
 * A series that has noise of its own, a constant one and one too short to tell come back as they are.
 *
 * @param y without gaps at its ends; NaN is a gap
 * @param filled the same on any scale of its own, gaps filled
 */
export function withLeastNoise(y: Float64Array, filled: Float64Array): Float64Array {
  const { relative } = burg(filled, Math.min(MAX_ORDER, filled.length >> 3), true);
  if (!(relative < LEAST_NOISE ** 2)) return y;
  let count = 0;
  let mean = 0;
  let low = Infinity;
  let high = -Infinity;
  for (const value of y) {
    if (Number.isNaN(value)) continue;
    mean += (value - mean) / ++count;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  let squares = 0;
  for (const value of y) if (!Number.isNaN(value)) squares += (value - mean) ** 2;
  const size = LEAST_NOISE * Math.sqrt(squares / count);
  const random = new Random(SEED);
  // Inside what was observed, and so inside the bounds.
  return y.map((value) => Math.min(high, Math.max(low, value + size * random.normal())));
}
