import { defineCommand } from "citty";
import { forecastSteps } from "../../catalogue.js";
import { LoadcastError } from "../../errors.js";
import { STEP_MILLIS } from "../../settings.js";
import { choiceFlag } from "../arguments.js";
import { FORMATS, forecastCsv, forecastTable } from "../print-forecast.js";
import { settingsFlags } from "../settings-flags.js";
import { chosenSeries, withService } from "../with-service.js";

export default defineCommand({
  meta: { name: "predict", description: "Forecast one series or all with their latest models, store and print it" },
  args: {
    series: { type: "positional", description: "host/metric; without it: all", required: false },
    format: { type: "string", description: "table, csv or json (table)", valueHint: "FORMAT", default: "table" },
    ...settingsFlags,
  },
  async run({ args }) {
    const format = choiceFlag("--format", args.format, FORMATS);
    const forecasts = await withService(args, async (service, signal) => {
      const made = [];
      for (const series of await chosenSeries(service, args.series)) {
        if (signal.aborted) break;
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
    });
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
