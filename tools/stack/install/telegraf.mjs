import { createHash } from "node:crypto";
import { join } from "node:path";
import { buildGoModule } from "./go-module.mjs";
import { place, placed } from "./place.mjs";

const VERSION = "1.39.2";

/** What deploy/telegraf/*.conf and the tests use: Telegraf with all of its plugins takes an hour to build. */
const PLUGINS = [
  "inputs.http_listener_v2",
  "inputs.prometheus",
  "inputs.cpu",
  "inputs.mem",
  "outputs.influxdb_v2",
  "outputs.health",
  "processors.rename",
  "outputs.file",
  "secretstores.docker",
  "parsers.prometheus",
  "parsers.prometheusremotewrite",
  "serializers.influx",
];

/** One with other plugins is another program. */
const FOLDER = `telegraf-${VERSION}-${createHash("sha256").update(PLUGINS.join()).digest("hex").slice(0, 8)}`;

export const telegraf = () => placed(`${FOLDER}/telegraf`);
export const telegrafVersion = VERSION;

/** @param {import("./place.mjs").InstallOptions} options */
export async function installTelegraf(options) {
  await place(FOLDER, (draft) =>
    buildGoModule(
      {
        module: "github.com/influxdata/telegraf",
        version: `v${VERSION}`,
        program: "./cmd/telegraf",
        tags: ["custom", ...PLUGINS],
        ldflags: `-s -w -X github.com/influxdata/telegraf/internal.Version=${VERSION}`,
        source: join(draft, "source"),
        target: join(draft, "telegraf"),
      },
      options,
    ),
  );
}
