import { findColumn, noColumn } from "../../column-names.js";
import { AdapterError } from "../../errors.js";
import { orderSamples } from "../../samples.js";
import { detectStep } from "../../step.js";
import type { EpochMillis } from "../../types.js";
import { type CsvSeries, detectDelimiter, isGap } from "../parse.js";
import { type CsvRow, csvRows, quote } from "../rows.js";
import { timeColumn } from "../time-column.js";
import { dateReader } from "./date-text.js";
import { layoutOf, unnamed } from "./layout.js";
import { numberReader } from "./number-text.js";

export interface PastedOptions {
  /** Header names of the columns; left out: found by their names and by what is in them. */
  readonly timeColumn?: string;
  readonly valueColumn?: string;
  /** Of several series in one table, such as hosts: the one to read. Default: the first. */
  readonly group?: string;
  /** Where a table has no times: how far its values are apart, and when the last one was. */
  readonly untimed: { readonly stepMillis: number; readonly end: EpochMillis };
}

/** What a pasted table holds, and what else could be read from it. */
export interface PastedSeries extends CsvSeries {
  /** False: the values were counted, see `untimed`. */
  readonly timed: boolean;
  /** False: no zone is written, so the times are read as UTC and mean hours on somebody's wall. */
  readonly zoned: boolean;
  /** Columns that hold numbers. */
  readonly valueColumns: readonly string[];
  /** The series that the table holds, by their words; one or none where it holds one. */
  readonly groups: readonly string[];
  readonly group: string | null;
}

/** With more of them the words are remarks, not names. */
const MOST_GROUPS = 1000;

/**
 * Reads a table as people paste it, for when somebody looks at what was understood. Beside what `parseCsvSeries` takes: one column or one
 * line of numbers, tables with more columns than two, with names of hosts or with a line `sep=;`, bars as delimiters, `42 %`, `1,234.5`,
 * `30.11.2026 14:00` and `11/30/2026 2 PM`.
 *
 * Throws AdapterError (INVALID_DATA) that names line and column.
 */
export function readPasted(text: string, options: PastedOptions): PastedSeries {
  const separator = /^\uFEFF?"?sep=(.)"?[ \t]*\r?$/im.exec(text.slice(0, 20));
  const body = (separator ? text.slice(0, 20).replace(separator[0], "") + text.slice(20) : text).replace(/^\uFEFF/, "");
  const delimiter = separator?.[1] ?? delimiterOf(body);
  let all = [...csvRows(body, delimiter, (line, message) => fail(line, null, message))];
  if (all.length === 0) fail(1, null, "the table is empty; expected lines such as 2026-01-31T12:00:00Z,42.5");
  all = asColumn(all, delimiter);

  const number = numberReader([], delimiter);
  const header = all[0].fields.every(
    (field) => isGap(field) || (number(field) === null && dateReader([field]).read(field) === null),
  );
  const names = header ? all[0].fields : all[0].fields.map((_, column) => unnamed(column));
  const rows = header ? all.slice(1) : all;
  const failAt = (row: CsvRow, column: number, message: string) => fail(row.line, [column, names[column]], message);
  if (rows.length === 0) fail(1, null, "there are no rows; expected lines such as 2026-01-31T12:00:00Z,42.5");
  for (const row of rows) {
    if (row.fields.length === names.length) continue;
    const hint = row.fields.length > names.length ? "; quote a value that holds the delimiter" : "";
    fail(row.line, null, `${row.fields.length} fields where ${names.length} are expected${hint}`);
  }

  const layout = layoutOf(
    names,
    rows.map((row) => row.fields),
    delimiter,
    {
      time: asked(names, options.timeColumn, "the column of the time"),
      value: asked(names, options.valueColumn, "the column of the value"),
    },
  );
  if (layout.value < 0) fail(1, null, "no column holds numbers; expected lines such as 2026-01-31T12:00:00Z,42.5");

  const keys = groupKeys(rows, layout.labels);
  const groups = [...new Set(keys)];
  const several = groups.length > 1 && groups.length <= MOST_GROUPS && groups.length * 3 <= rows.length;
  const group = several
    ? options.group !== undefined && groups.includes(options.group)
      ? options.group
      : groups[0]
    : null;
  const chosen = group === null ? rows : rows.filter((_, place) => keys[place] === group);

  const read = numberReader(
    chosen.map((row) => row.fields[layout.value]),
    delimiter,
  );
  const values = Float64Array.from(chosen, (row) => {
    const text = row.fields[layout.value];
    return read(text) ?? failAt(row, layout.value, `${quote(text)} is not a finite number; leave a gap empty`);
  });
  if (chosen.length === 1)
    fail(chosen[0].line, null, "one row only; nothing can be said of how it goes on, give at least a dozen");
  if (values.every(Number.isNaN)) fail(rows[0].line, [layout.value, names[layout.value]], "no row has a value");
  const { times, zoned } =
    layout.time < 0
      ? { times: counted(values.length, options.untimed), zoned: true }
      : timesOf(chosen, layout.time, names, failAt);
  const ordered = orderSamples({ times, values });
  return {
    ...ordered,
    step: detectStep(ordered.times),
    columns: { time: names[layout.time] ?? "", value: names[layout.value] },
    duplicates: times.length - ordered.times.length,
    timed: layout.time >= 0,
    zoned,
    valueColumns: layout.numeric.map((column) => names[column]),
    groups: several ? groups : [],
    group,
  };
}

