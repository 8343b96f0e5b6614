import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { describeError } from "../errors.js";
import { createExecutor } from "./create.js";
import { type Executor, JobError } from "./executor.js";
import type { JobName, JobOutput, JobResult } from "./jobs.js";

export interface ThreadsOptions {
  threads: number;
  /** Compiled worker module. Threads load JavaScript only, so sources run from src/ use the one in dist/. */
  workerFile?: string;
}

/** Longer than the pause between two rounds of inference would keep idle threads' memory for nothing. */
const IDLE_MILLIS = 60_000;
/** A fit needs a few MB. A thread that wants more than this is stopped instead of the whole process. */
const THREAD_HEAP_MB = 512;
/** Node would give each thread 48 MB for objects that live for moments: 40 MB more resident memory, and fits and forecasts no faster. */
const THREAD_YOUNG_MB = 4;
/** Whoever asks the service comes before its trainings. Only Linux has priorities of threads; elsewhere the whole process would get it. */
const THREAD_NICENESS = process.platform === "linux" ? 5 : 0;

/** Runs jobs in worker threads (piscina). Started on the first job; idle ones end after a minute. */
export function threadsExecutor({ threads, workerFile = defaultWorkerFile() }: ThreadsOptions): Executor {
  let closed = false;
  let pool: Piscina | null = null;
  let whyBroken: string | null = null;

  const open = (): Piscina => {
    const opened = new Piscina({
      filename: workerFile,
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: IDLE_MILLIS,
      niceIncrement: THREAD_NICENESS,
      resourceLimits: { maxOldGenerationSizeMb: THREAD_HEAP_MB, maxYoungGenerationSizeMb: THREAD_YOUNG_MB },
    });
    whyBroken = null;
    // A thread that cannot start: the pool makes no other and lets its jobs wait for ever. They are rejected, and the next job gets a
    // new pool. (A thread that fails with a job rejects that job, and does not come here.)
    opened.on("error", (error: unknown) => {
      if (pool !== opened) return;
      whyBroken = describeError(error);
      pool = null;
      void opened.destroy();
    });
    return opened;
  };

  return createExecutor({
    name: "threads",
    concurrency: threads,
    async work<K extends JobName>(job: K, input: unknown, signal: AbortSignal) {
      if (closed) throw new JobError("CLOSED", "the executor is closed");
      pool ??= open();
      let result: JobResult<K>;
      try {
        result = await pool.run({ job, input }, { signal });
      } catch (error) {
        signal.throwIfAborted();
        throw new JobError(
          "WORKER_FAILED",
          `the thread of the ${job} job failed: ${whyBroken ?? describeError(error)}`,
        );
      }
      if (!result.ok) throw new JobError(result.code, result.message);
      return result.value as JobOutput<K>;
    },
    async close() {
      closed = true;
      await pool?.destroy();
    },
  });
}

function defaultWorkerFile(): string {
  return fileURLToPath(new URL("./thread.cjs", import.meta.url)).replace(/([\\/])src([\\/]executor[\\/])/, "$1dist$2");
}
