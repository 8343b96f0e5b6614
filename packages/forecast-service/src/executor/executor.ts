import type { JobInput, JobName, JobOutput } from "./jobs.js";

export interface RunOptions {
  /** Stops the job: at once in a thread, before it starts otherwise. */
  signal?: AbortSignal;
}

/** Where work that takes longer than a few milliseconds is done, away from the event loop. */
export interface Executor {
  readonly name: string;
  /** How many jobs run at the same time; what is more waits. */
  readonly concurrency: number;
  /** @throws JobError with the code of what went wrong; `ABORTED` when the signal fired, `CLOSED` after `close`. */
  run<K extends JobName>(job: K, input: JobInput<K>, options?: RunOptions): Promise<JobOutput<K>>;
  /** Stops running jobs and lets go of the threads. */
  close(): Promise<void>;
}

/** A job that failed, with the stable code of the library it failed in. */
export class JobError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "JobError";
    this.code = code;
  }
}
