import type { AdapterError } from "../errors.js";
import { tidySamples } from "../samples.js";
import { checkKey, seriesId } from "../series.js";
import type { Samples, SeriesKey } from "../types.js";
import { detectDelimiter, isGap, numberIn, numberRemedy } from "./parse.js";
import { type CsvRow, csvRowReader, csvRows, quote } from "./rows.js";
import { findLayout, tableError } from "./sample-layout.js";
import { epochUnit, parseTime } from "./time.js";

export interface SampleTableOptions {
  /** What the text is called in errors, for example its path. */
  readonly name?: string;
  /** Header names; default: the usual ones, in any case. */
  readonly timeColumn?: string | undefined;
  readonly valueColumn?: string | undefined;
  readonly hostColumn?: string | undefined;
  readonly metricColumn?: string | undefined;
  /** Host of all rows; a column that names it is then not looked for, and may name one only. */
  readonly host?: string | undefined;
  /** Metric of all rows, likewise. */
  readonly metric?: string | undefined;
}

export interface SampleTable {
  /** In order of their id; samples in order of time, each time once, gaps left out. */
  readonly series: readonly (SeriesKey & Samples)[];
  /** What was taken for what; several values where each column is a metric of its own. */
  readonly columns: {
    readonly time: string;
    readonly values: readonly string[];
    readonly host: string | null;
    readonly metric: string | null;
  };
  readonly rows: number;
  /** Fields without a value. */
  readonly gaps: number;
  /** Values whose series and time another row has too; the last was kept. */
  readonly duplicates: number;
  /** Rows, or values of a row, that were left out. */
  readonly bad: readonly { readonly line: number; readonly problem: string }[];
}

/**
 * Reads a CSV text of samples of any number of series: in long form (time, value and perhaps host and metric), or wide with one column for
 * each metric. Times and numbers are written as {@link parseCsvSeries} takes them. A row that cannot be read is left out and reported.
 *
 * Throws AdapterError (INVALID_DATA) where the table as a whole makes no sense, INVALID_ARGUMENT where host or metric have to be given, or were given
 * for all rows of a table that has several.
 */
export function parseSampleTable(text: string, options: SampleTableOptions = {}): SampleTable {
  const content = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const delimiter = detectDelimiter(content);
  let table: TableRows | null = null;
  for (const row of csvRows(content, delimiter, failAt(options))) {
    table ??= tableRows(row.fields, delimiter, options);
    table.take(row);
  }
  if (table === null) throw emptyTable(options);
  const series = table.drain();
  return { series, ...table.summary() };
}

/** A table without its samples, which were handed over on the way. */
export type SampleTableSummary = Omit<SampleTable, "series" | "bad"> & {
  /** The first thousand. */
  readonly bad: SampleTable["bad"];
  readonly badCount: number;
};

/** Samples that are handed over at a time. */
const BATCH = 100_000;
/** Problems that are kept of a table of any length. */
const MOST_BAD = 1000;

/**
 * The same of a text that comes in pieces and may be larger than memory: samples are handed to `take` some 100,000 at a time, series in
 * order of their id and in each the times in order. Between two batches neither holds: rows of one series and time that lie far apart are
 * no duplicates here, and come in the order of the rows. The unit of times that are numbers is that of the first batch.
 *
 * Throws as {@link parseSampleTable}, and INVALID_DATA where times change their unit.
 */
