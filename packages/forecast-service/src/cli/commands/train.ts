import { defineCommand } from "citty";
import { choiceFlag } from "../arguments.js";
import { settingsFlags } from "../settings-flags.js";
import { textTable } from "../text-table.js";
import { chosenSeries, withService } from "../with-service.js";

export default defineCommand({
  meta: { name: "train", description: "Train a new model version for one series, or for all that have enough history" },
  args: {
    series: { type: "positional", description: "host/metric; without it: all", required: false },
    format: { type: "string", description: "table or json (table)", valueHint: "FORMAT", default: "table" },
    ...settingsFlags,
  },
  async run({ args }) {
    const format = choiceFlag("--format", args.format, ["table", "json"] as const);
    const versions = await withService(args, async (service, signal) => {
      const all = await chosenSeries(service, args.series);
      const trained = [];
      for (const series of all) {
        if (signal.aborted) break;
        try {
          trained.push(await service.cycle.train(series, { signal }));
        } catch (error) {
          // Asked for by name, "not ready" is a failure; among all it is what is to be expected of a new host.
          if (args.series !== undefined || (error as { code?: string }).code !== "NOT_READY") throw error;
          process.stderr.write(`${(error as Error).message}\n`);
        }
      }
      return trained;
    });
    process.stdout.write(
      format === "json"
        ? `${JSON.stringify(versions, null, 2)}\n`
        : textTable(
            ["version", "values", "in use", "model", "gate"],
            versions.map(({ modelVersion, values, champion, description, gate }) => [
              modelVersion,
              String(values),
              champion ? "yes" : "no",
              description,
              gate.reason,
            ]),
            [1],
          ),
    );
  },
});
