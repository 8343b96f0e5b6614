import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type RunningServer, startServer } from "../../../../../tools/stack/index.mjs";
import { influxdbSource } from "../../../src/index.js";
import { freshBucket, missingInfluxdb, type Place } from "../../servers/influxdb-place.js";

/** Ways in which Telegraf brings CPU and memory of a machine into InfluxDB. */
const WAYS = ["own", "v1", "v2"] as const;

const without = missingInfluxdb("telegraf", "node-exporter");
describe.skipIf(without)(`influxdbSource behind a real Telegraf${without}`, () => {
  const running: RunningServer[] = [];
  const places: Partial<Record<(typeof WAYS)[number], Place>> = {};
  const folder = mkdtempSync(join(tmpdir(), "loadcast-telegraf-"));

  beforeAll(async () => {
    const influxdb = await startServer("influxdb");
    running.push(influxdb);
    const exporter = await startServer("node-exporter");
    running.push(exporter);
    for (const way of WAYS) places[way] = await freshBucket(influxdb, `telegraf-${way}`);
    const scrape = (version: number) => `
      [[inputs.prometheus]]
        urls = ["${exporter.url}/metrics"]
        metric_version = ${version}
        [inputs.prometheus.tags]
          way = "v${version}"`;
    const outputs = WAYS.map(
      (way) => `
      [[outputs.influxdb_v2]]
        urls = ["${influxdb.url}"]
        token = "${influxdb.token}"
        organization = "${influxdb.org}"
        bucket = "${places[way]?.bucket}"
        [outputs.influxdb_v2.tagpass]
          way = ["${way}"]`,
    );
    const config = join(folder, "telegraf.conf");
    writeFileSync(
      config,
      `[agent]
        interval = "1s"
        flush_interval = "1s"
        hostname = "web-1"
      [[inputs.cpu]]
        [inputs.cpu.tags]
          way = "own"
      [[inputs.mem]]
        [inputs.mem.tags]
          way = "own"
      ${scrape(1)}
      ${scrape(2)}
      ${outputs.join("\n")}`,
    );
    running.push(await startServer("telegraf", { config }));
  });
  afterAll(async () => {
    for (const server of running.reverse()) await server.stop();
    rmSync(folder, { recursive: true });
  });

  it("finds CPU and memory in all its shapes, given an address only, and they agree", async () => {
    const memory: number[] = [];
    for (const way of WAYS) {
      const source = influxdbSource(places[way] as Place);
      const lastMinute = () => ({ from: Date.now() - 60_000, to: Date.now() + 1000 });
      await vi.waitFor(
        async () => expect((await source.readMetric("cpu_percent", lastMinute()))[0]?.times.length).toBeGreaterThan(2),
        { timeout: 60_000, interval: 500 },
      );
      expect((await source.listSeries()).map(({ id }) => id)).toEqual(["web-1/cpu_percent", "web-1/memory_percent"]);
      for (const metric of ["cpu_percent", "memory_percent"]) {
        const { values } = await source.read({ host: "web-1", metric }, lastMinute());
        expect(values.length).toBeGreaterThan(0);
        for (const value of values) {
          expect(value).toBeGreaterThan(-5); // within a second, counters of idle time may run ahead of the clock
          expect(value).toBeLessThanOrEqual(100);
        }
        if (metric === "memory_percent") memory.push(values[values.length - 1]);
      }
    }
    expect(Math.max(...memory) - Math.min(...memory)).toBeLessThan(10);
  });
});
