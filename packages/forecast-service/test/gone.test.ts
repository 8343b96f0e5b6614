import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { duckdbStore, type MetricStore } from "@loadcast/metrics-io";
import { afterEach, describe, expect, it } from "vitest";
import { loadConfig } from "../src/config.js";
import { inlineExecutor } from "../src/executor/inline.js";
import type { Log } from "../src/log.js";
import { createService, type Service } from "../src/service.js";
import { STEP_MILLIS } from "../src/settings.js";
import { virtualClock } from "./virtual-clock.js";
import { valueAtStep } from "./watched-service.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const POD = { host: "pod-7", metric: "cpu_percent" };
const WEB = { host: "web", metric: "cpu_percent" };

const folders: string[] = [];
let running: Service | null = null;
afterEach(async () => {
  await running?.stop();
  running = null;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A store on the disk whose reads are counted by host. */
function countingStore(path: string) {
  const store = duckdbStore({ path });
  const reads = new Map<string, number>();
  const counted: MetricStore = {
    ...store,
    read: (key, range) => {
      reads.set(key.host, (reads.get(key.host) ?? 0) + 1);
      return store.read(key, range);
    },
  };
  return { store: counted, registry: store.registry(), reads };
}

describe("a host that never comes back", () => {
  it("asks for attention for a day, costs nothing after, and is forgotten with its last value", {
    timeout: 120_000,
  }, async () => {
    const path = mkdtempSync(join(tmpdir(), "loadcast-gone-"));
    folders.push(path);
    const clock = virtualClock(Date.parse("2026-11-23T10:00:03Z"));
    const lines: string[] = [];
    const log: Log = { debug: () => {}, info: (line) => lines.push(line), warn: (line) => lines.push(line) };
    const env = { LOADCAST_DEMO: "false", LOADCAST_TRAINING_MODEL: "sarima", LOADCAST_RETENTION_DOWNSAMPLED: "30d" };
    const begin = async () => {
      const opened = countingStore(path);
      const service = await createService({
        ...{ config: loadConfig({ env }), store: opened.store, registry: opened.registry, executor: inlineExecutor() },
        ...{ samplers: [], log, clock },
      });
      running = service;
      return { ...opened, service };
    };
    const write = async (service: Service, key: typeof POD, count = 60) => {
      const end = Math.floor(clock.now() / STEP_MILLIS);
      const steps = Array.from({ length: count }, (_, i) => end - count + i);
      const times = steps.map((step) => step * STEP_MILLIS + 60_000);
      await service.intake.store([{ ...key, times, values: steps.map(valueAtStep) }]);
    };
    const overview = async (service: Service) =>
      (await service.overview.hosts({ limit: 9 })).hosts.map(({ host, attention, why }) => [host, attention, why]);

    let { service, registry, reads } = await begin();
    await write(service, POD);
    await write(service, WEB);
    await service.cycle.inferAll();
    const versions = async () => (await registry.versions("pod-7/cpu_percent")).length;
    expect(await versions()).toBe(1);

    // An hour: somebody should look.
    await clock.advance(2 * HOUR);
    await write(service, WEB);
    await service.cycle.inferAll();
    expect(await overview(service)).toEqual([
      ["pod-7", 0.4, "CPU: no data since 2026-11-23 10:00 UTC"],
      ["web", 0, null],
    ]);

    // A day and more: nobody has to, and neither rounds nor trainings look at it.
    await clock.advance(DAY);
    await write(service, WEB);
    reads.clear();
    lines.length = 0;
    const rounds = [await service.cycle.inferAll(), await service.cycle.trainAll()];
    for (const outcomes of rounds) {
      expect(outcomes.map(({ id, result }) => [id, result])).toEqual([
        ["pod-7/cpu_percent", "waiting"],
        ["web/cpu_percent", "done"],
      ]);
      expect(outcomes[0].detail).toMatch(/^No data since 2026-11-23 10:00 UTC/);
    }
    expect(reads.get("pod-7")).toBeUndefined();
    expect(await overview(service)).toEqual([
      ["web", 0, null],
      ["pod-7", 0, null],
    ]);
    const text = await service.metrics.registry.metrics();
    expect(text).toContain('loadcast_drift{host="web"');
    expect(text).not.toContain("pod-7");

    // After a week and a restart it still says since when, though no reading of the recent past would show it.
    await service.stop();
    await clock.advance(7 * DAY);
    ({ service, registry, reads } = await begin());
    await write(service, WEB);
    service.start();
    await clock.advance(10 * 60_000);
    const entry = await service.catalogue.entry("pod-7/cpu_percent");
    expect(entry).toMatchObject({ status: "waiting", history: { firstForecastAt: null } });
    expect(entry.reason).toMatch(/^No data since 2026-11-23 10:00 UTC; forecasts go on when there are new values/);
    expect(entry.last?.time).toBe("2026-11-23T09:56:00.000Z");
    expect((await overview(service)).at(-1)).toEqual(["pod-7", 0, null]);
    expect(lines.filter((line) => line.includes("pod-7"))).toEqual([]);
    expect(await versions()).toBe(1);

    // Its last value goes, and everything of it.
    await service.stop();
    await clock.advance(30 * DAY);
    ({ service, registry, reads } = await begin());
    await write(service, WEB);
    const tidied = await service.tidy(new AbortController().signal);
    expect(tidied.series).toEqual(["pod-7/cpu_percent"]);
    expect((await service.catalogue.list()).series.map(({ id }) => id)).toEqual(["web/cpu_percent"]);
    expect(await registry.models()).toEqual(["web/cpu_percent"]);
    await expect(service.catalogue.entry("pod-7/cpu_percent")).rejects.toMatchObject({ code: "UNKNOWN_SERIES" });
    expect(lines).toContain("1 series are forgotten: retention has let their last values go");

    // A machine of that name begins anew.
    await write(service, POD);
    await service.cycle.inferAll();
    expect((await service.catalogue.entry("pod-7/cpu_percent")).modelVersion).toBe("pod-7/cpu_percent@1");
  });
});
