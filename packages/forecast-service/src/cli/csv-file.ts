import type { AdapterError } from "@loadcast/metrics-io";
import { type CsvSeries, parseCsvSeries } from "@loadcast/metrics-io/csv";
import { usageError } from "../errors.js";
import { nameOf, readText } from "./read-file.js";

/** Flags of commands that read a file of times and values. */
export const columnFlags = {
  "time-column": { type: "string", description: "column of the time (found by its usual names)", valueHint: "NAME" },
  "value-column": { type: "string", description: "column of the value", valueHint: "NAME" },
} as const;

interface Columns {
  readonly "time-column"?: string | undefined;
  readonly "value-column"?: string | undefined;
}

/** A file of times and values; "-" is standard input. */
export async function readCsvSeries(file: string, columns: Columns): Promise<CsvSeries> {
  const [time, value] = [columns["time-column"], columns["value-column"]];
  const text = await readText(file);
  try {
    return parseCsvSeries(text, {
      name: nameOf(file),
      ...(time === undefined ? {} : { timeColumn: time }),
      ...(value === undefined ? {} : { valueColumn: value }),
    });
  } catch (error) {
    // What is wrong in the file is no wrong usage; a column that has to be named is.
    throw /\b(time|value)Column\b/.test((error as Error).message) ? inWordsOfFlags(error) : error;
  }
}

/** Adapters speak of their options; people know flags. */
export function inWordsOfFlags(error: unknown): unknown {
  const { code, message } = error as AdapterError;
  if (code !== "INVALID_ARGUMENT" && code !== "INVALID_DATA") return error;
  const words = message
    .replace(/^(csv|parquet): /, "")
    .replace(/\b(time|value|host|metric)Column\b/g, "--$1-column")
    .replace("give the host of all rows", "give the host of all rows with --host")
    .replace("give the metric of all rows", "give it with --metric, such as cpu_percent");
  return usageError(words, code);
}
