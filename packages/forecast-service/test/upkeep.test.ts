import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { duckdbStore, type ModelRegistry, memoryRegistry, memoryStore } from "@loadcast/metrics-io";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../src/config.js";
import { inlineExecutor } from "../src/executor/inline.js";
import { silentLog } from "../src/log.js";
import { createService, type Service } from "../src/service.js";
import { DAY_STEPS, STEP_MILLIS } from "../src/settings.js";
import { virtualClock } from "./virtual-clock.js";
import { ID, KEY, valueAtStep, watched } from "./watched-service.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MINUTE = 60_000;
const rarely = { LOADCAST_TRAIN_INTERVAL: "30d" };
/** Outlives the service that closes it. */
const lasting = <T extends { close(): Promise<void> }>(one: T): T => ({ ...one, close: async () => {} });

async function runsOf(registry: ModelRegistry, model = ID) {
  const runs = [];
  for await (const run of registry.runs(model)) runs.push(run);
  return runs;
}

/** Values up to an hour before a time, and a service started then on what a former one left behind. */
async function restarted(
  after: number,
  home: {
    store: ReturnType<typeof memoryStore>;
    registry: ModelRegistry;
    executor?: ReturnType<typeof inlineExecutor>;
  },
) {
  const next = await watched(0, { env: rarely, ...home });
  await next.clock.advance(after);
  const end = Math.floor(next.clock.now() / STEP_MILLIS);
  const steps = Array.from({ length: 2 * DAY_STEPS }, (_, i) => end - 2 * DAY_STEPS + i);
  const times = steps.map((step) => step * STEP_MILLIS + 60_000);
  await home.store.writeSamples([{ ...KEY, times, values: steps.map(valueAtStep) }]);
  next.service.start();
  return next;
}

describe("a restart", () => {
  it("remembers the last training of an old champion, whether or not a version came of it", {
    timeout: 60_000,
  }, async () => {
    const store = lasting(memoryStore());
    const registry = lasting(memoryRegistry());
    const first = await watched(300, { store, registry, env: rarely });
    await first.service.cycle.inferAll();
    await first.service.stop();

    // Two days later the champion is too old, and was never tried anew.
    const second = await restarted(2 * DAY, { store, registry });
    await second.clock.advance(2 * MINUTE);
    const [training] = await runsOf(registry);
    expect(await runsOf(registry)).toHaveLength(2);
    expect(training.startedAt).toBeGreaterThan(second.clock.now() - 3 * MINUTE);
    // As if the gate had refused it: the champion stays as old as it is.
    await registry.setAlias(ID, "champion", 1);
    await second.service.stop();

    // Whatever happens within a day of that, another start alone is no reason.
    const third = await restarted(2 * DAY + HOUR, { store, registry });
    await third.clock.advance(30 * MINUTE);
    expect(third.service.fleet.get(ID)).toMatchObject({
      champion: { version: 1 },
      training: { at: training.startedAt },
    });
    expect(await runsOf(registry)).toHaveLength(2);
    await third.service.stop();

    const fourth = await restarted(3 * DAY + HOUR, { store, registry });
    await fourth.clock.advance(2 * MINUTE);
    expect(await runsOf(registry)).toHaveLength(3);
    await fourth.service.stop();
  });

  it("tries a training that failed again after six hours, not at each start", { timeout: 60_000 }, async () => {
    const store = lasting(memoryStore());
    const registry = lasting(memoryRegistry());
    const first = await watched(300, { store, registry, env: rarely });
    await first.service.cycle.inferAll();
    await first.service.stop();
    const broken = () => {
      const executor = inlineExecutor();
      return {
        ...executor,
        run: ((kind, ...rest) =>
          kind === "train"
            ? Promise.reject(new Error("no memory"))
            : executor.run(kind, ...rest)) as typeof executor.run,
      };
    };
    const failures = async () => (await runsOf(registry)).filter(({ status }) => status === "failed").length;
    for (const [after, expected] of [
      [2 * DAY, 1],
      [2 * DAY + HOUR, 1],
      [2 * DAY + 7 * HOUR, 2],
    ]) {
      const { service, clock } = await restarted(after, { store, registry, executor: broken() });
      await clock.advance(10 * MINUTE);
      expect(await failures()).toBe(expected);
      expect((await service.catalogue.entry(ID)).status).toBe("forecast");
      await service.stop();
    }
  });

  it("trains a fleet of old models over an hour, and all at once never", { timeout: 120_000 }, async () => {
    const path = mkdtempSync(join(tmpdir(), "loadcast-upkeep-"));
    const clock = virtualClock(Date.parse("2026-11-23T10:00:03Z"));
    const hosts = Array.from({ length: 14 }, (_, i) => ({ host: `web-${i}`, metric: "cpu_percent" }));
    const begin = async (): Promise<Service> => {
      const store = duckdbStore({ path });
      const end = Math.floor(clock.now() / STEP_MILLIS);
      const steps = Array.from({ length: 60 }, (_, i) => end - 60 + i);
      const times = steps.map((step) => step * STEP_MILLIS + 60_000);
      await store.writeSamples(hosts.map((key) => ({ ...key, times, values: steps.map(valueAtStep) })));
      return createService({
        config: loadConfig({ env: { LOADCAST_DEMO: "false", LOADCAST_TRAINING_MODEL: "sarima", ...rarely } }),
        store,
        registry: store.registry(),
        executor: inlineExecutor(),
        samplers: [],
        log: silentLog,
        clock,
      });
    };
    const first = await begin();
    expect((await first.cycle.inferAll()).filter(({ result }) => result === "done")).toHaveLength(14);
    await first.stop();
    await clock.advance(2 * DAY);
    const second = await begin();
    let trained = 0;
    second.events.subscribe(({ type }) => {
      if (type === "model") trained++;
    });
    await second.cycle.inferAll();
    const monitor = second.scheduler;
    second.start();
    const counts: number[] = [];
    for (let minute = 0; minute < 5; minute++) {
      await clock.advance(MINUTE);
      while (monitor.state("monitor").running) await new Promise((resolve) => setTimeout(resolve, 5));
      counts.push(trained);
    }
    // At most five a minute of so small a fleet.
    expect(counts).toEqual([5, 10, 14, 14, 14]);
    await second.stop();
    rmSync(path, { recursive: true, force: true });
  });
});
