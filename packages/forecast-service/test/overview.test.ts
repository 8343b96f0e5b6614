import { type MetricStore, memoryRegistry, memoryStore } from "@loadcast/metrics-io";
import { afterEach, describe, expect, it } from "vitest";
import { loadConfig } from "../src/config.js";
import { inlineExecutor } from "../src/executor/inline.js";
import { silentLog } from "../src/log.js";
import { createService, type Service } from "../src/service.js";
import { STEP_MILLIS } from "../src/settings.js";
import { virtualClock } from "./virtual-clock.js";
import { valueAtStep } from "./watched-service.js";

const clock = virtualClock(Date.parse("2026-11-23T10:00:03Z"));
const now = Math.floor(clock.now() / STEP_MILLIS);
let service: Service;
afterEach(() => service.stop());

/** Values of the last 100 steps up to `silence` steps ago. */
async function series(store: MetricStore, host: string, metric: string, value: (step: number) => number, silence = 0) {
  const steps = Array.from({ length: 100 }, (_, i) => now - 100 + i - silence);
  await store.writeSamples([
    { host, metric, times: steps.map((step) => step * STEP_MILLIS), values: steps.map(value) },
  ]);
}

async function fleetOf(write: (store: MetricStore) => Promise<void>, env: Record<string, string> = {}) {
  const store = memoryStore();
  await write(store);
  service = await createService({
    config: loadConfig({ env: { LOADCAST_DEMO: "false", ...env } }),
    store,
    registry: memoryRegistry(),
    executor: inlineExecutor(),
    samplers: [],
    clock,
    log: silentLog,
  });
  await service.cycle.inferAll();
  return service.overview;
}

