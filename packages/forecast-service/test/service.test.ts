import { type MetricStore, type ModelRegistry, memoryRegistry, memoryStore } from "@loadcast/metrics-io";
import { afterEach, describe, expect, it } from "vitest";
import type { Sampler } from "../src/collector.js";
import { loadConfig } from "../src/config.js";
import type { Executor } from "../src/executor/executor.js";
import { inlineExecutor } from "../src/executor/inline.js";
import { createLog, silentLog } from "../src/log.js";
import { createService, type Service, type ServiceDependencies } from "../src/service.js";
import { STEP_MILLIS } from "../src/settings.js";
import { type VirtualClock, virtualClock } from "./virtual-clock.js";

const MINUTE = 60_000;
const HOUR = 3_600_000;

/** A store that outlives the service which closes it, as a folder does. */
function lastingStore(): MetricStore & { closed: number; flushed: number } {
  const store = memoryStore();
  return Object.assign(Object.create(store), store, {
    closed: 0,
    flushed: 0,
    async close() {
      this.closed++;
    },
    async flush() {
      this.flushed++;
    },
  });
}

/** The same of a registry. */
function lastingRegistry(): ModelRegistry {
  return { ...memoryRegistry(), close: async () => {} };
}

/** A machine that can fall silent. */
function machine(clock: VirtualClock): Sampler & { awake: boolean } {
  return {
    name: "host",
    awake: true,
    async sample() {
      if (!this.awake) return [];
      const t = clock.now();
      const value = 30 + 10 * Math.sin((2 * Math.PI * t) / HOUR) + (((t / 1000) * 7919) % 97) / 97;
      return [{ host: "web", metric: "cpu_percent", times: [t], values: [value] }];
    },
  };
}

const running: Service[] = [];
afterEach(async () => {
  for (const service of running.splice(0)) await service.stop();
});

async function started(overrides: Partial<ServiceDependencies> & { env?: Record<string, string> } = {}) {
  const clock = (overrides.clock as VirtualClock | undefined) ?? virtualClock();
  const service = await createService({
    config: loadConfig({ env: { LOADCAST_DEMO: "false", ...overrides.env } }),
    store: lastingStore(),
    registry: memoryRegistry(),
    executor: inlineExecutor(),
    samplers: [],
    log: silentLog,
    ...overrides,
    clock,
  });
  running.push(service);
  service.start();
  await clock.advance(0);
  return { service, clock };
}

