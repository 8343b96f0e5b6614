import { formatDuration } from "./duration.js";
import { MAX_SILENCE, MIN_OBSERVED, STEP_MILLIS } from "./settings.js";

/** Whether a series can be forecast, and if not, why, and from when on. */
export type Readiness =
  | { readonly ready: true }
  | {
      readonly ready: false;
      readonly reason: string;
      readonly have: number;
      readonly need: number;
      /** When the bucket is complete that is still needed, if data go on coming; null when they do not. */
      readonly completeAt: number | null;
    };

/** How much is known of a series. */
export interface Known {
  /** Values on the grid. */
  readonly observed: number;
  /** The end of the last bucket with a value; null where there is none. */
  readonly lastEnd: number | null;
  /** The latest value that is dated in the future; null or nothing: none is. */
  readonly ahead?: number | null;
}

/**
 * A series is ready with `MIN_OBSERVED` values on the grid, the last of them not longer ago than `MAX_SILENCE` steps.
 *
 * @param coming whether what comes will count as values: not where all of it lies outside the bounds
 */
export function readiness({ observed, lastEnd, ahead = null }: Known, now: number, coming = true): Readiness {
  const complete = Math.floor(now / STEP_MILLIS) * STEP_MILLIS;
  const need = MIN_OBSERVED;
  if (lastEnd !== null && complete - lastEnd > MAX_SILENCE * STEP_MILLIS) {
    return {
      ready: false,
      reason: `No data since ${minuteOf(lastEnd)}; forecasts go on when there are new values.`,
      have: observed,
      need,
      completeAt: null,
    };
  }
  if (observed === 0 && ahead !== null && ahead > now) {
    return {
      ready: false,
      reason: `All its values are dated in the future, the last one ${minuteOf(ahead)}: correct the clock or the time zone of what writes them.`,
      have: observed,
      need,
      completeAt: null,
    };
  }
  if (observed < need) {
    const completeAt = coming ? complete + (need - observed) * STEP_MILLIS : null;
    const expected = completeAt === null ? "" : `; expected in ${formatDuration(completeAt - now)}`;
    return {
      ready: false,
      reason: `Has ${observed} of the ${need} five-minute values (${formatDuration(need * STEP_MILLIS)}) that a first forecast needs${expected}.`,
      have: observed,
      need,
      completeAt,
    };
  }
  return { ready: true };
}

const minuteOf = (time: number) => `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** What a grid of values says of that. */
export function knownOf(values: Float64Array, start: number): Known {
  let observed = 0;
  let last = -1;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    observed++;
    last = i;
  }
  return { observed, lastEnd: last < 0 ? null : start + (last + 1) * STEP_MILLIS };
}
