import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryStore } from "@loadcast/metrics-io";
import { afterAll, describe, expect, it } from "vitest";
import { missing, startServer } from "../../../tools/stack/index.mjs";
import { systemClock } from "../src/clock.js";
import { createIntake } from "../src/collector.js";
import type { SourceConfig } from "../src/config/sources.js";
import { loadConfig } from "../src/config.js";
import { createEventBus } from "../src/events.js";
import { silentLog } from "../src/log.js";
import { memoryProgress } from "../src/sources/progress.js";
import { createSources } from "../src/sources/sources.js";

const folder = mkdtempSync(join(tmpdir(), "loadcast-sources-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MINUTE = 60_000;
const HOUR = 3_600_000;
const GIB = 2 ** 30;
const start = Math.floor((Date.now() - 8 * HOUR) / MINUTE) * MINUTE;
/** Memory in use, in percent: whole numbers from 20 to 79. */
const used = (time: number, host: number) => 20 + ((((time - start) / MINUTE) * 7 + host * 13) % 60);

function configured(source: object): SourceConfig[] {
  const file = join(folder, "config.yaml");
  writeFileSync(file, JSON.stringify({ sources: [source] }));
  return loadConfig({ file }).sources;
}

async function follow(source: object) {
  const store = memoryStore();
  const intake = createIntake({ store, events: createEventBus() });
  const dependencies = { intake, store, progress: memoryProgress(), clock: systemClock, log: silentLog };
  const sources = createSources(configured(source), dependencies);
  return { store, sources };
}

const everything = { from: -Infinity, to: Infinity };

const noPrometheus = missing("prometheus");
describe.skipIf(noPrometheus)(`sources and a real Prometheus${noPrometheus}`, () => {
  it("bring all hosts that match, as they are, also one whose labels change on the way", async () => {
    const seed: [string, number, number][] = [];
    for (let time = start; time < Date.now() - 2 * MINUTE; time += MINUTE) {
      for (const host of [1, 2, 3]) {
        // Host 2 gets a new version in mid-time: for five minutes both of its series answer.
        const version = host === 2 && time >= start + 4 * HOUR ? 'version="2"' : 'version="1"';
        const labels = `{instance="web-${host}",job="${host === 3 ? "test" : "node"}",${version}}`;
        seed.push([`node_memory_MemTotal_bytes${labels}`, time, 8 * GIB]);
        seed.push([`node_memory_MemAvailable_bytes${labels}`, time, 8 * GIB * (1 - used(time, host) / 100)]);
      }
    }
    const server = await startServer("prometheus", { seed });
    const { store, sources } = await follow({
      kind: "prometheus",
      url: server.url,
      step: "1m",
      match: { job: "no*" },
      rename: { "web-1": "renamed" },
      backfill: "6h",
    });
    try {
      await sources.ingest(new AbortController().signal);
      const series = (await store.listSeries()).map(({ id }) => id);
      expect(series).toEqual(["renamed/memory_percent", "web-2/memory_percent"]);
      for (const [host, number] of [
        ["renamed", 1],
        ["web-2", 2],
      ] as const) {
        const { times, values } = await store.read({ host, metric: "memory_percent" }, everything);
        expect(times[0]).toBeLessThan(Date.now() - 6 * HOUR + 2 * MINUTE);
        expect(times[0]).toBeGreaterThanOrEqual(Date.now() - 6 * HOUR - MINUTE);
        for (let i = 1; i < times.length; i++) expect(times[i] - times[i - 1]).toBe(MINUTE);
        for (let i = 0; i < times.length; i++) {
          if (times[i] > Date.now() - 3 * MINUTE) continue; // Prometheus shows the last sample for five minutes more
          const twice = host === "web-2" && Math.abs(times[i] - start - 4 * HOUR) <= 5 * MINUTE;
          if (!twice) expect(values[i]).toBeCloseTo(used(times[i], number), 6);
          else expect(values[i]).toBeGreaterThan(0);
        }
      }
      expect(sources.states()).toMatchObject([{ name: "prometheus", status: "ok", failures: 0 }]);
    } finally {
      await sources.stop();
      await server.stop();
    }
    const gone = await follow({ kind: "prometheus", url: server.url });
    await expect(gone.sources.ingest(new AbortController().signal)).rejects.toThrow(/prometheus: .* cannot be reached/);
    expect(gone.sources.states()[0]).toMatchObject({ status: "failed", failures: 1 });
    await gone.sources.stop();
  }, 120_000);
});

const noInfluxdb = missing("influxdb");
describe.skipIf(noInfluxdb)(`sources and a real InfluxDB${noInfluxdb}`, () => {
  it("bring what Telegraf wrote, and what it writes afterwards", async () => {
    const server = await startServer("influxdb");
    const { url, org, bucket, token } = server;
    const write = async (lines: string[]) => {
      const answer = await fetch(`${url}/api/v2/write?org=${org}&bucket=${bucket}&precision=ms`, {
        method: "POST",
        headers: { authorization: `Token ${token}` },
        body: lines.join("\n"),
      });
      expect(answer.status).toBe(204);
    };
    const line = (host: number, time: number) =>
      `mem,host=web-${host},site=${host === 3 ? "b" : "a"} available_percent=${100 - used(time, host)} ${time}`;
    const times: number[] = [];
    for (let time = start; time < Date.now() - 5 * MINUTE; time += MINUTE) times.push(time);
    await write(times.flatMap((time) => [1, 2, 3].map((host) => line(host, time))));
    const { store, sources } = await follow({
      kind: "influxdb",
      url,
      org,
      bucket,
      token,
      match: { site: "a" },
      every: "1s",
    });
    try {
      await sources.ingest(new AbortController().signal);
      expect((await store.listSeries()).map(({ id }) => id)).toEqual(["web-1/memory_percent", "web-2/memory_percent"]);
      const read = () => store.read({ host: "web-2", metric: "memory_percent" }, everything);
      const samples = await read();
      expect([...samples.times]).toEqual(times);
      for (const [i, value] of samples.values.entries()) expect(value).toBeCloseTo(used(times[i], 2), 9);

      // One that comes now, and one that comes late.
      sources.start();
      const [now, late] = [Math.floor(Date.now() / 1000) * 1000, (times.at(-1) as number) + 1000];
      await write([line(2, now), line(2, late)]);
      const deadline = Date.now() + 30_000;
      while ((await read()).times.length < times.length + 2 && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect([...(await read()).times].slice(-2)).toEqual([late, now]);
    } finally {
      await sources.stop();
      await server.stop();
    }
  }, 120_000);
});