describe("the service", () => {
  it("forecasts the demo host at once, marked synthetic, and goes on with it", { timeout: 60_000 }, async () => {
    const { service, clock } = await started({ env: { LOADCAST_DEMO: "true", LOADCAST_TRAINING_HISTORY: "6h" } });
    await clock.advance(1000);
    const { series, now } = await service.catalogue.list();
    expect(series.map(({ id, synthetic, status, reason, unit }) => [id, synthetic, status, reason, unit])).toEqual([
      ["demo/cpu_percent", true, "forecast", null, "percent"],
      ["demo/memory_percent", true, "forecast", null, "percent"],
    ]);
    expect(series[0].modelVersion).toBe("demo/cpu_percent@1");
    expect(Date.parse(now) - Date.parse(series[0].last?.time ?? "")).toBeLessThan(STEP_MILLIS);

    const first = await service.catalogue.forecast("demo/cpu_percent");
    expect(first).toMatchObject({ synthetic: true, modelVersion: "demo/cpu_percent@1", stepSeconds: 300 });
    expect(first.forecast).toHaveLength(48);
    expect(first.forecast[0].time).toBe("2026-11-23T10:00:00.000Z");
    for (const { median, intervals } of first.forecast) {
      expect(intervals.map(({ level }) => level)).toEqual([0.8, 0.95]);
      const [inner, outer] = intervals;
      const ordered = [0, outer.lower, inner.lower, median, inner.upper, outer.upper, 100];
      expect(ordered).toEqual([...ordered].sort((a, b) => a - b));
    }

    await clock.advance(10 * MINUTE + 5000);
    const later = await service.catalogue.forecast("demo/cpu_percent");
    expect(later.forecast[0].time).toBe("2026-11-23T10:10:00.000Z");
    // Trained again at 10:01, as every hour.
    expect(later.modelVersion).toBe("demo/cpu_percent@2");
    const entry = await service.catalogue.entry("demo/cpu_percent");
    expect(entry.last?.time).toBe("2026-11-23T10:10:00.000Z");
    expect(entry.nextRun).toBe("2026-11-23T10:15:02.000Z");
  });

  it("tells a young series' first forecast in advance, and keeps the word", { timeout: 60_000 }, async () => {
    const clock = virtualClock(Date.parse("2026-11-23T10:01:00Z"));
    const { service } = await started({ clock, samplers: [machine(clock)] });
    await clock.advance(10 * MINUTE);
    const young = await service.catalogue.entry("web/cpu_percent");
    expect(young).toMatchObject({ status: "waiting", synthetic: false, modelVersion: null });
    expect(young.history).toEqual({ have: 2, need: 36, stepSeconds: 300, firstForecastAt: "2026-11-23T13:00:02.000Z" });
    expect(young.reason).toContain("Has 2 of the 36 five-minute values (3 h)");
    await expect(service.catalogue.forecast("web/cpu_percent")).rejects.toMatchObject({ code: "NO_FORECAST" });

    await clock.advance(Date.parse("2026-11-23T13:00:01Z") - clock.now());
    expect((await service.catalogue.entry("web/cpu_percent")).status).toBe("waiting");
    await clock.advance(2000);
    const grown = await service.catalogue.entry("web/cpu_percent");
    expect(grown).toMatchObject({ status: "forecast", reason: null, history: null, modelVersion: "web/cpu_percent@1" });
    const { forecast, issuedAt } = await service.catalogue.forecast("web/cpu_percent");
    expect(issuedAt).toBe("2026-11-23T13:00:02.000Z");
    expect(forecast[0].time).toBe("2026-11-23T13:00:00.000Z");
  });

  it("trains again every hour", { timeout: 60_000 }, async () => {
    const clock = virtualClock();
    const { service } = await started({ clock, samplers: [machine(clock)] });
    await clock.advance(3 * HOUR + 2 * MINUTE);
    expect((await service.catalogue.entry("web/cpu_percent")).modelVersion).toBe("web/cpu_percent@1");
    await clock.advance(HOUR + 5 * MINUTE);
    // The training of 13:01 had the same values as that of 13:00, and so made the same version; that of 14:01 made the next.
    expect((await service.catalogue.entry("web/cpu_percent")).modelVersion).toBe("web/cpu_percent@2");
  });

  it("says since when a series is silent, and goes on when it speaks again", { timeout: 60_000 }, async () => {
    const clock = virtualClock();
    const host = machine(clock);
    const { service } = await started({ clock, samplers: [host] });
    await clock.advance(3 * HOUR + MINUTE);
    host.awake = false;
    await clock.advance(2 * HOUR);
    // What was forecast for this time still stands.
    expect((await service.catalogue.entry("web/cpu_percent")).status).toBe("forecast");
    await clock.advance(4 * HOUR);
    const silent = await service.catalogue.entry("web/cpu_percent");
    expect(silent).toMatchObject({ status: "waiting", history: { firstForecastAt: null } });
    expect(silent.reason).toBe("No data since 2026-11-23 13:05 UTC; forecasts go on when there are new values.");
    host.awake = true;
    await clock.advance(10 * MINUTE);
    expect((await service.catalogue.entry("web/cpu_percent")).status).toBe("forecast");
  });

  it("serves after a restart what it forecast before, without waiting for anything", { timeout: 60_000 }, async () => {
    const clock = virtualClock();
    const store = lastingStore();
    const registry = lastingRegistry();
    const env = { LOADCAST_DEMO: "true", LOADCAST_TRAINING_HISTORY: "6h" };
    const first = await started({ clock, store, registry, env });
    await clock.advance(1000);
    const before = await first.service.catalogue.forecast("demo/cpu_percent");
    await first.service.stop();
    expect(store.closed).toBe(1);

    await clock.advance(HOUR);
    const counts = (await store.listSeries()).map((series) => series.count ?? 0);
    const second = await createService({
      ...{
        config: loadConfig({ env }),
        store,
        registry,
        executor: inlineExecutor(),
        samplers: [],
        log: silentLog,
        clock,
      },
    });
    running.push(second);
    expect(await second.catalogue.forecast("demo/cpu_percent")).toEqual(before);
    // The hour in which nothing ran is there as well: 12 steps, less what is a gap.
    (await store.listSeries()).forEach((series, i) => {
      expect((series.count ?? 0) - counts[i]).toBeGreaterThan(5);
      expect((series.count ?? 0) - counts[i]).toBeLessThanOrEqual(12);
    });
    second.start();
    await clock.advance(1000);
    expect((await second.catalogue.forecast("demo/cpu_percent")).forecast[0].time).toBe("2026-11-23T11:00:00.000Z");
    expect((await second.catalogue.entry("demo/cpu_percent")).modelVersion).toBe("demo/cpu_percent@1");
  });

  it("adds no demo host to a store with data, and hides it when it is turned off", async () => {
    const clock = virtualClock();
    const store = lastingStore();
    await store.writeSamples([{ host: "web", metric: "load", times: [clock.now()], values: [1] }]);
    const { service } = await started({ clock, store, env: { LOADCAST_DEMO: "true" } });
    expect((await service.catalogue.list()).series.map(({ id, unit }) => [id, unit])).toEqual([["web/load", "none"]]);

    const withDemo = lastingStore();
    const demo = { env: { LOADCAST_DEMO: "true" }, store: withDemo, executor: inlineExecutor() };
    await (await createService({ ...(await dependencies(demo)), clock })).stop();
    const { service: without } = await started({ clock, store: withDemo });
    expect((await without.catalogue.list()).series).toEqual([]);
    await expect(without.catalogue.forecast("demo/cpu_percent")).rejects.toMatchObject({ code: "UNKNOWN_SERIES" });
  });

  it("survives failing fits, stores and samplers, says so, and recovers", { timeout: 60_000 }, async () => {
    const clock = virtualClock();
    const store = lastingStore();
    const inline = inlineExecutor();
    let broken = true;
    const executor: Executor = {
      ...inline,
      run: (job, input, options) =>
        broken ? Promise.reject(new Error("no more threads")) : inline.run(job, input, options),
    };
    const host = machine(clock);
    const bad: Sampler = { name: "bad", sample: () => Promise.reject(new Error("no sensor")) };
    const lines: string[] = [];
    const log = createLog("info", (line) => lines.push(line));
    const { service } = await started({ clock, store, executor, samplers: [bad, host], log });
    await clock.advance(3 * HOUR + MINUTE);

    const failed = await service.catalogue.entry("web/cpu_percent");
    expect(failed).toMatchObject({ status: "failed", reason: "The last attempt failed: no more threads" });
    const health = await service.health();
    expect(health.status).toBe("degraded");
    expect(health.dependencies).toContainEqual({ name: "collect", status: "failed", detail: "bad: no sensor" });
    // Once, not every 15 seconds.
    expect(lines.filter((line) => line.includes("no sensor"))).toHaveLength(1);

    broken = false;
    const write = store.writeSamples;
    store.writeSamples = () => Promise.reject(new Error("disk full"));
    await clock.advance(MINUTE);
    store.writeSamples = write;
    await clock.advance(5 * MINUTE);
    expect((await service.catalogue.entry("web/cpu_percent")).status).toBe("forecast");
    // What could not be written in that minute was written after it.
    const { points } = await service.catalogue.history("web/cpu_percent", {
      from: clock.now() - 10 * MINUTE,
      stepMillis: 15_000,
    });
    expect(points.filter(({ value }) => value === null).length).toBeLessThanOrEqual(1);
  });
});

async function dependencies(overrides: Partial<ServiceDependencies> & { env: Record<string, string> }) {
  const { env, ...rest } = overrides;
  return {
    config: loadConfig({ env }),
    store: lastingStore(),
    registry: memoryRegistry(),
    executor: inlineExecutor(),
    samplers: [],
    log: silentLog,
    clock: virtualClock(),
    ...rest,
  };
}
