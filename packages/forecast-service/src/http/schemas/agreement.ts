import type { z } from "zod";
import type * as contract from "../contract.js";
import { forecastStep, problemResponse } from "./common.js";
import { forecastRequest, forecastResponse } from "./forecast.js";
import { aliasRequest, aliasResponse, modelDetail, modelList, modelVersions } from "./models.js";
import { accuracyResponse, anomaliesResponse, pastForecastsResponse } from "./monitor.js";
import { healthResponse, systemResponse } from "./operations.js";
import { overviewResponse } from "./overview.js";
import { historyResponse, seriesEntry, seriesList, storedForecastResponse } from "./series.js";
import { taskResponse } from "./tasks.js";

/** Fails to compile when a schema and the contract drift apart, in either direction. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
/** The contract is written without `| undefined` on its optional fields; zod writes it. */
type Exact<T> = T extends readonly (infer E)[]
  ? number extends T["length"]
    ? Exact<E>[]
    : { [K in keyof T]: Exact<T[K]> }
  : T extends object
    ? { [K in keyof T]: Exact<Exclude<T[K], undefined>> }
    : T;
type Agree<S extends z.ZodType, C> = Same<Exact<z.output<S>>, Exact<C>>;

/** Every schema with the name of its type in the contract. */
export const agreement = {
  ForecastRequest: forecastRequest,
  ForecastStep: forecastStep,
  ForecastResponse: forecastResponse,
  SeriesEntry: seriesEntry,
  SeriesPageResponse: seriesList,
  HistoryResponse: historyResponse,
  StoredForecastResponse: storedForecastResponse,
  HealthResponse: healthResponse,
  TaskResponse: taskResponse,
  ModelListResponse: modelList,
  ModelVersionsResponse: modelVersions,
  ModelDetailResponse: modelDetail,
  AliasRequest: aliasRequest,
  AliasResponse: aliasResponse,
  AccuracyResponse: accuracyResponse,
  PastForecastsResponse: pastForecastsResponse,
  AnomaliesResponse: anomaliesResponse,
  OverviewResponse: overviewResponse,
  SystemResponse: systemResponse,
  Problem: problemResponse,
} satisfies { [K in keyof Contract]: z.ZodType };

interface Contract {
  ForecastRequest: contract.ForecastRequest;
  ForecastStep: contract.ForecastStep;
  ForecastResponse: contract.ForecastResponse;
  SeriesEntry: contract.SeriesEntry;
  SeriesPageResponse: contract.SeriesPageResponse;
  HistoryResponse: contract.HistoryResponse;
  StoredForecastResponse: contract.StoredForecastResponse;
  HealthResponse: contract.HealthResponse;
  TaskResponse: contract.TaskResponse;
  ModelListResponse: contract.ModelListResponse;
  ModelVersionsResponse: contract.ModelVersionsResponse;
  ModelDetailResponse: contract.ModelDetailResponse;
  AliasRequest: contract.AliasRequest;
  AliasResponse: contract.AliasResponse;
  AccuracyResponse: contract.AccuracyResponse;
  PastForecastsResponse: contract.PastForecastsResponse;
  AnomaliesResponse: contract.AnomaliesResponse;
  OverviewResponse: contract.OverviewResponse;
  SystemResponse: contract.SystemResponse;
  Problem: contract.Problem;
}

type Agreement = { [K in keyof Contract]: Agree<(typeof agreement)[K], Contract[K]> };
/** Does not compile where one of them is `never`. */
export const agrees: Agreement = Object.fromEntries(Object.keys(agreement).map((name) => [name, true])) as {
  [K in keyof Contract]: true;
};
