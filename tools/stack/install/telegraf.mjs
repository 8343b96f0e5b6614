import { join } from "node:path";
import { buildGoModule } from "./go-module.mjs";
import { place, placed } from "./place.mjs";

const VERSION = "1.39.2";

/** What deploy/telegraf/*.conf use: Telegraf with all of its plugins takes an hour to build. */
const PLUGINS = [
  "inputs.prometheus",
  "inputs.cpu",
  "inputs.mem",
  "outputs.influxdb_v2",
  "outputs.health",
  "outputs.file",
  "secretstores.docker",
  "parsers.prometheus",
  "serializers.influx",
];

export const telegraf = () => placed(`telegraf-${VERSION}/telegraf`);
export const telegrafVersion = VERSION;

/** @param {import("./place.mjs").InstallOptions} options */
export async function installTelegraf(options) {
  await place(`telegraf-${VERSION}`, (draft) =>
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
