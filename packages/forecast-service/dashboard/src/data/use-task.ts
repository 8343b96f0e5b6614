import { useEffect, useReducer } from "preact/hooks";
import type { TaskResponse } from "../../../src/http/contract.js";
import { withToken } from "../view/token-dialog.js";
import { ApiError } from "./client.js";
import { type Service, useService } from "./service.js";

type Kind = TaskResponse["kind"];

export interface FollowedTask {
  /** Null before the first one was started from this page. */
  readonly task: TaskResponse | null;
  readonly busy: boolean;
  readonly error: string | null;
  start(): void;
  cancel(): void;
}

interface Followed {
  task: TaskResponse | null;
  error: string | null;
  starting: boolean;
  /** The question that is under way; whatever is learned otherwise is newer than its answer. */
  asking: AbortController | null;
  listeners: Set<() => void>;
}

/** What was started stays known while the page is open: whoever comes back sees how far it is. */
const followed = new Map<string, Followed>();

/** Events say how far it is; should they not come, it is asked. */
const ASK_MS = 2_000;

export function isOver(task: TaskResponse): boolean {
  return task.status === "done" || task.status === "failed" || task.status === "cancelled";
}

/** Starts long work on a series and follows it: progress by events, cancelling, the outcome. */
export function useTask(kind: Kind, id: string): FollowedTask {
  const service = useService();
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const key = `${kind} ${id}`;
  const state = followed.get(key) ?? { task: null, error: null, starting: false, asking: null, listeners: new Set() };
  followed.set(key, state);

  useEffect(() => {
    const listener = () => redraw(0);
    state.listeners.add(listener);
    const stop = follow(service, state);
    return () => {
      stop();
      state.listeners.delete(listener);
    };
  }, [service, key]);

  const act = (what: () => Promise<TaskResponse>) => {
    change(state, { starting: true, error: null });
    withToken(what)
      .then((task) => change(state, { task, starting: false }))
      .catch((error: unknown) =>
        change(state, { starting: false, error: error instanceof Error ? error.message : String(error) }),
      );
  };
  return {
    task: state.task,
    busy: state.starting || (state.task !== null && !isOver(state.task)),
    error: state.error,
    start: () => act(() => service.client.start(kind, id)),
    cancel: () => {
      const { task } = state;
      if (task) act(() => service.client.cancel(task.task));
    },
  };
}

function change(state: Followed, next: Partial<Pick<Followed, "task" | "error" | "starting">>): void {
  state.asking?.abort();
  state.asking = null;
  Object.assign(state, next);
  for (const listener of state.listeners) listener();
}

function follow({ client, connection }: Service, state: Followed): () => void {
  let heard = 0;
  const ask = async () => {
    const { task } = state;
    if (!task || isOver(task)) return;
    state.asking?.abort();
    const asking = new AbortController();
    state.asking = asking;
    try {
      const answer = await client.task(task.task, asking.signal);
      if (state.asking === asking) change(state, { task: answer });
    } catch (error) {
      if (state.asking !== asking) return;
      state.asking = null;
      // A service that was started anew has forgotten it.
      if (error instanceof ApiError && error.status === 404) {
        change(state, { task: null, error: "The service no longer knows this task; it was probably started anew." });
      }
    }
  };
  const stop = connection.onSignal((event) => {
    if (event.type !== "task" || event.task !== state.task?.task) return;
    heard = Date.now();
    if (event.status === "queued" || event.status === "running") {
      change(state, { task: { ...state.task, status: event.status, stage: event.stage, progress: event.progress } });
    } else void ask();
  });
  // A slow answer is waited for: asking again would only put it off.
  const timer = setInterval(() => state.asking === null && Date.now() - heard > ASK_MS && void ask(), ASK_MS);
  return () => {
    state.asking?.abort();
    state.asking = null;
    clearInterval(timer);
    stop();
  };
}
