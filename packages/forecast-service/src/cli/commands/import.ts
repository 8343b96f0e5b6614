import {
  type AdapterError,
  parquetSource,
  parseSampleTable,
  type Samples,
  type SampleTable,
  type SeriesKey,
  seriesId,
} from "@loadcast/metrics-io";
import { defineCommand } from "citty";
import { usageError } from "../../errors.js";
import { clientOf } from "../http-client.js";
import { formatFlags, formatOf, printJson } from "../output-format.js";
import { showProgress } from "../progress.js";
import { nameOf, readText } from "../read-file.js";
import { settingsFlags } from "../settings-flags.js";
import { textTable } from "../text-table.js";
import { withStore } from "../with-store.js";

/** Samples written in one transaction. */
const CHUNK = 50_000;
/** Bad lines that are shown; --json has all. */
const SHOWN = 10;

interface Imported extends Omit<SampleTable, "series"> {
  readonly series: readonly (SeriesKey & Samples)[];
}

export default defineCommand({
  meta: { name: "import", description: "Take samples from a CSV or Parquet file into the store" },
  args: {
    file: {
      type: "positional",
      description:
        "CSV with a time column and one for each metric, or time, host, metric, value; Parquet by its ending; - reads CSV from standard input",
      required: true,
    },
    host: { type: "string", description: "host of all rows, where no column names it", valueHint: "NAME" },
    metric: { type: "string", description: "metric of all rows, such as cpu_percent", valueHint: "NAME" },
    "time-column": { type: "string", description: "column of the time (found by its usual names)", valueHint: "NAME" },
    "value-column": { type: "string", description: "column of the value", valueHint: "NAME" },
    "host-column": { type: "string", description: "column of the host", valueHint: "NAME" },
    "metric-column": { type: "string", description: "column of the metric", valueHint: "NAME" },
    "dry-run": { type: "boolean", description: "say what would be taken, and write nothing" },
    ...formatFlags("table", "json"),
    config: settingsFlags.config,
    data: settingsFlags.data,
  },
  async run({ args }) {
    const format = formatOf(args, "table", "json");
    if (clientOf(args) !== null) {
      throw usageError(
        "import writes to the folder itself: stop the service, leave LOADCAST_URL out and name the folder with --data",
      );
    }
    const table = await readFile(args);
    const dry = args["dry-run"] === true;
    const replaced = dry ? null : await withStore(args, (store, _, signal) => write(store, table, signal));
    const samples = table.series.reduce((sum, { times }) => sum + times.length, 0);
    const counts = { rows: table.rows, taken: samples, duplicates: table.duplicates, empty: table.gaps, replaced };
    if (format === "json") {
      printJson({
        file: args.file,
        dryRun: dry,
        columns: table.columns,
        ...counts,
        bad: table.bad,
        series: table.series.map((series) => ({ id: seriesId(series), ...extent(series) })),
      });
    } else {
      process.stdout.write(
        textTable(
          ["series", "samples", "from", "to"],
          table.series.map((series) => {
            const { count, from, to } = extent(series);
            return [seriesId(series), String(count), from, to];
          }),
          [1],
        ),
      );
      for (const { line, problem } of table.bad.slice(0, SHOWN)) {
        process.stderr.write(`warning: line ${line} is left out: ${problem}\n`);
      }
      if (table.bad.length > SHOWN) {
        process.stderr.write(`warning: ${table.bad.length - SHOWN} more are left out; --json lists them all\n`);
      }
      const parts = [
        `${samples} samples of ${table.series.length} series ${dry ? "would be taken" : "taken"} from ${table.rows} rows`,
        table.gaps > 0 ? `${table.gaps} without a value` : "",
        table.duplicates > 0 ? `${table.duplicates} twice in the file` : "",
        replaced ? `${replaced} replaced what was there` : "",
        table.bad.length > 0 ? `${table.bad.length} could not be read` : "",
      ];
      process.stderr.write(`${nameOf(args.file)}: ${parts.filter((part) => part !== "").join("; ")}\n`);
    }
    if (samples === 0) throw usageError(`${nameOf(args.file)} holds no sample that can be taken`, "NO_DATA");
  },
});

