import { installed, programs } from "./programs.mjs";
import { startInfluxdb } from "./servers/influxdb.mjs";
import { startMlflow } from "./servers/mlflow.mjs";
import { startNodeExporter } from "./servers/node-exporter.mjs";
import { startPrometheus } from "./servers/prometheus.mjs";
import { startRedis } from "./servers/redis.mjs";
import { startTelegraf } from "./servers/telegraf.mjs";

export { CREDENTIALS } from "./servers/prometheus.mjs";

/** @typedef {import("./launch.mjs").RunningServer} RunningServer */
/** @typedef {import("./servers/influxdb.mjs").Influxdb} Influxdb */
/** @typedef {import("./servers/prometheus.mjs").SeedSample} SeedSample */

const starters = {
  "node-exporter": startNodeExporter,
  prometheus: startPrometheus,
  redis: startRedis,
  mlflow: startMlflow,
  telegraf: startTelegraf,
  influxdb: startInfluxdb,
};

/**
 * Starts a real server on a free port of this machine, with its data in a new folder, and waits until it is healthy. It ends
 * with this process, whatever happens.
 *
 * @template {keyof typeof starters} Name
 * @param {Name} name
 * @param {Parameters<typeof starters[Name]>} options those of the server, in servers/
 * @returns {ReturnType<typeof starters[Name]>}
 */
export function startServer(name, ...options) {
  if (!installed(name))
    throw new Error(`${name} is not installed; run: npm run stack -- install ${name} (${programs[name].takes})`);
  return /** @type {(...options: unknown[]) => any} */ (starters[name])(...options);
}

/**
 * For a suite that needs servers:
 *
 *     const without = missing("influxdb");
 *     describe.skipIf(without)(`influxdbSource${without}`, () => …)
 *
 * @param {...import("./programs.mjs").ProgramName} names
 * @returns {string} "" when all are installed, else words for the suite's name that say why it is skipped
 * @throws when LOADCAST_REQUIRE, a list of names with commas, has one that is not installed
 */
export function missing(...names) {
  const absent = names.filter((name) => !installed(name));
  if (absent.length === 0) return "";
  const required = (process.env.LOADCAST_REQUIRE ?? "").split(",").map((name) => name.trim());
  const why = `${absent.join(" and ")} not installed: npm run stack -- install ${absent.join(" ")}`;
  if (absent.some((name) => required.includes(name))) throw new Error(`LOADCAST_REQUIRE names what is ${why}`);
  return ` (skipped, ${why})`;
}

/**
 * Version of an installed server; undefined when it is not installed. InfluxDB may be 1.8 where 2 could not be built.
 *
 * @param {keyof typeof starters} name
 */
export const versionOf = (name) => programs[name].version();
