import { quote, SarimaError } from "./errors.js";
import type { SarimaModel } from "./model.js";
import { finiteNumber } from "./series.js";
import { type SimulateOptions, simulate } from "./simulate.js";

/** What `thresholdProbability` and `timeToThreshold` must and may be told. */
export interface ThresholdOptions extends SimulateOptions {
  /** On the original scale. */
  readonly threshold: number;
  /** "above" (default): the value is greater than the threshold; "below": less. */
  readonly direction?: "above" | "below" | undefined;
}

/** How likely a threshold is passed, step by step. */
export interface ThresholdProbability {
  /** Chance that the value is beyond the threshold at each step. */
  readonly atStep: Float64Array;
  /** Chance that it has been beyond it by then, at any step so far: what an alert wants to know. */
  readonly byStep: Float64Array;
  /** `byStep` of the last step. */
  readonly probability: number;
  /** Standard error of `probability` from the number of paths. */
  readonly standardError: number;
}

/**
 * "P(CPU > 90 % within 4 hours)": the share of simulated paths that pass a threshold.
 *
 * @throws SarimaError as `simulate`, and `INVALID_ARGUMENT` for threshold or direction.
 */
export function thresholdProbability(
  model: SarimaModel,
  horizon: number,
  options: ThresholdOptions,
): ThresholdProbability {
  crossing(options);
  return thresholdProbabilityOf(simulate(model, horizon, options), options);
}

/** The same from paths that are there already. */
export function thresholdProbabilityOf(
  paths: readonly Float64Array[],
  options: Pick<ThresholdOptions, "threshold" | "direction">,
): ThresholdProbability {
  const beyond = crossing(options);
  const horizon = paths[0].length;
  const atStep = new Float64Array(horizon);
  const byStep = new Float64Array(horizon);
  for (const path of paths) {
    let passed = false;
    for (let h = 0; h < horizon; h++) {
      if (beyond(path[h])) {
        atStep[h]++;
        passed = true;
      }
      if (passed) byStep[h]++;
    }
  }
  for (let h = 0; h < horizon; h++) {
    atStep[h] /= paths.length;
    byStep[h] /= paths.length;
  }
  const probability = byStep[horizon - 1];
  return { atStep, byStep, probability, standardError: Math.sqrt((probability * (1 - probability)) / paths.length) };
}

/** When a threshold is passed. */
export interface TimeToThreshold {
  /** Steps until the threshold is passed, 1 for the next value: the median over all paths; null: not within the horizon. */
  readonly median: number | null;
  /** Central interval of the steps. `upper` null: beyond the horizon at this level. */
  readonly interval: { readonly level: number; readonly lower: number | null; readonly upper: number | null };
  /** Chance that it is passed within the horizon. */
  readonly probability: number;
}

/**
 * "Full in 14 steps, 80 % interval 9 to 25": the first passage of simulated paths, not of a line through the mean. Paths that do
 * not pass within the horizon count as later than it.
 *
 * @param options.level coverage of the interval, default 0.8
 * @throws SarimaError as `thresholdProbability`
 */
export function timeToThreshold(
  model: SarimaModel,
  horizon: number,
  options: ThresholdOptions & { readonly level?: number | undefined },
): TimeToThreshold {
  crossing(options);
  return timeToThresholdOf(simulate(model, horizon, options), options);
}

/** The same from paths that are there already. */
export function timeToThresholdOf(
  paths: readonly Float64Array[],
  options: Pick<ThresholdOptions, "threshold" | "direction"> & { readonly level?: number | undefined },
): TimeToThreshold {
  const beyond = crossing(options);
  const level = finiteNumber(options.level ?? 0.8, "level", 0, 1);
  const times = paths
    .map((path) => {
      const at = path.findIndex(beyond);
      return at < 0 ? Infinity : at + 1;
    })
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  // The smallest time by which a share p of the paths has passed.
  const quantile = (p: number): number | null => {
    const time = times[Math.min(times.length - 1, Math.max(0, Math.ceil(p * times.length - 1e-9) - 1))];
    return time === Infinity ? null : time;
  };
  return {
    median: quantile(0.5),
    interval: { level, lower: quantile((1 - level) / 2), upper: quantile((1 + level) / 2) },
    probability: times.filter((time) => time < Infinity).length / times.length,
  };
}

function crossing(options: Pick<ThresholdOptions, "threshold" | "direction">): (value: number) => boolean {
  if (options === null || typeof options !== "object") {
    throw new SarimaError("INVALID_ARGUMENT", `options must be { threshold, … }; received ${quote(options)}`);
  }
  const threshold = finiteNumber(options.threshold, "threshold");
  const direction = options.direction ?? "above";
  if (direction !== "above" && direction !== "below") {
    throw new SarimaError("INVALID_ARGUMENT", `direction must be "above" or "below"; received ${quote(direction)}`);
  }
  return direction === "above" ? (value) => value > threshold : (value) => value < threshold;
}
