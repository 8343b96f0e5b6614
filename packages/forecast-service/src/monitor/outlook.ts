import type { StoredForecast } from "@loadcast/metrics-io";
import type { Outlook, ThresholdOutlook } from "../http/contract.js";
import type { Crossing, Inferred } from "../pipeline/infer.js";
import { STEP_MILLIS } from "../settings.js";

/** The next four hours in a few numbers. */
export function outlookOf(
  inferred: Pick<StoredForecast, "median" | "intervals"> & Pick<Inferred, "crossing">,
  times: readonly number[],
): Outlook {
  const { median, intervals, crossing } = inferred;
  const { lower, upper } = intervals.reduce((inner, interval) => (interval.level < inner.level ? interval : inner));
  let peak = 0;
  median.forEach((value, i) => {
    if (value > median[peak]) peak = i;
  });
  return {
    mean: meanOf(median),
    meanLower: meanOf(lower),
    meanUpper: meanOf(upper),
    peak: { time: iso(times[peak]), median: median[peak], lower: lower[peak], upper: upper[peak] },
    threshold: crossing && thresholdOutlook(crossing, times),
  };
}

function thresholdOutlook(
  { threshold, probability, median, earliest, latest }: Crossing,
  times: readonly number[],
): ThresholdOutlook {
  // A step is reached when its five minutes begin.
  const at = (step: number | null) => (step === null ? null : iso(times[0] + (step - 1) * STEP_MILLIS));
  return { threshold, probability, time: at(median), earliest: at(earliest), latest: at(latest) };
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const iso = (time: number) => new Date(time).toISOString();
