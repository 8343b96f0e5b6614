import type { TimeRange } from "../../types.js";
import type { InfluxdbField } from "./metric.js";

/** Which series a query is about. */
export interface Selection {
  readonly bucket: string;
  /** Tag whose value is the host. */
  readonly hostTag: string;
  /** One host; all when left out. */
  readonly host?: string;
  /** A series must fit one of these. */
  readonly inputs: readonly InfluxdbField[];
}

/** What a query gives of each series: samples as they are, or one row for each window that has any. */
export type Reduction = "samples" | "mean" | "count";

/**
 * A text as Flux has it. Every name that goes into a query passes through here: none can end its string or begin an interpolation.
 *
 * Quotes, backslashes, dollars and control characters are written by their number. `\"` and `\${`, as the official client (1.35)
 * writes them, are not enough: after a dollar, InfluxDB's scanner (2.9) takes the backslash with it, the quote ends the string or the
 * brace begins an expression, and the query is another one, if it is one at all.
 */
export function fluxString(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are among what this replaces
  const safe = text.replace(/["\\$\u0000-\u001f\u007f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return `"${safe}"`;
}

/**
 * The rows of the selected series in a range of whole milliseconds, under the reduction's name. Queries only select and reduce, in a
 * form that InfluxDB hands down to its storage; what is computed, is computed here.
 */
export function rowsQuery(selection: Selection, range: TimeRange, reduction: Reduction, stepMillis: number): string {
  return [
    `from(bucket: ${fluxString(selection.bucket)})`,
    `range(${bounds(range)})`,
    `filter(fn: (r) => ${predicate(selection)})`,
    ...(reduction === "samples"
      ? []
      : [`aggregateWindow(every: ${stepMillis}ms, fn: ${reduction}, createEmpty: false, timeSrc: "_start")`]),
    'drop(columns: ["_start", "_stop"])',
    `yield(name: "${reduction}")`,
  ].join("\n  |> ");
}

/** The hosts of each selection that had a sample in a range, as exactly as the index knows; named by the selection's number. */
export function hostsQuery(selections: readonly Selection[], range: TimeRange): string {
  const each = selections.map((selection, i) => {
    const what = `bucket: ${fluxString(selection.bucket)}, tag: ${fluxString(selection.hostTag)}`;
    return `schema.tagValues(${what}, predicate: (r) => ${predicate(selection)}, ${bounds(range)}) |> yield(name: "${i}")`;
  });
  return [`import "influxdata/influxdb/schema"`, ...each].join("\n");
}

const bounds = ({ from, to }: TimeRange) =>
  `start: ${new Date(from).toISOString()}, stop: ${new Date(to).toISOString()}`;

function predicate({ hostTag, host, inputs }: Selection): string {
  const all = [...new Set(inputs.map(fits))];
  const fitting = all.length === 1 ? all[0] : `(${all.map((one) => `(${one})`).join(" or ")})`;
  const column = `r[${fluxString(hostTag)}]`;
  return `${host === undefined ? `exists ${column}` : `${column} == ${fluxString(host)}`} and ${fitting}`;
}

function fits({ measurement, field, tags = {} }: InfluxdbField): string {
  return [
    anyOf("_measurement", measurement),
    anyOf("_field", field),
    ...Object.entries(tags).map(([tag, values]) => anyOf(tag, values)),
  ].join(" and ");
}

function anyOf(column: string, values: string | readonly string[]): string {
  const tests = [values].flat().map((value) => `r[${fluxString(column)}] == ${fluxString(value)}`);
  return tests.length === 1 ? tests[0] : `(${tests.join(" or ")})`;
}
