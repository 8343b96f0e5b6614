import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { duckdbRegistry } from "../../src/index.js";
import { CPU, training } from "../conformance/registry.js";
import { rejection } from "../conformance/rejection.js";

const folder = mkdtempSync(join(tmpdir(), "loadcast-registry-durability-"));
let next = 0;
const newFolder = () => join(folder, String(next++));
beforeAll(() => {
  const built = fileURLToPath(new URL("../../dist/index.js", import.meta.url));
  if (!existsSync(built)) throw new Error("the child process runs the built package: npm run build first");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const script = fileURLToPath(new URL("../fixtures/registry-writer.mjs", import.meta.url));

/** Lets a process register models, kills it a while after its third report, and returns the last one. */
async function killWriter(path: string, delay: number): Promise<{ versions: number; champion: number }> {
  const child = spawn(process.execPath, [script, path], { stdio: ["ignore", "pipe", "inherit"] });
  let out = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const lines = () => out.split("\n").slice(0, -1);
  while (lines().length < 3) {
    if (child.exitCode !== null) throw new Error("the writer ended");
    await sleep(5);
  }
  await sleep(delay);
  child.kill("SIGKILL");
  await ended;
  const [versions, champion] = (lines().at(-1) as string).split(" ").map(Number);
  return { versions, champion };
}

describe("duckdbRegistry after kill -9", () => {
  it("has every change whose promise was resolved, whole, and nothing that belongs to none", async () => {
    for (const delay of [0, 11, 37]) {
      const path = newFolder();
      const { versions, champion } = await killWriter(path, delay);
      // What a kill between the two writes of a training leaves behind.
      writeFileSync(join(path, "loadcast.packs", "orphan"), "x");
      const registry = duckdbRegistry({ path });
      const found = await registry.versions(CPU, { limit: 10_000 });
      // The last change may have been done without being reported.
      expect(found.length - versions).toBeGreaterThanOrEqual(0);
      expect(found.length - versions).toBeLessThanOrEqual(1);
      expect((await registry.version(CPU, "champion"))?.version ?? 0).toBeGreaterThanOrEqual(champion);
      for (const { version, metrics } of found) {
        expect(metrics).toEqual({ half: version / 2 });
        expect(JSON.parse((await registry.load(CPU, version))?.document ?? "")).toEqual({
          i: version,
          text: "x".repeat(20_000),
        });
        const svg = Buffer.from((await registry.artifact(CPU, version, "forecast.svg")) ?? "").toString();
        expect(svg).toBe(`<svg>${version}</svg>`.repeat(1000));
      }
      expect(readdirSync(join(path, "loadcast.packs")).length).toBe(found.length);
      expect((await registry.register(training("later"))).version).toBe(found.length + 1);
      await registry.close();
    }
  });
});

describe("the packs of duckdbRegistry", () => {
  const packsIn = (path: string) => readdirSync(join(path, "loadcast.packs"));

  it("are one file for each training, and go with their version", async () => {
    const path = newFolder();
    const registry = duckdbRegistry({ path });
    for (const key of ["a", "b", "a", "a"]) await registry.register(training(key));
    await registry.logRun(training("c"));
    await registry.logRun(training("c"));
    expect(packsIn(path).length).toBe(3);
    await registry.register(training("c"));
    expect(packsIn(path).length).toBe(4);
    await registry.remove(CPU, 3);
    await registry.remove(CPU, 1);
    expect(packsIn(path).length).toBe(1);
    expect((await registry.load(CPU, 2))?.document).toBe(training("b").document);
    await registry.close();
  });

  it("are missed with a clear word when somebody took one away or cut it off", async () => {
    const path = newFolder();
    const registry = duckdbRegistry({ path });
    await registry.register(training("a"));
    const pack = join(path, "loadcast.packs", packsIn(path)[0]);
    truncateSync(pack, 10);
    const short = await rejection(registry.load(CPU, 1));
    expect(short.code).toBe("INVALID_DATA");
    expect(short.message).toMatch(/reading .* in .*loadcast.packs failed: the file is too short; restore it/);
    rmSync(pack);
    const gone = await rejection(registry.artifact(CPU, 1, "forecast.svg"));
    expect(gone.code).toBe("INVALID_DATA");
    expect(gone.message).toContain("the file is gone; restore it");
    expect((await registry.version(CPU, 1))?.version).toBe(1);
    await registry.close();
  });

  it("leave nothing in the database when they cannot be written", async () => {
    const path = newFolder();
    const registry = duckdbRegistry({ path });
    await registry.open?.();
    writeFileSync(join(path, "loadcast.packs"), "a file where the folder should be");
    const error = await rejection(registry.register(training("a")));
    expect(error.code).toBe("UNAVAILABLE");
    expect(await registry.models()).toEqual([]);
    rmSync(join(path, "loadcast.packs"));
    expect((await registry.register(training("a"))).version).toBe(1);
    await registry.close();
  });
});
