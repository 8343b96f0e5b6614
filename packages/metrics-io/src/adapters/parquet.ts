import { existsSync } from "node:fs";
import { basename, extname } from "node:path";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { findColumn, noColumn, TIME_NAMES, VALUE_NAMES } from "../column-names.js";
import { epochUnit } from "../csv/time.js";
import { AdapterError, asAdapterError } from "../errors.js";
import { tidySamples } from "../samples.js";
import { checkKey, checkRange, seriesId, unknownSeries } from "../series.js";
import type { MetricSource, SeriesInfo } from "../types.js";
import { timeLimit } from "./duckdb/time-limit.js";

const NAME = "parquet";

export interface ParquetSourceOptions {
  /** A file, or a pattern such as `metrics/*.parquet` for several with the same columns. */
  readonly path: string;
  /** Column of the time: a time stamp (UTC where it has no zone), a date, or a number of seconds or finer units since 1970. Default: as in a CSV. */
  readonly timeColumn?: string;
  /** Column of the value. Default: as in a CSV. */
  readonly valueColumn?: string;
  /** Column that names the host. Default: `host`, where there is one. */
  readonly hostColumn?: string;
  /** Column that names the metric. Default: `metric`, where there is one. */
  readonly metricColumn?: string;
  /** Host of all rows where no column names it. Default: "parquet". */
  readonly host?: string;
  /** Metric of all rows where no column names it. Default: the file's name without its ending. */
  readonly metric?: string;
}

export interface ParquetSource extends MetricSource {
  /** Rows of the files, and those of them that hold a value. */
  counts(): Promise<{ rows: number; valid: number }>;
}

interface Opened {
  readonly instance: DuckDBInstance;
  /** A query of the columns host, metric, time_ms, value and row. */
  readonly rows: string;
  /** The files as they are. */
  readonly files: string;
}

/**
 * Parquet files of samples in long form, one row each, read through DuckDB: only the columns and row groups that a range needs are
 * read. Rows without a finite value are gaps; of equal times the row that comes last counts.
 */
export function parquetSource(options: ParquetSourceOptions): ParquetSource {
  const { path } = options;
  if (typeof path !== "string" || path === "") {
    throw new AdapterError(NAME, `path must name a file, got ${JSON.stringify(path) ?? String(path)}`, {
      code: "INVALID_ARGUMENT",
    });
  }
  let opened: Promise<Opened> | null = null;
  let closed = false;
  const running = new Set<Promise<unknown>>();

  const start = (): Promise<Opened> => {
    if (closed) throw new AdapterError(NAME, "the source is closed; make a new one", { code: "CLOSED" });
    if (opened === null) {
      const opening = openFiles(options);
      opened = opening;
      opening.catch(() => {
        if (opened === opening) opened = null;
      });
    }
    return opened;
  };

  /** Runs a query on a connection of its own; close() waits for it. */
  const query = async <T>(
    work: (connection: DuckDBConnection, rows: string, files: string) => Promise<T>,
  ): Promise<T> => {
    const { instance, rows, files } = await start();
    const run = (async () => {
      const connection = await instance.connect();
      try {
        return await work(connection, rows, files);
      } catch (error) {
        throw asAdapterError(NAME, `${path} cannot be read`, error);
      } finally {
        connection.closeSync();
      }
    })();
    running.add(run);
    return run.finally(() => running.delete(run));
  };

  return {
    name: NAME,

    async open() {
      await start();
    },

    async listSeries(): Promise<SeriesInfo[]> {
      return query(async (connection, rows) => {
        const reader = await connection.runAndReadAll(
          `SELECT host, metric, min(time_ms)::DOUBLE, max(time_ms)::DOUBLE, count(DISTINCT time_ms)::DOUBLE
           FROM (${rows}) GROUP BY host, metric`,
        );
        return reader
          .getRows()
          .map(([host, metric, first, last, count]) => {
            const key = { host: String(host), metric: String(metric) };
            return {
              ...key,
              id: seriesId(key),
              synthetic: false,
              first: Number(first),
              last: Number(last),
              count: Number(count),
            };
          })
          .sort((a, b) => (a.id < b.id ? -1 : 1));
      });
    },

    async read(key, range) {
      await start();
      checkKey(NAME, key);
      checkRange(NAME, range);
      return query(async (connection, rows) => {
        const one = "host = $1 AND metric = $2";
        const reader = await connection.runAndReadAll(
          `SELECT time_ms::DOUBLE, value FROM (${rows}) WHERE ${one} AND time_ms >= $3 AND time_ms < $4
           ORDER BY time_ms, "row"`,
          [key.host, key.metric, timeLimit(range.from), timeLimit(range.to)],
        );
        const [times = [], values = []] = reader.getColumns() as number[][];
        if (times.length === 0) {
          const found = await connection.runAndReadAll(`SELECT 1 FROM (${rows}) WHERE ${one} LIMIT 1`, [
            key.host,
            key.metric,
          ]);
          if (found.currentRowCount === 0) throw unknownSeries(NAME, key);
        }
        return tidySamples(NAME, times, values);
      });
    },

    counts: () =>
      query(async (connection, rows, files) => {
        const reader = await connection.runAndReadAll(
          `SELECT (SELECT count(*) FROM ${files})::DOUBLE, (SELECT count(*) FROM (${rows}))::DOUBLE`,
        );
        const [all, valid] = reader.getRows()[0];
        return { rows: Number(all), valid: Number(valid) };
      }),

    async close() {
      closed = true;
      const closing = opened;
      opened = null;
      await Promise.allSettled(running);
      (await closing?.catch(() => null))?.instance.closeSync();
    },
  };
}

