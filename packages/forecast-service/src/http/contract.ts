/** JSON shapes of the HTTP API. The dashboard imports these types; nothing here has a runtime. Times are ISO 8601 UTC. */

export interface ForecastRequest {
  values: (number | null)[];
  horizon: number;
  period?: number;
  order?: [number, number, number];
  seasonal?: [number, number, number, number];
  levels?: number[];
  bounds?: { lower?: number; upper?: number };
  start?: string;
  stepSeconds?: number;
}

export interface IntervalPoint {
  level: number;
  lower: number;
  upper: number;
}

export interface ForecastStep {
  step: number;
  time?: string;
  mean: number;
  median: number;
  intervals: IntervalPoint[];
}

export interface ForecastResponse {
  model: {
    order: [number, number, number];
    seasonal: [number, number, number, number];
    /** The scale the model lives on, where it is not that of the values; its numbers belong to that scale. */
    transform?:
      | { kind: "box-cox"; lambda: number }
      | { kind: "log"; offset: number }
      | { kind: "logit"; lower: number; upper: number };
    /** These four are null where they are infinite: a constant series has an infinite likelihood, a tiny one an infinite AICc. */
    logLik: number | null;
    aic: number | null;
    aicc: number | null;
    bic: number | null;
    params: { ar: number[]; ma: number[]; seasonalAr: number[]; seasonalMa: number[]; mean: number; sigma2: number };
  };
  warnings: string[];
  forecast: ForecastStep[];
}

export type SeriesStatus = "forecast" | "waiting" | "failed";

export interface SeriesEntry {
  /** `${host}/${metric}`; percent-encode it in a path. */
  id: string;
  host: string;
  metric: string;
  unit: "percent" | "none";
  synthetic: boolean;
  status: SeriesStatus;
  last: { time: string; value: number } | null;
  modelVersion: string | null;
  nextRun: string | null;
  /** Why there is no forecast, or none newer than the one there is, in plain words; null where all is well. */
  reason: string | null;
  /** How much history the first forecast needs, and when it is expected; null once there is a forecast. */
  history: { have: number; need: number; stepSeconds: number; firstForecastAt: string | null } | null;
  /** Values of the last day that the bounds of the series call impossible: they count as gaps. Null where there are none. */
  outside: {
    count: number;
    last: { time: string; value: number };
    lower: number | null;
    upper: number | null;
    /** The same in plain words, and what to do where such values are right. */
    note: string;
  } | null;
  /** The training that is under way, whoever wanted it; null where there is none. */
  training: { stage: TrainStage; since: string } | null;
}

export interface SeriesListResponse {
  now: string;
  series: SeriesEntry[];
}

/** GET /api/v1/series?limit&after&q&host&metric&status: `next` is what `after` must be to get the page that follows; null on the last page. */
export interface SeriesPageResponse extends SeriesListResponse {
  /** Series that fit, on all pages. */
  total: number;
  next: string | null;
}

export interface HistoryResponse {
  id: string;
  from: string;
  to: string;
  stepSeconds: number;
  /** Regular grid; null is a gap. */
  points: { time: string; value: number | null }[];
}

export interface StoredForecastResponse {
  id: string;
  synthetic: boolean;
  issuedAt: string;
  modelVersion: string;
  stepSeconds: number;
  forecast: ForecastStep[];
}

export interface HealthResponse {
  status: "ok" | "degraded";
  /** An optional one may be away without the service being of less use to those who ask it. */
  dependencies?: { name: string; status: "ok" | "failed"; detail?: string; optional?: boolean }[];
}

/** What a training does, in this order. */
export type TrainStage = "read" | "search" | "gate" | "register";

/** What a task does: the stages of a training, or the forecasts that a backtest replays. */
export type TaskStage = TrainStage | "replay";

