import type { DuckDBInstance } from "@duckdb/node-api";
import type { TimeRange } from "../../types.js";
import { POINTS } from "./schema.js";
import { timeLimit } from "./time-limit.js";

export interface ParquetExport {
  readonly what: "samples" | "forecasts";
  /** Of samples by their time, of forecasts by when they were issued. */
  readonly range: TimeRange;
}

/** Writes a Parquet file, one row a sample or a step of a forecast, in the order of series and time. Returns the number of rows. */
export async function writeParquet(
  instance: DuckDBInstance,
  file: string,
  { what, range }: ParquetExport,
  seriesIds: readonly number[],
): Promise<number> {
  const connection = await instance.connect();
  const within = (column: string) =>
    `series_id IN (${seriesIds.join(", ") || "NULL"}) AND ${column} >= ${timeLimit(range.from)} AND ${column} < ${timeLimit(range.to)}`;
  const rows =
    what === "samples"
      ? `SELECT host, metric, epoch_ms(time_ms) AS time, value FROM ${POINTS} JOIN series USING (series_id)
         WHERE ${within("time_ms")} ORDER BY host, metric, time_ms`
      : `SELECT host, metric, epoch_ms(issued_ms) AS issued_at, model_version, step, epoch_ms(times_ms[step]) AS time,
           mean[step] AS mean, median[step] AS median,
           list_transform(intervals, i -> {'level': i.level, 'lower': i.lower[step], 'upper': i.upper[step]}) AS intervals
         FROM (SELECT *, unnest(range(1, len(times_ms) + 1)) AS step FROM forecasts WHERE ${within("issued_ms")})
         JOIN series USING (series_id) ORDER BY host, metric, issued_ms, step`;
  try {
    const path = `'${file.replaceAll("'", "''")}'`;
    const result = await connection.runAndReadAll(`COPY (${rows}) TO ${path} (FORMAT parquet, COMPRESSION zstd)`);
    return Number(result.getRows()[0][0]);
  } finally {
    connection.closeSync();
  }
}
