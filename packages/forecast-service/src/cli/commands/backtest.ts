import { availableParallelism } from "node:os";
import { defineCommand } from "citty";
import { formatStep, usualSeasons } from "../../calendar.js";
import { LoadcastError } from "../../errors.js";
import { threadsExecutor } from "../../executor/threads.js";
import { fileBacktest } from "../../file-backtest.js";
import type { BacktestResult } from "../../http/contract.js";
import { regularise } from "../../regular-series.js";
import { LEVELS } from "../../settings.js";
import { withAnswers } from "../answers.js";
import { wholeFlag } from "../arguments.js";
import { boundsFlags, boundsOfFlags, usualBounds } from "../bounds-flags.js";
import { formatLevel } from "../chart.js";
import { columnFlags, readCsvSeries } from "../csv-file.js";
import { urlFlag } from "../http-client.js";
import { formatFlags, formatOf, printJson } from "../output-format.js";
import { showProgress } from "../progress.js";
import { nameOf } from "../read-file.js";
import { settingsFlags } from "../settings-flags.js";
import { textTable } from "../text-table.js";

export default defineCommand({
  meta: {
    name: "backtest",
    description: "Replay forecasts from moments of the past and hold them, and those of baselines, against what came",
  },
  args: {
    series: {
      type: "positional",
      description: "host/metric, or a time,value CSV file (a name that ends in .csv; - reads standard input)",
      required: true,
    },
    horizon: { type: "string", description: "steps ahead, of a file (48)", valueHint: "N" },
    origins: { type: "string", description: "moments to forecast from, of a file (12)", valueHint: "N" },
    period: { type: "string", description: "season in steps, of a file; 1 for none", valueHint: "N" },
    ...boundsFlags,
    model: { type: "string", description: "kind of model, of a file (ensemble)", valueHint: "ensemble|sarima" },
    ...columnFlags,
    ...formatFlags("table", "json"),
    ...urlFlag,
    config: settingsFlags.config,
    data: settingsFlags.data,
  },
  async run({ args }) {
    const format = formatOf(args, "table", "json");
    const isFile = args.series === "-" || /\.(csv|tsv|txt)$/i.test(args.series);
    const flags = ["horizon", "origins", "period", "lower", "upper", "model", "time-column", "value-column"] as const;
    const given = flags.find((flag) => args[flag] !== undefined);
    if (!isFile && given) {
      throw new LoadcastError("USAGE", `--${given} is for files; a series is replayed as the service forecasts it`, {
        exitCode: 2,
      });
    }
    const result = isFile ? await ofFile(args) : await ofSeries(args);
    if (format === "json") return printJson(result);
    process.stdout.write(scoreTable(result));
    if (result.horizons.length > 0) process.stdout.write(`\n${horizonTable(result)}`);
    process.stderr.write(`${result.origins} forecasts from ${result.from} to ${result.to}\n`);
  },
});

interface Given {
  readonly series: string;
  readonly horizon?: string | undefined;
  readonly "time-column"?: string | undefined;
  readonly "value-column"?: string | undefined;
  readonly origins?: string | undefined;
  readonly model?: string | undefined;
  readonly period?: string | undefined;
  readonly lower?: string | undefined;
  readonly upper?: string | undefined;
}

async function ofSeries(args: Given): Promise<BacktestResult> {
  const progress = await showProgress("backtest");
  try {
    return await withAnswers(
      args as unknown as Record<string, unknown>,
      async (answers, signal) =>
        (await answers.work("backtest", args.series, ({ share }) => progress.update(share), signal)) as BacktestResult,
    );
  } finally {
    progress.end();
  }
}

async function ofFile(args: Given): Promise<BacktestResult> {
  const horizon = wholeFlag("--horizon", args.horizon, 1, 2000) ?? 48;
  const origins = wholeFlag("--origins", args.origins, 1, 500) ?? 12;
  const model = args.model ?? "ensemble";
  if (model !== "ensemble" && model !== "sarima") {
    throw new LoadcastError("USAGE", `--model is "${model}"; it must be ensemble or sarima`, { exitCode: 2 });
  }
  const name = nameOf(args.series);
  const period = wholeFlag("--period", args.period, 1, 5000);
  const asked = boundsOfFlags(args);
  const read = await readCsvSeries(args.series, args);
  const series = regularise(read);
  const periods = period === undefined ? usualSeasons(series.step).periods : [period].filter((steps) => steps > 1);
  const bounds = asked ?? usualBounds([read.columns.value, name], series.values);
  const executor = threadsExecutor({ threads: Math.max(1, Math.min(4, availableParallelism())) });
  const progress = await showProgress("backtest");
  const controller = new AbortController();
  const onSignal = () => controller.abort();
  process.once("SIGINT", onSignal);
  process.once("SIGTERM", onSignal);
  try {
    const result = await fileBacktest(series, {
      ...{ horizon, origins, model, periods, bounds, levels: LEVELS, executor },
      signal: controller.signal,
      onProgress: (share) => progress.update(share),
    });
    process.stderr.write(
      `${name}: ${series.values.length} values at ${formatStep(series.step)}, ${horizon} steps ahead\n`,
    );
    return result;
  } finally {
    progress.end();
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
    await executor.close();
  }
}

const digits = (value: number | null) => (value === null ? "" : value.toPrecision(4));
const level = (ratio: number) => `inside ${formatLevel(ratio)}`;
const share = (ratio: number | null) => (ratio === null ? "" : `${(100 * ratio).toFixed(1)} %`);

function scoreTable({ scores }: BacktestResult): string {
  const best = Math.min(...scores.map(({ pinball }) => pinball));
  const levels = scores[0]?.coverage.map(({ level }) => level) ?? [];
  return textTable(
    ["forecast", "pinball loss", "of the best", "mean abs. error", ...levels.map(level)],
    scores.map(({ name, pinball, mae, coverage }) => [
      name === "candidate" ? "Loadcast" : name,
      digits(pinball),
      (pinball / best || 1).toFixed(2),
      digits(mae),
      ...coverage.map(({ ratio }) => share(ratio)),
    ]),
    [1, 2, 3, ...levels.map((_, i) => 4 + i)],
  );
}

function horizonTable({ horizons }: BacktestResult): string {
  const levels = horizons[0]?.coverage.map(({ level }) => level) ?? [];
  return textTable(
    ["ahead", "values", "mean abs. error", "seasonal naive", ...levels.map(level)],
    horizons.map(({ horizonSeconds, count, mae, seasonalNaiveMae, coverage }) => [
      formatStep({ unit: "millisecond", count: horizonSeconds * 1000 }),
      String(count),
      digits(mae),
      digits(seasonalNaiveMae),
      ...coverage.map(({ ratio }) => share(ratio)),
    ]),
    [1, 2, 3, ...levels.map((_, i) => 4 + i)],
  );
}
