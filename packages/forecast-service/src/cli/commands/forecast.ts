import { basename } from "node:path";
import { defineCommand } from "citty";
import { formatSpec, type SarimaSpec } from "sarima-core";
import { describeOutside, possibleValue } from "../../bounds.js";
import { formatStep, timeAt, usualSeasons } from "../../calendar.js";
import { describeError, errorCode, usageError } from "../../errors.js";
import { forecastSteps } from "../../forecast-steps.js";
import { infer } from "../../pipeline/infer.js";
import { type Prepared, preprocess } from "../../pipeline/preprocess.js";
import { type ModelKind, type Trained, type TrainedSarima, type TrainProgress, train } from "../../pipeline/train.js";
import { type Regularised, regularise } from "../../regular-series.js";
import type { Bounds } from "../../settings.js";
import { choiceFlag, levelsFlag, ordersFlag, wholeFlag } from "../arguments.js";
import { boundsFlags, boundsOfFlags, usualBounds } from "../bounds-flags.js";
import { type ChartInput, renderChart } from "../chart.js";
import { columnFlags, readCsvSeries } from "../csv-file.js";
import { writeTextFile } from "../output-file.js";
import { formatFlags, formatOf } from "../output-format.js";
import { FORMATS, forecastCsv, forecastTable } from "../print-forecast.js";
import { showProgress } from "../progress.js";
import { nameOf } from "../read-file.js";

/** A week at five minutes. More changes a forecast of hours little, and takes longer than anyone waits. */
const ENOUGH = 2016;

export default defineCommand({
  meta: { name: "forecast", description: "Forecast a time,value CSV file; needs no service" },
  args: {
    file: {
      type: "positional",
      description: "CSV with a time and a value column; - reads standard input",
      required: true,
    },
    horizon: { type: "string", description: "steps ahead (48)", valueHint: "N" },
    period: {
      type: "string",
      description: "season in steps, 1 for none (what data of this step usually have)",
      valueHint: "N",
    },
    levels: { type: "string", description: "intervals in percent (80,95)", valueHint: "LIST" },
    model: {
      type: "string",
      description: "the best single model, or several weighed: slower and mostly better (sarima)",
      valueHint: "sarima|ensemble",
    },
    order: { type: "string", description: "p,d,q instead of a search", valueHint: "P,D,Q" },
    seasonal: { type: "string", description: "P,D,Q of the season, with --order", valueHint: "P,D,Q" },
    ...boundsFlags,
    last: {
      type: "string",
      description: `use the last N values only (${ENOUGH} where there are several a day)`,
      valueHint: "N",
    },
    ...columnFlags,
    ...formatFlags(...FORMATS),
    plot: { type: "boolean", description: "draw history and forecast in the terminal" },
    svg: { type: "string", description: "draw them into a file", valueHint: "FILE" },
  },
  async run({ args }) {
    const horizon = wholeFlag("--horizon", args.horizon, 1, 10_000) ?? 48;
    const askedPeriod = wholeFlag("--period", args.period, 1, 5000);
    const levels = levelsFlag("--levels", args.levels ?? "80,95");
    const format = formatOf(args, ...FORMATS);
    const order = ordersFlag("--order", args.order, "2,0,1");
    const seasonal = ordersFlag("--seasonal", args.seasonal, "1,0,1");
    const kind = choiceFlag("--model", args.model ?? "sarima", ["sarima", "ensemble"]);
    if (order && kind === "ensemble") throw usageError("--order is for one model: leave out --model ensemble");
    if (seasonal && !order) throw usageError("--seasonal needs --order as well");
    const last = wholeFlag("--last", args.last, 2, 10_000_000);
    const askedBounds = boundsOfFlags(args);

    const began = performance.now();
    const read = await readCsvSeries(args.file, args);
    const whole = regularise(read);
    const usual = usualSeasons(whole.step);
    const skip = Math.max(0, whole.values.length - (last ?? (usual.metric ? ENOUGH : Infinity)));
    if (skip > 0 && last === undefined) {
      say(`of ${whole.values.length} values the last ${ENOUGH} are used; --last ${whole.values.length} takes all`);
    }
    const start = timeAt(whole.start, whole.step, skip);
    const bounds = askedBounds ?? usualBounds([read.columns.value, nameOf(args.file)], whole.values);
    if (bounds && !askedBounds)
      say("the values are percentages: forecasts stay from 0 to 100; --lower and --upper say otherwise");
    const found = { ...whole, start, values: whole.values.subarray(skip) };
    const series: Regularised = { ...found, values: found.values.map(possibleValue(bounds)) };
    const periods = askedPeriod === undefined ? usual.periods : [askedPeriod].filter((period) => period > 1);
    const prepared = preprocess(series, { periods, metric: usual.metric, bounds });
    const outside = outsideIn(found, bounds);

    if (outside) warn(outside);
    if (read.duplicates > 0) {
      warn(
        `${read.duplicates} ${read.duplicates === 1 ? "row has" : "rows have"} the time of another; the last one counts`,
      );
    }
    for (const note of whole.notes) warn(note);
    for (const period of periods) {
      if (!prepared.periods.includes(period)) {
        warn(`${series.values.length} values are too few for a season of ${period}; it is left out`);
      }
    }

    if (seasonal && prepared.periods.length === 0) {
      throw usageError("--seasonal needs a season: name it with --period, and give values for two of it at least");
    }
    const spec = order && {
      order: order as unknown as [number, number, number],
      ...(seasonal
        ? { seasonal: [...seasonal, prepared.periods[0] ?? 0] as unknown as [number, number, number, number] }
        : {}),
    };
    const progress = await showProgress("forecast");
    let trained: Trained;
    try {
      trained = fit(prepared, kind, spec, progress.update);
    } finally {
      progress.end();
    }
    const columns = infer({ prepared, trained, horizon, levels });
    const steps = forecastSteps(columns, columns.times);
    for (const warning of trained.warnings) warn(warning);
    say(
      `${nameOf(args.file)}: ${series.values.length} values at ${formatStep(series.step)}${prepared.gaps > 0 ? ` (${prepared.gaps} missing)` : ""}, ${seasonWords(prepared.periods, trained)}; ${trained.kind === "sarima" ? `model ${formatSpec(trained.spec)}${Number.isFinite(trained.aicc) ? `, AICc ${trained.aicc.toFixed(1)}` : ""}` : trained.description}, in ${((performance.now() - began) / 1000).toFixed(1)} s`,
    );

    const picture = shown(series.values, prepared, columns);
    if (args.svg !== undefined) await writeSvg(args.svg, basename(nameOf(args.file)), picture);
    if (args.plot) {
      // Beside CSV or JSON the picture is for the person, not for the program that reads the output.
      const stream = format === "table" ? process.stdout : process.stderr;
      stream.write(`${plot(picture, stream)}\n`);
    }
    if (format === "table") process.stdout.write(forecastTable(steps, series.step));
    else if (format === "csv") process.stdout.write(forecastCsv(steps));
    else {
      const { warnings } = trained;
      const model = trained.kind === "sarima" ? shownModel(trained) : { kind: trained.kind, members: trained.members };
      process.stdout.write(`${JSON.stringify({ model, warnings, forecast: steps }, null, 2)}\n`);
    }
  },
});