interface Given {
  readonly file: string;
  readonly host?: string | undefined;
  readonly metric?: string | undefined;
  readonly "time-column"?: string | undefined;
  readonly "value-column"?: string | undefined;
  readonly "host-column"?: string | undefined;
  readonly "metric-column"?: string | undefined;
}

async function readFile(args: Given): Promise<Imported> {
  const { file, host, metric } = args;
  const options = Object.fromEntries(
    Object.entries({
      timeColumn: args["time-column"],
      valueColumn: args["value-column"],
      hostColumn: args["host-column"],
      metricColumn: args["metric-column"],
      host,
      metric,
    }).filter(([, value]) => value !== undefined),
  );
  try {
    if (/\.parquet$/i.test(file)) return await readParquet(file, options);
    const text = await readText(file);
    return parseSampleTable(text, { name: nameOf(file), ...options });
  } catch (error) {
    throw inWordsOfFlags(error);
  }
}

async function readParquet(path: string, options: Record<string, unknown>): Promise<Imported> {
  const source = parquetSource({ path, ...options });
  try {
    const infos = await source.listSeries();
    // Without a column or a flag the source calls the host "parquet", which nobody means.
    if (
      options.host === undefined &&
      options.hostColumn === undefined &&
      infos.every(({ host }) => host === "parquet")
    ) {
      throw usageError(`${path}: no column names the host; give it with --host`);
    }
    const series = [];
    for (const { host, metric } of infos) {
      series.push({ host, metric, ...(await source.read({ host, metric }, { from: -Infinity, to: Infinity })) });
    }
    const samples = series.reduce((sum, { times }) => sum + times.length, 0);
    const { rows, valid } = await source.counts();
    return {
      series,
      columns: { time: "time", values: ["value"], host: "host", metric: "metric" },
      ...{ rows, gaps: rows - valid, duplicates: valid - samples, bad: [] },
    };
  } finally {
    await source.close();
  }
}

/** Adapters speak of their options; people know flags. */
function inWordsOfFlags(error: unknown): unknown {
  const { code, message } = error as AdapterError;
  if (code !== "INVALID_ARGUMENT" && code !== "INVALID_DATA") return error;
  const words = message
    .replace(/^(csv|parquet): /, "")
    .replace(/\b(time|value|host|metric)Column\b/g, "--$1-column")
    .replace("give the host of all rows", "give the host of all rows with --host")
    .replace("give the metric of all rows", "give it with --metric, such as cpu_percent");
  return usageError(words, code);
}

/** Writes all samples; returns how many took the place of one that was there. */
async function write(
  store: Parameters<Parameters<typeof withStore>[1]>[0],
  { series }: Imported,
  signal: AbortSignal,
): Promise<number> {
  const ids = new Set(series.map(seriesId));
  const held = async () =>
    (await store.listSeries()).filter(({ id }) => ids.has(id)).reduce((sum, { count = 0 }) => sum + count, 0);
  const before = await held();
  const total = series.reduce((sum, { times }) => sum + times.length, 0);
  const progress = await showProgress("importing");
  let done = 0;
  try {
    for (const { host, metric, times, values } of series) {
      for (let begin = 0; begin < times.length && !signal.aborted; begin += CHUNK) {
        const part = { times: times.subarray(begin, begin + CHUNK), values: values.subarray(begin, begin + CHUNK) };
        await store.writeSamples([{ host, metric, ...part }]);
        await store.flush();
        done += part.times.length;
        progress.update(done / total, `${host}/${metric}`);
      }
    }
    return done - ((await held()) - before);
  } finally {
    progress.end();
  }
}

function extent({ times }: Samples): { count: number; from: string; to: string } {
  const iso = (time: number | undefined) => (time === undefined ? "" : new Date(time).toISOString());
  return { count: times.length, from: iso(times[0]), to: iso(times.at(-1)) };
}