async function openFiles(options: ParquetSourceOptions): Promise<Opened> {
  const { path } = options;
  if (!/[*?[{]/.test(path) && !existsSync(path)) {
    throw new AdapterError(NAME, `there is no file ${path}; check the path`, { code: "NOT_FOUND" });
  }
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: "256MB",
    threads: "2",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  try {
    const files = `read_parquet(${literal(path)}, file_row_number = true, filename = true)`;
    return { instance, files, rows: await rowsQuery(connection, options, files) };
  } catch (error) {
    instance.closeSync();
    if (error instanceof AdapterError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const code = reason.includes("No files found") ? "NOT_FOUND" : "INVALID_DATA";
    throw new AdapterError(NAME, `${path} cannot be read: ${reason}`, { code, cause: error });
  } finally {
    connection.closeSync();
  }
}

/** Looks at the columns once and writes the query that gives them the names and units used here. */
async function rowsQuery(connection: DuckDBConnection, options: ParquetSourceOptions, files: string): Promise<string> {
  const { path } = options;
  const description = (
    await connection.runAndReadAll(`DESCRIBE SELECT * EXCLUDE (file_row_number, filename) FROM ${files}`)
  )
    .getRows()
    .map(([name, type]) => ({ name: String(name), type: String(type) }));
  const names = description.map(({ name }) => name);

  const column = (asked: string | undefined, usual: readonly string[], option: string): number => {
    const index = findColumn(names, asked, usual);
    if (index < 0) {
      throw new AdapterError(NAME, `${path}: ${noColumn(names, asked, option)}`, { code: "INVALID_DATA" });
    }
    return index;
  };
  const label = (asked: string | undefined, usual: string, option: string, otherwise: string): string => {
    const there = asked !== undefined || findColumn(names, undefined, [usual]) >= 0;
    return there ? `${identifier(names[column(asked, [usual], option)])}::VARCHAR` : literal(otherwise);
  };

  const time = description[column(options.timeColumn, TIME_NAMES, "timeColumn")];
  const value = identifier(names[column(options.valueColumn, VALUE_NAMES, "valueColumn")]);
  const host = label(options.hostColumn, "host", "hostColumn", options.host ?? "parquet");
  const metric = label(options.metricColumn, "metric", "metricColumn", options.metric ?? basename(path, extname(path)));
  return `SELECT ${host} AS host, ${metric} AS metric, ${await timeInMillis(connection, files, path, time)} AS time_ms,
      ${value}::DOUBLE AS value, (filename, file_row_number) AS "row"
    FROM ${files} WHERE isfinite(${value}::DOUBLE) AND ${identifier(time.name)} IS NOT NULL`;
}

/** An expression for a time column in whole milliseconds. */
async function timeInMillis(
  connection: DuckDBConnection,
  files: string,
  path: string,
  { name, type }: { name: string; type: string },
): Promise<string> {
  const column = identifier(name);
  if (type.startsWith("TIMESTAMP WITH TIME ZONE")) return `epoch_ms(${column})`;
  if (type.startsWith("TIMESTAMP") || type === "DATE") return `epoch_ms(${column}::TIMESTAMP)`;
  if (/^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*)$/.test(type)) {
    const largest = (
      await connection.runAndReadAll(`SELECT max(abs(${column}))::DOUBLE FROM ${files}`)
    ).getRows()[0][0];
    return `round(${column}::DOUBLE * ${epochUnit(Number(largest ?? 0))})::BIGINT`;
  }
  throw new AdapterError(
    NAME,
    `${path}: the time column ${name} is of the type ${type}; a time stamp or a number is needed`,
    {
      code: "INVALID_DATA",
    },
  );
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
