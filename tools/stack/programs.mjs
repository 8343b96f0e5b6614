import { spawnSync } from "node:child_process";
import { compose, composeVersion, installCompose } from "./install/compose.mjs";
import { installDebian } from "./install/debian.mjs";
import { influxdb, influxdbVersion, installInfluxdb } from "./install/influxdb.mjs";
import { installMlflow, mlflowPython, mlflowVersion } from "./install/mlflow.mjs";
import { installTelegraf, telegraf, telegrafVersion } from "./install/telegraf.mjs";
import { onPath } from "./run-command.mjs";

/**
 * @typedef {"node-exporter" | "prometheus" | "redis" | "mlflow" | "compose" | "telegraf" | "influxdb"} ProgramName
 *
 * @typedef {object} Program
 * @property {() => string | undefined} version of what is installed; undefined when it is not
 * @property {(options: import("./install/place.mjs").InstallOptions & { say: (line: string) => void }) => Promise<void>} install
 * @property {string} takes how it is installed, and how long that takes on two cores with nothing cached
 */

/** @param {string} program @param {RegExp} pattern */
const debianVersion = (program, pattern) => () => {
  if (!onPath(program)) return undefined;
  const { stdout, stderr } = spawnSync(program, ["--version"], { encoding: "utf8" });
  return pattern.exec(`${stdout}${stderr}`)?.[1] ?? "unknown";
};

/**
 * What can be installed, the quick ones first.
 *
 * @type {Readonly<Record<ProgramName, Program>>}
 */
export const programs = {
  "node-exporter": {
    version: debianVersion("prometheus-node-exporter", /version ([\d.]+)/),
    install: (options) => installDebian(["prometheus-node-exporter"], options),
    takes: "Debian package, seconds",
  },
  prometheus: {
    version: () => (onPath("promtool") ? debianVersion("prometheus", /version ([\d.]+)/)() : undefined),
    install: (options) => installDebian(["prometheus"], options),
    takes: "Debian package, seconds",
  },
  redis: {
    version: debianVersion("redis-server", /v=([\d.]+)/),
    install: (options) => installDebian(["redis-server"], options),
    takes: "Debian package, seconds",
  },
  mlflow: {
    version: () => mlflowPython() && mlflowVersion,
    install: installMlflow,
    takes: "Python packages, 2 minutes",
  },
  compose: {
    version: () => compose() && composeVersion,
    install: installCompose,
    takes: "built with Go, a minute",
  },
  telegraf: {
    version: () => telegraf() && telegrafVersion,
    install: installTelegraf,
    takes: "built with Go, 5 minutes",
  },
  influxdb: {
    version: () => influxdb()?.version,
    install: installInfluxdb,
    takes: `version ${influxdbVersion} built with Go and Rust, 10 to 25 minutes`,
  },
};

export const programNames = /** @type {ProgramName[]} */ (Object.keys(programs));

/** @param {ProgramName} name */
export const installed = (name) => programs[name].version() !== undefined;
