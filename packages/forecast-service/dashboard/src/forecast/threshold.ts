/** When a limit is reached, in words. */
import type { ThresholdOutlook } from "../../../src/http/contract.js";
import { formatClock, formatDuration, formatValue, type Unit } from "../format.js";

export interface ThresholdWords {
  /** `in 2 h 10 min`; a chance where that is not expected */
  readonly when: string;
  /** `14:20 (13:50–15:10), 81 % chance`; the times are the middle and an 80 % interval. Else what `when` leaves open. */
  readonly how: string;
  /** `13:50–15:10, 81 % chance`: the same where there is little room. */
  readonly brief: string;
  /** It is more likely than not. */
  readonly likely: boolean;
}

/** Chances below this are noise of the paths they were counted from. */
const NEGLIGIBLE = 0.01;

export function thresholdWords(outlook: ThresholdOutlook, now: number, timeZone?: string): ThresholdWords {
  const { probability, time, earliest, latest } = outlook;
  const chance = `${formatChance(probability)} chance`;
  if (time === null) {
    if (probability < NEGLIGIBLE) return words("not in 4 h", "chance below 1\u202f%");
    return words(chance, "in the next 4 hours");
  }
  const at = Date.parse(time);
  // In the five minutes that have begun: whether it has happened, the value says.
  if (at <= now) return { ...words("about now", chance), likely: true };
  const clock = (iso: string | null, open: string) => (iso === null ? open : formatClock(Date.parse(iso), timeZone));
  const sure = probability > 0.99 ? "almost\u00a0sure" : chance;
  // Where all paths cross together, the time says it all.
  const together = earliest === time && latest === time;
  const between = `${clock(earliest, "now")}\u2060–\u2060${clock(latest, "later")}`;
  return {
    when: `in ${formatDuration(at - now)}`,
    how: `${formatClock(at, timeZone)}${together ? "" : ` (${between})`}, ${sure}`,
    brief: `${together ? formatClock(at, timeZone) : between}, ${sure}`,
    likely: probability >= 0.5,
  };
}

const words = (when: string, how: string): ThresholdWords => ({ when, how, brief: how, likely: false });

/** `81 %`; never 0 or 100 %, which nobody can know. */
export function formatChance(probability: number): string {
  if (probability > 0.99) return "over 99\u202f%";
  if (probability < 0.01) return "below 1\u202f%";
  return `${Math.round(probability * 100)}\u202f%`;
}

/** `reach 90 %` without needless decimals. */
export function formatThreshold(threshold: number, unit: Unit): string {
  return unit === "percent" && Number.isInteger(threshold) ? `${threshold}\u202f%` : formatValue(threshold, unit);
}
