import { defineCommand } from "citty";
import { refuseUrl } from "../http-client.js";
import { formatFlags, formatOf, printJson } from "../output-format.js";
import { settingsFlags } from "../settings-flags.js";
import { textTable } from "../text-table.js";
import { withService } from "../with-service.js";

export default defineCommand({
  meta: {
    name: "ingest",
    description: "Read everything that is watched once: this host, and what all sources have since the last time",
  },
  args: { ...formatFlags("table", "json"), ...settingsFlags },
  async run({ args }) {
    refuseUrl("ingest", args);
    const format = formatOf(args, "table", "json");
    const rows = await withService(args, async (service, signal) => {
      const counts = async () => new Map((await service.fleet.refresh()).map(({ id }) => [id, 0]));
      const before = await counts();
      const fresh = new Map<string, number>();
      const stop = service.events.subscribe((event) => {
        if (event.type === "samples") for (const id of event.series) fresh.set(id, (fresh.get(id) ?? 0) + 1);
      });
      try {
        await service.collect(signal);
      } finally {
        stop();
      }
      return [...fresh.keys()].sort().map((id) => ({ id, known: before.has(id) }));
    });
    if (format === "json") printJson(rows);
    else
      process.stdout.write(
        textTable(
          ["series", "known before"],
          rows.map(({ id, known }) => [id, known ? "yes" : "no"]),
        ),
      );
    process.stderr.write(`new samples of ${rows.length} series\n`);
  },
});
