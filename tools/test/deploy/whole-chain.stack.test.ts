import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startChain } from "../../stack/chain/start.mjs";
import { missing } from "../../stack/index.mjs";
import { dashboards } from "./dashboards.js";
import { sampleMetrics } from "./sample-metrics.js";

const SOON = { timeout: 240_000, interval: 1000 };
const HOUR = 3_600_000;

const without = missing("prometheus", "influxdb", "mlflow");
describe.skipIf(without)(`Loadcast in the stack of deploy/${without}`, () => {
  const dir = mkdtempSync(join(tmpdir(), "loadcast-whole-"));
  let chain: Awaited<ReturnType<typeof startChain>>;
  let metrics = "";

  beforeAll(async () => {
    chain = await startChain({
      dir,
      only: ["prometheus", "influxdb", "mlflow", "loadcast"],
      loadcastEnv: { LOADCAST_INFER_INTERVAL: "15s", LOADCAST_TRAIN_INTERVAL: "1m" },
      whenHealthy: async (name, { urls, secrets }) => {
        if (name === "influxdb") await writeHistory(urls.influxdb as string, secrets.influxdb_token);
      },
    });
    await vi.waitFor(async () => {
      metrics = await (await fetch(`${chain.urls.loadcast}/metrics`)).text();
      // Each series has its own first forecast.
      for (const host of ["web-1", "win-1"])
        for (const metric of ["cpu_percent", "memory_percent"])
          expect(metrics).toMatch(
            new RegExp(`^loadcast_forecast\\{(?=.*host="${host}")(?=.*metric="${metric}").*\\} \\d`, "m"),
          );
    }, SOON);
  });
  afterAll(async () => {
    await chain?.stop();
    rmSync(dir, { recursive: true });
  });

  it("learns from what Telegraf writes and offers forecasts of every horizon and quantile", () => {
    const found = new Set(
      [...metrics.matchAll(/^loadcast_forecast\{(.*)\} \S+$/gm)].map(([, labels]) => {
        const label = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(labels)?.[1];
        return ["host", "metric", "horizon", "estimate"].map(label).join(" ");
      }),
    );
    for (const host of ["web-1", "win-1"])
      for (const metric of ["cpu_percent", "memory_percent"])
        for (const horizon of ["5m", "1h", "4h"])
          for (const quantile of ["median", "lower80", "upper80", "lower95", "upper95"])
            expect(found).toContain(`${host} ${metric} ${horizon} ${quantile}`);
  });

  it("has every metric that dashboards and rules ask for, with its labels", () => {
    const described = new Set([...metrics.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name));
    const asked = new Set(
      [
        ...dashboards
          .map(({ text }) => text)
          .join()
          .matchAll(/\b(?:loadcast|process|nodejs)_[a-z0-9_]+/g),
      ].map(([name]) => name.replace(/_(bucket|count|sum)$/, "")),
    );
    expect([...asked].filter((name) => !described.has(name))).toEqual([]);

    // The samples on which panels and rules are tested are of the same kind as the real ones.
    const sampled = new Map(
      sampleMetrics(Date.now())
        .filter(([series]) => series.startsWith("loadcast_"))
        .map(([series]) => [series.split("{")[0], scrapedLabelsOf(series)]),
    );
    const real = new Map(
      [...metrics.matchAll(/^(loadcast_\w+\{.*\}) \S+$/gm)].map(([, series]) => [
        series.split("{")[0],
        labelsOf(series),
      ]),
    );
    for (const [name, labels] of real) if (sampled.has(name)) expect(sampled.get(name), name).toEqual(labels);
  });

  it("writes forecasts to InfluxDB, at their times in the future", async () => {
    await vi.waitFor(async () => {
      const query = `from(bucket: "metrics") |> range(start: now(), stop: 5h)
        |> filter(fn: (r) => r._measurement == "loadcast_forecast" and r.host == "web-1" and r._field == "upper95")
        |> group(columns: ["metric"]) |> count() |> keep(columns: ["metric", "_value"])`;
      const answer = await fetch(`${chain.urls.influxdb}/api/v2/query?org=loadcast`, {
        method: "POST",
        headers: {
          authorization: `Token ${chain.secrets.influxdb_token}`,
          "content-type": "application/vnd.flux",
          accept: "application/csv",
        },
        body: query,
      });
      const counts = [...(await answer.text()).matchAll(/^,_result,\d,(\d+),(\w+)/gm)];
      expect(counts.map(([, , metric]) => metric).sort()).toEqual(["cpu_percent", "memory_percent"]);
      // The first may be past by now.
      for (const [, count] of counts) expect(Number(count)).toBeGreaterThan(45);
    }, SOON);
  });

  it("shows its trainings in MLflow", async () => {
    await vi.waitFor(async () => {
      const answer = await fetch(`${chain.urls.mlflow}/api/2.0/mlflow/registered-models/search`);
      const { registered_models = [] } = (await answer.json()) as { registered_models?: { name: string }[] };
      expect(registered_models.map(({ name }) => name).join()).toMatch(/web-1.*cpu_percent/);
    }, SOON);
  });

  it("is scraped by Prometheus, where the forecasts arrive", async () => {
    await vi.waitFor(async () => {
      const query = 'loadcast_forecast{host="web-1",metric="cpu_percent",horizon="4h",estimate="median"}';
      const answer = await fetch(`${chain.urls.prometheus}/api/v1/query?${new URLSearchParams({ query })}`);
      const { data } = (await answer.json()) as { data: { result: { metric: { job: string } }[] } };
      expect(data.result.map(({ metric }) => metric.job)).toEqual(["loadcast"]);
    }, SOON);
  });

  it("tells its page nothing without a token", async () => {
    const series = (headers: Record<string, string>) => fetch(`${chain.urls.loadcast}/api/v1/series`, { headers });
    expect((await series({})).status).toBe(401);
    expect((await series({ authorization: `Bearer ${chain.secrets.loadcast_token}` })).status).toBe(200);
  });
});

