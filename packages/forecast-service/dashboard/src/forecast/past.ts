/** Forecasts made before, as points to lay over what came. */
import type { PastForecastsResponse } from "../../../src/http/contract.js";
import type { Unit } from "../format.js";
import { forecastSteps, type Step } from "./timeline.js";

type Past = PastForecastsResponse["forecasts"][number];

/** From each forecast the step that lay nearest to `aheadSeconds` after its issue; in the order of time. */
export function stepsAhead(forecasts: readonly Past[], aheadSeconds: number, unit: Unit): Step[] {
  const points = new Map<number, Step>();
  for (const forecast of forecasts) {
    const steps = forecastSteps({ ...forecast, stepSeconds: STEP }, unit);
    const wanted = Date.parse(forecast.issuedAt) + aheadSeconds * 1000;
    let best: Step | null = null;
    for (const step of steps) {
      if (best === null || Math.abs(step.at - wanted) < Math.abs(best.at - wanted)) best = step;
    }
    // A forecast that does not reach so far has nothing to say here.
    if (best && Math.abs(best.at - wanted) <= Math.max(STEP * 1000, aheadSeconds * 100)) points.set(best.at, best);
  }
  return [...points.values()].sort((a, b) => a.at - b.at);
}

/** The steps of the forecast issued nearest to a time, and when that was. */
export function stepsIssuedAt(
  forecasts: readonly Past[],
  time: number,
  unit: Unit,
): { readonly issuedAt: number; readonly steps: Step[] } | null {
  let best: Past | null = null;
  for (const forecast of forecasts) {
    const distance = Math.abs(Date.parse(forecast.issuedAt) - time);
    if (best === null || distance < Math.abs(Date.parse(best.issuedAt) - time)) best = forecast;
  }
  if (!best) return null;
  return { issuedAt: Date.parse(best.issuedAt), steps: forecastSteps({ ...best, stepSeconds: STEP }, unit) };
}

/** Stored steps carry their times; the grid is only needed where they do not. */
const STEP = 300;
