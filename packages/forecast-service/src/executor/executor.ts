import type { JobInput, JobName, JobOutput } from "./jobs.js";

export interface RunOptions {
  /** Stops the job: at once in a thread or a worker, before it starts otherwise. */
  signal?: AbortSignal;
  /** Milliseconds from the call, waiting included, after which the job is stopped with `TIMEOUT`. Default: no limit. */
  timeout?: number;
  /**
   * What makes the job the same as another: runs under one key at the same time are one job with one result, and it is stopped
   * when the last who waits for it goes. In a queue that holds for all programs that use it, and without a key the input is the key.
   */
  key?: string;
}

/** Where work that takes longer than a few milliseconds is done, away from the event loop. */
export interface Executor {
  readonly name: string;
  /** How many jobs run at the same time; what is more waits, forecasts before trainings. */
  readonly concurrency: number;
  /**
   * Jobs are pure: one that is lost with its worker is done again, and gives the same.
   *
   * @throws JobError with the code of what went wrong; `ABORTED` when the signal fired, `TIMEOUT` when the time was over, `CLOSED`
   * after `close`, `WORKER_FAILED` when its thread or worker died again and again.
   */
  run<K extends JobName>(job: K, input: JobInput<K>, options?: RunOptions): Promise<JobOutput<K>>;
  /** Jobs that run, and those that wait for a place. */
  load(): { readonly running: number; readonly waiting: number };
  /** Why no job can be done at present, in words for people; null where there is no such reason. Absent where there never is. */
  trouble?(): string | null;
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
