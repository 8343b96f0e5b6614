import { type Executor, JobError, type RunOptions } from "./executor.js";
import type { JobInput, JobName, JobOutput } from "./jobs.js";
import { createPlaces } from "./places.js";
import { type Stop, watchStop } from "./stop.js";

/** What one kind of executor adds to what all of them do. */
export interface Engine {
  readonly name: string;
  readonly concurrency: number;
  /** Does one job. Rejects with a JobError; after the signal fired it may reject with anything. */
  work<K extends JobName>(job: K, input: JobInput<K>, signal: AbortSignal, key?: string): Promise<JobOutput<K>>;
  /** As that of the executor. */
  trouble?(): string | null;
  /** Ends what runs. */
  close(): Promise<void>;
}

interface Shared {
  readonly result: Promise<unknown>;
  readonly controller: AbortController;
  joined: number;
}

/** An executor from its engine: places and who gets them next, stopping, runs under one key, the end. */
export function createExecutor(engine: Engine): Executor {
  const places = createPlaces(engine.concurrency);
  const shared = new Map<string, Shared>();
  let closed: Promise<void> | null = null;
  const closedError = () => new JobError("CLOSED", "the executor is closed");

  const runOnce = async <K extends JobName>(job: K, input: JobInput<K>, signal: AbortSignal, key?: string) => {
    const release = await places.take(priorityOf(job), signal);
    try {
      if (closed) throw closedError();
      signal.throwIfAborted();
      return await engine.work(job, input, signal, key);
    } catch (error) {
      // The end of the executor breaks off what runs, in whatever words.
      throw closed ? closedError() : error;
    } finally {
      release();
    }
  };

  const runShared = <K extends JobName>(job: K, input: JobInput<K>, stop: Stop, key: string): Promise<JobOutput<K>> => {
    const name = `${job} ${key}`;
    let run = shared.get(name);
    if (run === undefined) {
      const controller = new AbortController();
      const result = runOnce(job, input, controller.signal, key).finally(() => {
        if (shared.get(name)?.result === result) shared.delete(name);
      });
      result.catch(() => undefined); // all who waited may have gone
      run = { result, controller, joined: 0 };
      shared.set(name, run);
    }
    const joined = run;
    joined.joined++;
    return new Promise((resolve, reject) => {
      const leave = () => {
        reject(stop.error());
        if (--joined.joined > 0) return;
        shared.delete(name);
        joined.controller.abort(stop.error());
      };
      if (stop.signal.aborted) return leave();
      stop.signal.addEventListener("abort", leave, { once: true });
      joined.result.then(resolve as (value: unknown) => void, reject);
    });
  };

  return {
    name: engine.name,
    concurrency: engine.concurrency,
    async run<K extends JobName>(job: K, input: JobInput<K>, options: RunOptions = {}) {
      if (closed) throw closedError();
      const stop = watchStop(job, options);
      try {
        const { key } = options;
        return await (key === undefined ? runOnce(job, input, stop.signal) : runShared(job, input, stop, key));
      } catch (error) {
        throw stop.error() ?? error;
      } finally {
        stop.done();
      }
    },
    trouble: () => engine.trouble?.() ?? null,
    load: () => ({ running: places.taken, waiting: places.waiting }),
    close() {
      places.close(closedError());
      closed ??= Promise.resolve().then(() => engine.close());
      return closed;
    },
  };
}

/** What waits is started in this order: a forecast is needed now, a training when there is time. */
export function priorityOf(job: JobName): number {
  const order: readonly string[] = ["infer", "inferMany", "diagnose", "gate", "train", "backtest"];
  const at = order.indexOf(job);
  return at < 0 ? order.length : at;
}