/** A table without delimiters may have bars. */
function delimiterOf(text: string): string {
  const found = detectDelimiter(text);
  const line = /^(?!#)[^\r\n]*\S[^\r\n]*$/m.exec(text)?.[0] ?? "";
  return found === "," && !line.includes(",") && line.includes("|") ? "|" : found;
}

/**
 * Numbers in one line, divided by commas or blanks, are a column; and so are numbers with decimal commas, which look like two columns:
 * `12,5` below `11,9` counts neither rows nor seconds.
 */
function asColumn(rows: CsvRow[], delimiter: string): CsvRow[] {
  const number = numberReader([], delimiter);
  const all = (fields: readonly string[]) => fields.every((field) => number(field) !== null);
  if (rows.length === 1) {
    const [{ line, fields }] = rows;
    const parts = fields.length === 1 ? fields[0].split(/\s+/) : fields;
    if (parts.length > 2 && all(parts)) return parts.map((field) => ({ line, fields: [field] }));
  }
  if (delimiter !== "," || !rows.every(({ fields }) => fields.length <= 2)) return rows;
  const body = all(rows[0].fields) ? rows : rows.slice(1);
  const whole = body.every(({ fields: [a, b = "0"] }) => /^[+-]?\d{1,8}$/.test(a) && /^\d+$/.test(b));
  const pairs = body.filter(({ fields }) => fields.length === 2).length;
  const counts = body.every(
    ({ fields }, place) => place === 0 || Number(fields[0]) === Number(body[place - 1].fields[0]) + 1,
  );
  const named = body === rows ? 0 : rows[0].fields.length;
  // A header of two names says that there are two columns, one of a single name that there is one.
  if (!whole || pairs === 0 || named === 2 || (named === 0 && counts)) return rows;
  return [
    ...(body === rows ? [] : [rows[0]]),
    ...body.map(({ line, fields }) => ({ line, fields: [fields.join(".")] })),
  ];
}

function timesOf(
  rows: readonly CsvRow[],
  column: number,
  names: readonly string[],
  failAt: (row: CsvRow, column: number, message: string) => never,
) {
  const dates = dateReader(rows.map((row) => row.fields[column]));
  if (dates.ambiguous)
    failAt(
      rows[0],
      column,
      `${quote(rows[0].fields[column])} may be of two months; write the year first, as in 2026-01-31`,
    );
  const times = timeColumn(names[column], dates.read);
  for (const row of rows) {
    const problem = times.take(row.fields[column]);
    if (problem !== null) failAt(row, column, problem);
  }
  return { times: times.times(), zoned: dates.zoned };
}

function counted(count: number, { stepMillis, end }: PastedOptions["untimed"]): Float64Array {
  return Float64Array.from({ length: count }, (_, place) => end - (count - 1 - place) * stepMillis);
}

/** The words of each row that do not stay the same in all of them. */
function groupKeys(rows: readonly CsvRow[], labels: readonly number[]): string[] {
  const varying = labels.filter((column) => rows.some((row) => row.fields[column] !== rows[0].fields[column]));
  return rows.map((row) => varying.map((column) => row.fields[column]).join(" · "));
}

function asked(names: readonly string[], name: string | undefined, option: string): number {
  if (name === undefined || name === "") return -1;
  const found = findColumn(names, name, []);
  return found >= 0 ? found : fail(1, null, noColumn(names, name, option));
}

function fail(line: number, column: readonly [index: number, name: string] | null, message: string): never {
  const where = column === null ? "" : ` column ${column[0] + 1} (${column[1]})`;
  throw new AdapterError("csv", `line ${line}${where}: ${message}`, { code: "INVALID_DATA" });
}
