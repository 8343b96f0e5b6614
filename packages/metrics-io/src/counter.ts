import { tidySamples } from "./samples.js";
import type { Samples } from "./types.js";

export interface CounterOptions {
  /** Two readings further apart than this have a gap between them, not a rate. Default: no limit. */
  readonly maxGapSeconds?: number;
}

/**
 * Readings of a counter → its rate per second between each and the one before, stamped with the later time.
 *
 * A counter only falls when what counts was started anew: then it began at 0, and what it shows is what it gained (Prometheus' rule).
 * Readings may come in any order; gaps are passed over. n readings give at most n − 1 rates.
 */
export function counterRates(
  samples: { times: ArrayLike<number>; values: ArrayLike<number> },
  options: CounterOptions = {},
): Samples {
  const { times, values } = tidySamples("counter", samples.times, samples.values);
  const limit = (options.maxGapSeconds ?? Infinity) * 1000;
  const outTimes = new Float64Array(Math.max(0, times.length - 1));
  const rates = new Float64Array(outTimes.length);
  let n = 0;
  for (let i = 1; i < times.length; i++) {
    const elapsed = times[i] - times[i - 1];
    if (elapsed > limit) continue;
    const gained = values[i] >= values[i - 1] ? values[i] - values[i - 1] : values[i];
    outTimes[n] = times[i];
    rates[n] = (gained * 1000) / elapsed;
    n++;
  }
  return { times: outTimes.slice(0, n), values: rates.slice(0, n) };
}
