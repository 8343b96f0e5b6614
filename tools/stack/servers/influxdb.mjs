import { randomBytes } from "node:crypto";
import { influxdb } from "../install/influxdb.mjs";
import { answers, freePort, launch, makeHome } from "../launch.mjs";

/**
 * @typedef {object} InfluxdbOptions
 * @property {string} [dir] folder for its data; a new one by default
 * @property {number} [port]
 * @property {string} [org]
 * @property {string} [bucket]
 * @property {string} [token] of the operator, who may do everything
 * @property {number} [retentionSeconds] 0, the default: for ever
 *
 * @typedef {import("../launch.mjs").RunningServer & { org: string, bucket: string, token: string, version: string }} Influxdb
 */

/**
 * Starts InfluxDB with an organisation, a bucket and a token. Where only version 1.8 is installed, the bucket is
 * `<bucket>/autogen`, the token `admin:<token>`, and there is no API for buckets or tokens.
 *
 * @param {InfluxdbOptions} [options]
 * @returns {Promise<Influxdb>}
 */
export async function startInfluxdb({
  dir,
  port,
  org = "loadcast",
  bucket = "metrics",
  token = randomBytes(24).toString("hex"),
  retentionSeconds = 0,
} = {}) {
  const { program, version } = /** @type {NonNullable<ReturnType<typeof influxdb>>} */ (influxdb());
  const home = makeHome("influxdb", dir);
  const url = `http://127.0.0.1:${port ?? (await freePort())}`;
  if (!version.startsWith("2.")) return startVersion1({ program, version, home, url, org, bucket, token });

  const server = await launch({
    name: "influxdb",
    command: program,
    args: [
      `--http-bind-address=${new URL(url).host}`,
      `--bolt-path=${home.folder}/influxd.bolt`,
      `--sqlite-path=${home.folder}/influxd.sqlite`,
      `--engine-path=${home.folder}/engine`,
      "--reporting-disabled",
      "--log-level=warn",
    ],
    url,
    healthy: () => answers(`${url}/health`),
    home,
  });
  const allowed = await ask(`${url}/api/v2/setup`);
  // A folder used before has its organisation already.
  if (allowed.allowed)
    await ask(`${url}/api/v2/setup`, {
      username: "admin",
      password: randomBytes(12).toString("hex"),
      org,
      bucket,
      token,
      retentionPeriodSeconds: retentionSeconds,
    });
  return { ...server, org, bucket, token, version };
}

/** @param {{ program: string, version: string, home: import("../launch.mjs").Home, url: string, org: string, bucket: string, token: string }} start */
async function startVersion1({ program, version, home, url, org, bucket, token }) {
  const server = await launch({
    name: "influxdb",
    command: program,
    args: ["run"],
    env: {
      INFLUXDB_META_DIR: `${home.folder}/meta`,
      INFLUXDB_DATA_DIR: `${home.folder}/data`,
      INFLUXDB_DATA_WAL_DIR: `${home.folder}/wal`,
      INFLUXDB_BIND_ADDRESS: `127.0.0.1:${await freePort()}`,
      INFLUXDB_HTTP_BIND_ADDRESS: new URL(url).host,
      INFLUXDB_HTTP_FLUX_ENABLED: "true",
      INFLUXDB_HTTP_AUTH_ENABLED: "true",
      INFLUXDB_REPORTING_DISABLED: "true",
    },
    url,
    healthy: () => answers(`${url}/health`),
    home,
  });
  const query = (/** @type {string} */ q) =>
    ask(`${url}/query?${new URLSearchParams({ q, u: "admin", p: token })}`, {});
  await query(`CREATE USER admin WITH PASSWORD '${token}' WITH ALL PRIVILEGES`);
  await query(`CREATE DATABASE "${bucket}"`);
  return { ...server, org, bucket: `${bucket}/autogen`, token: `admin:${token}`, version };
}

/**
 * @param {string} url
 * @param {object} [body] sent as JSON
 */
async function ask(url, body) {
  const answer = await fetch(url, body && { method: "POST", body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`influxdb: ${new URL(url).pathname} answers ${answer.status}: ${text}`);
  return JSON.parse(text);
}
