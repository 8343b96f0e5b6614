import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryRegistry, type StoredForecast } from "@loadcast/metrics-io";
import { afterAll, describe, expect, it } from "vitest";
import { systemClock } from "../src/clock.js";
import { loadConfig } from "../src/config.js";
import { dependencyMetrics } from "../src/dependency-metrics.js";
import { silentLog } from "../src/log.js";
import { openModels } from "../src/sinks/mlflow.js";
import { openSinks } from "../src/sinks/sinks.js";
import { virtualClock } from "./virtual-clock.js";

const folder = mkdtempSync(join(tmpdir(), "loadcast-sinks-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A port that nothing listens on any more. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function configured(name: string, settings: object) {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, JSON.stringify({ data: join(folder, name), ...settings }));
  return loadConfig({ file });
}

const forecast = (issuedAt = Date.now()): StoredForecast => ({
  host: "web",
  metric: "cpu_percent",
  issuedAt,
  modelVersion: "web/cpu_percent@1",
  times: Array.from({ length: 48 }, (_, i) => Math.ceil(issuedAt / 300_000) * 300_000 + i * 300_000),
  mean: Array(48).fill(50),
  median: Array(48).fill(50),
  intervals: [{ level: 0.8, lower: Array(48).fill(40), upper: Array(48).fill(60) }],
});

/** What InfluxDB answers to a write, once it is there. */
async function influx(port: number): Promise<{ server: Server; lines: string[] }> {
  const lines: string[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      const zipped = Buffer.concat(parts);
      const text = request.headers["content-encoding"] === "gzip" ? unzip(zipped) : zipped.toString();
      lines.push(...text.split("\n").filter(Boolean));
      response.writeHead(204).end();
    });
  }).listen(port, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return { server, lines };
}
const unzip = (zipped: Buffer) => spawnSync("gzip", ["-d"], { input: zipped }).stdout.toString();

/** An MLflow without models, as far as one is asked for them. */
async function emptyMlflow(port: number): Promise<{ server: Server; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? "", "http://mlflow").pathname);
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  }).listen(port, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return { server, asked };
}

const until = async (test: () => boolean | Promise<boolean>) => {
  for (let i = 0; i < 400 && !(await test()); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await test()).toBe(true);
};

describe("sinks of the configuration", () => {
  it("take forecasts while their server is away, tell what waits, and deliver when it is there", async () => {
    const port = await closedPort();
    const sink = { kind: "influxdb", name: "far", url: `http://127.0.0.1:${port}`, org: "o", bucket: "b", token: "t" };
    const config = configured("away", { sinks: [{ kind: "prometheus", horizons: ["1h"] }, sink] });
    const opened = await openSinks(config, silentLog);
    expect(opened.sinks.map(({ name }) => name)).toEqual(["prometheus", "far"]);
    for (const one of opened.sinks) await one.writeForecast(forecast());
    await until(() => opened.states()[0].lastError !== null);
    expect(opened.states()).toMatchObject([{ name: "far", waiting: 1, delivered: 0, dropped: 0 }]);
    expect(opened.render()).toMatch(/loadcast_forecast\{[^}]*horizon="1h"[^}]*\} 50/);

    const { server, lines } = await influx(port);
    await until(() => opened.states()[0].waiting === 0);
    expect(opened.states()[0]).toMatchObject({ delivered: 1, lastError: null });
    expect(lines.filter((line) => line.startsWith("loadcast_forecast,"))).toHaveLength(48);
    await Promise.all(opened.sinks.map((one) => one.close()));
    server.closeAllConnections();
    server.close();
  });

  it("keep what waits over a restart", async () => {
    const port = await closedPort();
    const sink = { kind: "influxdb", url: `http://127.0.0.1:${port}`, org: "o", bucket: "b", token: "t" };
    const config = configured("restart", { sinks: [sink] });
    const first = await openSinks(config, silentLog);
    await first.sinks[0].writeForecast(forecast());
    await Promise.all(first.sinks.map((one) => one.close()));
    const second = await openSinks(config, silentLog);
    expect(second.states()[0].waiting).toBe(1);
    await Promise.all(second.sinks.map((one) => one.close()));
  });

  it("go on without one whose folder cannot be had", async () => {
    mkdirSync(join(folder, "locked"));
    writeFileSync(join(folder, "locked", "spool"), "a file where a folder should be");
    const sink = { kind: "influxdb", url: "http://127.0.0.1:1", org: "o", bucket: "b", token: "t" };
    const warnings: string[] = [];
    const config = configured("locked", { sinks: [sink, { kind: "prometheus" }] });
    const opened = await openSinks(config, { ...silentLog, warn: (line) => warnings.push(line) });
    expect(warnings[0]).toContain("the sink influxdb cannot be used");
    expect(opened.states()[0].lastError).not.toBeNull();
    await opened.sinks[0].writeForecast(forecast());
    expect(opened.render()).toContain("loadcast_forecast");
  });
});

