import type {
  AccuracyResponse,
  AliasRequest,
  AliasResponse,
  AnomaliesResponse,
  ModelDetailResponse,
  ModelListResponse,
  ModelVersionsResponse,
  OverviewResponse,
  PastForecastsResponse,
  SystemResponse,
  TaskResponse,
} from "./http/contract.js";

/** What the routes and the CLI ask the running pipeline, each answered in the words of the HTTP contract. Times are milliseconds. */

export interface TimeSpan {
  from?: number;
  to?: number;
}

/** The registry as people see it. An unknown name or version is a LoadcastError `UNKNOWN_MODEL` or `UNKNOWN_VERSION`. */
export interface ModelLibrary {
  list(page: { limit: number; after?: string }): Promise<ModelListResponse>;
  versions(name: string, page: { limit: number; before?: number }): Promise<ModelVersionsResponse>;
  detail(name: string, which: number | string): Promise<ModelDetailResponse>;
  /** Promotes, or rolls back. Forecasts made after it returned use the version. */
  setAlias(name: string, alias: string, request: AliasRequest): Promise<AliasResponse>;
}

/** Forecasts held against what came. */
export interface Monitor {
  accuracy(id: string, span: TimeSpan): Promise<AccuracyResponse>;
  pastForecasts(id: string, span: TimeSpan & { limit?: number }): Promise<PastForecastsResponse>;
  anomalies(id: string, span: TimeSpan): Promise<AnomaliesResponse>;
}

/** Long work that was asked for: one at a time for each series and kind; asking again gives the task that is there. */
export interface Tasks {
  start(kind: TaskResponse["kind"], series: string): Promise<TaskResponse>;
  /** @throws LoadcastError `UNKNOWN_TASK`; tasks that ended are kept for an hour. */
  get(task: string): TaskResponse;
  cancel(task: string): TaskResponse;
}

export interface Overview {
  hosts(query: {
    limit: number;
    after?: string;
    /** Part of a host's name. */
    q?: string;
    metric?: string;
    status?: string;
  }): Promise<OverviewResponse>;
  system(): Promise<SystemResponse>;
}
