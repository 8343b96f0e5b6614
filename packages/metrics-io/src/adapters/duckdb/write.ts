import type { DuckDBConnection } from "@duckdb/node-api";
import type { Samples } from "../../types.js";
import { appendChunk, CHUNK } from "./append.js";
import { type Catalogue, type KnownSeries, writeSeries } from "./catalogue.js";
import { mergeParts, type Pending } from "./pending.js";
import { writeAnomalies } from "./write-anomalies.js";
import { writeForecasts } from "./write-forecasts.js";

/**
 * Writes everything that waits in one transaction and returns the changed catalogue entries. Either all of it is on disk afterwards
 * or, with the error thrown, none.
 */
export async function writePending(
  connection: DuckDBConnection,
  pending: Pending,
  catalogue: Catalogue,
): Promise<Catalogue> {
  await connection.run("BEGIN");
  try {
    const changed = await writeSeries(connection, pending, catalogue);
    const appended: Column[] = [];
    const replacing: Column[] = [];
    for (const [id, { parts }] of pending.series) {
      if (parts.length === 0) continue;
      const known = changed.get(id) as KnownSeries;
      const column = { id, seriesId: known.seriesId, samples: mergeParts(parts) };
      // Almost every write is newer than all there is; only the others need a search for rows to replace.
      (column.samples.times[0] > known.last ? appended : replacing).push(column);
    }
    if (appended.length > 0) await append(connection, "samples", null, appended);
    const replaced = replacing.length > 0 ? await replace(connection, replacing) : new Map<number, number>();
    for (const { id, seriesId: number, samples } of [...appended, ...replacing]) {
      const known = changed.get(id) as KnownSeries;
      changed.set(id, {
        ...known,
        count: known.count + samples.times.length - (replaced.get(number) ?? 0),
        first: Math.min(known.first, samples.times[0]),
        last: Math.max(known.last, samples.times[samples.times.length - 1]),
      });
    }
    await writeForecasts(connection, [...pending.forecasts.values()], changed);
    await writeAnomalies(connection, [...pending.anomalies.values()], changed);
    await connection.run("COMMIT");
    return changed;
  } catch (error) {
    // After a failed COMMIT there is no transaction left to roll back; the first error is the one that matters.
    await connection.run("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

interface Column {
  readonly id: string;
  readonly seriesId: number;
  readonly samples: Samples;
}

/** Appends columns to a table of the shape (series_id INTEGER, time_ms BIGINT, value DOUBLE). */
async function append(
  connection: DuckDBConnection,
  table: string,
  catalog: string | null,
  columns: readonly Column[],
): Promise<void> {
  const { BIGINT, DOUBLE, INTEGER } = await import("@duckdb/node-api");
  // Chunks are filled across series: a thousand hosts with one sample each are one chunk, not a thousand.
  let ids: number[] = [];
  let times: bigint[] = [];
  let values: number[] = [];
  const appender = await connection.createAppender(table, null, catalog);
  try {
    for (const { seriesId: id, samples } of columns) {
      for (let i = 0; i < samples.times.length; i++) {
        ids.push(id);
        times.push(BigInt(samples.times[i]));
        values.push(samples.values[i]);
        if (ids.length === CHUNK) {
          await appendChunk(appender, [INTEGER, BIGINT, DOUBLE], [ids, times, values]);
          ids = [];
          times = [];
          values = [];
        }
      }
    }
    await appendChunk(appender, [INTEGER, BIGINT, DOUBLE], [ids, times, values]);
  } finally {
    appender.closeSync();
  }
}

/**
 * Deletes what is there at these times, then appends; returns how many rows of each series went. The limits on time let DuckDB skip the
 * blocks that cannot match.
 */
async function replace(connection: DuckDBConnection, columns: readonly Column[]): Promise<Map<number, number>> {
  await connection.run("CREATE OR REPLACE TEMP TABLE staging (series_id INTEGER, time_ms BIGINT, value DOUBLE)");
  await append(connection, "staging", "temp", columns);
  let from = Infinity;
  let to = -Infinity;
  for (const { samples } of columns) {
    from = Math.min(from, samples.times[0]);
    to = Math.max(to, samples.times[samples.times.length - 1]);
  }
  const limits = [BigInt(from), BigInt(to)];
  const replaced = new Map<number, number>();
  for (const table of ["samples", "sorted_samples", "averages"]) {
    const reader = await connection.runAndReadAll(
      `SELECT series_id, count(*)::DOUBLE FROM ${table} JOIN staging USING (series_id, time_ms)
       WHERE time_ms BETWEEN $1 AND $2 GROUP BY series_id`,
      limits,
    );
    if (reader.currentRowCount === 0) continue;
    for (const [id, count] of reader.getRows()) {
      replaced.set(Number(id), (replaced.get(Number(id)) ?? 0) + Number(count));
    }
    await connection.run(
      `DELETE FROM ${table} AS old USING staging
       WHERE old.series_id = staging.series_id AND old.time_ms = staging.time_ms AND old.time_ms BETWEEN $1 AND $2`,
      limits,
    );
  }
  await connection.run("INSERT INTO samples SELECT * FROM staging ORDER BY series_id, time_ms");
  await connection.run("DROP TABLE staging");
  return replaced;
}