describe("MLflow", () => {
  it("is not needed: what it misses waits, and is told", async () => {
    const url = `http://127.0.0.1:${await closedPort()}`;
    const config = configured("mlflow", { mlflow: { url } });
    const notices: string[] = [];
    const home = await openModels(config, memoryRegistry(), {
      clock: systemClock,
      log: { ...silentLog, warn: (line) => notices.push(line) },
    });
    const version = await home.registry.register({
      model: "web/cpu_percent",
      key: "k",
      startedAt: 1,
      endedAt: 2,
      status: "finished",
      parameters: {},
      metrics: {},
      document: "{}",
    });
    await home.registry.setAlias("web/cpu_percent", "champion", version.version);
    expect((await home.registry.load("web/cpu_percent", "champion"))?.document).toBe("{}");
    await until(async () => (await home.states())[0].lastError !== null);
    const [state] = await home.states();
    expect(state).toMatchObject({ name: "mlflow", delivered: 0, dropped: 0 });
    expect(state.waiting).toBeGreaterThan(0);
    expect(notices.join()).toContain("mlflow: ");
    home.stop();
    await home.registry.close();
  });

  it("is named when it is away, although nothing is to be delivered, and no longer when it is back", async () => {
    const port = await closedPort();
    const config = configured("mlflow-idle", { mlflow: { url: `http://127.0.0.1:${port}` } });
    const clock = virtualClock();
    const said: string[] = [];
    const say = (line: string) => said.push(line);
    const home = await openModels(config, memoryRegistry(), { clock, log: { ...silentLog, warn: say, info: say } });
    const error = async () => (await home.states())[0].lastError;
    expect(await error()).toBeNull();
    home.watch(() => {});
    await until(async () => (await error()) !== null);
    expect((await home.states())[0]).toMatchObject({ waiting: 0, delivered: 0, dropped: 0 });
    expect(await error()).toMatch(new RegExp(`mlflow.*127\\.0\\.0\\.1:${port}`));

    const mlflow = await emptyMlflow(port);
    // Each look asks for itself when the next one is.
    await until(async () => {
      await clock.advance(15_000);
      return (await error()) === null;
    });
    expect(mlflow.asked).toContain("/api/2.0/mlflow/registered-models/search");

    mlflow.server.closeAllConnections();
    await new Promise((resolve) => mlflow.server.close(resolve));
    await until(async () => {
      await clock.advance(60_000);
      return (await error()) !== null;
    });
    // Said when it changes, not at each look.
    expect(said).toEqual([
      expect.stringContaining("cannot be looked at"),
      "mlflow: can be looked at again",
      expect.stringContaining("cannot be looked at"),
    ]);
    home.stop();
    await home.registry.close();
  });

  it("is left alone where it is not configured", async () => {
    const primary = memoryRegistry();
    const home = await openModels(loadConfig(), primary, { clock: systemClock, log: silentLog });
    expect(home.registry).toBe(primary);
    expect(await home.states()).toEqual([]);
  });
});

describe("metrics of sources and sinks", () => {
  it("are what they are when they are asked for", async () => {
    let up = false;
    const source = { kind: "p", detail: null, samples: 7, failures: 2, lastSuccess: null };
    const registry = dependencyMetrics(
      () => [{ name: "a", ...source, status: up ? ("ok" as const) : ("failed" as const) }],
      async () => [{ name: "b", waiting: 3, delivered: 4, dropped: 5, lastError: null }],
    );
    const first = await registry.metrics();
    expect(first).toContain('loadcast_sources_up{source="a"} 0');
    expect(first).toContain('loadcast_write_queue_length{sink="b"} 3');
    expect(first).toContain('loadcast_write_dropped_total{sink="b"} 5');
    up = true;
    const second = await registry.metrics();
    expect(second).toContain('loadcast_sources_up{source="a"} 1');
    // Asked twice, counted once.
    expect(second).toContain('loadcast_source_samples_total{source="a"} 7');
  });
});
