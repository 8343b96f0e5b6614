import { findColumn, noColumn, TIME_NAMES, VALUE_NAMES } from "../column-names.js";
import { AdapterError } from "../errors.js";
import { tidySamples } from "../samples.js";
import { checkKey, seriesId } from "../series.js";
import type { Samples, SeriesKey } from "../types.js";
import { detectDelimiter, GAP, NUMBER } from "./parse.js";
import { csvRows } from "./rows.js";
import { epochUnit, parseTime } from "./time.js";

const HOST_NAMES = ["host", "hostname", "instance"];
const METRIC_NAMES = ["metric"];

export interface SampleTableOptions {
  /** What the text is called in errors, for example its path. */
  readonly name?: string;
  /** Header names; default: the usual ones, in any case. */
  readonly timeColumn?: string | undefined;
  readonly valueColumn?: string | undefined;
  readonly hostColumn?: string | undefined;
  readonly metricColumn?: string | undefined;
  /** Host of all rows; a column that names it is then not looked for. */
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
 * Throws AdapterError (INVALID_DATA) where the table as a whole makes no sense, INVALID_ARGUMENT where host or metric have to be given.
 */
export function parseSampleTable(text: string, options: SampleTableOptions = {}): SampleTable {
  const content = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const delimiter = detectDelimiter(content);
  const rows = csvRows(content, delimiter, (line, message) => {
    throw fail(options, "INVALID_DATA", `line ${line}: ${message}`);
  });
  const first = rows.next();
  if (first.done)
    throw fail(options, "INVALID_DATA", "the table is empty; expected a header such as time,host,cpu_percent");
  const layout = findLayout(first.value.fields, options);

  const bad: { line: number; problem: string }[] = [];
  const columns = new Map<string, { key: SeriesKey; times: number[]; values: number[] }>();
  let count = 0;
  let gaps = 0;
  let epoch: boolean | null = null;
  let largest = 0;

  const take = (line: number, fields: readonly string[]) => {
    count++;
    const report = (problem: string) => bad.push({ line, problem });
    if (fields.length !== layout.width) return report(`${fields.length} fields where ${layout.width} are expected`);
    const written = fields[layout.time];
    const time = parseTime(written);
    if (time === null) return report(`${quote(written)} is not a time`);
    const isEpoch = "epoch" in time;
    epoch ??= isEpoch;
    if (isEpoch !== epoch) return report("its time is a number where others are dates, or the other way round");
    const at = "epoch" in time ? time.epoch : time.millis;
    for (const { index, metric } of layout.values) {
      const field = fields[index];
      if (GAP.test(field)) {
        gaps++;
        continue;
      }
      const decimal = delimiter === ";" ? field.replace(",", ".") : field;
      const value = NUMBER.test(decimal) ? Number(decimal) : Number.NaN;
      if (!Number.isFinite(value)) {
        report(`${quote(field)} is not a finite number`);
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
      if (isEpoch) largest = Math.max(largest, Math.abs(at));
      column.times.push(at);
      column.values.push(value);
    }
  };
  if (!layout.header) take(first.value.line, first.value.fields);
  for (const { line, fields } of rows) take(line, fields);

  const unit = epoch ? epochUnit(largest) : 1;
  let duplicates = 0;
  const series = [...columns.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { key, times, values }]) => {
      const samples = tidySamples(
        "csv",
        times.map((time) => time * unit),
        values,
      );
      duplicates += times.length - samples.times.length;
      return { ...key, ...samples };
    });
  return { series, columns: layout.names, rows: count, gaps, duplicates, bad };
}

interface Layout {
  readonly header: boolean;
  readonly width: number;
  readonly time: number;
  readonly host: number | null;
  readonly metric: number | null;
  /** A value column and its metric; null where another column names it. */
  readonly values: readonly { readonly index: number; readonly metric: string | null }[];
  readonly names: SampleTable["columns"];
}

/** Finds out what each column holds, from the first row. */
function findLayout(fields: readonly string[], options: SampleTableOptions): Layout {
  const { timeColumn, valueColumn, hostColumn, metricColumn } = options;
  if (fields.length < 2) throw fail(options, "INVALID_DATA", "one column only; expected at least a time and a value");
  const header =
    parseTime(fields[0]) === null ||
    ![...fields.slice(1)].every((field) => GAP.test(field) || NUMBER.test(field.replace(",", ".")));
  const names = header ? fields : fields.map((_, i) => (i === 0 ? "time" : i === 1 ? "value" : `column ${i + 1}`));
  if (!header && fields.length > 2) {
    throw fail(options, "INVALID_DATA", "more than two columns need a header that names them");
  }
  const find = (asked: string | undefined, usual: readonly string[], option: string): number | null => {
    const index = findColumn(names, asked, usual);
    if (index < 0 && asked !== undefined) throw fail(options, "INVALID_DATA", noColumn(names, asked, option));
    return index < 0 ? null : index;
  };
  const time = find(timeColumn, TIME_NAMES, "timeColumn") ?? 0;
  const host = options.host === undefined ? find(hostColumn, HOST_NAMES, "hostColumn") : null;
  const metric = options.metric === undefined ? find(metricColumn, METRIC_NAMES, "metricColumn") : null;
  if (host === null && options.host === undefined) {
    throw fail(
      options,
      "INVALID_ARGUMENT",
      `no column names the host (there are ${list(names)}); give the host of all rows`,
    );
  }
  const labels = [time, find(hostColumn, HOST_NAMES, "hostColumn"), find(metricColumn, METRIC_NAMES, "metricColumn")];
  const others = names.map((_, i) => i).filter((i) => !labels.includes(i));
  const value = find(valueColumn, VALUE_NAMES, "valueColumn") ?? (others.length === 1 ? others[0] : null);
  const layoutOf = (values: Layout["values"]): Layout => ({
    ...{ header, width: fields.length, time, host, metric, values },
    names: {
      time: names[time],
      values: values.map(({ index }) => names[index]),
      host: host === null ? null : names[host],
      metric: metric === null ? null : names[metric],
    },
  });
  if (metric !== null || options.metric !== undefined) {
    if (value === null) throw fail(options, "INVALID_DATA", noColumn(names, undefined, "valueColumn"));
    return layoutOf([{ index: value, metric: options.metric ?? null }]);
  }
  // Wide: the header of each column is the name of its metric. A column that is called "value" names none.
  const wide = value !== null && (valueColumn !== undefined || others.length === 1) ? [value] : others;
  if (wide.length === 0) throw fail(options, "INVALID_DATA", `there is no column of values, only ${list(names)}`);
  const nameless = wide.find((index) => !header || VALUE_NAMES.includes(names[index].toLowerCase()));
  if (nameless !== undefined) {
    throw fail(
      options,
      "INVALID_ARGUMENT",
      `the column ${quote(names[nameless])} does not say what is measured; give the metric of all rows`,
    );
  }
  return layoutOf(wide.map((index) => ({ index, metric: names[index] })));
}

function keyProblem(key: SeriesKey): string | null {
  try {
    checkKey("csv", key);
    return null;
  } catch (error) {
    return (error as Error).message.replace(/^csv: /, "");
  }
}

function fail(options: SampleTableOptions, code: "INVALID_DATA" | "INVALID_ARGUMENT", message: string): AdapterError {
  return new AdapterError("csv", `${options.name === undefined ? "" : `${options.name}: `}${message}`, { code });
}

const quote = (text: string) => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
const list = (names: readonly string[]) => names.map(quote).join(", ");