function shownModel({ spec, logLik, aic, aicc, bic, params }: TrainedSarima) {
  const { order, seasonal } = spec;
  const { beta: _, ...shown } = params;
  return { order, seasonal, logLik, aic, aicc, bic, params: shown };
}

/** Orders that no model can have are the fault of the flag that named them. */
function fit(prepared: Prepared, model: ModelKind, spec: SarimaSpec | undefined, onProgress: TrainProgress): Trained {
  try {
    return train({ prepared, model, ...(spec ? { spec } : {}) }, onProgress);
  } catch (error) {
    throw spec && errorCode(error) === "INVALID_ORDER"
      ? usageError(`--order and --seasonal: ${describeError(error)}`)
      : error;
  }
}

/** The seasons that the model has; a search may have left out what it was offered. */
function seasonWords(periods: readonly number[], trained: Trained): string {
  const seasons = trained.kind === "sarima" ? trained.seasons : periods;
  if (seasons.length > 0) return `season of ${seasons.join(" and ")}`;
  const searched = trained.kind === "sarima" && trained.tried.length > 0 && periods.length > 0;
  return searched ? `no season (${periods.join(" and ")} left out)` : "no season";
}

/** Values that the bounds call impossible, and what becomes of them; null where there are none. */
function outsideIn({ values, start, step }: Regularised, bounds: Bounds | null): string | null {
  const counted = possibleValue(bounds);
  const places = Array.from(values.keys()).filter((i) => !Number.isNaN(values[i]) && Number.isNaN(counted(values[i])));
  const last = places.at(-1);
  if (last === undefined || bounds === null) return null;
  const place = { time: timeAt(start, step, last), value: values[last] };
  return describeOutside({ count: places.length, last: place, bounds }, "of the file", "change --lower and --upper");
}

/** About three times as much past as future, so that both are told apart at the same scale. */
function shown(values: Float64Array, prepared: Prepared, columns: ReturnType<typeof infer>): ChartInput {
  const { median, intervals } = columns;
  const count = Math.min(values.length, Math.max(2 * median.length, 40));
  const { start, step } = prepared;
  const first = prepared.values.length + prepared.trailing - count;
  const times =
    start === null || step === null
      ? null
      : Array.from({ length: count + median.length }, (_, i) => timeAt(start, step, first + i));
  return {
    history: values.subarray(values.length - count),
    median: [...median],
    intervals: intervals.map(({ level, lower, upper }) => ({ level, lower: [...lower], upper: [...upper] })),
    times,
  };
}

function plot(picture: ChartInput, stream: NodeJS.WriteStream): string {
  return renderChart(picture, {
    // In a pipe the terminal is most often where the pipe ends.
    width: Math.min(120, Math.max(50, stream.columns ?? process.stderr.columns ?? 100)),
    height: 16,
    colour: process.env.NO_COLOR === undefined && (stream.hasColors?.() ?? false),
  });
}

async function writeSvg(file: string, title: string, { history, median, intervals, times }: ChartInput): Promise<void> {
  const { renderSvg } = await import("../../chart-svg.js");
  const picture = renderSvg({ title, history, forecast: { from: history.length, median, intervals }, times });
  await writeTextFile(file, picture);
}

const warn = (text: string) => process.stderr.write(`warning: ${text}\n`);
const say = (text: string) => process.stderr.write(`${text}\n`);
