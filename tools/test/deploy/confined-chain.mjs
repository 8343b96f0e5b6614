// Starts the chain in the folder that it is given, waits until it has done a day's work, and says what it found, as JSON.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "../../run.mjs";
import { startChain } from "../../stack/chain/start.mjs";

const [dir] = process.argv.slice(2);
let wrote;
try {
  writeFileSync(join(root, ".confined"), "");
} catch (error) {
  wrote = /** @type {NodeJS.ErrnoException} */ (error).code;
}
const capabilities = /^CapEff:\s*(\w+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];

const chain = await startChain({ dir, loadcastEnv: { LOADCAST_DEMO: "true" }, say: (line) => console.error(line) });
const { urls, secrets } = chain;
/** @param {string} url @param {RequestInit} [init] @returns {Promise<any>} */
const json = async (url, init) => (await fetch(url, init)).json();
/** @template T @param {() => Promise<T>} what @returns {Promise<T | undefined>} */
const until = async (what) => {
  for (const end = Date.now() + 240_000; ; await sleep(1000)) {
    const found = await what().catch(() => undefined);
    if (found || Date.now() > end) return found;
  }
};
// A forecast needs a model, and a model a training: that of the host `demo` is in MLflow then, with its picture.
const model = await until(async () => {
  const { registered_models = [] } = await json(`${urls.mlflow}/api/2.0/mlflow/registered-models/search`);
  return registered_models.find((/** @type {any} */ { latest_versions = [] }) => latest_versions.length > 0)?.name;
});
const forecast = await until(async () => {
  const answer = await fetch(`${urls.influxdb}/api/v2/query?org=loadcast`, {
    method: "POST",
    headers: { authorization: `Token ${secrets.influxdb_token}`, "content-type": "application/vnd.flux" },
    body: `from(bucket: "metrics") |> range(start: now(), stop: 5h) |> filter(fn: (r) => r._measurement == "loadcast_forecast") |> count()`,
  });
  return (await answer.text()).includes("demo");
});
const measured = await until(async () => {
  const { series } = await json(`${urls.loadcast}/api/v1/series`, {
    headers: { authorization: `Bearer ${secrets.loadcast_token}` },
  });
  return series.some((/** @type {any} */ { host, last }) => host === "this-host" && last);
});
const { dependencies } = await json(`${urls.loadcast}/health/ready`);
const ailing = dependencies.filter((/** @type {any} */ { status }) => status !== "ok");
await chain.stop();
console.log(JSON.stringify({ wrote, capabilities, model, forecast, measured, ailing }));
