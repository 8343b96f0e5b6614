import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import { seriesId } from "../../series.js";
import type { Samples, SeriesKey, StoredForecast } from "../../types.js";
import { mergeParts, type Pending } from "./pending.js";

/** What the store knows of a series without asking the database. */
export interface KnownSeries {
  readonly seriesId: number;
  readonly key: SeriesKey;
  readonly synthetic: boolean;
  readonly count: number;
  readonly first: number;
  readonly last: number;
  /** When its newest forecast was issued. */
  readonly lastIssued: number;
}

const NOTHING_YET = { count: 0, first: Infinity, last: -Infinity, lastIssued: -Infinity };

export type Catalogue = Map<string, KnownSeries>;

/** Rows that DuckDB takes in one chunk. */
const CHUNK = 2048;

/** Reads the catalogue of a database that was just opened. */
export async function readCatalogue(connection: DuckDBConnection): Promise<Catalogue> {
  const reader = await connection.runAndReadAll(
    `SELECT series_id, host, metric, synthetic, coalesce(n, 0)::DOUBLE, first::DOUBLE, last::DOUBLE, issued::DOUBLE
     FROM series
     LEFT JOIN (SELECT series_id, count(*) AS n, min(time_ms) AS first, max(time_ms) AS last FROM samples GROUP BY series_id)
       USING (series_id)
     LEFT JOIN (SELECT series_id, max(issued_ms) AS issued FROM forecasts GROUP BY series_id) USING (series_id)`,
  );
  const catalogue: Catalogue = new Map();
  for (const [id, host, metric, synthetic, count, first, last, issued] of reader.getRows()) {
    const key = { host: String(host), metric: String(metric) };
    catalogue.set(seriesId(key), {
      seriesId: Number(id),
      key,
      synthetic: synthetic === true,
      count: Number(count),
      first: first === null ? Infinity : Number(first),
      last: last === null ? -Infinity : Number(last),
      lastIssued: issued === null ? -Infinity : Number(issued),
    });
  }
  return catalogue;
}

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
    if (replacing.length > 0) await replace(connection, replacing);
    const counts = await countRows(connection, replacing);
    for (const { id, seriesId: number, samples } of [...appended, ...replacing]) {
      const known = changed.get(id) as KnownSeries;
      changed.set(id, {
        ...known,
        count: counts.get(number) ?? known.count + samples.times.length,
        first: Math.min(known.first, samples.times[0]),
        last: Math.max(known.last, samples.times[samples.times.length - 1]),
      });
    }
    await writeForecasts(connection, [...pending.forecasts.values()], changed);
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

/** Makes rows for new series and keeps the mark of the old ones; returns the entries of every series written to. */
async function writeSeries(connection: DuckDBConnection, pending: Pending, catalogue: Catalogue): Promise<Catalogue> {
  const changed: Catalogue = new Map();
  let next = 1;
  for (const known of catalogue.values()) next = Math.max(next, known.seriesId + 1);
  for (const [id, { key, synthetic }] of pending.series) {
    const known = catalogue.get(id);
    if (known === undefined) {
      const added = {
        seriesId: next++,
        key,
        synthetic: synthetic ?? false,
        ...NOTHING_YET,
      };
      await connection.run("INSERT INTO series VALUES ($1, $2, $3, $4)", [
        added.seriesId,
        key.host,
        key.metric,
        added.synthetic,
      ]);
      changed.set(id, added);
    } else if (synthetic !== undefined && synthetic !== known.synthetic) {
      await connection.run("UPDATE series SET synthetic = $2 WHERE series_id = $1", [known.seriesId, synthetic]);
      changed.set(id, { ...known, synthetic });
    } else {
      changed.set(id, known);
    }
  }
  return changed;
}