export async function readSampleTable(
  pieces: AsyncIterable<string> | Iterable<string>,
  options: SampleTableOptions,
  take: (series: SampleTable["series"]) => Promise<void>,
): Promise<SampleTableSummary> {
  let head = "";
  let read: ReturnType<typeof csvRowReader> | null = null;
  let delimiter = ",";
  let table: TableRows | null = null;
  const give = async (piece: string, last: boolean) => {
    if (read === null) {
      head += piece;
      // Until there is a whole line that tells the delimiter.
      if (!last && !/^(?!#)[^\r\n]*\S[^\r\n]*[\r\n]/m.test(head)) return;
      const content = head.startsWith("\uFEFF") ? head.slice(1) : head;
      delimiter = detectDelimiter(content);
      read = csvRowReader(delimiter, failAt(options));
      return void (await rows(read(content, last)));
    }
    await rows(read(piece, last));
  };
  const rows = async (found: Iterable<CsvRow>) => {
    for (const row of found) {
      table ??= tableRows(row.fields, delimiter, options, MOST_BAD);
      table.take(row);
      if (table.held() >= BATCH) await take(table.drain());
    }
  };
  for await (const piece of pieces) await give(piece, false);
  await give("", true);
  if (table === null) throw emptyTable(options);
  const whole = table as TableRows;
  if (whole.held() > 0) await take(whole.drain());
  return { ...whole.summary(), badCount: whole.badCount() };
}

interface TableRows {
  take(row: CsvRow): void;
  /** Samples that were taken since they were drained last. */
  held(): number;
  drain(): SampleTable["series"];
  summary(): Omit<SampleTable, "series">;
  badCount(): number;
}

/** Rows of one table, whose first tells what its columns hold. */
function tableRows(
  firstRow: readonly string[],
  delimiter: string,
  options: SampleTableOptions,
  mostBad = Infinity,
): TableRows {
  const layout = findLayout(firstRow, delimiter, options);
  const bad: { line: number; problem: string }[] = [];
  let badCount = 0;
  let columns = new Map<string, { key: SeriesKey; times: number[]; values: number[] }>();
  let header = layout.header;
  let rows = 0;
  let gaps = 0;
  let held = 0;
  let duplicates = 0;
  let epoch: boolean | null = null;
  let largest = 0;
  let unit: number | null = null;

  const seen = new Map<string, string>();
  /** One name for all rows renames a host or a metric; several of them it would mix, and nobody could part them again. */
  const refuseMixture = ({ line, fields }: CsvRow) => {
    for (const { what, index } of layout.replaced) {
      const name = fields[index].trim();
      const before = seen.get(what);
      if (before === undefined) seen.set(what, name);
      else if (before !== name) {
        throw tableError(
          options,
          "INVALID_ARGUMENT",
          `line ${line}: the ${what} is ${quote(name)} after ${quote(before)}, and all rows were to get one: give no ${what} of all rows`,
        );
      }
    }
  };

  const take = (row: CsvRow) => {
    const { line, fields } = row;
    if (header) {
      header = false;
      return;
    }
    rows++;
    const report = (problem: string) => {
      if (++badCount <= mostBad) bad.push({ line, problem });
    };
    if (fields.length !== layout.width) return report(`${fields.length} fields where ${layout.width} are expected`);
    refuseMixture(row);
    const written = fields[layout.time].trim();
    const time = parseTime(written);
    if (time === null) return report(`${quote(written)} is not a time`);
    const isEpoch = "epoch" in time;
    epoch ??= isEpoch;
    if (isEpoch !== epoch) return report("its time is a number where others are dates, or the other way round");
    const at = "epoch" in time ? time.epoch : time.millis;
    for (const { index, metric } of layout.values) {
      const field = fields[index];
      if (isGap(field)) {
        gaps++;
        continue;
      }
      const value = numberIn(field, delimiter);
      if (Number.isNaN(value)) {
        report(`${quote(field)} ${numberRemedy(field, delimiter).split(";")[0]}`);
        continue;
      }
      const key = {
        host: layout.host === null ? (options.host as string) : fields[layout.host],
        metric: metric ?? fields[layout.metric as number],
      };
      const id = seriesId(key);
      let column = columns.get(id);
      if (column === undefined) {
        const problem = keyProblem(key);
        if (problem !== null) {
          report(problem);
          continue;
        }
        column = { key, times: [], values: [] };
        columns.set(id, column);
      }
      if (isEpoch) {
        largest = Math.max(largest, Math.abs(at));
        if (unit !== null && epochUnit(largest) !== unit) {
          throw failAt(options)(line, `${quote(written)} is a time of another unit than those before; give all in one`);
        }
      }
      column.times.push(at);
      column.values.push(value);
      held++;
    }
  };

  return {
    take,
    held: () => held,
    drain() {
      unit ??= epoch ? epochUnit(largest) : 1;
      const factor = unit;
      const series = [...columns.entries()]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, { key, times, values }]) => {
          const samples = tidySamples(
            "csv",
            times.map((time) => time * factor),
            values,
          );
          duplicates += times.length - samples.times.length;
          return { ...key, ...samples };
        });
      columns = new Map();
      held = 0;
      return series;
    },
    summary: () => ({ columns: layout.names, rows, gaps, duplicates, bad }),
    badCount: () => badCount,
  };
}

function failAt(options: SampleTableOptions) {
  return (line: number, message: string): never => {
    throw tableError(options, "INVALID_DATA", `line ${line}: ${message}`);
  };
}

function emptyTable(options: SampleTableOptions): AdapterError {
  return tableError(options, "INVALID_DATA", "the table is empty; expected a header such as time,host,cpu_percent");
}

function keyProblem(key: SeriesKey): string | null {
  try {
    checkKey("csv", key);
    return null;
  } catch (error) {
    return (error as Error).message.replace(/^csv: /, "");
  }
}
