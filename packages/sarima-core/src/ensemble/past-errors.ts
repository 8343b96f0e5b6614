/** Errors that forecasts from many moments of the past made at each of the next steps, as places among all errors of that step. */
export interface PastErrors {
  /** Moments. */
  readonly count: number;
  /** How many errors of the step are smaller, and how many are not larger: [step · count + moment]. */
  readonly smaller: Int32Array;
  readonly notLarger: Int32Array;
}

/** More moments would take more time and change nothing. */
const MOST_MOMENTS = 300;
/** Fewer tell less than a normal distribution knows: at 5 minutes and four hours ahead they come out of 21 hours. */
const LEAST_MOMENTS = 200;

/**
 * Forecasts of an autoregression from moments spread evenly over its past, without their medians: an error h steps ahead is Σ ψ_j ε_(h−j),
 * with the errors ε it made one step ahead just then.
 *
 * @param residuals what it missed one step ahead, in time order
 * @param responses its ψ-weights, one for each step
 * @returns null where the past is too short
 */
export function pastErrors(residuals: Float64Array, responses: Float64Array): PastErrors | null {
  const horizon = responses.length;
  const places = residuals.length - horizon + 1;
  if (places < LEAST_MOMENTS) return null;
  const count = Math.min(MOST_MOMENTS, places);
  const begin = Int32Array.from({ length: count }, (_, i) => Math.floor((i * (places - 1)) / (count - 1)));
  const smaller = new Int32Array(horizon * count);
  const notLarger = new Int32Array(horizon * count);
  const errors = new Float64Array(count);
  for (let h = 0; h < horizon; h++) {
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (let j = 0, at = begin[i] + h; j <= h; j++) sum += responses[j] * residuals[at - j];
      errors[i] = sum;
    }
    const sorted = errors.slice().sort();
    for (let i = 0; i < count; i++) {
      const at = h * count + i;
      smaller[at] = firstFrom(sorted, errors[i]);
      notLarger[at] = smaller[at] + 1;
      while (notLarger[at] < count && sorted[notLarger[at]] === errors[i]) notLarger[at]++;
    }
  }
  return { count, smaller, notLarger };
}

/** Where the first value that is not smaller stands. */
function firstFrom(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
