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
  /** Why there is no forecast, in plain words; null where there is one. */
  reason: string | null;
  /** How much history the first forecast needs, and when it is expected; null once there is a forecast. */
  history: { have: number; need: number; stepSeconds: number; firstForecastAt: string | null } | null;
}

export interface SeriesListResponse {
  now: string;
  series: SeriesEntry[];
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
  dependencies?: { name: string; status: "ok" | "failed"; detail?: string }[];
}

/** What GET /api/v1/events sends; `type` is also the name of the event. */
export type ServiceEvent =
  | { type: "samples"; series: string[] }
  | { type: "forecast"; series: string; modelVersion: string; issuedAt: string }
  | { type: "model"; series: string; modelVersion: string };

/** RFC 9457. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
}
