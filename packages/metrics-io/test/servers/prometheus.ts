import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const there = (command: string) => spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;

export const prometheusInstalled = there("prometheus") && there("promtool");
export const nodeExporterInstalled = there("prometheus-node-exporter");

export interface RunningServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** A sample for a server to hold from the start: series such as `node_load1{instance="a"}`, time in milliseconds. */
export type SeedSample = readonly [series: string, time: number, value: number];

/** Who may read a Prometheus started with `password`. The hash is bcrypt's, by `crypt.crypt` of Python 3.11 at cost 4. */
export const CREDENTIALS = { username: "reader", password: "right" };
const HASH = "$2b$04$abcdefghijklmnopqrstuuFmEfrkTQnczNzw475xE2VhDrK1uwJiC";

/** Starts a real Prometheus on a free port of this machine, with its data in a new folder, and waits until it is ready. */
export async function startPrometheus({
  seed = [],
  scrape = [],
  password = false,
}: {
  seed?: SeedSample[];
  scrape?: string[];
  password?: boolean;
} = {}): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), "loadcast-prometheus-"));
  const data = join(folder, "data");
  mkdirSync(data);
  if (seed.length > 0) {
    const names = new Map<string, string[]>();
    for (const [series, time, value] of seed) {
      const name = series.split("{")[0];
      const lines = names.get(name) ?? [`# TYPE ${name} gauge`];
      names.set(name, lines);
      lines.push(`${series} ${value} ${(time / 1000).toFixed(3)}`);
    }
    const file = join(folder, "seed.txt");
    writeFileSync(file, `${[...names.values()].flat().join("\n")}\n# EOF\n`);
    const made = spawnSync("promtool", ["tsdb", "create-blocks-from", "openmetrics", file, data], { encoding: "utf8" });
    if (made.status !== 0) throw new Error(`promtool: ${made.stderr}`);
  }
  const config = join(folder, "prometheus.yml");
  // Prometheus reads YAML, which JSON is a part of.
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: "1s" },
      scrape_configs: scrape.length === 0 ? [] : [{ job_name: "node", static_configs: [{ targets: scrape }] }],
    }),
  );
  const webConfig = join(folder, "web.yml");
  writeFileSync(webConfig, JSON.stringify({ basic_auth_users: { [CREDENTIALS.username]: HASH } }));
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    "prometheus",
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data}`,
      "--storage.tsdb.retention.time=50y",
      ...(password ? [`--web.config.file=${webConfig}`] : []),
      `--web.listen-address=${address}`,
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const stop = async () => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  await ready(child, `http://${address}/-/ready`, stop);
  return { url: `http://${address}`, stop };
}

/** Starts a real node exporter. */
export async function startNodeExporter(): Promise<RunningServer & { readonly address: string }> {
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn("prometheus-node-exporter", [`--web.listen-address=${address}`], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const stop = () => end(child);
  await ready(child, `http://${address}/metrics`, stop);
  return { url: `http://${address}`, address, stop };
}

async function ready(child: ChildProcess, url: string, stop: () => Promise<void>): Promise<void> {
  let log = "";
  child.stderr?.on("data", (part) => {
    log += part;
  });
  for (let tries = 0; tries < 600 && child.exitCode === null; tries++) {
    const answer = await fetch(url).catch(() => null);
    await answer?.arrayBuffer();
    // A server that asks for a password is up as well.
    if (answer?.ok || answer?.status === 401) return;
    await sleep(50);
  }
  await stop();
  throw new Error(`no answer from ${url}: ${log.slice(-2000)}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "close");
  child.kill("SIGKILL");
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
