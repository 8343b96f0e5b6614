import { formatDuration } from "./duration.js";
import type { Ingested } from "./pipeline/ingest.js";
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

/** A series is ready with `MIN_OBSERVED` values on the grid, the last of them not longer ago than `MAX_SILENCE` steps. */
export function readiness(series: Pick<Ingested, "values" | "start" | "observed">, now: number): Readiness {
  const { values, start, observed } = series;
  let silence = 0;
  while (silence < values.length && Number.isNaN(values[values.length - 1 - silence])) silence++;
  const bucketEnd = (Math.floor(now / STEP_MILLIS) + 1) * STEP_MILLIS;
  const need = MIN_OBSERVED;

  if (observed > 0 && silence > MAX_SILENCE) {
    const last = new Date(start + (values.length - silence) * STEP_MILLIS);
    return {
      ready: false,
      reason: `No data since ${last.toISOString().slice(0, 16).replace("T", " ")} UTC; forecasts go on when there are new values.`,
      have: observed,
      need,
      completeAt: null,
    };
  }
  if (observed < need) {
    const completeAt = bucketEnd + (need - observed - 1) * STEP_MILLIS;
    return {
      ready: false,
      reason: `Has ${observed} of the ${need} five-minute values (${formatDuration(need * STEP_MILLIS)}) that a first forecast needs; expected in ${formatDuration(completeAt - now)}.`,
      have: observed,
      need,
      completeAt,
    };
  }
  return { ready: true };
}
