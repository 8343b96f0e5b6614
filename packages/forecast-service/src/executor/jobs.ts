import { backtest } from "../pipeline/backtest.js";
import { diagnose } from "../pipeline/diagnose.js";
import { gate } from "../pipeline/gate.js";
import { infer, inferMany } from "../pipeline/infer.js";
import { train } from "../pipeline/train.js";

/**
 * What an executor can do: pure functions of plain data (typed arrays included), so that inputs and results can cross to a thread or a
 * queue, and a job that is done twice gives the same. The pipeline's own steps, under their names.
 */
export const JOBS = { train, gate, infer, inferMany, backtest, diagnose } as const;

export type JobName = keyof typeof JOBS;
export type JobInput<K extends JobName> = Parameters<(typeof JOBS)[K]>[0];
export type JobOutput<K extends JobName> = ReturnType<(typeof JOBS)[K]>;

/** Errors lose their class and code on the way out of a thread, so a result carries them as data. */
export type JobResult<K extends JobName> =
  | { readonly ok: true; readonly value: JobOutput<K> }
  | { readonly ok: false; readonly code: string; readonly message: string };

export function runJob<K extends JobName>(job: K, input: JobInput<K>): JobResult<K> {
  try {
    return { ok: true, value: (JOBS[job] as (input: JobInput<K>) => JobOutput<K>)(input) };
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown };
    return { ok: false, code: typeof code === "string" ? code : "INTERNAL", message: String(message ?? error) };
  }
}
