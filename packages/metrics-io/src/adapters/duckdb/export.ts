import type { DuckDBInstance } from "@duckdb/node-api";
import { AdapterError } from "../../errors.js";
import type { TimeRange } from "../../types.js";
import { NAME } from "./open.js";
import { POINTS } from "./schema.js";
import { timeLimit } from "./time-limit.js";

export interface ParquetExport {
  readonly what: "samples" | "forecasts";
  /** Of samples by their time, of forecasts by when they were issued. */
  readonly range: TimeRange;
  /** Stops it, with an AdapterError (ABORTED); what is in the file by then is of no use. */
  readonly signal?: AbortSignal;
}

/** Writes a Parquet file, one row a sample or a step of a forecast, in the order of series and time. Returns the number of rows. */
export async function writeParquet(
  instance: DuckDBInstance,
  file: string,
  { what, range, signal }: ParquetExport,
  seriesIds: readonly number[],
): Promise<number> {
  const stopped = () => new AdapterError(NAME, `writing ${file} was stopped`, { code: "ABORTED" });
  if (signal?.aborted) throw stopped();
  const connection = await instance.connect();
  const interrupt = () => connection.interrupt();
  signal?.addEventListener("abort", interrupt);
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
  } catch (error) {
    throw signal?.aborted ? stopped() : error;
  } finally {
    signal?.removeEventListener("abort", interrupt);
    connection.closeSync();
  }
}
