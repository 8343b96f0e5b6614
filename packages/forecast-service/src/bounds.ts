import type { Samples } from "@loadcast/metrics-io";
import type { Bounds } from "./settings.js";

/** Where everything a metric can be lies; and by what share of it a measurement may miss that through rounding or a jittering clock. */
const MEASURED = 0.01;
/** What arithmetic with numbers of 16 digits may add. */
const ROUNDING = 1e-9;

/**
 * What a value counts as: itself; the bound that it passes by so little that rounding or a jittering clock explains it (a rate may say
 * 100.2 %, which is a full load); NaN, a gap, where it is clearly impossible.
 *
 * @param exact only the rounding of numbers is allowed for, for values that someone chose together with their bounds
 */
export function possibleValue(bounds: Bounds | null, exact = false): (value: number) => number {
  const { lower = -Infinity, upper = Infinity } = bounds ?? {};
  const share = exact ? ROUNDING : MEASURED;
  const slack = (bound: number) => share * (upper - lower < Infinity ? upper - lower : Math.abs(bound));
  const [least, most] = [lower - slack(lower), upper + slack(upper)];
  return (value) => {
    if (value < lower) return value < least ? Number.NaN : lower;
    if (value > upper) return value > most ? Number.NaN : upper;
    return value;
  };
}

/** Samples that can be, moved to a bound where they pass it by a little; and those that cannot, as they came. */
export function withinBounds(samples: Samples, bounds: Bounds | null): { samples: Samples; outside: Samples } {
  const { times, values } = samples;
  const none = { times: new Float64Array(0), values: new Float64Array(0) };
  const counted = possibleValue(bounds);
  if (bounds === null || values.every((value) => counted(value) === value)) return { samples, outside: none };
  const places = Array.from(times, (_, i) => i);
  const pick = (chosen: readonly number[], value: (i: number) => number): Samples => ({
    times: Float64Array.from(chosen, (i) => times[i]),
    values: Float64Array.from(chosen, value),
  });
  const isOutside = (i: number) => Number.isNaN(counted(values[i]));
  return {
    samples: pick(
      places.filter((i) => !isOutside(i)),
      (i) => counted(values[i]),
    ),
    outside: pick(places.filter(isOutside), (i) => values[i]),
  };
}

export function sameBounds(a: Bounds | null, b: Bounds | null): boolean {
  return a?.lower === b?.lower && a?.upper === b?.upper;
}

/** Values that bounds call impossible. */
export interface Outside {
  readonly count: number;
  readonly last: { readonly time: number; readonly value: number };
  readonly bounds: Bounds;
}

/** What they are, that they count as gaps, and what to do where they are right after all; in plain words. */
export function describeOutside(
  { count, last, bounds }: Outside,
  when: string,
  remedy = "give the series other bounds in the configuration",
): string {
  const time = `${new Date(last.time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const value = Number(last.value.toPrecision(6));
  const those =
    count === 1
      ? `One value ${when} lies ${beyond(bounds)} and counts as a gap: ${value} at ${time}.`
      : `${count} values ${when} lie ${beyond(bounds)} and count as gaps, the last one ${value} at ${time}.`;
  return `${those} If such values are possible, ${remedy}.`;
}

/** `outside 0 to 100`, `below 0`, `above 1` */
export function beyond({ lower, upper }: Bounds): string {
  if (lower === undefined) return `above ${upper}`;
  return upper === undefined ? `below ${lower}` : `outside ${lower} to ${upper}`;
}
