// Writes deploy/grafana/dashboards: node tools/grafana/build.mjs
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "../run.mjs";
import { accuracy } from "./accuracy.mjs";
import { forecast } from "./forecast.mjs";
import { forecastInfluxdb } from "./forecast-influxdb.mjs";
import { hosts } from "./hosts.mjs";
import { loadcast } from "./loadcast.mjs";

/** By the name of the file. */
export const dashboards = {
  hosts,
  forecast,
  "forecast-influxdb": forecastInfluxdb,
  accuracy,
  loadcast,
};

/** @param {unknown} dashboard */
export const written = (dashboard) => `${JSON.stringify(dashboard, null, 2)}\n`;

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const [name, dashboard] of Object.entries(dashboards))
    writeFileSync(join(root, "deploy/grafana/dashboards", `${name}.json`), written(dashboard));
