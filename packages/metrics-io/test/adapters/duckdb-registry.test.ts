import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { duckdbRegistry, duckdbStore } from "../../src/index.js";
import { CPU, describeRegistry, training } from "../conformance/registry.js";
import { rejection } from "../conformance/rejection.js";

const folder = mkdtempSync(join(tmpdir(), "loadcast-registry-"));
let next = 0;
const newFolder = () => join(folder, String(next++));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeRegistry("duckdbRegistry", { create: async () => duckdbRegistry({ path: newFolder() }) });

describeRegistry("the registry of a duckdbStore", {
  async create() {
    const store = duckdbStore({ path: ":memory:" });
    const registry = store.registry();
    return {
      ...registry,
      async close() {
        await registry.close();
        await store.close();
      },
    };
  },
});

describe("duckdbRegistry", () => {
  it("has everything after it was closed and opened again", async () => {
    const path = newFolder();
    const store = duckdbStore({ path });
    const first = store.registry();
    for (const key of ["a", "b", "c"]) await first.register(training(key));
    await first.setAlias(CPU, "champion", 3);
    await first.setAlias(CPU, "champion", 2);
    await first.remove(CPU, 3);
    await first.setPosition("mlflow", 4);
    const versions = await first.versions(CPU);
    const changes = await first.changes(0, 100);
    await store.close();
    expect((await rejection(first.versions(CPU))).code).toBe("CLOSED");

    const second = duckdbRegistry({ path });
    expect(await second.versions(CPU)).toEqual(versions);
    expect(await second.changes(0, 100)).toEqual(changes);
    expect(await second.position("mlflow")).toBe(4);
    expect((await second.load(CPU, "champion"))?.document).toBe(training("b").document);
    expect((await second.register(training("d"))).version).toBe(4);
    expect((await second.changes(changes.at(-1)?.change ?? 0, 100)).map(({ kind, key }) => [kind, key])).toEqual([
      ["version", "d"],
    ]);
    await second.close();
  });

  it("shares a file with its store and with nobody else", async () => {
    const path = newFolder();
    const store = duckdbStore({ path });
    const registry = store.registry();
    await registry.register(training("a"));
    await store.writeSamples([{ host: "web-1", metric: "cpu_percent", times: [1], values: [1] }]);
    expect((await rejection(duckdbRegistry({ path }).models())).code).toBe("IN_USE");
    await registry.close();
    expect((await store.listSeries()).length).toBe(1);
    expect(await store.registry().models()).toEqual([CPU]);
    await store.close();
    expect(() => store.registry()).toThrow(/closed/);
  });

  it("waits, when the store is closed, for what is being written", async () => {
    const path = newFolder();
    const store = duckdbStore({ path });
    const registry = store.registry();
    await registry.models();
    const writes = Array.from({ length: 20 }, (_, i) => registry.register(training(`k${i}`)).then(() => i));
    await writes[0];
    await store.close();
    const done = (await Promise.allSettled(writes)).filter(({ status }) => status === "fulfilled").length;
    expect(done).toBeGreaterThan(0);
    const again = duckdbRegistry({ path });
    expect((await again.versions(CPU)).length).toBe(done);
    await again.close();
  });

  it.each([
    [{ path: "" }, /path must name a folder or a file, got ""/],
    [{ path: "x", threads: 0 }, /threads must be a whole number ≥ 1, got 0/],
  ])("refuses the options %j", (options, message) => {
    expect(() => duckdbRegistry(options)).toThrow(message);
  });
});
