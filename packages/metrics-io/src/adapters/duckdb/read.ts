import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { Samples, SeriesKey, StoredForecast, TimeRange } from "../../types.js";
import { timeLimit } from "./time-limit.js";

/** Samples of one series, in order. */
export async function readSamples(instance: DuckDBInstance, id: number, range: TimeRange): Promise<Samples> {
  return withConnection(instance, async (connection) => {
    const result = await connection.run(
      `SELECT time_ms::DOUBLE, value FROM samples
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

/** The forecast of a series that was issued last before a time; null when there is none. */
export async function readLatestForecast(
  instance: DuckDBInstance,
  id: number,
  key: SeriesKey,
  before: number,
): Promise<StoredForecast | null> {
  return withConnection(instance, async (connection) => {
    const reader = await connection.runAndReadAll(
      `SELECT issued_ms::DOUBLE, model_version, times_ms::DOUBLE[], mean, median, intervals FROM forecasts
       WHERE series_id = $1 AND issued_ms < $2 ORDER BY issued_ms DESC LIMIT 1`,
      [id, timeLimit(before)],
    );
    if (reader.currentRowCount === 0) return null;
    const [issuedAt, modelVersion, times, mean, median, intervals] = reader.getRowsJS()[0];
    return {
      host: key.host,
      metric: key.metric,
      issuedAt: issuedAt as number,
      modelVersion: modelVersion as string,
      times: times as number[],
      mean: mean as number[],
      median: median as number[],
      intervals: intervals as unknown as StoredForecast["intervals"],
    };
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