/** Names of the labels of a series. */
const labelsOf = (series: string): string[] => [...series.matchAll(/[{,](\w+)="/g)].map(([, name]) => name).sort();

/** The same for a series as Prometheus has it: without the labels that it adds. */
const scrapedLabelsOf = (series: string): string[] =>
  labelsOf(series)
    .filter((name) => name !== "instance" && name !== "job")
    .map((name) => name.replace("exported_", ""))
    .sort();

/** Two days of a Linux and a Windows host with daily cycles, as Telegraf writes them. */
async function writeHistory(url: string, token: string) {
  const now = Date.now();
  const lines: string[] = [];
  let [linux, windows, noise] = [1e6, 1e6, 1];
  for (let time = now - 48 * HOUR; time <= now; time += 60_000) {
    noise = (noise * 16807) % 2147483647;
    const wave = Math.sin((time / (24 * HOUR)) * 2 * Math.PI) + 0.6 * (noise / 2147483647 - 0.5);
    linux += 60 * (0.5 + 0.2 * wave);
    windows += 60 * (0.6 - 0.2 * wave);
    const write = (host: string, tags: string, field: string, value: number) =>
      lines.push(`prometheus,host=${host},job=node${tags} ${field}=${value} ${time}`);
    write("web-1", ",cpu=0,mode=idle", "node_cpu_seconds_total", linux);
    write("web-1", "", "node_memory_MemAvailable_bytes", 4e9 + 1e9 * wave);
    write("web-1", "", "node_memory_MemTotal_bytes", 8e9);
    write("win-1", ",core=0\\,0,mode=idle", "windows_cpu_time_total", windows);
    write("win-1", "", "windows_memory_physical_free_bytes", 6e9 + 1e9 * wave);
    write("win-1", "", "windows_memory_physical_total_bytes", 16e9);
  }
  const parameters = new URLSearchParams({ org: "loadcast", bucket: "metrics", precision: "ms" });
  const { status } = await fetch(`${url}/api/v2/write?${parameters}`, {
    method: "POST",
    headers: { authorization: `Token ${token}` },
    body: lines.join("\n"),
  });
  expect(status).toBe(204);
}
