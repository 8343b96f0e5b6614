import { defineCommand } from "citty";
import { LoadcastError } from "../../errors.js";
import { refuseUrl } from "../http-client.js";
import { formatFlags, formatOf } from "../output-format.js";
import { settingsFlags } from "../settings-flags.js";
import { textTable } from "../text-table.js";
import { withService } from "../with-service.js";

export default defineCommand({
  meta: {
    name: "run",
    description: "One round of the whole pipeline: collect, train where a model is missing, forecast, store, tidy up",
  },
  args: {
    ...formatFlags("table", "json"),
    ...settingsFlags,
  },
  async run({ args }) {
    refuseUrl("run", args);
    const format = formatOf(args, "table", "json");
    const outcomes = await withService(args, async (service, signal) => {
      await service.collect(signal);
      const outcomes = await service.cycle.inferAll(signal);
      // Who calls this from time to time has no service that does it every hour.
      if (!signal.aborted) await service.tidy(signal);
      return outcomes;
    });
    process.stdout.write(
      format === "json"
        ? `${JSON.stringify(outcomes, null, 2)}\n`
        : textTable(
            ["series", "result", "model or reason"],
            outcomes.map(({ id, result, detail }) => [id, result, detail]),
          ),
    );
    const failed = outcomes.filter(({ result }) => result === "failed").length;
    if (failed > 0) throw new LoadcastError("FAILED", `${failed} of ${outcomes.length} series failed`);
  },
});
