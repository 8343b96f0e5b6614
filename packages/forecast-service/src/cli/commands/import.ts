import {
  parquetSource,
  readSampleTable,
  type Samples,
  type SampleTableSummary,
  type SeriesKey,
  seriesId,
} from "@loadcast/metrics-io";
import { defineCommand } from "citty";
import { LoadcastError, usageError } from "../../errors.js";
import { columnFlags, inWordsOfFlags } from "../csv-file.js";
import { clientOf } from "../http-client.js";
import { formatFlags, formatOf, printJson } from "../output-format.js";
import { showProgress } from "../progress.js";
import { nameOf, readPieces } from "../read-file.js";
import { settingsFlags } from "../settings-flags.js";
import { textTable } from "../text-table.js";
import { type OpenedStore, openStore } from "../with-store.js";

/** Samples written in one transaction. */
const CHUNK = 50_000;
/** Bad lines that are shown; --json has more. */
const SHOWN = 10;

type Taken = readonly (SeriesKey & Samples)[];
type Take = (series: Taken) => Promise<void>;

/** What the table had, and how much of a series was in it. */
interface Extent {
  count: number;
  from: number;
  to: number;
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
    host: {
      type: "string",
      description: "host of all rows, where no column names it or all name one",
      valueHint: "NAME",
    },
    metric: { type: "string", description: "metric of all rows, such as cpu_percent", valueHint: "NAME" },
    ...columnFlags,
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
    const dry = args["dry-run"] === true;
    const extents = new Map<string, Extent>();
    const progress = await showProgress("importing");
    const writer = dry ? null : sampleWriter(args);
    let samples = 0;
    let table: SampleTableSummary;
    let replaced: number | null;
    try {
      table = await readInto(args, progress, async (series) => {
        await writer?.write(series);
        for (const one of series) {
          extend(extents, one);
          samples += one.times.length;
        }
      });
      replaced = (await writer?.replaced()) ?? (dry ? null : 0);
    } catch (error) {
      // What was not written is tried once more at the end; that it fails again is no news.
      await writer?.close().catch(() => {});
      throw samples > 0 && !dry ? withCount(error, samples) : error;
    } finally {
      progress.end();
    }
    await writer?.close();
    const counts = { rows: table.rows, taken: samples, duplicates: table.duplicates, empty: table.gaps, replaced };
    const listed = [...extents.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
    const bad = table.badCount;
    if (format === "json") {
      printJson({
        file: args.file,
        dryRun: dry,
        columns: table.columns,
        ...counts,
        badCount: bad,
        bad: table.bad,
        series: listed.map(([id, { count, from, to }]) => ({ id, count, from: iso(from), to: iso(to) })),
      });
    } else {
      process.stdout.write(
        textTable(
          ["series", "samples", "from", "to"],
          listed.map(([id, { count, from, to }]) => [id, String(count), iso(from), iso(to)]),
          [1],
        ),
      );
      for (const { line, problem } of table.bad.slice(0, SHOWN)) {
        process.stderr.write(`warning: line ${line} is left out: ${problem}\n`);
      }
      if (bad > SHOWN) {
        process.stderr.write(
          `warning: ${bad - SHOWN} more are left out; --json lists ${bad > table.bad.length ? `the first ${table.bad.length}` : "them all"}\n`,
        );
      }
      const parts = [
        `${samples} samples of ${listed.length} series ${dry ? "would be taken" : "taken"} from ${table.rows} rows`,
        table.gaps > 0 ? `${table.gaps} without a value` : "",
        table.duplicates > 0 ? `${table.duplicates} twice in the file` : "",
        replaced ? `${replaced} replaced what was there` : "",
        bad > 0 ? `${bad} could not be read` : "",
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

type Progress = Awaited<ReturnType<typeof showProgress>>;

/** Hands over what a file holds, piece by piece. */
async function readInto(args: Given, progress: Progress, take: Take): Promise<SampleTableSummary> {
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
    if (/\.parquet$/i.test(file)) return await readParquet(file, options, progress, take);
    const pieces = readPieces(file, (share) => progress.update(share));
    return await readSampleTable(pieces, { name: nameOf(file), ...options }, take);
  } catch (error) {
    throw inWordsOfFlags(error);
  }
}

async function readParquet(
  path: string,
  options: Record<string, unknown>,
  progress: Progress,
  take: Take,
): Promise<SampleTableSummary> {
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
    let samples = 0;
    for (const [i, { id, host, metric }] of infos.entries()) {
      progress.update(i / infos.length, id);
      const read = await source.read({ host, metric }, { from: -Infinity, to: Infinity });
      samples += read.times.length;
      await take([{ host, metric, ...read }]);
    }
    const { rows, valid } = await source.counts();
    return {
      columns: { time: "time", values: ["value"], host: "host", metric: "metric" },
      ...{ rows, gaps: rows - valid, duplicates: valid - samples, bad: [], badCount: 0 },
    };
  } finally {
    await source.close();
  }
}

/** Writes samples to the store, which is opened for the first of them: a file that cannot be read makes no folder. */
function sampleWriter(args: Readonly<Record<string, unknown>>) {
  let opened: OpenedStore | null = null;
  let before = new Map<string, number>();
  const written = new Map<string, number>();
  const counts = async ({ store }: OpenedStore) =>
    new Map((await store.listSeries()).map(({ id, count = 0 }) => [id, count]));
  return {
    async write(series: Taken): Promise<void> {
      if (opened === null) {
        opened = await openStore(args);
        before = await counts(opened);
      }
      const { store, signal } = opened;
      // Before a piece, not behind it: what is written is counted.
      if (signal.aborted) throw new LoadcastError("ABORTED", "stopped before it was done");
      for (const { host, metric, times, values } of series) {
        for (let begin = 0; begin < times.length; begin += CHUNK) {
          const part = { times: times.subarray(begin, begin + CHUNK), values: values.subarray(begin, begin + CHUNK) };
          await store.writeSamples([{ host, metric, ...part }]);
        }
        const id = seriesId({ host, metric });
        written.set(id, (written.get(id) ?? 0) + times.length);
      }
      await store.flush();
    },
    /** How many took the place of one that was there. */
    async replaced(): Promise<number | null> {
      if (opened === null) return null;
      const after = await counts(opened);
      let replaced = 0;
      for (const [id, count] of written) replaced += count - ((after.get(id) ?? 0) - (before.get(id) ?? 0));
      return replaced;
    },
    async close(): Promise<void> {
      await opened?.close();
    },
  };
}

function extend(extents: Map<string, Extent>, series: SeriesKey & Samples): void {
  const { times } = series;
  if (times.length === 0) return;
  const id = seriesId(series);
  const known = extents.get(id) ?? { count: 0, from: Infinity, to: -Infinity };
  known.count += times.length;
  known.from = Math.min(known.from, times[0]);
  known.to = Math.max(known.to, times[times.length - 1]);
  extents.set(id, known);
}

/** What went wrong in the middle, and what is in the store all the same; the same file again changes none of that. */
function withCount(error: unknown, samples: number): unknown {
  if (!(error instanceof Error)) return error;
  const reason = error.message.replace(/; \d+ samples are kept and tried again/, "");
  error.message = `${reason}; ${samples} samples before it were taken`;
  return error;
}

const iso = (time: number) => new Date(time).toISOString();
