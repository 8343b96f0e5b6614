import type { Prediction } from "./predictions.js";

/**
 * Watches one-step errors for a change that the model does not follow: a cumulative sum of standardised errors in both directions (Page
 * 1954), and the share of values inside the 80 % interval.
 */
export interface DriftWatch {
  /** Takes in one value; a reason in words when it raises the alarm. */
  observe(prediction: Prediction, y: number): string | null;
  /** Half of the way to an alarm or more is worth a look: 0 to 1. */
  level(): number;
  /** Forgets what it saw: after a retrain. */
  reset(): void;
}

/**
 * Errors up to half a standard deviation are allowed for, so that a shift of one is found after 24 values (the median of 200 simulated),
 * one of two after 9, one of three after 5. The limit lets a month of 8,640 well-behaved errors pass: 6 false alarms in 300 simulated months.
 */
const ALLOWANCE = 0.5;
const LIMIT = 12;
/** One outlier, however far, is not a shift. */
const CLIP = 4;
/** Half a day of values, judged from a quarter of it on. */
const RECENT = 144;
const LEAST_RECENT = 48;
const LEVEL = 0.8;
/** Standard errors by which the coverage may fall short. */
const TOLERANCE = 4.5;
/** Half-width of the 80 % interval of a standard normal distribution. */
const Z80 = 1.2815515655446004;

export function driftWatch(): DriftWatch {
  let up = 0;
  let down = 0;
  let inside: boolean[] = [];
  const reset = () => {
    up = 0;
    down = 0;
    inside = [];
  };
  return {
    observe({ median, bands }, y) {
      const band = bands.find(({ level }) => level === LEVEL);
      const deviation = band ? (band.upper - band.lower) / (2 * Z80) : 0;
      // A constant series has no scale to measure by.
      if (!band || !(deviation > 0)) return null;
      const z = Math.min(CLIP, Math.max(-CLIP, (y - median) / deviation));
      up = Math.max(0, up + z - ALLOWANCE);
      down = Math.max(0, down - z - ALLOWANCE);
      inside.push(y >= band.lower && y <= band.upper);
      if (inside.length > RECENT) inside.shift();

      if (up > LIMIT || down > LIMIT) {
        const direction = up > LIMIT ? "above" : "below";
        reset();
        return `Values keep coming out ${direction} what is forecast one step ahead.`;
      }
      const covered = inside.filter(Boolean).length / inside.length;
      const floor = LEVEL - TOLERANCE * Math.sqrt((LEVEL * (1 - LEVEL)) / inside.length);
      if (inside.length >= LEAST_RECENT && covered < floor) {
        const count = inside.length;
        reset();
        return `Of the last ${count} values only ${Math.round(covered * 100)} % lay inside the 80 % interval.`;
      }
      return null;
    },
    level: () => Math.min(1, Math.max(up, down) / LIMIT),
    reset,
  };
}