describe("the overview", () => {
  it("puts a host first that is above its limit, though there is no forecast yet, and lets a single sample be", async () => {
    const overview = await fleetOf(async (store) => {
      await series(store, "calm", "cpu_percent", valueAtStep);
      await series(store, "hot", "cpu_percent", (step) => (step >= now - 12 ? 99 : Number.NaN));
      const sample = now * STEP_MILLIS - 20_000;
      await store.writeSamples([
        {
          host: "spike",
          metric: "cpu_percent",
          times: [sample - 120_000, sample - 60_000, sample],
          values: [10, 10, 100],
        },
      ]);
    });
    const { hosts } = await overview.hosts({ limit: 10 });
    expect(hosts.map(({ host, why }) => [host, why])).toEqual([
      ["hot", "CPU is above 90 %"],
      ["calm", null],
      ["spike", null],
    ]);
    expect(hosts[0].series[0].outlook).toBe(null);
  });

  it("puts those first who need attention, and says why", { timeout: 60_000 }, async () => {
    const overview = await fleetOf(async (store) => {
      await series(store, "calm", "cpu_percent", valueAtStep);
      await series(store, "calm", "memory_percent", (step) => 30 + (valueAtStep(step) - 45) / 10);
      // Climbs by a quarter percent a step and has 95 reached in an hour and a half.
      await series(store, "busy", "memory_percent", (step) =>
        Math.min(99, 90 + 0.25 * (step - now) + (valueAtStep(step) - 45) / 40),
      );
      await series(store, "silent", "cpu_percent", valueAtStep, 30);
      await series(store, "young", "load", (step) => (step >= now - 12 ? 1 : Number.NaN));
    });
    const { hosts, total, next } = await overview.hosts({ limit: 10 });
    expect([total, next]).toEqual([4, null]);
    expect(hosts.map(({ host }) => host)).toEqual(["busy", "silent", "calm", "young"]);
    expect(hosts[0].why).toMatch(/^Memory(: \d+ % chance to pass 90 % within 4 h| is above 90 %)$/);
    expect(hosts[1].why).toBe("CPU: no data since 2026-11-23 07:30 UTC");
    expect(hosts.slice(2).map(({ why, attention }) => [why, attention])).toEqual([
      [null, 0],
      [null, 0],
    ]);

    const [busy] = hosts[0].series;
    const threshold = busy.outlook?.threshold;
    expect(threshold?.threshold).toBe(90);
    expect(threshold?.probability).toBeGreaterThan(0.5);
    expect(Date.parse(threshold?.earliest ?? "")).toBeLessThanOrEqual(Date.parse(threshold?.time ?? ""));
    const calm = hosts[2].series[0];
    const { forecast } = await service.catalogue.forecast(calm.id);
    const mean = (of: (step: (typeof forecast)[number]) => number) =>
      forecast.reduce((sum, step) => sum + of(step), 0) / forecast.length;
    expect(calm.outlook?.mean).toBeCloseTo(
      mean(({ median }) => median),
      9,
    );
    expect(calm.outlook?.meanLower).toBeCloseTo(
      mean(({ intervals }) => intervals[0].lower),
      9,
    );
    expect(calm.outlook?.peak.median).toBe(Math.max(...forecast.map(({ median }) => median)));
    expect(calm.outlook?.threshold).toEqual({
      threshold: 90,
      probability: 0,
      time: null,
      earliest: null,
      latest: null,
    });
    expect(calm.sparkline?.values).toHaveLength(72);
    expect(calm.sparkline?.values.at(-1)).toBeCloseTo(valueAtStep(now - 1), 9);
    expect(calm.sparkline?.forecast?.median).toEqual(forecast.map(({ median }) => median));
    expect(hosts[1].series[0]).toMatchObject({ outlook: null, status: "waiting" });
    expect(hosts[3].series[0]).toMatchObject({ status: "waiting", unit: "none" });
  });

  it("gives pages, and finds by name, metric and status", { timeout: 60_000 }, async () => {
    const overview = await fleetOf(async (store) => {
      for (const host of ["db-1", "web-1", "web-2", "web-3"]) {
        await series(store, host, "cpu_percent", (step) => valueAtStep(step + host.length), host === "web-3" ? 20 : 0);
      }
      await series(store, "db-1", "memory_percent", (step) => 40 + (valueAtStep(step) - 45) / 10);
    });
    const first = await overview.hosts({ limit: 3 });
    expect(first.hosts.map(({ host }) => host)).toEqual(["web-3", "db-1", "web-1"]);
    expect(first.next).toBe("web-1");
    const rest = await overview.hosts({ limit: 3, after: "web-1" });
    expect([rest.hosts.map(({ host }) => host), rest.next, rest.total]).toEqual([["web-2"], null, 4]);
    expect((await overview.hosts({ limit: 9, q: "WEB" })).hosts.map(({ host }) => host)).toEqual([
      "web-3",
      "web-1",
      "web-2",
    ]);
    const memory = await overview.hosts({ limit: 9, metric: "memory_percent" });
    expect(memory.hosts.map(({ host, series }) => [host, series.map(({ metric }) => metric)])).toEqual([
      ["db-1", ["memory_percent"]],
    ]);
    expect((await overview.hosts({ limit: 9, status: "waiting" })).hosts.map(({ host }) => host)).toEqual(["web-3"]);
    await expect(overview.hosts({ limit: 9, after: "nobody" })).rejects.toMatchObject({ code: "BAD_CURSOR" });

    const system = await overview.system();
    expect(system.series).toEqual({ forecast: 4, waiting: 1, failed: 0 });
    expect(system.jobs.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["collect", "infer", "train", "monitor"]),
    );
    expect(system.steps.map(({ name, failures }) => [name, failures])).toEqual(
      ["ingest", "preprocess", "train", "gate", "register", "infer", "write", "monitor"].map((name) => [name, 0]),
    );
    expect(system.steps.every(({ count }) => count > 0)).toBe(true);
    expect(system.executor).toEqual({ name: "inline", concurrency: 1, running: 0, waiting: 0 });
    expect(system.memoryBytes).toBeGreaterThan(1e7);
  });

  it("counts the same for Prometheus", { timeout: 60_000 }, async () => {
    await fleetOf(async (store) => {
      await series(store, "calm", "cpu_percent", valueAtStep);
      await series(store, "busy", "memory_percent", (step) => Math.min(99, 88 + (valueAtStep(step) - 45) / 4));
      await series(store, "silent", "cpu_percent", valueAtStep, 30);
    });
    const text = await service.metrics.registry.metrics();
    expect(text).toContain(
      'loadcast_series{state="forecast"} 2\nloadcast_series{state="waiting"} 1\nloadcast_series{state="failed"} 0',
    );
    expect(text).toContain('loadcast_threshold_probability{host="calm",metric="cpu_percent",threshold="90"} 0');
    expect(text).toMatch(
      /loadcast_threshold_probability\{host="busy",metric="memory_percent",threshold="90"\} (1|0\.\d+)/,
    );
    expect(text).toContain('loadcast_trainings_total{result="promoted"} 2\nloadcast_trainings_total{result="kept"} 0');
    expect(text).toContain("loadcast_forecasts_total 2");
    expect(text).toContain("loadcast_train_duration_seconds_count 2");
    expect(text).toContain("loadcast_infer_duration_seconds_count 1");
    expect(text).toContain('loadcast_drift{host="calm",metric="cpu_percent"} 0');
    expect(text).not.toContain('loadcast_threshold_probability{host="silent"');
  });

  it("remembers after a start what was unusual in the hour before", { timeout: 60_000 }, async () => {
    const overview = await fleetOf(async (store) => {
      for (const [host, age] of [
        ["old", 70],
        ["recent", 50],
      ] as const) {
        await series(store, host, "cpu_percent", valueAtStep);
        const at = { host, metric: "cpu_percent", time: clock.now() - age * 60_000 };
        await store.writeAnomalies([{ ...at, value: 90, lower: 40, upper: 60, modelVersion: `${host}/cpu_percent@1` }]);
      }
    });
    service.start();
    await clock.advance(60_000);
    const why = async () => (await overview.hosts({ limit: 9 })).hosts.map(({ host, why }) => [host, why]);
    await expect.poll(why).toContainEqual(["recent", "CPU had an unusual value in the last hour"]);
    expect(await why()).toContainEqual(["old", null]);
  });

  it("puts real hosts before made-up ones, and tells of silence while the last forecast still stands", {
    timeout: 60_000,
  }, async () => {
    const overview = await fleetOf(async (store) => {
      const times = Array.from({ length: 100 }, (_, i) => (now - 100 + i) * STEP_MILLIS);
      const values = times.map((time) => valueAtStep(time / STEP_MILLIS));
      for (const host of ["cache-1", "web-10", "web-2"]) {
        await store.writeSamples([{ host, metric: "cpu_percent", times, values, synthetic: host === "cache-1" }]);
      }
    });
    const seen = async () => (await overview.hosts({ limit: 9 })).hosts.map(({ host, why }) => [host, why]);
    expect(await seen()).toEqual([
      ["web-2", null],
      ["web-10", null],
      ["cache-1", null],
    ]);
    await clock.advance(40 * 60_000);
    await service.intake.store([
      { host: "web-2", metric: "cpu_percent", times: [clock.now() - 1000], values: [valueAtStep(now)] },
    ]);
    expect((await overview.hosts({ limit: 9, q: "web-10" })).hosts[0].series[0].status).toBe("forecast");
    expect(await seen()).toEqual([
      ["web-10", "CPU: no data since 2026-11-23 10:00 UTC"],
      ["cache-1", "CPU: no data since 2026-11-23 10:00 UTC"],
      ["web-2", null],
    ]);
  });
});
