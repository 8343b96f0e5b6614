import { JobError, type RunOptions } from "./executor.js";
import type { JobName } from "./jobs.js";

/** The caller's signal and its timeout as one signal, and which of them fired. */
export interface Stop {
  readonly signal: AbortSignal;
  /** Why the job was stopped; null while it was not. */
  error(): JobError | null;
  /** Lets go of the caller's signal and of the timer. */
  done(): void;
}

/** @throws RangeError for a timeout that is not above 0 */
export function watchStop(job: JobName, { signal, timeout = Infinity }: RunOptions): Stop {
  if (!(timeout > 0)) throw new RangeError(`timeout must be a number of milliseconds above 0, got ${timeout}`);
  // AbortSignal.any would do, but in Node 20 it holds on to what it watches, and a service's signal lives for months.
  const controller = new AbortController();
  let reason: JobError | null = null;
  const stop = (error: JobError) => {
    reason ??= error;
    controller.abort(reason);
  };
  const onAbort = () => stop(new JobError("ABORTED", `the ${job} job was stopped`));
  const onTimeout = () =>
    stop(new JobError("TIMEOUT", `the ${job} job was stopped: it was not done after ${timeout} ms`));
  const timer = timeout < 2 ** 31 ? setTimeout(onTimeout, timeout) : undefined;
  if (signal?.aborted) onAbort();
  else signal?.addEventListener("abort", onAbort, { once: true });
  return {
    signal: controller.signal,
    error: () => reason,
    done() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    },
  };
}