/** GET /api/v1/tasks/{id}, and the answer (202) to what starts one. */
export interface TaskResponse {
  task: string;
  kind: "train" | "backtest";
  series: string;
  status: "queued" | "running" | "done" | "failed" | "cancelled";
  /** Where it is, or was when it ended; null before it runs. */
  stage: TaskStage | null;
  /** From 0 to 1. */
  progress: number;
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
  /** Why it failed; null unless it did. */
  error: { code: string; detail: string } | null;
  result: TrainResult | BacktestResult | null;
}

export interface TrainResult {
  modelVersion: string;
  gate: GateReport;
}

export interface BacktestResult {
  from: string;
  to: string;
  origins: number;
  scores: GateScore[];
  horizons: HorizonAccuracy[];
}

/** One contestant on the same rolling origins. Lower pinball loss is better; coverage should be near its level. */
export interface GateScore {
  name: "candidate" | "champion" | "naive" | "seasonal-naive" | "empirical-quantiles";
  pinball: number;
  mae: number;
  coverage: { level: number; ratio: number }[];
}

/** Why a new version went live, or did not. */
export interface GateReport {
  accepted: boolean;
  /** One plain sentence. */
  reason: string;
  origins: number;
  horizon: number;
  scores: GateScore[];
}

export interface ModelEntry {
  /** The id of its series. */
  name: string;
  champion: number | null;
  challenger: number | null;
  latest: number;
  trainedAt: string;
}

/** `next` is what `after` must be to get the page that follows; null on the last page. */
export interface ModelListResponse {
  models: ModelEntry[];
  next: string | null;
}

export interface ModelVersionEntry {
  version: number;
  /** What forecasts are marked with: name@version. */
  modelVersion: string;
  kind: "sarima" | "ensemble";
  /** Such as "(2,0,1)(1,0,1)[12]"; for an ensemble its members. */
  description: string;
  aliases: string[];
  trainedAt: string;
  trainSeconds: number;
  from: string | null;
  to: string | null;
  values: number;
  logLik: number | null;
  aic: number | null;
  aicc: number | null;
  bic: number | null;
  warnings: string[];
  gate: GateReport | null;
}

export interface ModelVersionsResponse {
  name: string;
  versions: ModelVersionEntry[];
  /** What `before` must be to get the page that follows; null on the last page. */
  next: number | null;
}

export interface ModelMember {
  weight: number;
  /** Why it has this weight. */
  reason: string;
  /** Absent for a member that is no SARIMA, such as a baseline; `name` says what it is. */
  name: string;
  order: [number, number, number] | null;
  seasonal: [number, number, number, number] | null;
  transform: NonNullable<ForecastResponse["model"]["transform"]> | null;
  parameters: { name: string; value: number; standardError: number | null }[];
  sigma2: number | null;
  logLik: number | null;
  aic: number | null;
  aicc: number | null;
  bic: number | null;
}

/** GET /api/v1/models/{name}/versions/{version or alias} */
export interface ModelDetailResponse extends ModelVersionEntry {
  name: string;
  members: ModelMember[];
  tried: {
    order: [number, number, number];
    seasonal: [number, number, number, number];
    criterion: number | null;
    error?: string;
  }[];
  /** Of the heaviest SARIMA member, standardised; null where there is none. */
  residuals: {
    count: number;
    /** From lag 1 on. */
    acf: number[];
    /** Autocorrelations beyond ± this are unlikely (5 %) in noise. */
    acfBound: number;
    histogram: { lower: number; upper: number; count: number }[];
    /** Points of the normal Q–Q plot. */
    quantiles: { theoretical: number; sample: number }[];
    ljungBox: { lag: number; statistic: number; pValue: number };
    jarqueBera: { statistic: number; pValue: number };
  } | null;
}

/** POST /api/v1/models/{name}/aliases/{alias}: a version, or back to the one the alias pointed at before. */
export type AliasRequest = { version: number } | { rollback: true };

export interface AliasResponse {
  name: string;
  alias: string;
  version: number;
  previous: number | null;
}

export interface HorizonAccuracy {
  horizonSeconds: number;
  count: number;
  mae: number | null;
  seasonalNaiveMae: number | null;
  pinball: number | null;
  coverage: { level: number; ratio: number | null }[];
}

