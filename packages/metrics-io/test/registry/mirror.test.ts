import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it, vi } from "vitest";
import {
  duckdbRegistry,
  type MirrorOptions,
  type ModelRegistry,
  memoryRegistry,
  mirrorRegistry,
} from "../../src/index.js";
import { CPU, describeRegistry, runsOf, training } from "../conformance/registry.js";
import { rejection } from "../conformance/rejection.js";
import { faultyRegistry } from "./faulty-registry.js";
import { operation, outcome } from "./operations.js";

const folder = mkdtempSync(join(tmpdir(), "loadcast-mirror-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const quick: MirrorOptions = { retryMillis: 1, maxRetryMillis: 2 };

describeRegistry("mirrorRegistry", { create: async () => mirrorRegistry(memoryRegistry(), memoryRegistry(), quick) });

/** All that is mirrored, by key: a replica may number versions otherwise. */
async function mirrored(registry: ModelRegistry) {
  const models = [];
  for (const model of await registry.models()) {
    const runs = (await runsOf(registry, model)).map(({ id: _, version, ...run }) => ({
      ...run,
      made: version !== null,
    }));
    const versions = (await registry.versions(model)).map(({ key, tags, aliases }) => ({ key, tags, aliases }));
    const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1);
    if (runs.length > 0) models.push({ model, runs: runs.sort(byKey), versions: versions.sort(byKey) });
  }
  return models;
}

describe("mirrorRegistry", () => {
  it("repeats in the replica whatever is done, in order, and counts", async () => {
    const primary = memoryRegistry();
    const replica = memoryRegistry();
    const registry = mirrorRegistry(primary, replica, quick);
    await registry.register(training("a"));
    await registry.setAlias(CPU, "champion", 1);
    await registry.register(training("b"));
    await registry.setAlias(CPU, "champion", 2);
    await registry.tag(CPU, 2, { more: "x" });
    await registry.logRun(training("c", { status: "failed" }));
    await registry.remove(CPU, 1);
    await registry.setAlias(CPU, "challenger", 2);
    await registry.setAlias(CPU, "challenger", null);
    await registry.caughtUp();
    expect(await mirrored(replica)).toEqual(await mirrored(primary));
    expect((await replica.load(CPU, "champion"))?.document).toBe(training("b").document);
    expect(await registry.mirrorState()).toMatchObject({ waiting: 0, refused: 0, lastError: null });
    expect((await registry.mirrorState()).delivered).toBeGreaterThan(0);
    await registry.close();
    expect((await rejection(replica.models())).code).toBe("CLOSED");
    expect((await rejection(primary.models())).code).toBe("CLOSED");
  });

  it("lets go of its own and leaves the replica's alone, and keeps what the replica has not taken", async () => {
    const primary = memoryRegistry();
    const real = memoryRegistry();
    const replica = faultyRegistry(real);
    const registry = mirrorRegistry(primary, replica, quick);
    for (const key of ["a", "b", "c"]) await registry.register(training(key));
    await registry.setAlias(CPU, "challenger", 3);
    await registry.logRun(training("failed", { status: "failed" }));
    await registry.caughtUp();
    const delivered = await mirrored(real);
    expect(await registry.prune?.({ versions: 1, runsBefore: 1_800_000_000_000 })).toEqual({ runs: 1, versions: 2 });
    await registry.caughtUp();
    expect(await mirrored(real)).toEqual(delivered);
    expect(delivered[0].runs).toHaveLength(4);

    replica.plan = () => ({ code: "UNAVAILABLE", after: false });
    await registry.register(training("d"));
    await registry.setAlias(CPU, "challenger", null);
    await registry.remove(CPU, 3);
    const waiting = await primary.changes(0, 100);
    await registry.prune?.({ versions: 1 });
    expect(await primary.changes(0, 100)).toEqual(waiting);
    replica.plan = () => null;
    await registry.caughtUp();
    expect((await real.version(CPU, "challenger"))?.version ?? null).toBeNull();
    expect(await real.run(CPU, "c")).toBeNull();
    expect(await real.run(CPU, "a")).not.toBeNull();
    await registry.prune?.({ versions: 1 });
    expect((await primary.changes(0, 100)).map(({ kind }) => kind)).toEqual(["version"]);
    await registry.close();
  });

  it("never waits for a replica that is away, keeps what waits, and delivers it when it is back", async () => {
    const primary = memoryRegistry();
    const real = memoryRegistry();
    const replica = faultyRegistry(real);
    replica.plan = () => ({ code: "UNAVAILABLE", after: false });
    const notices: string[] = [];
    const registry = mirrorRegistry(primary, replica, { ...quick, onNotice: (notice) => notices.push(notice) });
    for (let i = 0; i < 30; i++) await registry.register(training(String(i), { model: `h${i % 3}/x`, artifacts: [] }));
    await registry.setAlias("h0/x", "champion", 10);
    expect((await registry.load("h0/x", "champion"))?.key).toBe("27");
    await vi.waitFor(async () => expect((await registry.mirrorState()).lastError?.code).toBe("UNAVAILABLE"));
    expect(await registry.mirrorState()).toMatchObject({ waiting: 31, delivered: 0, refused: 0 });
    await vi.waitFor(() => expect(replica.calls.length).toBeGreaterThan(30)); // it goes on trying
    replica.plan = () => null;
    await registry.caughtUp();
    expect(await mirrored(real)).toEqual(await mirrored(primary));
    expect(notices).toEqual([
      "memory does not take changes, which wait: memory: run failed",
      "memory takes changes again",
    ]);
    await registry.close();
  });

  it("finds what was not delivered after a restart", async () => {
    const path = join(folder, "restart");
    const real = memoryRegistry();
    const away = faultyRegistry({ ...real, close: async () => undefined });
    away.plan = () => ({ code: "UNAVAILABLE", after: false });
    const before = mirrorRegistry(duckdbRegistry({ path }), away, quick);
    for (const key of ["a", "b"]) await before.register(training(key));
    await before.setAlias(CPU, "champion", 2);
    await before.close();

    const primary = duckdbRegistry({ path });
    const after = mirrorRegistry(primary, real, quick);
    expect((await after.mirrorState()).waiting).toBe(3);
    await after.open();
    await after.caughtUp();
    expect(await mirrored(real)).toEqual(await mirrored(primary));
    await after.close();

    // And does not deliver again what was delivered.
    const idle = faultyRegistry(memoryRegistry());
    const third = mirrorRegistry(duckdbRegistry({ path }), idle, quick);
    await third.open();
    await third.caughtUp();
    expect([idle.calls, (await third.mirrorState()).delivered]).toEqual([[], 0]);
    await third.close();
  });

  it("leaves out, after a few attempts, what the replica calls wrong", async () => {
    const replica = faultyRegistry(memoryRegistry());
    replica.plan = (method) => (method === "logRun" ? { code: "INVALID_ARGUMENT", after: false } : null);
    const registry = mirrorRegistry(memoryRegistry(), replica, quick);
    await registry.logRun(training("wrong"));
    await registry.register(training("right"));
    await registry.caughtUp();
    expect(await registry.mirrorState()).toMatchObject({ waiting: 0, refused: 1 });
    expect(replica.calls.filter((call) => call === "logRun").length).toBe(3);
    expect((await replica.versions(CPU)).map(({ key }) => key)).toEqual(["right"]);
    await registry.close();
  });

  it("registers a version again that the replica lost before an alias is pointed at it", async () => {
    const replica = memoryRegistry();
    const registry = mirrorRegistry(memoryRegistry(), replica, quick);
    await registry.register(training("a"));
    await registry.caughtUp();
    await replica.remove(CPU, 1);
    await registry.setAlias(CPU, "champion", 1);
    await registry.caughtUp();
    expect(await replica.version(CPU, "champion")).toMatchObject({ version: 2, key: "a" });
    await registry.close();
  });

  it("ends soon though the replica does not answer", async () => {
    const replica = memoryRegistry();
    const registry = mirrorRegistry(memoryRegistry(), { ...replica, run: () => new Promise(() => undefined) }, quick);
    await registry.register(training("a"));
    const start = performance.now();
    await registry.close();
    expect(performance.now() - start).toBeLessThan(30_000);
  });

  it("has in the replica what is in the primary, however often the replica failed before or after it did something", async () => {
    const fault = fc.constantFrom(null, null, { after: false }, { after: true });
    await fc.assert(
      fc.asyncProperty(
        fc.array(operation, { maxLength: 20 }),
        fc.array(fault, { maxLength: 60 }),
        async (operations, faults) => {
          const primary = memoryRegistry();
          const real = memoryRegistry();
          const replica = faultyRegistry(real);
          replica.plan = () => {
            const next = faults.pop() ?? null;
            return next === null ? null : { code: "UNAVAILABLE", ...next };
          };
          const registry = mirrorRegistry(primary, replica, quick);
          for (const { run } of operations) await outcome(registry, run);
          await registry.caughtUp();
          expect(await mirrored(real)).toEqual(await mirrored(primary));
          await registry.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([-1, Number.NaN, Infinity])("refuses %s as a wait", (retryMillis) => {
    expect(() => mirrorRegistry(memoryRegistry(), memoryRegistry(), { retryMillis })).toThrow(
      /retryMillis must be milli/,
    );
  });
});

describe("pullAliases", () => {
  /** A mirror whose replica numbers versions otherwise: it has one of its own. */
  async function mirror() {
    const primary = memoryRegistry();
    const replica = memoryRegistry();
    await replica.register(training("own"));
    const faulty = faultyRegistry(replica);
    const registry = mirrorRegistry(primary, faulty, quick);
    for (const key of ["a", "b", "c"]) await registry.register(training(key));
    await registry.setAlias(CPU, "champion", 1);
    await registry.caughtUp();
    return { primary, replica, faulty, registry };
  }

  it("moves the primary's alias to where somebody moved the replica's", async () => {
    const { primary, replica, registry } = await mirror();
    expect(await registry.pullAliases()).toEqual([]);
    const [newest] = await replica.versions(CPU);
    expect([newest.version, newest.key]).toEqual([4, "c"]);
    await replica.setAlias(CPU, "champion", 4);
    expect(await registry.pullAliases()).toEqual([{ model: CPU, alias: "champion", from: 1, to: 3 }]);
    expect((await primary.version(CPU, "champion"))?.key).toBe("c");
    await registry.caughtUp();
    expect(await registry.pullAliases()).toEqual([]);
    expect((await replica.version(CPU, "champion"))?.version).toBe(4);
    await registry.close();
  });

  it("lets the primary's own change win that was not delivered yet", async () => {
    const { primary, replica, faulty, registry } = await mirror();
    faulty.plan = (method) => (method === "setAlias" ? { code: "UNAVAILABLE", after: false } : null);
    await registry.setAlias(CPU, "champion", 2);
    await replica.setAlias(CPU, "champion", 4);
    expect(await registry.pullAliases()).toEqual([]);
    faulty.plan = () => null;
    await registry.caughtUp();
    expect((await primary.version(CPU, "champion"))?.key).toBe("b");
    expect((await replica.version(CPU, "champion"))?.key).toBe("b");
    await registry.close();
  });

  it("keeps an alias that is gone in the replica, or points there at what the primary does not have", async () => {
    const { primary, replica, registry } = await mirror();
    await replica.setAlias(CPU, "champion", null);
    expect(await registry.pullAliases()).toEqual([]);
    await replica.setAlias(CPU, "champion", 1);
    await replica.register(training("other", { model: "other/x" }));
    await replica.setAlias("other/x", "champion", 1);
    expect(await registry.pullAliases()).toEqual([]);
    expect((await primary.version(CPU, "champion"))?.key).toBe("a");
    await registry.close();
  });

  it("follows the other aliases where the replica has one that no alias can be named here", async () => {
    const { replica, faulty, registry } = await mirror();
    await replica.setAlias(CPU, "champion", 4);
    const known = faulty.aliases;
    faulty.aliases = async (page) => {
      const models = await known(page);
      return models.map(({ model, aliases }) => ({ model, aliases: { "7": 4, latest: 4, ...aliases } }));
    };
    expect(await registry.pullAliases()).toEqual([{ model: CPU, alias: "champion", from: 1, to: 3 }]);
    expect(await registry.pullAliases()).toEqual([]);
    await registry.close();
  });

  it("asks once which version is which", async () => {
    const { faulty, registry } = await mirror();
    await registry.pullAliases();
    faulty.calls.length = 0;
    await registry.pullAliases();
    expect(faulty.calls).toEqual(["aliases"]);
    await registry.close();
  });

  it("says that the replica is away", async () => {
    const { faulty, registry } = await mirror();
    faulty.plan = () => ({ code: "UNAVAILABLE", after: false });
    expect((await rejection(registry.pullAliases())).code).toBe("UNAVAILABLE");
    await registry.close();
  });
});
