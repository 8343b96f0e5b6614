import { setTimeout as sleep } from "node:timers/promises";
import { LoadcastError } from "../errors.js";
import type {
  HistoryResponse,
  PastForecastsResponse,
  SeriesListResponse,
  StoredForecastResponse,
  TaskResponse,
} from "../http/contract.js";
import type { ModelLibrary } from "../questions.js";
import type { Service } from "../service.js";
import { clientOf, type HttpClient } from "./http-client.js";
import { withService } from "./with-service.js";

export interface KnownSeries {
  readonly id: string;
  readonly synthetic: boolean;
}

/** How far long work is; the stage is null while it waits for its turn. */
export interface TaskProgress {
  readonly share: number;
  readonly stage: TaskResponse["stage"];
}

/** What commands ask, answered by a running service over HTTP or by opening its folder. */
export interface Answers {
  series(): Promise<readonly KnownSeries[]>;
  history(id: string, range: { from?: number; to?: number; stepMillis?: number }): Promise<HistoryResponse>;
  forecast(id: string): Promise<StoredForecastResponse>;
  pastForecasts(id: string, range: { from?: number; to?: number; limit?: number }): Promise<PastForecastsResponse>;
  readonly library: ModelLibrary;
  /** Long work to its end. @throws LoadcastError with the code of what went wrong, `ABORTED` when the signal fired */
  work(
    kind: TaskResponse["kind"],
    id: string,
    onProgress: (progress: TaskProgress) => void,
    signal: AbortSignal,
  ): Promise<NonNullable<TaskResponse["result"]>>;
}

/** Between two looks at a task. */
const LOOK_MILLIS = 250;

export async function withAnswers<T>(
  args: Readonly<Record<string, unknown>>,
  use: (answers: Answers, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const client = clientOf(args);
  if (client === null) {
    return withService(args, (service, signal) => use(localAnswers(service), signal), { make: false });
  }
  const controller = new AbortController();
  const onSignal = () => controller.abort();
  process.once("SIGINT", onSignal);
  process.once("SIGTERM", onSignal);
  try {
    const result = await use(remoteAnswers(client), controller.signal);
    if (controller.signal.aborted) throw new LoadcastError("ABORTED", "stopped before it was done");
    return result;
  } finally {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}

interface TaskDesk {
  start(kind: TaskResponse["kind"], id: string): Promise<TaskResponse>;
  get(task: string): Promise<TaskResponse>;
  cancel(task: string): Promise<unknown>;
}

const toTheEnd =
  (desk: TaskDesk): Answers["work"] =>
  async (kind, id, onProgress, signal) => {
    let task = await desk.start(kind, id);
    while (task.status === "queued" || task.status === "running") {
      await sleep(LOOK_MILLIS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) {
        await desk.cancel(task.task).catch(() => undefined);
        break;
      }
      task = await desk.get(task.task);
      onProgress({ share: task.progress, stage: task.stage });
    }
    if (task.status === "done" && task.result !== null) return task.result;
    if (task.status === "failed") {
      const detail = task.error?.detail ?? `the ${kind} failed`;
      throw new LoadcastError(task.error?.code ?? "FAILED", detail.startsWith(`${id}: `) ? detail : `${id}: ${detail}`);
    }
    throw new LoadcastError("ABORTED", `the ${kind} of ${id} was stopped before it was done`);
  };

function localAnswers(service: Service): Answers {
  const { catalogue, monitor, library, tasks, cycle } = service;
  return {
    series: () => cycle.series(),
    history: (id, range) => catalogue.history(id, range),
    forecast: (id) => catalogue.forecast(id),
    pastForecasts: (id, range) => monitor.pastForecasts(id, range),
    library,
    work: toTheEnd({
      start: (kind, id) => tasks.start(kind, id),
      get: async (task) => tasks.get(task),
      cancel: async (task) => tasks.cancel(task),
    }),
  };
}

function remoteAnswers(client: HttpClient): Answers {
  const one = (id: string) => `/series/${encodeURIComponent(id)}`;
  const model = (name: string) => `/models/${encodeURIComponent(name)}`;
  const iso = (time: number | undefined) => (time === undefined ? undefined : new Date(time).toISOString());
  return {
    async series() {
      const all: KnownSeries[] = [];
      let after: string | undefined;
      do {
        const page = await client.get<SeriesListResponse & { next?: string | null }>("/series", { after });
        all.push(...page.series);
        after = page.next ?? undefined;
      } while (after !== undefined);
      return all;
    },
    history: (id, { from, to, stepMillis }) =>
      client.get(`${one(id)}/history`, {
        from: iso(from),
        to: iso(to),
        step: stepMillis === undefined ? undefined : stepMillis / 1000,
      }),
    forecast: (id) => client.get(`${one(id)}/forecast`),
    pastForecasts: (id, { from, to, limit }) =>
      client.get(`${one(id)}/forecasts`, { from: iso(from), to: iso(to), limit }),
    library: {
      list: (page) => client.get("/models", page),
      versions: (name, page) => client.get(`${model(name)}/versions`, page),
      detail: (name, which) => client.get(`${model(name)}/versions/${encodeURIComponent(which)}`),
      setAlias: (name, alias, request) => client.post(`${model(name)}/aliases/${encodeURIComponent(alias)}`, request),
    },
    work: toTheEnd({
      start: (kind, id) => client.post(`${one(id)}/${kind}`),
      get: (task) => client.get(`/tasks/${encodeURIComponent(task)}`),
      cancel: (task) => client.delete(`/tasks/${encodeURIComponent(task)}`),
    }),
  };
}