/** GET /api/v1/series/{id}/accuracy?from&to: forecasts held against what came. Horizons 5 min, 1 h, 4 h. */
export interface AccuracyResponse {
  id: string;
  from: string;
  to: string;
  horizons: HorizonAccuracy[];
  /** The same by parts of the range, oldest first. */
  overTime: { from: string; to: string; horizons: HorizonAccuracy[] }[];
  drift: { detected: boolean; since: string | null; reason: string | null };
}

/** GET /api/v1/series/{id}/forecasts?from&to&limit: forecasts issued in a range, oldest first, thinned evenly to `limit`. */
export interface PastForecastsResponse {
  id: string;
  forecasts: { issuedAt: string; modelVersion: string; forecast: ForecastStep[] }[];
}

/** GET /api/v1/series/{id}/anomalies?from&to: points outside the 99 % band of the forecast made one step before. */
export interface AnomaliesResponse {
  id: string;
  anomalies: { time: string; value: number; lower: number; upper: number }[];
}

/** When a limit is reached. Times are null where that is not expected within the horizon. */
export interface ThresholdOutlook {
  threshold: number;
  /** That it is crossed within the horizon. */
  probability: number;
  time: string | null;
  /** 80 % interval of the time; an open end is null. */
  earliest: string | null;
  latest: string | null;
}

/** What a card shows: the next four hours in a few numbers. */
export interface Outlook {
  /** Mean of the medians over the horizon, and the band (80 %) around it. */
  mean: number;
  meanLower: number;
  meanUpper: number;
  peak: { time: string; median: number; lower: number; upper: number };
  threshold: ThresholdOutlook | null;
}

/** The last hours and the next ones on one grid, for a small chart; null is a gap. */
export interface Sparkline {
  start: string;
  stepSeconds: number;
  values: (number | null)[];
  forecast: { start: string; median: number[]; lower: number[]; upper: number[] } | null;
}

/** GET /api/v1/overview?limit&after&q&metric&status: hosts by who needs attention first. */
export interface OverviewResponse {
  now: string;
  total: number;
  hosts: { host: string; synthetic: boolean; attention: number; why: string | null; series: OverviewEntry[] }[];
  next: string | null;
}

export interface OverviewEntry extends SeriesEntry {
  outlook: Outlook | null;
  sparkline: Sparkline | null;
  anomalous: boolean;
  drift: boolean;
}

/** GET /api/v1/system */
export interface SystemResponse {
  version: string;
  startedAt: string;
  now: string;
  jobs: {
    name: string;
    running: boolean;
    lastRun: string | null;
    lastSeconds: number | null;
    nextRun: string | null;
    runs: number;
    skipped: number;
    lastError: string | null;
  }[];
  /** Median duration of each pipeline step over the last runs. */
  steps: { name: string; count: number; medianSeconds: number | null; failures: number; lastError: string | null }[];
  executor: { name: string; concurrency: number; running: number; waiting: number };
  sources: { name: string; kind: string; status: "ok" | "failed"; detail: string | null }[];
  sinks: { name: string; waiting: number; delivered: number; dropped: number; lastError: string | null }[];
  series: { forecast: number; waiting: number; failed: number };
  /** What is trained now, the longest first. */
  trainings: { series: string; stage: TrainStage; since: string }[];
  memoryBytes: number;
  storeBytes: number | null;
}

/** What GET /api/v1/events sends; `type` is also the name of the event. */
export type ServiceEvent =
  | { type: "samples"; series: string[] }
  | { type: "forecast"; series: string; modelVersion: string; issuedAt: string }
  | { type: "model"; series: string; modelVersion: string }
  | { type: "alias"; series: string; alias: string; version: number }
  | { type: "anomaly"; series: string; time: string; value: number }
  | {
      type: "task";
      task: string;
      series: string;
      status: TaskResponse["status"];
      stage: TaskStage | null;
      progress: number;
    };

/** RFC 9457. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
}
