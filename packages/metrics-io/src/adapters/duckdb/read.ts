import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { thinEvenly } from "../../thin.js";
import type { Anomaly, Samples, SeriesKey, StoredForecast, TimeRange } from "../../types.js";
import { NAME } from "./open.js";
import { POINTS } from "./schema.js";
import { timeLimit } from "./time-limit.js";

/** Samples of one series, in order. */
export async function readSamples(instance: DuckDBInstance, id: number, range: TimeRange): Promise<Samples> {
  return withConnection(instance, async (connection) => {
    const result = await connection.run(
      `SELECT time_ms::DOUBLE, value FROM ${POINTS}
       WHERE series_id = $1 AND time_ms >= $2 AND time_ms < $3 ORDER BY time_ms`,
      [id, timeLimit(range.from), timeLimit(range.to)],
    );
    const chunks = await result.fetchAllChunks();
    const length = chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0);
    const times = new Float64Array(length);
    const values = new Float64Array(length);
    let at = 0;
    for (const chunk of chunks) {
      times.set(chunk.getColumnValues(0) as number[], at);
      values.set(chunk.getColumnValues(1) as number[], at);
      at += chunk.rowCount;
    }
    return { times, values };
  });
}

/**
 * Samples of several series, each in order. Recent samples lie as they were measured, all series together: a look for those of one costs
 * as much as for those of hundreds (3 ms for the last hour of 2,000 series, one or all).
 */
export async function readSamplesOf(
  instance: DuckDBInstance,
  ids: readonly number[],
  range: TimeRange,
): Promise<Map<number, Samples>> {
  return withConnection(instance, async (connection) => {
    const result = await connection.run(
      `SELECT series_id, time_ms::DOUBLE, value FROM ${POINTS}
       WHERE series_id IN (${ids.join(", ")}) AND time_ms >= $1 AND time_ms < $2 ORDER BY series_id, time_ms`,
      [timeLimit(range.from), timeLimit(range.to)],
    );
    const found = new Map<number, { times: number[]; values: number[] }>();
    for (const chunk of await result.fetchAllChunks()) {
      const series = chunk.getColumnValues(0) as number[];
      const times = chunk.getColumnValues(1) as number[];
      const values = chunk.getColumnValues(2) as number[];
      for (let i = 0; i < series.length; i++) {
        let own = found.get(series[i]);
        if (own === undefined) {
          own = { times: [], values: [] };
          found.set(series[i], own);
        }
        own.times.push(times[i]);
        own.values.push(values[i]);
      }
    }
    return new Map(
      [...found].map(([id, { times, values }]) => [
        id,
        { times: Float64Array.from(times), values: Float64Array.from(values) },
      ]),
    );
  });
}

const FORECAST = "issued_ms::DOUBLE, model_version, times_ms::DOUBLE[], mean, median, intervals";

function forecastOf({ host, metric }: SeriesKey, row: readonly unknown[]): StoredForecast {
  const [issuedAt, modelVersion, times, mean, median, intervals] = row;
  return {
    host,
    metric,
    issuedAt: issuedAt as number,
    modelVersion: modelVersion as string,
    times: times as number[],
    mean: mean as number[],
    median: median as number[],
    intervals: intervals as StoredForecast["intervals"],
  };
}

/** The forecast of a series that was issued last before a time; null when there is none. */
export async function readLatestForecast(
  instance: DuckDBInstance,
  id: number,
  key: SeriesKey,
  before: number,
): Promise<StoredForecast | null> {
  return withConnection(instance, async (connection) => {
    const reader = await connection.runAndReadAll(
      `SELECT ${FORECAST} FROM forecasts WHERE series_id = $1 AND issued_ms < $2 ORDER BY issued_ms DESC LIMIT 1`,
      [id, timeLimit(before)],
    );
    return reader.currentRowCount === 0 ? null : forecastOf(key, reader.getRowsJS()[0]);
  });
}

/** Forecasts of a series issued in a range, oldest first, thinned to a limit. Issue times are read first: they are small. */
export async function readForecasts(
  instance: DuckDBInstance,
  id: number,
  key: SeriesKey,
  range: TimeRange,
  limit: number,
): Promise<StoredForecast[]> {
  return withConnection(instance, async (connection) => {
    const where = "series_id = $1 AND issued_ms >= $2 AND issued_ms < $3";
    const issued = await connection.runAndReadAll(
      `SELECT issued_ms::DOUBLE FROM forecasts WHERE ${where} ORDER BY issued_ms`,
      [id, timeLimit(range.from), timeLimit(range.to)],
    );
    const all = (issued.getColumns()[0] ?? []) as number[];
    const chosen = thinEvenly(NAME, all, limit);
    if (chosen.length === 0) return [];
    const only = chosen.length === all.length ? "" : `AND issued_ms IN (${chosen.join(", ")})`;
    const reader = await connection.runAndReadAll(
      `SELECT ${FORECAST} FROM forecasts WHERE ${where} ${only} ORDER BY issued_ms`,
      [id, timeLimit(chosen[0]), timeLimit(chosen[chosen.length - 1] + 1)],
    );
    return reader.getRowsJS().map((row) => forecastOf(key, row));
  });
}

/** Anomalies of a series, oldest first. */
export async function readAnomalies(
  instance: DuckDBInstance,
  id: number,
  { host, metric }: SeriesKey,
  range: TimeRange,
): Promise<Anomaly[]> {
  return withConnection(instance, async (connection) => {
    const reader = await connection.runAndReadAll(
      `SELECT time_ms::DOUBLE, value, lower, upper, model_version FROM anomalies
       WHERE series_id = $1 AND time_ms >= $2 AND time_ms < $3 ORDER BY time_ms`,
      [id, timeLimit(range.from), timeLimit(range.to)],
    );
    return reader.getRows().map(([time, value, lower, upper, modelVersion]) => ({
      host,
      metric,
      time: Number(time),
      value: Number(value),
      lower: Number(lower),
      upper: Number(upper),
      modelVersion: String(modelVersion),
    }));
  });
}

/** A connection runs one query at a time and costs 0.2 ms to make, so every read takes its own and never waits for a write. */
async function withConnection<T>(
  instance: DuckDBInstance,
  work: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const connection = await instance.connect();
  try {
    return await work(connection);
  } finally {
    connection.closeSync();
  }
}
