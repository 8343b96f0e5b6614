import { findColumn, noColumn, TIME_NAMES, VALUE_NAMES } from "../column-names.js";
import { AdapterError } from "../errors.js";
import { orderSamples } from "../samples.js";
import { detectStep, type Step } from "../step.js";
import type { Samples } from "../types.js";
import { type CsvRow, csvRows, quote } from "./rows.js";
import { parseTime } from "./time.js";
import { timeColumn } from "./time-column.js";

export interface CsvOptions {
  /** Header name of the column that holds the time. Default: the first of `timestamp`, `time`, `date`, `datetime`, `ds`, `_time`, `t`. */
  readonly timeColumn?: string;
  /** Header name of the column that holds the value. Default: the first of `value`, `y`, `_value`, `v`, or the only other column. */
  readonly valueColumn?: string;
  /** What the text is called in errors, for example its path. */
  readonly name?: string;
}

/** A time,value table. Unlike what a MetricSource reads, `values` has NaN where the table has a row without a value. */
export interface CsvSeries extends Samples {
  /** Spacing of the rows. */
  readonly step: Step;
  /** Header names of the two columns; `time` and `value` for a table without a header. */
  readonly columns: { readonly time: string; readonly value: string };
  /** Rows whose time another row has too; the last value was kept. */
  readonly duplicates: number;
}

/** What stands for a value that is not there. */
const GAP = /^(na|n\/a|nan|null|none|-|\.)?$/i;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const DECIMAL_COMMA = /^[+-]?\d*,\d*(e[+-]?\d+)?$/i;

export const isGap = (field: string) => GAP.test(field.trim());

/**
 * The number that a field holds; NaN for what is no finite number. Where no comma divides fields it may be the decimal sign, and a percent
 * sign at the end says nothing that the number does not.
 */
export function numberIn(field: string, delimiter: string): number {
  const trimmed = field.trim();
  const text = trimmed.endsWith("%") ? trimmed.slice(0, -1).trimEnd() : trimmed;
  const point = delimiter !== "," && DECIMAL_COMMA.test(text) ? text.replace(",", ".") : text;
  const value = NUMBER.test(point) ? Number(point) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}

/** What to do about a field that holds no number. */
export function numberRemedy(field: string, delimiter: string): string {
  return delimiter === "," && DECIMAL_COMMA.test(field.trim())
    ? "is not a number; write a decimal point, or divide the fields by semicolons"
    : "is not a finite number; leave a gap empty";
}

/**
 * Reads a CSV text of times and values. Times: ISO 8601 (UTC unless an offset is written) or seconds, milliseconds, microseconds or
 * nanoseconds since 1970. An empty value, NA, NaN or null is a gap. Commas divide, or semicolons, tabs and bars, with decimal commas
 * where there are any; a byte order mark, CRLF, quoted fields and rows out of order are fine; a header may be missing.
 *
 * Throws AdapterError (INVALID_DATA) that names line and column.
 */
export function parseCsvSeries(text: string, options: CsvOptions = {}): CsvSeries {
  const table = new Table(text, options);
  const column = timeColumn(table.names.time);
  const values: number[] = [];
  for (const row of table.rows()) {
    const problem = column.take(row.fields[table.timeIndex].trim());
    if (problem !== null) table.fail(row.line, table.timeIndex, problem);
    values.push(table.value(row));
  }
  if (values.length === 0) table.fail(1, null, "there are no rows; expected lines such as 2026-01-31T12:00:00Z,42.5");

  const ordered = orderSamples({ times: column.times(), values: Float64Array.from(values) });
  return {
    ...ordered,
    step: detectStep(ordered.times),
    columns: table.names,
    duplicates: values.length - ordered.times.length,
  };
}

/** The layout of a table: where its columns are and how its fields are read. */
class Table {
  readonly timeIndex: number;
  readonly valueIndex: number;
  readonly names: { time: string; value: string };
  private readonly name: string;
  private readonly delimiter: string;
  private readonly header: readonly string[] | null;
  private readonly width: number;
  private readonly text: string;

