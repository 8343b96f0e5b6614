import { UnrecoverableError, WaitingError, Worker } from "bullmq";
import { describeError } from "../errors.js";
import type { Log } from "../log.js";
import { type Executor, JobError } from "./executor.js";
import type { JobInput, JobName } from "./jobs.js";
import { unpack } from "./pack.js";
import { cancelChannel, type JobData, PREFIX, packResult, QUEUE, STOPPED } from "./queue-protocol.js";
import { connectRedis, type RedisSettings } from "./redis.js";

export interface QueueWorkerOptions {
  redis: RedisSettings;
  /** What does the work. The worker closes it. */
  executor: Executor;
  log: Log;
  queue?: string;
}

export interface QueueWorker {
  readonly address: string;
  /** Counts since the start. */
  counts(): { readonly running: number; readonly done: number; readonly failed: number };
  /** Takes no more jobs, waits for those that run, and hands those back that need longer than `grace` milliseconds. */
  stop(grace: number): Promise<void>;
}

/** A job whose worker has been silent for this long is given to another. */
const LOCK_MILLIS = 15_000;
const STALLED_CHECK_MILLIS = 5000;
/** A job that took this many workers with it is not given to one more. */
const MAX_LOST_WORKERS = 3;
/** No job takes this long: who waited for it has gone. */
const LONGEST_JOB = 1_800_000;
/** The end may not wait longer than this for a Redis that is not there. */
const CLOSE_MILLIS = 2000;

/** Runs jobs of the queue, as many at a time as the executor has places. @throws LoadcastError `QUEUE_UNREACHABLE` */
export async function startQueueWorker(options: QueueWorkerOptions): Promise<QueueWorker> {
  const { redis, executor, log, queue = QUEUE } = options;
  const { prefix = PREFIX } = redis;
  const { client, address } = await connectRedis(redis, "loadcast-worker");
  const subscriber = client.duplicate();
  let running = 0;
  let done = 0;
  let failed = 0;
  let handingBack = false;

  const worker = new Worker<JobData, unknown>(
    queue,
    async (job, token, signal) => {
      running++;
      try {
        const name = job.name as JobName;
        const input = unpack(job.data.input) as JobInput<JobName>;
        const value = await executor.run(name, input, { timeout: LONGEST_JOB, ...(signal ? { signal } : {}) });
        done++;
        return packResult({ ok: true, value });
      } catch (error) {
        if (handingBack) {
          await job.moveToWait(token);
          throw new WaitingError();
        }
        if (signal?.aborted) throw new UnrecoverableError(STOPPED);
        failed++;
        // What the job itself found wrong is its result; what went wrong around it is tried again.
        if (!(error instanceof JobError) || error.code === "WORKER_FAILED") throw error;
        return packResult({ ok: false, code: error.code, message: error.message });
      } finally {
        running--;
      }
    },
    {
      connection: client,
      prefix,
      concurrency: executor.concurrency,
      lockDuration: LOCK_MILLIS,
      stalledInterval: STALLED_CHECK_MILLIS,
      maxStalledCount: MAX_LOST_WORKERS,
    },
  );

  let lastError = "";
  worker.on("error", (error) => {
    const reason = describeError(error);
    if (reason !== lastError) log.warn(`queue: ${reason}`);
    lastError = reason;
  });
  worker.on("ready", () => {
    if (lastError !== "") log.info(`Redis at ${address} is back`);
    lastError = "";
  });
  subscriber.on("error", () => undefined);
  await subscriber.subscribe(cancelChannel(prefix, queue));
  subscriber.on("message", (_channel, id) => void worker.cancelJob(id));
  await worker.waitUntilReady();

  return {
    address,
    counts: () => ({ running, done, failed }),
    async stop(grace) {
      const paused = worker.pause();
      const late = setTimeout(() => {
        handingBack = true;
        worker.cancelAllJobs();
      }, grace);
      await Promise.race([paused.catch(() => undefined), wait(grace + CLOSE_MILLIS)]);
      clearTimeout(late);
      await Promise.race([worker.close(running > 0).catch(() => undefined), wait(CLOSE_MILLIS)]);
      await executor.close();
      client.disconnect();
      subscriber.disconnect();
    },
  };
}

const wait = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis).unref());
