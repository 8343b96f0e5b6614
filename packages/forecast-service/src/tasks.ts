import { randomUUID } from "node:crypto";
import type { Clock } from "./clock.js";
import { describeError, errorCode, LoadcastError } from "./errors.js";
import type { EventBus } from "./events.js";
import type { TaskResponse, TaskStage } from "./http/contract.js";
import type { Log } from "./log.js";
import type { Tasks } from "./questions.js";

/** What a kind of task does. */
export type TaskWork = (
  series: string,
  options: {
    signal: AbortSignal;
    onProgress: (progress: { readonly stage: TaskStage; readonly share: number }) => void;
  },
) => Promise<NonNullable<TaskResponse["result"]>>;

/** How long an ended task can be asked for. */
const KEPT_MILLIS = 3_600_000;
/** Tasks that run at the same time; more wait, so that the rounds of all series go on. */
const RUNNING = 2;

interface Task {
  state: TaskResponse;
  readonly controller: AbortController;
  endedAt: number | null;
}

/** Long work that was asked for. One at a time for each series and kind. */
export function createTasks(options: {
  work: Readonly<Record<TaskResponse["kind"], TaskWork>>;
  /** @throws LoadcastError `UNKNOWN_SERIES` */
  check: (series: string) => Promise<unknown>;
  events: EventBus;
  clock: Clock;
  log: Log;
}): Tasks & { stop(): Promise<void> } {
  const { work, check, events, clock, log } = options;
  const tasks = new Map<string, Task>();
  const queue: Task[] = [];
  const running = new Set<Promise<void>>();
  let stopped = false;

  const publish = ({ task, series, status, stage, progress }: TaskResponse) =>
    events.publish({ type: "task", task, series, status, stage, progress });
  const change = (task: Task, changes: Partial<TaskResponse>) => {
    task.state = { ...task.state, ...changes };
    publish(task.state);
  };
  const end = (task: Task, changes: Partial<TaskResponse>) => {
    task.endedAt = clock.now();
    change(task, { endedAt: iso(task.endedAt), ...changes });
  };
  const forgetOld = () => {
    for (const [id, { endedAt }] of tasks)
      if (endedAt !== null && clock.now() - endedAt > KEPT_MILLIS) tasks.delete(id);
  };

  const run = async (task: Task): Promise<void> => {
    const { kind, series } = task.state;
    const { signal } = task.controller;
    change(task, { status: "running", startedAt: iso(clock.now()) });
    try {
      const result = await work[kind](series, {
        signal,
        onProgress({ stage, share }) {
          if (task.endedAt !== null) return;
          change(task, { stage, progress: Math.max(task.state.progress, Math.min(1, share)) });
        },
      });
      if (task.endedAt === null) end(task, { status: "done", progress: 1, result });
    } catch (error) {
      if (task.endedAt !== null) return;
      if (signal.aborted) return end(task, { status: "cancelled" });
      const detail = describeError(error);
      log.warn(`the ${kind} of ${series} failed: ${detail}`);
      end(task, { status: "failed", error: { code: errorCode(error), detail } });
    }
  };

  const next = () => {
    while (!stopped && running.size < RUNNING) {
      const task = queue.shift();
      if (!task) return;
      if (task.endedAt !== null) continue;
      const promise = run(task).finally(() => {
        running.delete(promise);
        next();
      });
      running.add(promise);
    }
  };

  const find = (id: string): Task => {
    forgetOld();
    const task = tasks.get(id);
    if (!task) {
      throw new LoadcastError(
        "UNKNOWN_TASK",
        `there is no task ${JSON.stringify(id)}; tasks that ended are kept for an hour`,
      );
    }
    return task;
  };

  return {
    async start(kind, series) {
      await check(series);
      if (stopped) throw new LoadcastError("CLOSED", "the service is ending and takes no more tasks");
      forgetOld();
      const present = [...tasks.values()].find(
        ({ state, endedAt }) => endedAt === null && state.kind === kind && state.series === series,
      );
      if (present) return present.state;
      const task: Task = {
        state: {
          task: randomUUID(),
          kind,
          series,
          status: "queued",
          stage: null,
          progress: 0,
          createdAt: iso(clock.now()),
          startedAt: null,
          endedAt: null,
          error: null,
          result: null,
        },
        controller: new AbortController(),
        endedAt: null,
      };
      tasks.set(task.state.task, task);
      queue.push(task);
      publish(task.state);
      next();
      return task.state;
    },
    get: (id) => find(id).state,
    cancel(id) {
      const task = find(id);
      if (task.endedAt === null) {
        task.controller.abort();
        end(task, { status: "cancelled" });
      }
      return task.state;
    },
    async stop() {
      stopped = true;
      for (const task of tasks.values()) {
        if (task.endedAt !== null) continue;
        task.controller.abort();
        end(task, { status: "cancelled" });
      }
      await Promise.all(running);
    },
  };
}

const iso = (time: number) => new Date(time).toISOString();
