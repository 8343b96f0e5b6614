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
 * Every text that goes into a query passes through the client's `flux`, which quotes and escapes it: no name of a host or a bucket can
 * end a string or begin an interpolation. Queries only select and reduce, in a form that InfluxDB hands down to its storage; what is
 * computed, is computed here.
 */
export async function fluxWriter() {
  const { flux, fluxExpression, fluxDuration } = await import("@influxdata/influxdb-client");
  type Part = ReturnType<typeof flux>;

  const anyOf = (column: string, values: string | readonly string[]): Part => {
    const tests = [values].flat().map((value) => String(flux`r[${column}] == ${value}`));
    return fluxExpression(tests.length === 1 ? tests[0] : `(${tests.join(" or ")})`);
  };

  const fits = ({ measurement, field, tags = {} }: InfluxdbField): string =>
    [
      anyOf("_measurement", measurement),
      anyOf("_field", field),
      ...Object.entries(tags).map(([tag, values]) => anyOf(tag, values)),
    ].join(" and ");

  const predicate = ({ hostTag, host, inputs }: Selection): Part => {
    const all = [...new Set(inputs.map(fits))];
    const fitting = all.length === 1 ? all[0] : `(${all.map((one) => `(${one})`).join(" or ")})`;
    const hosts = host === undefined ? flux`exists r[${hostTag}]` : flux`r[${hostTag}] == ${host}`;
    return fluxExpression(`${hosts} and ${fitting}`);
  };

  const windows: Readonly<Record<Reduction, (every: Part) => Part>> = {
    samples: () => flux``,
    mean: (every) => flux`|> aggregateWindow(every: ${every}, fn: mean, createEmpty: false, timeSrc: "_start")`,
    count: (every) => flux`|> aggregateWindow(every: ${every}, fn: count, createEmpty: false, timeSrc: "_start")`,
  };

  return {
    /** The rows of the selected series in a range of whole milliseconds, under the reduction's name. */
    rows(selection: Selection, { from, to }: TimeRange, reduction: Reduction, stepMillis: number): string {
      const every = fluxDuration(`${stepMillis}ms`);
      return String(
        flux`from(bucket: ${selection.bucket}) |> range(start: ${new Date(from)}, stop: ${new Date(to)}) |> filter(fn: (r) => ${predicate(selection)}) ${windows[reduction](every)} |> drop(columns: ["_start", "_stop"]) |> yield(name: ${reduction})`,
      );
    },

    /** The hosts of each selection that had a sample in a range (as exactly as the index knows), under `names`. */
    hosts(selections: readonly Selection[], { from, to }: TimeRange): string {
      const each = selections.map(
        (selection, i) =>
          flux`schema.tagValues(bucket: ${selection.bucket}, tag: ${selection.hostTag}, predicate: (r) => ${predicate(selection)}, start: ${new Date(from)}, stop: ${new Date(to)}) |> yield(name: ${String(i)})`,
      );
      return [`import "influxdata/influxdb/schema"`, ...each].join("\n");
    },
  };
}
