import { resolve } from "node:path";
import type { Writable } from "node:stream";
import type { MetricStore, SeriesInfo, StoredForecast } from "@loadcast/metrics-io";
import { defineCommand } from "citty";
import { usageError } from "../../errors.js";
import { STEP_MILLIS } from "../../settings.js";
import { withAnswers } from "../answers.js";
import { clientOf, urlFlag } from "../http-client.js";
import { streamFile, wholeFile, writePiece } from "../output-file.js";
import { formatFlags, formatOf } from "../output-format.js";
import { showProgress } from "../progress.js";
import { chooseSeries, seriesFlag } from "../series-choice.js";
import { settingsFlags } from "../settings-flags.js";
import { rangeFlags, rangeOf } from "../time-flags.js";
import { withStore } from "../with-store.js";

/** Samples are read so much at a time: a week at 15 seconds is 40,320. */
const WINDOW = 7 * 86_400_000;
/** Points that one answer of the HTTP API holds at most. */
const PAGE_STEPS = 10_000;
/** Forecasts that one answer holds. */
const PAGE_FORECASTS = 500;

export default defineCommand({
  meta: { name: "export", description: "Write samples or forecasts as CSV, JSON lines or Parquet" },
  args: {
    what: {
      type: "positional",
      description: "samples or forecasts (samples)",
      valueHint: "samples|forecasts",
      required: false,
    },
    out: { type: "string", alias: "o", description: "file to write (standard output)", valueHint: "FILE" },
    ...seriesFlag,
    ...rangeFlags,
    ...formatFlags("csv", "json", "parquet"),
    ...urlFlag,
    config: settingsFlags.config,
    data: settingsFlags.data,
  },
  async run({ args }) {
    const what = args.what ?? "samples";
    if (what !== "samples" && what !== "forecasts")
      throw usageError(`export writes samples or forecasts, not "${what}"`);
    const byEnding = args.format === undefined && !args.json && /\.(csv|parquet)$/i.exec(args.out ?? "")?.[1];
    const format = byEnding ? byEnding.toLowerCase() : formatOf(args, "csv", "json", "parquet");
    const range = rangeOf(args, Date.now());
    if (format === "parquet" && args.out === undefined) throw usageError("Parquet needs a file: add --out FILE");
    const remote = clientOf(args) !== null;
    if (format === "parquet" && remote)
      throw usageError("a running service gives CSV or JSON; Parquet needs its folder (--data)");

    const { out } = args;
    const printTo = <T>(work: (print: Print) => Promise<T>) => {
      const printed = (stream: Writable) => work(format === "csv" ? csvPrinter(stream) : jsonPrinter(stream));
      return out === undefined ? printed(process.stdout) : streamFile(out, printed);
    };
    // The store first: from then on Ctrl-C is heard, and takes the unfinished file away.
    const rows = remote
      ? await printTo((print) => exportRemote(args, what, range, print))
      : await withStore(args, async (store, _, signal) => {
          const chosen = chooseSeries(await store.listSeries(), args.series);
          if (format !== "parquet") return printTo((print) => exportLocal(store, chosen, what, range, print, signal));
          return wholeFile(resolve(out as string), (file) =>
            store.exportParquet(file, chosen, { what, range, signal }),
          );
        });
    process.stderr.write(`${rows} rows${args.out === undefined ? "" : ` written to ${args.out}`}\n`);
  },
});

type Row = Readonly<Record<string, string | number | null>>;
/** Writes rows of one shape; waits where the reader is slow. */
type Print = (rows: readonly Row[]) => Promise<void>;

