import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { duckdbRegistry, duckdbStore, type TrainingRun } from "../../src/index.js";
import { CPU, runsOf, training } from "../conformance/registry.js";

const folder = mkdtempSync(join(tmpdir(), "loadcast-registry-prune-"));
let next = 0;
const newFolder = () => join(folder, String(next++));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const failedRun = (number: number): TrainingRun => {
  const {
    document: _,
    artifacts: __,
    ...rest
  } = training(`k${number}`, { status: "failed", model: `web-${number % 7}/x` });
  // Long, and not to be compressed away.
  const text = Array.from({ length: 100 }, (_, i) => Math.imul(number * 101 + i, 2654435761).toString(36));
  return { ...rest, parameters: { error: text.join(" ") } };
};

describe("pruning the registry of a data folder", () => {
  it("removes the packs of what goes, those of a run and of its version", async () => {
    const path = newFolder();
    const registry = duckdbRegistry({ path });
    const packs = () => readdirSync(join(path, "loadcast.packs")).length;
    await registry.logRun(training("a", { status: "finished" }));
    await registry.register(training("a"));
    await registry.register(training("b"));
    await registry.logRun(training("c", { status: "failed" }));
    expect(packs()).toBe(4);
    expect(await registry.prune({ versions: 1, runsBefore: 1_800_000_000_000 })).toEqual({ runs: 1, versions: 1 });
    expect(packs()).toBe(1);
    expect((await registry.load(CPU, 2))?.document).toBe(training("b").document);
    await registry.close();
  });

  it("forgets what happened long ago, and gives the same answers after it is opened again", async () => {
    const path = newFolder();
    const first = duckdbRegistry({ path });
    for (let i = 0; i < 60; i++) {
      const { version } = await first.register(training(`k${i}`));
      await first.setAlias(CPU, i % 3 === 0 ? "champion" : "challenger", version);
      if (i % 3 === 0) await first.setAlias(CPU, "challenger", null);
      if (i % 10 === 0) await first.prune({ versions: 2 });
    }
    await first.remove(CPU, 59);
    await first.prune({ versions: 2 });
    const changes = await first.changes(0, 1000);
    expect(changes.length).toBeLessThan(15);
    const answers = async (registry: typeof first) => ({
      versions: await registry.versions(CPU),
      champion: await registry.aliasHistory(CPU, "champion"),
      challenger: await registry.aliasHistory(CPU, "challenger"),
      document: (await registry.load(CPU, "champion"))?.document,
    });
    const before = await answers(first);
    expect(before.champion.map(({ version }) => version)).toEqual([58, 55]);
    await first.close();
    const second = duckdbRegistry({ path });
    expect(await answers(second)).toEqual(before);
    expect((await second.register(training("next"))).version).toBe(61);
    await second.close();
  });

  it("keeps in the journal what a follower has not taken", async () => {
    const registry = duckdbRegistry({ path: newFolder() });
    await registry.register(training("a"));
    await registry.register(training("b"));
    await registry.setAlias(CPU, "champion", 1);
    await registry.setAlias(CPU, "champion", null);
    await registry.remove(CPU, 1);
    const kinds = async () => (await registry.changes(0, 100)).map(({ kind, alias }) => alias ?? kind);
    const before = await kinds();
    expect(before).toEqual(["version", "champion", "remove"]);
    await registry.prune({ followed: 0 });
    expect(await kinds()).toEqual(before);
    await registry.prune({});
    expect(await kinds()).toEqual(["version"]);
    await registry.close();
  });

  it("gives no number of a change again that a follower has seen, though its row is gone", async () => {
    const path = newFolder();
    const first = duckdbRegistry({ path });
    await first.register(training("a"));
    await first.logRun(training("b", { status: "failed" }));
    const seen = (await first.changes(0, 10)).at(-1)?.change as number;
    await first.setPosition("mlflow", seen);
    await first.prune({ runsBefore: 1_800_000_000_000 });
    await first.close();
    const second = duckdbRegistry({ path });
    await second.register(training("c"));
    expect((await second.changes(await second.position("mlflow"), 10)).map(({ key }) => key)).toEqual(["c"]);
    await second.close();
  });

  it("gives the space back to the disk", { timeout: 60_000 }, async () => {
    const path = newFolder();
    const store = duckdbStore({ path });
    const registry = store.registry();
    const sizes: number[] = [];
    for (let round = 0; round < 4; round++) {
      const runs = Array.from({ length: 500 }, (_, i) => failedRun(round * 500 + i));
      await Promise.all(runs.map((run) => registry.logRun(run)));
      expect(await registry.prune({ runsBefore: 1_800_000_000_000 })).toEqual({ runs: 500, versions: 0 });
      await store.prune({}); // with a checkpoint at its end
      sizes.push(statSync(join(path, "loadcast.duckdb")).size);
    }
    expect(sizes[0]).toBeGreaterThan(300_000);
    expect(Math.max(...sizes)).toBeLessThan(1.5 * sizes[0]);
    await store.close();
  });

  it("loses nothing when the process is killed at any moment of it", { timeout: 90_000 }, async () => {
    const path = newFolder();
    let safe = 0;
    for (let attempt = 0; attempt < 2; attempt++) {
      const writer = new URL("../fixtures/registry-pruner.mjs", import.meta.url).pathname;
      const child = spawn(process.execPath, [writer, path], { stdio: ["ignore", "pipe", "inherit"] });
      const ended = new Promise((resolve) => child.on("exit", resolve));
      let out = "";
      await new Promise<void>((resolve) => {
        child.stdout.setEncoding("utf8").on("data", (text: string) => {
          out += text;
          // In a round that has just begun, or somewhere in the middle of the next.
          if (out.includes("\n")) setTimeout(resolve, 150 * attempt);
        });
      });
      child.kill("SIGKILL");
      await ended;
      safe = Number(out.trimEnd().split("\n").at(-1));
      const registry = duckdbRegistry({ path });
      const versions = await registry.versions(CPU);
      expect(versions.length).toBeGreaterThanOrEqual(safe);
      expect(versions[0].version).toBe(versions.length);
      expect((await registry.version(CPU, "champion"))?.version).toBeGreaterThanOrEqual(safe);
      // What the killed process had still to let go of.
      await registry.prune({ runsBefore: 3 });
      expect((await runsOf(registry, CPU)).length).toBe(versions.length);
      await registry.close();
    }
    expect(safe).toBeGreaterThanOrEqual(2);
  });
});
