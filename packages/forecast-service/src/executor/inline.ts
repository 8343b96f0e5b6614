import { createExecutor } from "./create.js";
import { type Executor, JobError } from "./executor.js";
import { runJob } from "./jobs.js";

/** Runs jobs one after the other on the calling thread: for commands that do one thing, and for tests. */
export function inlineExecutor(): Executor {
  return createExecutor({
    name: "inline",
    concurrency: 1,
    async work(job, input, signal) {
      // Later than the call, as in a thread: a signal that fires at once still counts.
      await new Promise<void>((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
      const result = runJob(job, input);
      if (!result.ok) throw new JobError(result.code, result.message);
      return result.value;
    },
    async close() {},
  });
}
