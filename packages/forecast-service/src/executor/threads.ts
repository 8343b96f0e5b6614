import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { describeError } from "../errors.js";
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

/** Runs jobs in worker threads (piscina). Started on the first job; idle ones end after a minute. */
export function threadsExecutor({ threads, workerFile = defaultWorkerFile() }: ThreadsOptions): Executor {
  const pool = new Piscina({
    filename: workerFile,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: IDLE_MILLIS,
    resourceLimits: { maxOldGenerationSizeMb: THREAD_HEAP_MB },
  });
  // Errors of a thread reject the job they belong to; without a listener they would also end the process.
  pool.on("error", () => {});
  let closed = false;
  return {
    name: "threads",
    concurrency: threads,
    async run<K extends JobName>(job: K, input: unknown, { signal }: { signal?: AbortSignal } = {}) {
      if (closed) throw new JobError("CLOSED", "the executor is closed");
      let result: JobResult<K>;
      try {
        result = await pool.run({ job, input }, signal ? { signal } : {});
      } catch (error) {
        if (signal?.aborted) throw new JobError("ABORTED", `the ${job} job was stopped`);
        if (closed) throw new JobError("CLOSED", "the executor is closed");
        throw new JobError("WORKER_FAILED", `the thread of the ${job} job failed: ${describeError(error)}`);
      }
      if (!result.ok) throw new JobError(result.code, result.message);
      return result.value as JobOutput<K>;
    },
    async close() {
      closed = true;
      await pool.destroy();
    },
  };
}

function defaultWorkerFile(): string {
  return fileURLToPath(new URL("./worker.js", import.meta.url)).replace(/([\\/])src([\\/]executor[\\/])/, "$1dist$2");
}
