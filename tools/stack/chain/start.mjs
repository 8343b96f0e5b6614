import { join } from "node:path";
import { root } from "../../run.mjs";
import { startServer } from "../index.mjs";
import { answers, freePort, launch, makeHome, preferPort } from "../launch.mjs";
import { installed, programs } from "../programs.mjs";
import { render } from "./render.mjs";
import { makeSecrets } from "./secrets.mjs";

/** Services of compose.yaml that run natively, in the order in which they need one another, with their ports there. */
const SERVICES = /** @type {const} */ ({
  "node-exporter": 9100,
  prometheus: 9090,
  influxdb: 8086,
  telegraf: 8888,
  mlflow: 5000,
  redis: 6379,
  loadcast: 8080,
});
/** Compose has Valkey for Redis. */
const NAMES = { redis: "valkey" };

/** @typedef {keyof typeof SERVICES} ServiceName */
/** @typedef {import("../launch.mjs").RunningServer} RunningServer */

/**
 * Starts what compose.yaml describes on this machine, from the files of deploy/: each service when those before it are healthy.
 *
 * @param {object} options
 * @param {string} options.dir takes data, logs and the rendered configuration, and keeps them
 * @param {readonly ServiceName[]} [options.only] these alone; all by default
 * @param {boolean} [options.usualPorts] those of compose.yaml where they are free; free ones otherwise
 * @param {(line: string) => void} [options.say]
 * @param {AbortSignal} [options.signal] stops what has been started
 * @param {(name: ServiceName, chain: { urls: Partial<Record<ServiceName, string>>, secrets: Record<string, string> }) => Promise<void>}
 *   [options.whenHealthy] runs before the next service starts
 * @param {NodeJS.ProcessEnv} [options.loadcastEnv] variables for Loadcast
 * @returns {Promise<{ urls: Partial<Record<ServiceName, string>>, servers: Partial<Record<ServiceName, RunningServer>>,
 *   secrets: Record<string, string>, stop: () => Promise<void> }>} services that are not installed are said and left out
 */
export async function startChain({
  dir,
  only,
  usualPorts = false,
  say = () => {},
  signal,
  whenHealthy = async () => {},
  loadcastEnv = {},
}) {
  const wanted = /** @type {ServiceName[]} */ (Object.keys(SERVICES)).filter((name) => !only || only.includes(name));
  /** @type {Record<string, string>} */
  const addresses = {};
  /** @type {Record<string, number>} */
  const ports = {};
  for (const [name, usual] of Object.entries(SERVICES)) {
    ports[name] = usualPorts ? await preferPort(usual) : await freePort();
    const inCompose = { ...NAMES }[name] ?? name;
    addresses[`${inCompose}:${usual}`] = `127.0.0.1:${ports[name]}`;
  }
  // Where Telegraf takes what Prometheus sends.
  addresses["telegraf:9201"] = `127.0.0.1:${await (usualPorts ? preferPort(9201) : freePort())}`;
  // Three that name themselves.
  addresses["localhost:9090"] = addresses["prometheus:9090"];
  for (const port of [8888, 9201]) addresses[`:${port}`] = addresses[`telegraf:${port}`];
  const secrets = makeSecrets(join(dir, "secrets"));
  render({ folder: join(dir, "config"), secrets: join(dir, "secrets"), addresses });
  const config = (/** @type {string} */ file) => join(dir, "config", file);
  const at = (/** @type {ServiceName} */ name) => ({ dir: join(dir, name), port: ports[name] });

  /** @type {Record<ServiceName, () => Promise<RunningServer>>} */
  const start = {
    "node-exporter": () => startServer("node-exporter", at("node-exporter")),
    prometheus: () => startServer("prometheus", { ...at("prometheus"), config: config("prometheus/prometheus.yml") }),
    influxdb: () => startServer("influxdb", { ...at("influxdb"), token: secrets.influxdb_token }),
    telegraf: () =>
      startServer("telegraf", {
        ...at("telegraf"),
        config: config("telegraf/telegraf.conf"),
        health: `http://127.0.0.1:${ports.telegraf}/`,
      }),
    mlflow: () => startServer("mlflow", at("mlflow")),
    redis: () => startServer("redis", at("redis")),
    loadcast: () => startLoadcast(at("loadcast"), config("loadcast/loadcast.yaml"), loadcastEnv),
  };

  /** @type {RunningServer[]} */
  const running = [];
  /** @type {Partial<Record<ServiceName, string>>} */
  const urls = {};
  /** @type {Partial<Record<ServiceName, RunningServer>>} */
  const servers = {};
  const stop = async () => {
    for (const server of running.splice(0).reverse()) await server.stop();
  };
  try {
    for (const name of wanted) {
      signal?.throwIfAborted();
      if (name !== "loadcast" && !installed(name)) {
        say(`${name} is left out: not installed (npm run stack -- install ${name}: ${programs[name].takes})`);
        continue;
      }
      const server = await start[name]();
      running.push(server);
      urls[name] = server.url;
      servers[name] = server;
      say(`${name.padEnd(13)} ${server.url}`);
      await whenHealthy(name, { urls, secrets });
    }
    signal?.throwIfAborted();
  } catch (error) {
    await stop();
    throw error;
  }
  return { urls, servers, secrets, stop };
}

/** @param {{ dir: string, port: number }} at @param {string} config @param {NodeJS.ProcessEnv} more */
function startLoadcast({ dir, port }, config, more) {
  const url = `http://127.0.0.1:${port}`;
  return launch({
    name: "loadcast",
    command: process.execPath,
    args: [join(root, "packages/forecast-service/bin/loadcast.js"), "serve", "--config", config],
    env: {
      LOADCAST_HOST: "127.0.0.1",
      LOADCAST_PORT: String(port),
      LOADCAST_DATA: join(dir, "data"),
      // Is ours, and no setting of Loadcast, which would wonder at it.
      LOADCAST_STACK: undefined,
      ...more,
    },
    url,
    healthy: () => answers(`${url}/health/live`),
    home: makeHome("loadcast", dir),
  });
}
