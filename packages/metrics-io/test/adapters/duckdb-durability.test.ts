import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { duckdbStore } from "../../src/index.js";
import { rejection } from "../conformance/rejection.js";

const folder = mkdtempSync(join(tmpdir(), "loadcast-durability-"));
let next = 0;
const newFolder = () => join(folder, String(next++));
const children: ChildProcess[] = [];

// Processes that start and write megabytes take their time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

beforeAll(() => {
  const built = fileURLToPath(new URL("../../dist/index.js", import.meta.url));
  if (!existsSync(built)) throw new Error("the child process runs the built package: npm run build first");
});
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

const CPU = { host: "web-1", metric: "cpu_percent" };
const ALL = { from: -Infinity, to: Infinity };

/** A process that writes and reports; `reported()` is how many samples it said are safe. */
async function startWriter(path: string) {
  const script = fileURLToPath(new URL("../fixtures/duckdb-writer.mjs", import.meta.url));
  const child = spawn(process.execPath, [script, path], { stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  let out = "";
  let errors = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const lines = () => out.split("\n").slice(0, -1);
  while (lines().length < 3) {
    if (child.exitCode !== null) throw new Error(`the writer ended: ${errors}`);
    await sleep(5);
  }
  return { child, ended, reported: () => Number(lines().at(-1)) };
}

describe("duckdbStore after kill -9", () => {
  it("has every sample and forecast that was flushed, whenever the kill comes", async () => {
    for (const delay of [0, 7, 23, 60]) {
      const path = newFolder();
      const { child, ended, reported } = await startWriter(path);
      await sleep(delay);
      child.kill("SIGKILL");
      await ended;

      const store = duckdbStore({ path });
      const { times, values } = await store.read(CPU, ALL);
      // The last commit may have been done without being reported; it is whole or absent, and no sample is missing before it.
      expect(times.length).toBeGreaterThanOrEqual(reported());
      expect(times).toEqual(Float64Array.from(times, (_, i) => i));
      expect(values).toEqual(times.map((time) => time / 3));
      const forecast = await store.latestForecast(CPU);
      expect(forecast?.issuedAt).toBeLessThan(times.length);
      expect((await store.listSeries())[0].count).toBe(times.length);
      await store.writeSamples([{ ...CPU, times: [1e12], values: [1] }]);
      await store.close();
    }
  });
});

describe("duckdbStore and other processes", () => {
  it("says in one line who holds the file, and opens as soon as it is free", async () => {
    const path = newFolder();
    const { child, ended } = await startWriter(path);
    const store = duckdbStore({ path, flushMillis: 20 });
    const error = await rejection(store.open());
    expect(error.code).toBe("IN_USE");
    expect(error.message).toBe(
      `duckdb: ${join(path, "loadcast.duckdb")} is in use by another process (PID ${child.pid}); stop it or choose another folder`,
    );
    expect((await rejection(store.read(CPU, ALL))).code).toBe("IN_USE");
    // What is written meanwhile waits.
    await store.writeSamples([{ host: "web-2", metric: "cpu_percent", times: [1], values: [1] }]);
    expect((await rejection(store.flush())).code).toBe("IN_USE");
    expect(store.waiting()).toMatchObject({ samples: 1, error: { code: "IN_USE" } });

    child.kill("SIGKILL");
    await ended;
    await store.flush();
    expect(store.waiting()).toEqual({ samples: 0, forecasts: 0, error: null });
    expect((await store.listSeries()).map(({ host }) => host)).toEqual(["web-1", "web-2"]);
    await store.close();
  });

  it("does not open a file twice in one process, nor lose its lock by trying", async () => {
    const path = newFolder();
    const first = duckdbStore({ path });
    await first.open();
    const error = await rejection(duckdbStore({ path: join(path, ".", "loadcast.duckdb") }).open());
    expect(error.code).toBe("IN_USE");
    expect(error.message).toContain("already open in this process");
    await expect(startWriter(path)).rejects.toThrow(/in use by another process/);
    await first.close();
    const second = duckdbStore({ path });
    await second.open();
    await second.close();
  });
});

describe("duckdbStore on a disk that is full", () => {
  const canLimit = process.platform === "linux" && existsSync("/usr/bin/prlimit");

  // A limit on the size of files stands for the full disk: DuckDB sees the same failing write.
  it.skipIf(!canLimit)(
    "keeps what it cannot write and writes it when there is room (needs Linux and prlimit)",
    async () => {
      const path = newFolder();
      const script = fileURLToPath(new URL("../fixtures/duckdb-full-disk.mjs", import.meta.url));
      const child = spawn("/bin/sh", ["-c", `trap '' XFSZ; exec "$0" "$1" "$2"`, process.execPath, script, path], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      children.push(child);
      let out = "";
      child.stdout.on("data", (chunk) => {
        out += chunk;
      });
      await new Promise((resolve) => child.once("close", resolve));
      const report = JSON.parse(out);
      expect(report.commitFailure).toMatch(/^duckdb: writing to .* failed; 5000 samples are kept and tried again: /);
      expect(report.readWhileFull).toBe(100);
      expect(report.overflow).toMatch(/samples wait already and cannot be written/);
      expect(report.checkpointFailure).toMatch(/FATAL/);
      expect(report.waitingAtEnd).toBe(0);

      const store = duckdbStore({ path });
      const { times } = await store.read(CPU, ALL);
      expect(times.length).toBe(report.accepted);
      await store.close();
      expect(readdirSync(path)).toEqual(["loadcast.duckdb"]);
    },
  );
});
