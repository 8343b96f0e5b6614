import { defineCommand } from "citty";
import { describeOutside } from "../../bounds.js";
import { seriesSettings } from "../../config/series-settings.js";
import { formatDuration } from "../../duration.js";
import { ingest } from "../../pipeline/ingest.js";
import { type Prepared, preprocess } from "../../pipeline/preprocess.js";
import { MAX_SILENCE, MIN_OBSERVED, PERIODS, STEP_MILLIS } from "../../settings.js";
import { refuseUrl } from "../http-client.js";
import { formatFlags, formatOf, printJson } from "../output-format.js";
import { chooseSeries, findSeries } from "../series-choice.js";
import { settingsFlags } from "../settings-flags.js";
import { textTable } from "../text-table.js";
import { withStore } from "../with-store.js";

export default defineCommand({
  meta: {
    name: "preprocess",
    description: "Show what models are trained on: the regular grid of a series, its gaps, the seasons that are kept",
  },
  args: {
    series: { type: "positional", description: "host/metric; without it: all", required: false },
    ...formatFlags("table", "csv", "json"),
    config: settingsFlags.config,
    data: settingsFlags.data,
  },
  async run({ args }) {
    refuseUrl("preprocess", args);
    const format = formatOf(args, "table", "csv", "json");
    const grids = await withStore(args, async (store, config) => {
      const all = await store.listSeries();
      const chosen = args.series === undefined ? chooseSeries(all, undefined) : [findSeries(all, args.series)];
      const made: { id: string; prepared: Prepared }[] = [];
      for (const info of chosen) {
        const { history, bounds } = seriesSettings(config, info);
        const ingested = await ingest(store, info, { now: Date.now(), history, bounds });
        const { outside } = ingested;
        if (outside) {
          const note = describeOutside(outside, `of the last ${formatDuration(history)}`);
          process.stderr.write(`warning: ${info.id}: ${note}\n`);
        }
        if (ingested.observed === 0) {
          process.stderr.write(
            `${info.id}: no ${outside ? "possible value" : "sample"} in the last ${formatDuration(history)}\n`,
          );
          continue;
        }
        const options = { periods: PERIODS, metric: true, bounds, longestGap: MAX_SILENCE, enough: MIN_OBSERVED };
        made.push({ id: info.id, prepared: preprocess(ingested, options) });
      }
      return made;
    });

    if (format === "json") {
      printJson(
        grids.map(({ id, prepared }) => ({
          id,
          start: timeAt(prepared, 0),
          stepSeconds: STEP_MILLIS / 1000,
          gaps: prepared.gaps,
          trailing: prepared.trailing,
          periods: prepared.periods,
          bounds: prepared.bounds,
          values: Array.from(prepared.values, (value) => (Number.isNaN(value) ? null : value)),
        })),
      );
    } else if (format === "csv") {
      process.stdout.write("series,time,value\n");
      for (const { id, prepared } of grids) {
        const rows = Array.from(
          prepared.values,
          (value, i) => `${id},${timeAt(prepared, i)},${Number.isNaN(value) ? "" : value}\n`,
        );
        process.stdout.write(rows.join(""));
      }
    } else {
      process.stdout.write(
        textTable(
          ["series", "from", "to", "values", "gaps", "silent", "seasons"],
          grids.map(({ id, prepared }) => [
            id,
            timeAt(prepared, 0).slice(0, 16),
            timeAt(prepared, prepared.values.length - 1).slice(0, 16),
            String(prepared.values.length),
            String(prepared.gaps),
            String(prepared.trailing),
            prepared.periods.map((period) => formatDuration(period * STEP_MILLIS)).join(", ") || "none",
          ]),
          [3, 4, 5],
        ),
      );
    }
  },
});

const timeAt = ({ start }: Prepared, index: number) => new Date((start as number) + index * STEP_MILLIS).toISOString();