function csvPrinter(stream: Writable): Print {
  let header = "";
  const field = (value: Row[string]) => {
    if (typeof value !== "string") return Object.is(value, -0) ? "-0" : String(value ?? "");
    // A # would begin a remark, blanks at the ends would be lost.
    return /[",\r\n]|^[\s#]|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
  };
  return async (rows) => {
    let text = "";
    for (const row of rows) {
      if (header === "") {
        header = Object.keys(row).join(",");
        text += `${header}\n`;
      }
      text += `${Object.values(row).map(field).join(",")}\n`;
    }
    await writePiece(stream, text);
  };
}

/** One object a line: a program can read it as it comes. */
function jsonPrinter(stream: Writable): Print {
  return async (rows) => {
    const text = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    await writePiece(stream, text);
  };
}

const iso = (time: number) => new Date(time).toISOString();

function forecastRows(forecast: StoredForecast): Row[] {
  const { host, metric, issuedAt, modelVersion, times, mean, median, intervals } = forecast;
  return times.map((time, i) => ({
    ...{ host, metric, issued: iso(issuedAt), model: modelVersion, step: i + 1, time: iso(time) },
    ...{ mean: mean[i], median: median[i] },
    ...Object.fromEntries(
      intervals.flatMap(({ level, lower, upper }) => [
        [`lower${percent(level)}`, lower[i]],
        [`upper${percent(level)}`, upper[i]],
      ]),
    ),
  }));
}

const percent = (level: number) => Number((level * 100).toFixed(4));

async function exportLocal(
  store: MetricStore,
  chosen: readonly SeriesInfo[],
  what: "samples" | "forecasts",
  range: { from: number; to: number },
  print: Print,
  signal: AbortSignal,
): Promise<number> {
  const progress = await showProgress("exporting");
  let rows = 0;
  try {
    for (const [i, series] of chosen.entries()) {
      progress.update(i / chosen.length, series.id);
      if (what === "forecasts") {
        for (const forecast of await store.forecasts(series, range)) {
          signal.throwIfAborted();
          await print(forecastRows(forecast));
          rows += forecast.times.length;
        }
      } else rows += await exportSamples(store, series, range, print, signal);
    }
    return rows;
  } finally {
    progress.end();
  }
}

async function exportSamples(
  store: MetricStore,
  series: SeriesInfo,
  range: { from: number; to: number },
  print: Print,
  signal: AbortSignal,
): Promise<number> {
  const { host, metric, first, last } = series;
  if (first === undefined || last === undefined) return 0;
  const end = Math.min(range.to, last + 1);
  let rows = 0;
  for (let from = Math.max(range.from, first); from < end; from += WINDOW) {
    signal.throwIfAborted();
    const { times, values } = await store.read(series, { from, to: Math.min(from + WINDOW, end) });
    await print(Array.from(times, (time, i) => ({ host, metric, time: iso(time), value: values[i] })));
    rows += times.length;
  }
  return rows;
}

/** A service gives means of 5 minutes, and forecasts in pages. */
async function exportRemote(
  args: Readonly<Record<string, unknown>>,
  what: "samples" | "forecasts",
  range: { from: number; to: number },
  print: Print,
): Promise<number> {
  if (range.from === -Infinity)
    throw usageError("a running service is asked for a range: add --from, such as --from 7d");
  const to = Math.min(range.to, Date.now());
  return withAnswers(args, async (answers, signal) => {
    const chosen = chooseSeries(await answers.series(), args.series as string | undefined);
    if (what === "samples") process.stderr.write("means of 5 minutes, as the service keeps them for forecasting\n");
    let rows = 0;
    for (const { id } of chosen) {
      const slash = id.lastIndexOf("/");
      const key = { host: id.slice(0, slash), metric: id.slice(slash + 1) };
      const page = what === "samples" ? PAGE_STEPS * STEP_MILLIS : PAGE_FORECASTS * STEP_MILLIS;
      for (let from = range.from; from < to && !signal.aborted; from += page) {
        const end = Math.min(from + page, to);
        if (what === "samples") {
          const { points } = await answers.history(id, { from, to: end, stepMillis: STEP_MILLIS });
          const known = points.filter(({ value }) => value !== null);
          await print(known.map(({ time, value }) => ({ ...key, time, value })));
          rows += known.length;
        } else {
          const { forecasts } = await answers.pastForecasts(id, { from, to: end, limit: PAGE_FORECASTS });
          for (const { issuedAt, modelVersion, forecast } of forecasts) {
            await print(
              forecast.map(({ step, time = null, mean, median, intervals }) => ({
                ...{ ...key, issued: issuedAt, model: modelVersion, step, time, mean, median },
                ...Object.fromEntries(
                  intervals.flatMap(({ level, lower, upper }) => [
                    [`lower${percent(level)}`, lower],
                    [`upper${percent(level)}`, upper],
                  ]),
                ),
              })),
            );
            rows += forecast.length;
          }
        }
      }
    }
    return rows;
  });
}