/** Appends columns to a table of the shape (series_id INTEGER, time_ms BIGINT, value DOUBLE). */
async function append(
  connection: DuckDBConnection,
  table: string,
  catalog: string | null,
  columns: readonly Column[],
): Promise<void> {
  const { BIGINT, DOUBLE, DuckDBDataChunk, INTEGER } = await import("@duckdb/node-api");
  const appender = await connection.createAppender(table, null, catalog);
  try {
    for (const { seriesId: id, samples } of columns) {
      for (let begin = 0; begin < samples.times.length; begin += CHUNK) {
        const times = samples.times.subarray(begin, begin + CHUNK);
        const chunk = DuckDBDataChunk.create([INTEGER, BIGINT, DOUBLE], times.length);
        chunk.setColumns([
          new Array<number>(times.length).fill(id),
          Array.from(times, BigInt),
          Array.from(samples.values.subarray(begin, begin + CHUNK)),
        ]);
        appender.appendDataChunk(chunk);
      }
    }
  } finally {
    appender.closeSync();
  }
}

/** Deletes what is there at these times, then appends. The limits on time let DuckDB skip the blocks that cannot match. */
async function replace(connection: DuckDBConnection, columns: readonly Column[]): Promise<void> {
  await connection.run("CREATE OR REPLACE TEMP TABLE staging (series_id INTEGER, time_ms BIGINT, value DOUBLE)");
  await append(connection, "staging", "temp", columns);
  let from = Infinity;
  let to = -Infinity;
  for (const { samples } of columns) {
    from = Math.min(from, samples.times[0]);
    to = Math.max(to, samples.times[samples.times.length - 1]);
  }
  await connection.run(
    `DELETE FROM samples USING staging
     WHERE samples.series_id = staging.series_id AND samples.time_ms = staging.time_ms AND samples.time_ms BETWEEN $1 AND $2`,
    [BigInt(from), BigInt(to)],
  );
  await connection.run("INSERT INTO samples SELECT * FROM staging ORDER BY series_id, time_ms");
  await connection.run("DROP TABLE staging");
}

async function countRows(connection: DuckDBConnection, columns: readonly Column[]): Promise<Map<number, number>> {
  if (columns.length === 0) return new Map();
  const ids = columns.map((column) => column.seriesId).join(", ");
  const reader = await connection.runAndReadAll(
    `SELECT series_id, count(*)::DOUBLE FROM samples WHERE series_id IN (${ids}) GROUP BY series_id`,
  );
  return new Map(reader.getRows().map(([id, count]) => [Number(id), Number(count)]));
}

/** Writes forecasts, one row each, and moves `lastIssued` of their series on. */
async function writeForecasts(
  connection: DuckDBConnection,
  forecasts: readonly StoredForecast[],
  changed: Catalogue,
): Promise<void> {
  if (forecasts.length === 0) return;
  const { BIGINT, DOUBLE, DuckDBDataChunk, INTEGER, LIST, STRUCT, VARCHAR, listValue, structValue } = await import(
    "@duckdb/node-api"
  );
  const list = (values: readonly number[]) => listValue([...values]);
  const doubles = LIST(DOUBLE);
  const types = [
    INTEGER,
    BIGINT,
    VARCHAR,
    LIST(BIGINT),
    doubles,
    doubles,
    LIST(STRUCT({ level: DOUBLE, lower: doubles, upper: doubles })),
  ];
  const rows: DuckDBValue[][] = [];
  for (const forecast of forecasts) {
    const id = seriesId(forecast);
    const known = changed.get(id) as KnownSeries;
    const issued = BigInt(forecast.issuedAt);
    if (forecast.issuedAt <= known.lastIssued) {
      await connection.run("DELETE FROM forecasts WHERE series_id = $1 AND issued_ms = $2", [known.seriesId, issued]);
    }
    changed.set(id, { ...known, lastIssued: Math.max(known.lastIssued, forecast.issuedAt) });
    const intervals = forecast.intervals.map(({ level, lower, upper }) =>
      structValue({ level, lower: list(lower), upper: list(upper) }),
    );
    rows.push([
      known.seriesId,
      issued,
      forecast.modelVersion,
      listValue(forecast.times.map(BigInt)),
      list(forecast.mean),
      list(forecast.median),
      listValue(intervals),
    ]);
  }
  const appender = await connection.createAppender("forecasts");
  try {
    for (let begin = 0; begin < rows.length; begin += CHUNK) {
      const part = rows.slice(begin, begin + CHUNK);
      const chunk = DuckDBDataChunk.create(types, part.length);
      chunk.setRows(part);
      appender.appendDataChunk(chunk);
    }
  } finally {
    appender.closeSync();
  }
}
