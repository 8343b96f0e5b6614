import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
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

/**
 * Rows that are sorted at a time. DuckDB gives up on a sort of all points under the limit of this store, even where the disk has room
 * (1.5: "could not allocate block" from some millions of rows on); so much takes it some MB.
 */
const SORTED_TOGETHER = 200_000;

/** What is exported: where it comes from, how many rows an entry becomes, and these rows. */
const SOURCES = {
  samples: {
    table: POINTS,
    time: "time_ms",
    rows: "1",
    columns: "epoch_ms(time_ms) AS time, value",
    from: (where: string) => `(SELECT * FROM ${POINTS} WHERE ${where})`,
    order: "time_ms",
  },
  forecasts: {
    table: "forecasts",
    time: "issued_ms",
    rows: "len(times_ms)",
    columns: `epoch_ms(issued_ms) AS issued_at, model_version, step, epoch_ms(times_ms[step]) AS time, mean[step] AS mean,
      median[step] AS median, list_transform(intervals, i -> {'level': i.level, 'lower': i.lower[step], 'upper': i.upper[step]}) AS intervals`,
    from: (where: string) => `(SELECT *, unnest(range(1, len(times_ms) + 1)) AS step FROM forecasts WHERE ${where})`,
    order: "issued_ms, step",
  },
} as const;

type Source = (typeof SOURCES)[keyof typeof SOURCES];

/** Writes a Parquet file, one row a sample or a step of a forecast, in the order of series and time. Returns the number of rows. */
export async function writeParquet(
  instance: DuckDBInstance,
  file: string,
  { what, range, signal }: ParquetExport,
  seriesIds: readonly number[],
): Promise<number> {
  const stopped = () => new AdapterError(NAME, `writing ${file} was stopped`, { code: "ABORTED" });
  if (signal?.aborted) throw stopped();
  const source = SOURCES[what];
  const connection = await instance.connect();
  const interrupt = () => connection.interrupt();
  signal?.addEventListener("abort", interrupt);
  const insert = (kind: string, where: string) =>
    connection.run(
      `${kind} SELECT host, metric, ${source.columns} FROM ${source.from(where)} JOIN series USING (series_id)
       ORDER BY host, metric, ${source.order}`,
    );
  try {
    await insert("CREATE OR REPLACE TEMP TABLE exported AS", "false");
    for (const piece of await piecesOf(connection, source, seriesIds, range)) {
      if (signal?.aborted) throw stopped();
      await insert("INSERT INTO exported", within(source, piece.series, piece));
    }
    const path = `'${file.replaceAll("'", "''")}'`;
    const result = await connection.runAndReadAll(`COPY exported TO ${path} (FORMAT parquet, COMPRESSION zstd)`);
    return Number(result.getRows()[0][0]);
  } catch (error) {
    throw signal?.aborted ? stopped() : error;
  } finally {
    signal?.removeEventListener("abort", interrupt);
    await connection.run("DROP TABLE IF EXISTS exported").catch(() => undefined);
    connection.closeSync();
  }
}

interface Piece extends TimeRange {
  readonly series: readonly number[];
}

const within = ({ time }: Source, series: readonly number[], { from, to }: TimeRange) =>
  `series_id IN (${series.join(", ") || "NULL"}) AND ${time} >= ${timeLimit(from)} AND ${time} < ${timeLimit(to)}`;

/** Neighbouring series, or spans of a long one, that together hold all rows in order. */
async function piecesOf(
  connection: DuckDBConnection,
  source: Source,
  seriesIds: readonly number[],
  range: TimeRange,
): Promise<Piece[]> {
  const reader = await connection.runAndReadAll(
    `SELECT series_id, sum(${source.rows})::DOUBLE, min(${source.time})::DOUBLE, max(${source.time})::DOUBLE
     FROM ${source.table} JOIN series USING (series_id) WHERE ${within(source, seriesIds, range)}
     GROUP BY series_id, host, metric ORDER BY host, metric`,
  );
  const pieces: Piece[] = [];
  let room = 0;
  for (const [series, rows, first, last] of reader.getRows() as [number, number, number, number][]) {
    const open = pieces.at(-1);
    if (open && rows <= room) {
      pieces[pieces.length - 1] = { ...open, series: [...open.series, series] };
      room -= rows;
      continue;
    }
    // Where samples lie unevenly some spans have more than their share; there is room for that.
    const spans = Math.ceil(rows / SORTED_TOGETHER);
    const width = Math.ceil((last + 1 - first) / spans);
    for (let from = first; from <= last; from += width) {
      const all = spans === 1;
      pieces.push({
        series: [series],
        from: all ? range.from : from,
        to: all ? range.to : Math.min(from + width, last + 1),
      });
    }
    room = spans === 1 ? SORTED_TOGETHER - rows : 0;
  }
  return pieces;
}
