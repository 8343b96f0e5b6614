import { describeError } from "./errors.js";
import type { SystemResponse } from "./http/contract.js";

/** The steps of the pipeline, in order. */
export const STEPS = ["ingest", "preprocess", "train", "gate", "register", "infer", "write", "monitor"] as const;
export type StepName = (typeof STEPS)[number];

/** How long each step takes, and how often it fails. */
export interface StepTimes {
  time<T>(step: StepName, work: () => Promise<T>): Promise<T>;
  list(): SystemResponse["steps"];
}

/** Durations that the median is taken of. */
const KEPT = 200;

export function stepTimes(now: () => number = () => performance.now()): StepTimes {
  const entries = new Map(
    STEPS.map((name) => [name, { count: 0, failures: 0, lastError: null as string | null, seconds: [] as number[] }]),
  );
  return {
    async time(step, work) {
      const entry = entries.get(step) as NonNullable<ReturnType<typeof entries.get>>;
      const began = now();
      entry.count++;
      try {
        const result = await work();
        entry.seconds.push((now() - began) / 1000);
        if (entry.seconds.length > KEPT) entry.seconds.shift();
        return result;
      } catch (error) {
        entry.failures++;
        entry.lastError = describeError(error);
        throw error;
      }
    },
    list: () =>
      [...entries].map(([name, { count, failures, lastError, seconds }]) => ({
        name,
        count,
        medianSeconds: seconds.length > 0 ? [...seconds].sort((a, b) => a - b)[seconds.length >> 1] : null,
        failures,
        lastError,
      })),
  };
}
