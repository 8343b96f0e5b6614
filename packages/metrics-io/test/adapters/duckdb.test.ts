import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { type DuckdbStoreOptions, duckdbStore } from "../../src/index.js";
import { rejection } from "../conformance/rejection.js";
import { describeSource } from "../conformance/source.js";
import { describeStore } from "../conformance/store.js";

const folder = mkdtempSync(join(tmpdir(), "loadcast-duckdb-"));
let next = 0;
const newFolder = () => join(folder, String(next++));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const keys = [
  { host: "web-1", metric: "cpu_percent" },
  { host: "web-1", metric: "memory_percent" },
];

describeSource("duckdbStore", {
  keys,
  async create(samples) {
    const store = duckdbStore({ path: newFolder() });
    await store.writeSamples(keys.map((key) => ({ ...key, ...samples })));
    return store;
  },
});

describeStore("duckdbStore", { create: async () => duckdbStore({ path: newFolder() }) });
describeStore("duckdbStore that writes at once", {
  create: async () => duckdbStore({ path: ":memory:", flushMillis: 0 }),
});

const CPU = { host: "web-1", metric: "cpu_percent" };
const ALL = { from: -Infinity, to: Infinity };

describe("duckdbStore", () => {
  it("has everything after it was closed and opened again", async () => {
    const path = newFolder();
    const first = duckdbStore({ path });
    await first.writeSamples([{ ...CPU, synthetic: true, times: [2000, 1000], values: [2, 1] }]);
    await first.writeForecast({
      ...CPU,
      issuedAt: 5,
      modelVersion: "v1",
      times: [6],
      mean: [1],
      median: [2],
      intervals: [],
    });
    const series = await first.listSeries();
    const forecast = await first.latestForecast(CPU);
    await first.close();

    const second = duckdbStore({ path: join(path, "loadcast.duckdb") });
    expect(await second.listSeries()).toEqual(series);
    expect(await second.latestForecast(CPU)).toEqual(forecast);
    await second.writeSamples([{ ...CPU, times: [1000, 3000], values: [10, 3] }]);
    await second.writeForecast({
      ...CPU,
      issuedAt: 5,
      modelVersion: "v2",
      times: [],
      mean: [],
      median: [],
      intervals: [],
    });
    expect([...(await second.read(CPU, ALL)).values]).toEqual([10, 2, 3]);
    expect((await second.latestForecast(CPU))?.modelVersion).toBe("v2");
    await second.close();
  });

  it("commits by itself, after flushMillis or as soon as flushSamples wait", async () => {
    const byTime = duckdbStore({ path: newFolder(), flushMillis: 10 });
    await byTime.writeSamples([{ ...CPU, times: [1], values: [1] }]);
    expect(byTime.waiting().samples).toBe(1);
    await vi.waitFor(() => expect(byTime.waiting().samples).toBe(0), { timeout: 10_000 });
    await byTime.close();

    const bySize = duckdbStore({ path: newFolder(), flushMillis: 3_600_000, flushSamples: 3 });
    await bySize.writeSamples([{ ...CPU, times: [1, 2], values: [1, 2] }]);
    expect(bySize.waiting().samples).toBe(2);
    await bySize.writeSamples([{ ...CPU, times: [3], values: [3] }]);
    expect(bySize.waiting().samples).toBe(0);
    await bySize.close();
  });

  it("is a plain DuckDB file that people can query, with the limits that were asked for", async () => {
    const path = newFolder();
    const store = duckdbStore({ path });
    await store.writeSamples([{ ...CPU, times: [Date.UTC(2026, 0, 1)], values: [42] }]);
    await store.writeForecast({
      ...CPU,
      issuedAt: 0,
      modelVersion: "v1",
      times: [1000, 2000],
      mean: [1, 2],
      median: [3, 4],
      intervals: [{ level: 80, lower: [5, 6], upper: [7, 8] }],
    });
    await store.close();

    const { DuckDBInstance } = await import("@duckdb/node-api");
    const instance = await DuckDBInstance.create(join(path, "loadcast.duckdb"));
    const connection = await instance.connect();
    const query = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson();
    expect(await query("SELECT host, metric, synthetic, time, value FROM measurements")).toEqual([
      ["web-1", "cpu_percent", false, "2026-01-01 00:00:00", 42],
    ]);
    expect(await query("SELECT step, time, mean, median, intervals FROM forecast_steps ORDER BY step")).toEqual([
      ["1", "1970-01-01 00:00:01", 1, 3, [{ level: 80, lower: 5, upper: 7 }]],
      ["2", "1970-01-01 00:00:02", 2, 4, [{ level: 80, lower: 6, upper: 8 }]],
    ]);
    expect(await query("SELECT max(version) FROM schema_version")).toEqual([[3]]);
    connection.closeSync();
    instance.closeSync();
  });

  it("says what is wrong with a path, in one line", async () => {
    const file = join(folder, "a-file");
    writeFileSync(file, "x");
    const inFile = await rejection(duckdbStore({ path: join(file, "data") }).open());
    expect(inFile.code).toBe("NOT_ALLOWED");
    expect(inFile.message).toMatch(
      /the folder .*a-file\/data cannot be written \(ENOTDIR\); it is a file or lies in one/,
    );

    const notADatabase = join(folder, "x.duckdb");
    writeFileSync(notADatabase, "no database\n".repeat(2000));
    const error = await rejection(duckdbStore({ path: notADatabase }).open());
    expect(error.code).toBe("INVALID_DATA");
    expect(error.message).toContain("cannot be read as a database");
    expect(readFileSync(notADatabase, "utf8")).toBe("no database\n".repeat(2000));
  });

  it.skipIf(!existsSync("/proc/self"))(
    "refuses a folder under /proc, where a recursive mkdir would not return",
    async () => {
      await expect(duckdbStore({ path: "/proc/nope/data" }).open()).rejects.toThrow(
        /\/proc\/nope\/data cannot be written \(ENOENT\)/,
      );
    },
  );

  it.skipIf(process.getuid?.() === 0)(
    "says that a folder cannot be written (not as root, who may write anywhere)",
    async () => {
      const path = newFolder();
      mkdirSync(path);
      chmodSync(path, 0o500);
      const error = await rejection(duckdbStore({ path }).open());
      expect(error.code).toBe("NOT_ALLOWED");
      expect(error.message).toMatch(/cannot be written \(EACCES\); give this user write permission/);
    },
  );

  it.each<[RegExp, Partial<DuckdbStoreOptions>]>([
    [/path must name/, { path: "" }],
    [/flushMillis must be a whole number ≥ 0, got -1/, { flushMillis: -1 }],
    [/threads must be a whole number ≥ 1, got 0.5/, { threads: 0.5 }],
  ])("refuses options with %s", (message, options) => {
    expect(() => duckdbStore({ path: ":memory:", ...options })).toThrow(message);
  });

  it("says so when the memory limit is no size", async () => {
    const error = await rejection(duckdbStore({ path: ":memory:", memoryLimit: "lots" }).open());
    expect(error.message).toMatch(/lots|memory/);
  });

  it("ends the writing of a Parquet file when it is told to", async () => {
    const store = duckdbStore({ path: newFolder() });
    const times = Float64Array.from({ length: 500_000 }, (_, i) => i);
    await store.writeSamples([{ ...CPU, times, values: times.map((i) => (i * 7919) % 101) }]);
    const file = join(folder, "stopped.parquet");
    const options = { what: "samples", range: ALL } as const;
    const controller = new AbortController();
    const writing = rejection(store.exportParquet(file, [CPU], { ...options, signal: controller.signal }));
    await vi.waitFor(() => expect(existsSync(file)).toBe(true), { timeout: 10_000, interval: 1 });
    controller.abort();
    expect(await writing).toMatchObject({ code: "ABORTED", message: `duckdb: writing ${file} was stopped` });
    const early = rejection(store.exportParquet(file, [CPU], { ...options, signal: controller.signal }));
    expect(await early).toMatchObject({ code: "ABORTED" });
    expect(await store.exportParquet(file, [CPU], options)).toBe(500_000);
    await store.close();
  });

  // Windows lets nobody delete an open file.
  it.skipIf(process.platform === "win32")("says so when its file is deleted or replaced under it", async () => {
    const path = newFolder();
    const store = duckdbStore({ path });
    await store.writeSamples([{ ...CPU, times: [1], values: [1] }]);
    await store.flush();
    const file = join(path, "loadcast.duckdb");
    rmSync(path, { recursive: true });
    await store.writeSamples([{ ...CPU, times: [2], values: [2] }]);
    const words = `duckdb: ${file} was deleted or replaced while it was open: nothing can be written to it; end this process and start it again`;
    expect(await rejection(store.flush())).toMatchObject({ code: "UNAVAILABLE", message: words });
    mkdirSync(path);
    writeFileSync(file, "another");
    expect(await rejection(store.flush())).toMatchObject({ code: "UNAVAILABLE", message: words });
    expect(store.waiting().samples).toBe(1);
    await rejection(store.close());
    expect(readFileSync(file, "utf8")).toBe("another");
  });

  it("keeps each sample once that it is given again while it cannot write", async () => {
    const path = newFolder();
    const store = duckdbStore({ path });
    await store.open();
    const file = join(path, "loadcast.duckdb");
    renameSync(file, `${file}.away`);
    const pending: { times: number[]; values: number[] } = { times: [], values: [] };
    for (let time = 0; time < 20; time++) {
      // As a collector does that was told that nothing was stored.
      pending.times.push(time);
      pending.values.push(time);
      await store.writeSamples([{ ...CPU, ...pending }]);
      await rejection(store.flush());
      expect(store.waiting().samples).toBe(time + 1);
    }
    renameSync(`${file}.away`, file);
    await store.flush();
    expect([...(await store.read(CPU, ALL)).values]).toEqual(pending.values);
    await store.close();
  });
});
