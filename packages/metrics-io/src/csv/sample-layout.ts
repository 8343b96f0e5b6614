import { findColumn, noColumn, TIME_NAMES, VALUE_NAMES } from "../column-names.js";
import { AdapterError } from "../errors.js";
import { isGap, numberIn } from "./parse.js";
import { quote } from "./rows.js";
import type { SampleTable, SampleTableOptions } from "./sample-table.js";
import { parseTime } from "./time.js";

const HOST_NAMES = ["host", "hostname", "instance"];
const METRIC_NAMES = ["metric"];

/** What each column of a table of samples holds. */
export interface Layout {
  readonly header: boolean;
  readonly width: number;
  readonly time: number;
  readonly host: number | null;
  readonly metric: number | null;
  /** A value column and its metric; null where another column names it. */
  readonly values: readonly { readonly index: number; readonly metric: string | null }[];
  readonly names: SampleTable["columns"];
  /** Columns that name what the caller names for all rows instead. */
  readonly replaced: readonly { readonly what: "host" | "metric"; readonly index: number }[];
}

/** Finds out what each column holds, from the first row. */
export function findLayout(first: readonly string[], delimiter: string, options: SampleTableOptions): Layout {
  const fields = first.map((field) => field.trim());
  const { timeColumn, valueColumn, hostColumn, metricColumn } = options;
  if (fields.length < 2)
    throw tableError(options, "INVALID_DATA", "one column only; expected at least a time and a value");
  const header =
    parseTime(fields[0]) === null ||
    !fields.slice(1).every((field) => isGap(field) || !Number.isNaN(numberIn(field, delimiter)));
  const names = header ? fields : fields.map((_, i) => (i === 0 ? "time" : i === 1 ? "value" : `column ${i + 1}`));
  if (!header && fields.length > 2) {
    throw tableError(options, "INVALID_DATA", "more than two columns need a header that names them");
  }
  const find = (asked: string | undefined, usual: readonly string[], option: string): number | null => {
    const index = findColumn(names, asked, usual);
    if (index < 0 && asked !== undefined) throw tableError(options, "INVALID_DATA", noColumn(names, asked, option));
    return index < 0 ? null : index;
  };
  const time = find(timeColumn, TIME_NAMES, "timeColumn") ?? 0;
  const host = options.host === undefined ? find(hostColumn, HOST_NAMES, "hostColumn") : null;
  const metric = options.metric === undefined ? find(metricColumn, METRIC_NAMES, "metricColumn") : null;
  if (host === null && options.host === undefined) {
    throw tableError(
      options,
      "INVALID_ARGUMENT",
      `no column names the host (there are ${list(names)}); give the host of all rows`,
    );
  }
  const named = {
    host: find(hostColumn, HOST_NAMES, "hostColumn"),
    metric: find(metricColumn, METRIC_NAMES, "metricColumn"),
  };
  const labels = [time, named.host, named.metric];
  const replaced = (["host", "metric"] as const).flatMap((what) => {
    const index = named[what];
    return header && index !== null && options[what] !== undefined ? [{ what, index }] : [];
  });
  const others = names.map((_, i) => i).filter((i) => !labels.includes(i));
  const value = find(valueColumn, VALUE_NAMES, "valueColumn") ?? (others.length === 1 ? others[0] : null);
  const layoutOf = (values: Layout["values"]): Layout => ({
    ...{ header, width: fields.length, time, host, metric, values, replaced },
    names: {
      time: names[time],
      values: values.map(({ index }) => names[index]),
      host: host === null ? null : names[host],
      metric: metric === null ? null : names[metric],
    },
  });
  if (metric !== null || options.metric !== undefined) {
    if (value === null) throw tableError(options, "INVALID_DATA", noColumn(names, undefined, "valueColumn"));
    return layoutOf([{ index: value, metric: options.metric ?? null }]);
  }
  // Wide: the header of each column is the name of its metric. A column that is called "value" names none.
  const wide = value !== null && (valueColumn !== undefined || others.length === 1) ? [value] : others;
  if (wide.length === 0) throw tableError(options, "INVALID_DATA", `there is no column of values, only ${list(names)}`);
  const nameless = wide.find((index) => !header || VALUE_NAMES.includes(names[index].toLowerCase()));
  if (nameless !== undefined) {
    throw tableError(
      options,
      "INVALID_ARGUMENT",
      `the column ${quote(names[nameless])} does not say what is measured; give the metric of all rows`,
    );
  }
  return layoutOf(wide.map((index) => ({ index, metric: names[index] })));
}

/** An error that names the table. */
export function tableError(
  options: SampleTableOptions,
  code: "INVALID_DATA" | "INVALID_ARGUMENT",
  message: string,
): AdapterError {
  return new AdapterError("csv", `${options.name === undefined ? "" : `${options.name}: `}${message}`, { code });
}

const list = (names: readonly string[]) => names.map(quote).join(", ");