  constructor(text: string, options: CsvOptions) {
    this.name = options.name === undefined ? "" : `${options.name}, `;
    this.text = text.startsWith("\uFEFF") ? text.slice(1) : text;
    this.delimiter = detectDelimiter(this.text);
    const first = this.allRows().next();
    if (first.done) this.fail(1, null, "the table is empty; expected a header such as timestamp,value");
    const fields = first.value.fields;
    this.width = fields.length;
    if (this.width < 2) {
      this.fail(first.value.line, null, `one column only; expected a time and a value, divided by a comma`);
    }
    // Two numbers are a time and a value in this order; a date is a time wherever it stands.
    const timeFirst = parseTime(fields[0]) !== null && this.isValue(fields[1]);
    const last = this.width === 2 ? parseTime(fields[1]) : null;
    const timeLast = last !== null && "millis" in last && this.isValue(fields[0]);
    this.header = timeFirst || timeLast ? null : fields.map((name) => name.trim());
    if (this.header === null) {
      this.timeIndex = timeFirst ? 0 : 1;
      this.valueIndex = timeFirst ? 1 : 0;
      this.names = { time: "time", value: "value" };
      const asked = options.timeColumn ?? options.valueColumn;
      if (asked !== undefined)
        this.fail(first.value.line, null, `there is no header, so no column ${JSON.stringify(asked)}`);
      if (this.width > 2) this.fail(first.value.line, null, "more than two columns need a header that names them");
      return;
    }
    this.timeIndex = this.find(this.header, options.timeColumn, TIME_NAMES, 0, "timeColumn");
    const others = this.header.map((_, i) => i).filter((i) => i !== this.timeIndex);
    this.valueIndex = this.find(
      this.header,
      options.valueColumn,
      VALUE_NAMES,
      others.length === 1 ? others[0] : -1,
      "valueColumn",
    );
    this.names = { time: this.header[this.timeIndex], value: this.header[this.valueIndex] };
  }

  /** Data rows, each checked to be as wide as the first line. */
  *rows(): Generator<CsvRow> {
    const rows = this.allRows();
    if (this.header !== null) rows.next();
    for (const row of rows) {
      if (row.fields.length !== this.width) {
        const hint = row.fields.length > this.width ? "; quote a value that holds the delimiter" : "";
        this.fail(row.line, null, `${count(row.fields.length, "field")} where ${this.width} are expected${hint}`);
      }
      yield row;
    }
  }

  value(row: CsvRow): number {
    const text = row.fields[this.valueIndex];
    if (isGap(text)) return Number.NaN;
    const value = numberIn(text, this.delimiter);
    if (Number.isNaN(value)) {
      this.fail(row.line, this.valueIndex, `${quote(text)} ${numberRemedy(text, this.delimiter)}`);
    }
    return value;
  }

  fail(line: number, column: number | null, message: string): never {
    const where = column === null ? "" : ` column ${column + 1} (${this.header?.[column] ?? `no header`})`;
    throw new AdapterError("csv", `${this.name}line ${line}${where}: ${message}`, { code: "INVALID_DATA" });
  }

  private allRows(): Generator<CsvRow> {
    return csvRows(this.text, this.delimiter, (line, message) => this.fail(line, null, message));
  }

  private isValue(text: string): boolean {
    return isGap(text) || !Number.isNaN(numberIn(text, this.delimiter));
  }

  private find(
    header: readonly string[],
    asked: string | undefined,
    usual: readonly string[],
    otherwise: number,
    option: string,
  ): number {
    const index = findColumn(header, asked, usual);
    if (index >= 0) return index;
    return asked === undefined && otherwise >= 0 ? otherwise : this.fail(1, null, noColumn(header, asked, option));
  }
}

/** The delimiter that divides the first line; a comma when none does. */
export function detectDelimiter(text: string): string {
  const line = /^(?!#)[^\r\n]*\S[^\r\n]*$/m.exec(text)?.[0] ?? "";
  for (const delimiter of ["\t", ";", ",", "|"]) if (line.includes(delimiter)) return delimiter;
  return ",";
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
