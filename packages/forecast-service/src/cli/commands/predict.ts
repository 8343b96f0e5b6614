import { defineCommand } from "citty";
import { LoadcastError } from "../../errors.js";
import { forecastSteps } from "../../forecast-steps.js";
import type { StoredForecastResponse } from "../../http/contract.js";
import { STEP_MILLIS } from "../../settings.js";
import { withAnswers } from "../answers.js";
import { clientOf, urlFlag } from "../http-client.js";
import { formatFlags, formatOf } from "../output-format.js";
import { FORMATS, forecastCsv, forecastTable } from "../print-forecast.js";
import { showProgress } from "../progress.js";
import { chooseSeries, findSeries } from "../series-choice.js";
import { settingsFlags } from "../settings-flags.js";
import { withService } from "../with-service.js";

export default defineCommand({
  meta: {
    name: "predict",
    description:
      "Forecast one series or all with the models in use, store and print it; of a running service, print its latest",
  },
  args: {
    series: { type: "positional", description: "host/metric; without it: all", required: false },
    ...formatFlags(...FORMATS),
    ...urlFlag,
    ...settingsFlags,
  },
  async run({ args }) {
    const format = formatOf(args, ...FORMATS);
    const forecasts = await (clientOf(args) === null ? makeHere(args) : askThere(args));
    if (format === "json") process.stdout.write(`${JSON.stringify(forecasts, null, 2)}\n`);
    forecasts.forEach(({ id, synthetic, modelVersion, forecast }, i) => {
      if (format === "csv") {
        const [header, ...rows] = forecastCsv(forecast, [["series", id]]).split("\n");
        process.stdout.write(i === 0 ? [header, ...rows].join("\n") : rows.join("\n"));
      } else if (format === "table") {
        process.stderr.write(`${i === 0 ? "" : "\n"}${id}${synthetic ? " (synthetic)" : ""}, model ${modelVersion}\n`);
        process.stdout.write(forecastTable(forecast));
      }
    });
  },
});

type Given = Readonly<Record<string, unknown>> & { readonly series?: string | undefined };
type Forecast = StoredForecastResponse;

/** Makes forecasts now, and stores them. */
function makeHere(args: Given): Promise<Forecast[]> {
  return withService(args, async (service, signal) => {
    const progress = await showProgress("forecasting");
    const all = await service.cycle.series();
    const chosen = args.series === undefined ? chooseSeries(all, undefined) : [findSeries(all, args.series)];
    const made: Forecast[] = [];
    try {
      for (const [i, series] of chosen.entries()) {
        if (signal.aborted) break;
        progress.update(i / chosen.length, series.id);
        const forecast = await service.cycle.infer(series, signal);
        if (forecast) {
          made.push({
            id: series.id,
            synthetic: series.synthetic,
            issuedAt: new Date(forecast.issuedAt).toISOString(),
            modelVersion: forecast.modelVersion,
            stepSeconds: STEP_MILLIS / 1000,
            forecast: forecastSteps(forecast, forecast.times),
          });
          continue;
        }
        const { reason } = await service.catalogue.entry(series.id);
        if (args.series !== undefined) throw new LoadcastError("NOT_READY", `${series.id}: ${reason}`);
        process.stderr.write(`${series.id}: ${reason}\n`);
      }
      return made;
    } finally {
      progress.end();
    }
  });
}

/** The latest forecasts of a running service. */
function askThere(args: Given): Promise<Forecast[]> {
  return withAnswers(args, async (answers) => {
    const all = await answers.series();
    const chosen = args.series === undefined ? chooseSeries(all, undefined) : [findSeries(all, args.series)];
    const found: Forecast[] = [];
    for (const { id } of chosen) {
      try {
        found.push(await answers.forecast(id));
      } catch (error) {
        if (args.series !== undefined || (error as { code?: string }).code !== "NO_FORECAST") throw error;
        process.stderr.write(`${(error as Error).message}\n`);
      }
    }
    return found;
  });
}
