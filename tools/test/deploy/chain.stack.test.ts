import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { influxdbPresets, influxdbSource, prometheusSource } from "@loadcast/metrics-io";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { root } from "../../run.mjs";
import { startChain } from "../../stack/chain/start.mjs";
import { missing } from "../../stack/index.mjs";
import { telegraf } from "../../stack/install/telegraf.mjs";

const rules = readFileSync(join(root, "deploy/prometheus/rules/loadcast.yml"), "utf8");
const SOON = { timeout: 200_000, interval: 1000 };

const without = missing("node-exporter", "prometheus", "influxdb", "telegraf");
describe.skipIf(without)(`the files of deploy/, run natively${without}`, () => {
  const dir = mkdtempSync(join(tmpdir(), "loadcast-chain-"));
  let chain: Awaited<ReturnType<typeof startChain>>;
  beforeAll(async () => {
    chain = await startChain({ dir, only: ["node-exporter", "prometheus", "influxdb", "telegraf"] });
  });
  afterAll(async () => {
    await chain?.stop();
    rmSync(dir, { recursive: true });
  });

  it("carry this machine's metrics from node exporter through Prometheus and Telegraf to InfluxDB", async () => {
    const { prometheus, influxdb } = chain.urls as Record<string, string>;
    const source = influxdbSource({
      url: influxdb,
      org: "loadcast",
      bucket: "metrics",
      token: chain.secrets.influxdb_token,
      metrics: influxdbPresets.nodeExporter,
    });
    const lastMinutes = () => ({ from: Date.now() - 600_000, to: Date.now() });
    // A rate needs two scrapes, and Telegraf asks four times a minute.
    await vi.waitFor(async () => {
      expect((await source.listSeries()).map(({ id }) => id)).toEqual([
        "this-host/cpu_percent",
        "this-host/memory_percent",
      ]);
      const { values } = await source.read({ host: "this-host", metric: "cpu_percent" }, lastMinutes());
      expect(values.length).toBeGreaterThan(0);
    }, SOON);

    // What InfluxDB has is what Prometheus has, sample by sample.
    const key = { host: "this-host", metric: "memory_percent" };
    const stored = await source.read(key, lastMinutes());
    expect(stored.values.length).toBeGreaterThan(0);
    const available = await raw(prometheus, "node_memory_MemAvailable_bytes");
    const total = await raw(prometheus, "node_memory_MemTotal_bytes");
    for (const [i, time] of stored.times.entries())
      expect(stored.values[i]).toBeCloseTo(
        100 * (1 - (available.get(time) as number) / (total.get(time) as number)),
        9,
      );
    await source.close();

    // Prometheus says how far it has come with sending, as the alert LoadcastMetricsHeldUp asks.
    const sent = await vi.waitFor(async () => {
      const expr = /expr: (time\(\) - \S+) > 600/.exec(rules)?.[1] as string;
      const answer = await fetch(`${prometheus}/api/v1/query?${new URLSearchParams({ query: expr })}`);
      const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
      expect(data.result).toHaveLength(1);
      return Number(data.result[0].value[1]);
    }, SOON);
    expect(sent).toBeLessThan(120);

    const direct = await prometheusSource({ url: prometheus, matchers: 'job="node"' }).listSeries();
    expect(direct.map(({ id }) => id)).toEqual(["this-host/cpu_percent", "this-host/memory_percent"]);
  });

  it("give rules that Prometheus evaluates without error", async () => {
    await vi.waitFor(async () => {
      const answer = await fetch(`${chain.urls.prometheus}/api/v1/rules`);
      const { data } = (await answer.json()) as {
        data: { groups: { rules: { name: string; health: string; lastError?: string }[] }[] };
      };
      const rules = data.groups.flatMap((group) => group.rules);
      expect(rules.filter(({ health }) => health !== "ok")).toEqual([]);
      expect(rules.length).toBeGreaterThan(5);
    }, SOON);
  });

  it("let a host be added while Prometheus runs", async () => {
    const { "node-exporter": exporter, prometheus } = chain.urls as Record<string, string>;
    const example = readFileSync(join(root, "deploy/prometheus/targets/windows.example.yml"), "utf8");
    writeFileSync(
      join(dir, "config/prometheus/targets/windows-hosts.yml"),
      example.replace("win-01.example.net:9182", new URL(exporter).host),
    );
    await vi.waitFor(async () => {
      const answer = await fetch(`${prometheus}/api/v1/query?query=up{job="windows"}`);
      const { data } = (await answer.json()) as { data: { result: { metric: Record<string, string> }[] } };
      // Without its port, and with the labels of the file.
      expect(data.result.map(({ metric }) => [metric.instance, metric.site]).sort()).toEqual([
        ["127.0.0.1", "main"],
        ["win-02.example.net", "main"],
      ]);
    }, SOON);
  });

  it("pass `telegraf --test`", async () => {
    // It listens where Telegraf does, and takes what Prometheus kept for that.
    await chain.servers.telegraf?.kill("SIGTERM");
    const env = { ...process.env, INFLUX_URL: "http://127.0.0.1:1", INFLUX_TOKEN: "t" };
    for (const [config, says, ...wait] of [
      [join(dir, "config/telegraf/telegraf.conf"), "prometheus,", "--test-wait", "40"],
      [join(root, "deploy/telegraf/telegraf-host.conf"), "mem,"],
    ]) {
      const { status, stdout, stderr } = spawnSync(telegraf() as string, ["--config", config, "--test", ...wait], {
        encoding: "utf8",
        env,
      });
      expect(status, stderr).toBe(0);
      expect(stderr).not.toMatch(/ E! /);
      expect(stdout).toContain(`> ${says}`);
    }
    await chain.servers.telegraf?.restart();
  });
});

/** Samples of a series as scraped, by time. */
async function raw(url: string, name: string): Promise<Map<number, number>> {
  const answer = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: `${name}{job="node"}[10m]` })}`);
  const { data } = (await answer.json()) as { data: { result: { values: [number, string][] }[] } };
  return new Map(
    data.result.flatMap(({ values }) => values.map(([time, value]) => [Math.round(time * 1000), Number(value)])),
  );
}
