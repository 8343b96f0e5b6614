import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { answers, freePort, launch, makeHome } from "../launch.mjs";
import { runCommand } from "../run-command.mjs";

/** Who may read a Prometheus started with `password: true`. The hash is bcrypt's, by `crypt.crypt` of Python 3.11 at cost 4. */
export const CREDENTIALS = { username: "reader", password: "right" };
const HASH = "$2b$04$abcdefghijklmnopqrstuuFmEfrkTQnczNzw475xE2VhDrK1uwJiC";

/**
 * @typedef {readonly [series: string, time: number, value: number]} SeedSample a sample for a server to hold from the start:
 *   a series such as `node_load1{instance="a"}`, its time in milliseconds
 *
 * @typedef {object} PrometheusOptions
 * @property {string} [dir] folder for its data; a new one by default
 * @property {number} [port]
 * @property {readonly SeedSample[]} [seed]
 * @property {readonly string[]} [scrape] addresses, scraped every second
 * @property {string} [config] a prometheus.yml, in place of `scrape`
 * @property {boolean} [password] asks for CREDENTIALS
 */

/**
 * Starts Prometheus.
 *
 * @param {PrometheusOptions} [options]
 * @returns {Promise<import("../launch.mjs").RunningServer>}
 */
export async function startPrometheus({ dir, port, seed = [], scrape = [], config, password = false } = {}) {
  const home = makeHome("prometheus", dir);
  const data = join(home.folder, "data");
  mkdirSync(data, { recursive: true });
  if (seed.length > 0) await backfill(seed, home.folder, data);

  // Prometheus reads YAML, which JSON is a part of.
  const configFile = config ?? join(home.folder, "prometheus.yml");
  if (config === undefined)
    writeFileSync(
      configFile,
      JSON.stringify({
        global: { scrape_interval: "1s" },
        scrape_configs: scrape.length === 0 ? [] : [{ job_name: "node", static_configs: [{ targets: scrape }] }],
      }),
    );
  const webConfig = join(home.folder, "web.yml");
  writeFileSync(webConfig, JSON.stringify({ basic_auth_users: { [CREDENTIALS.username]: HASH } }));

  const address = `127.0.0.1:${port ?? (await freePort())}`;
  return launch({
    name: "prometheus",
    command: "prometheus",
    args: [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${data}`,
      "--storage.tsdb.retention.time=50y",
      ...(password ? [`--web.config.file=${webConfig}`] : []),
      `--web.listen-address=${address}`,
    ],
    url: `http://${address}`,
    healthy: () => answers(`http://${address}/-/ready`),
    home,
  });
}

/** @param {readonly SeedSample[]} seed @param {string} folder @param {string} data */
async function backfill(seed, folder, data) {
  /** @type {Map<string, string[]>} */
  const names = new Map();
  for (const [series, time, value] of seed) {
    const name = series.split("{")[0];
    const lines = names.get(name) ?? [`# TYPE ${name} gauge`];
    names.set(name, lines);
    lines.push(`${series} ${value} ${(time / 1000).toFixed(3)}`);
  }
  const file = join(folder, "seed.txt");
  writeFileSync(file, `${[...names.values()].flat().join("\n")}\n# EOF\n`);
  await runCommand("promtool", ["tsdb", "create-blocks-from", "openmetrics", file, data], {
    log: join(folder, "promtool.log"),
  });
}
