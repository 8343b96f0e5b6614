/** The few numbers of a forecast that people ask for first. */
import type { Step } from "./timeline.js";

export interface Outlook {
  /** The step nearest to an hour from now, and to four hours; null when the forecast does not reach there. */
  readonly inOneHour: Step | null;
  readonly inFourHours: Step | null;
  /** The highest median still to come; the earliest of equals. */
  readonly peak: Step | null;
}

const HOUR = 3_600_000;

/** Horizons count from now, not from the issue time: a forecast that is 20 minutes old has used 20 minutes up. */
export function outlook(steps: readonly Step[], now: number): Outlook {
  // A forecast is renewed every few minutes, so the last step is a little short of four hours almost always.
  const tolerance = 15 * 60_000;
  let peak: Step | null = null;
  for (const step of steps) {
    if (step.at > now && (peak === null || step.median > peak.median)) peak = step;
  }
  return {
    inOneHour: nearest(steps, now + HOUR, tolerance),
    inFourHours: nearest(steps, now + 4 * HOUR, tolerance),
    peak,
  };
}

function nearest(steps: readonly Step[], at: number, tolerance: number): Step | null {
  let best: Step | null = null;
  for (const step of steps) {
    if (best === null || Math.abs(step.at - at) < Math.abs(best.at - at)) best = step;
  }
  return best !== null && Math.abs(best.at - at) <= tolerance ? best : null;
}
