import { type JobsOptions, Queue, QueueEvents } from "bullmq";
import { describeError } from "../errors.js";
import type { Log } from "../log.js";
import { createExecutor, priorityOf } from "./create.js";
import { type Executor, JobError } from "./executor.js";
import type { JobInput, JobName, JobOutput } from "./jobs.js";
import { pack } from "./pack.js";
import { cancelChannel, type JobData, jobId, PREFIX, QUEUE, STOPPED, unpackResult } from "./queue-protocol.js";
import { watchQueueWorkers } from "./queue-workers.js";
import { connectRedis, type RedisSettings } from "./redis.js";

export interface QueueOptions {
  redis: RedisSettings;
  /** Jobs of this service that may be in Redis at a time, about 50 KB each; others wait here. Default 64. */
  concurrency?: number;
  log?: Log;
  /** Name of the queue. */
  queue?: string;
}

/** How often jobs are looked after whose end may have been missed. */
const LOOK_MILLIS = 5000;
/** How long a result is kept for who asks for the same again. */
const KEEP_SECONDS = 300;
/** Ends of jobs, results included, that Redis keeps for who was away. Who was away longer looks the jobs up. */
const KEPT_EVENTS = 500;
/** Closing may not wait longer than this for a Redis that is not there. */
const CLOSE_MILLIS = 1000;

interface Pending {
  readonly job: JobName;
  readonly data: JobData;
  readonly waiters: Set<{ resolve: (result: unknown) => void; reject: (error: JobError) => void }>;
}

/**
 * Gives jobs to workers (`loadcast worker`) on any number of machines, by way of Redis. A job is known by its key, so asking again
 * for what is under way joins it; what Redis or a worker loses is asked for again.
 *
 * @throws LoadcastError `QUEUE_UNREACHABLE` when Redis cannot be used now. Later absences are waited out.
 */
export async function queueExecutor(options: QueueOptions): Promise<Executor> {
  const { redis, concurrency = 64, log, queue: name = QUEUE } = options;
  const { prefix = PREFIX } = redis;
  const { client, address } = await connectRedis(redis, "loadcast-service");
  const eventsClient = client.duplicate();
  const queue = new Queue<JobData, unknown, string>(name, {
    connection: client,
    prefix,
    streams: { events: { maxLen: KEPT_EVENTS } },
  });
  const events = new QueueEvents(name, { connection: eventsClient, prefix });
  const pending = new Map<string, Pending>();
  let closed = false;

  const settle = (id: string, end: (waiter: Pending["waiters"] extends Set<infer W> ? W : never) => void) => {
    const entry = pending.get(id);
    pending.delete(id);
    for (const waiter of entry?.waiters ?? []) end(waiter);
  };
  const completed = (id: string, returned: unknown) => settle(id, ({ resolve }) => resolve(returned));
  const refused = (id: string, code: string, message: string) =>
    settle(id, ({ reject }) => reject(new JobError(code, message)));

  const add = async (id: string): Promise<void> => {
    const entry = pending.get(id);
    if (entry === undefined || closed) return;
    const opts: JobsOptions = {
      jobId: id,
      priority: priorityOf(entry.job) + 1,
      // A thread that died, out of memory for example. A worker that died is counted by itself.
      attempts: 3,
      backoff: { type: "fixed", delay: 500 },
      removeOnComplete: { age: KEEP_SECONDS },
      removeOnFail: true,
    };
    try {
      await queue.add(entry.job, entry.data, opts);
    } catch (error) {
      if (!closed)
        refused(id, "QUEUE_FAILED", `Redis at ${address} did not take the ${entry.job} job: ${describeError(error)}`);
    }
  };

  /** Settles a job whose end was missed, and asks again for one that is gone. */
  const look = async (id: string): Promise<void> => {
    const state = await queue.getJobState(id);
    if (!pending.has(id)) return;
    if (state === "unknown") await add(id);
    else if (state === "completed") {
      const job = await queue.getJob(id);
      if (job) completed(id, job.returnvalue);
    }
  };
  const lookAll = () => {
    for (const id of pending.keys()) look(id).catch(() => undefined); // asked again at the next look
  };

  events.on("completed", ({ jobId: id, returnvalue }) => completed(id, returnvalue));
  events.on("duplicated", ({ jobId: id }) => {
    if (pending.has(id)) look(id).catch(() => undefined);
  });
  events.on("failed", ({ jobId: id, failedReason }) => {
    const entry = pending.get(id);
    if (entry === undefined) return;
    // Someone else had asked for the same and went away.
    if (failedReason === STOPPED) void add(id);
    else refused(id, "WORKER_FAILED", `the ${entry.job} job failed on its worker again and again: ${failedReason}`);
  });

  // Both report every failed attempt to connect again; once is enough.
  let away = false;
  client.on("close", () => {
    if (!away && !closed) log?.warn(`Redis at ${address} is away; jobs wait for it`);
    away = true;
  });
  client.on("ready", () => {
    if (away) log?.info(`Redis at ${address} is back`);
    away = false;
    lookAll();
  });
  const workers = watchQueueWorkers(() => queue.getWorkersCount(), address, log);
  const known = () => undefined;
  queue.on("error", known);
  events.on("error", known);
  eventsClient.on("error", known);
  const timer = setInterval(() => {
    lookAll();
    if (!away) void workers.look();
  }, LOOK_MILLIS).unref();
  await events.waitUntilReady();
  await workers.look();

  /** Takes back a job that waits; tells the worker of one that runs. */
  const cancel = async (id: string): Promise<void> => {
    const removed = await queue.remove(id).catch(() => 0);
    if (removed === 0) await client.publish(cancelChannel(prefix, name), id);
  };

  return createExecutor({
    name: "queue",
    concurrency,
    trouble: () => (away ? `Redis at ${address} is away` : workers.trouble()),
    async work<K extends JobName>(
      job: K,
      input: JobInput<K>,
      signal: AbortSignal,
      key?: string,
    ): Promise<JobOutput<K>> {
      const packed = pack(input);
      const id = jobId(job, key ?? JSON.stringify(packed));
      const returned = await new Promise((resolve, reject) => {
        const waiter = { resolve, reject };
        const leave = () => {
          reject(signal.reason);
          const entry = pending.get(id);
          if (!entry?.waiters.delete(waiter) || entry.waiters.size > 0) return;
          pending.delete(id);
          cancel(id).catch(() => undefined); // it then runs for nothing
        };
        signal.addEventListener("abort", leave, { once: true });
        const entry = pending.get(id);
        if (entry) entry.waiters.add(waiter);
        else {
          pending.set(id, { job, data: { input: packed }, waiters: new Set([waiter]) });
          void add(id);
        }
      });
      const result = unpackResult<K>(returned);
      if (!result.ok) throw new JobError(result.code, result.message);
      return result.value;
    },
    async close() {
      closed = true;
      clearInterval(timer);
      const ids = [...pending.keys()];
      for (const id of ids) refused(id, "CLOSED", "the executor is closed");
      const goodbye = Promise.all(ids.map(cancel)).then(() => Promise.all([events.close(), queue.close()]));
      await Promise.race([
        goodbye.catch(() => undefined),
        new Promise((resolve) => setTimeout(resolve, CLOSE_MILLIS).unref()),
      ]);
      client.disconnect();
      eventsClient.disconnect();
    },
  });
}
