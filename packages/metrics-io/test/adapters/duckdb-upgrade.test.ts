import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { duckdbStore } from "../../src/index.js";
import { rejection } from "../conformance/rejection.js";

const folder = mkdtempSync(join(tmpdir(), "loadcast-upgrade-"));
let next = 0;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CPU = { host: "web-1", metric: "cpu_percent" };
const ALL = { from: -Infinity, to: Infinity };
const START = 1_793_404_800_000;
const version1 = readFileSync(new URL("../fixtures/duckdb-v1.sql", import.meta.url), "utf8");

/** Runs statements in a database of a new folder, as the program that made it would have. */
async function folderWith(...statements: string[]): Promise<string> {
  const path = join(folder, String(next++));
  mkdirSync(path);
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(join(path, "loadcast.duckdb"));
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
  return path;
}

describe("duckdbStore on a folder of version 0.1", () => {
  it("has all that was there, and takes it into the new layout", async () => {
    const path = await folderWith(version1);
    const store = duckdbStore({ path });
    expect(await store.listSeries()).toEqual([
      {
        host: "demo",
        metric: "cpu_percent",
        id: "demo/cpu_percent",
        synthetic: true,
        count: 10,
        first: START,
        last: START + 135_000,
      },
      { ...CPU, id: "web-1/cpu_percent", synthetic: false, count: 40_000, first: START, last: START + 39_999 * 15_000 },
      { host: "web-1", metric: "memory_percent", id: "web-1/memory_percent", synthetic: false, count: 0 },
    ]);
    const before = await store.read(CPU, ALL);
    expect(before.values[8]).toBe(41);
    expect(await store.latestForecast(CPU)).toMatchObject({
      modelVersion: "web-1/cpu_percent@3",
      median: [40.5, 41.5],
    });
    await store.prune({});
    expect(await store.read(CPU, ALL)).toEqual(before);
    await store.prune({ samplesBefore: START + 86_400_000 });
    const after = await store.read(CPU, { from: START, to: START + 86_400_000 });
    expect([...after.times]).toEqual(Array.from({ length: 288 }, (_, i) => START + i * 300_000));
    await store.close();

    const again = duckdbStore({ path });
    expect((await again.listSeries())[1].count).toBe(40_000 - 5760 + 288);
    await again.close();
  });

  it("that cannot be upgraded is left as it was", async () => {
    // A table of the name that the upgrade needs, made by someone else.
    const path = await folderWith(version1, "CREATE TABLE averages (theirs INTEGER)");
    for (let attempt = 0; attempt < 2; attempt++) {
      const error = await rejection(duckdbStore({ path }).open());
      expect(error.message).toMatch(/cannot be used: .*averages.* already exists/);
    }
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const instance = await DuckDBInstance.create(join(path, "loadcast.duckdb"));
    const connection = await instance.connect();
    const query = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson();
    expect(await query("SELECT max(version) FROM schema_version")).toEqual([[1]]);
    expect(await query("SELECT count(*) FROM measurements")).toEqual([["40010"]]);
    connection.closeSync();
    instance.closeSync();
  });
});

describe("duckdbStore on a folder of a newer version", () => {
  it("refuses it in one line and does not touch it", async () => {
    const path = await folderWith(version1, "INSERT INTO schema_version VALUES (99, epoch_ms(0))");
    const bytes = readFileSync(join(path, "loadcast.duckdb"));
    const error = await rejection(duckdbStore({ path }).open());
    expect(error.code).toBe("INVALID_DATA");
    expect(error.message).toMatch(
      /written by a newer version of this program \(schema 99, this one knows \d+\); update it/,
    );
    expect(readFileSync(join(path, "loadcast.duckdb")).equals(bytes)).toBe(true);
  });
});

describe("duckdbStore on a folder of a development version", () => {
  it("refuses models in tables that no version reads, says how to keep the samples, and leaves them there", async () => {
    const path = await folderWith(version1);
    const now = duckdbStore({ path });
    await now.open();
    await now.close();
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const opened = async <T>(work: (run: (sql: string) => Promise<unknown[][]>) => Promise<T>) => {
      const instance = await DuckDBInstance.create(join(path, "loadcast.duckdb"));
      const connection = await instance.connect();
      const result = await work(async (sql) => (await connection.runAndReadAll(sql)).getRowsJson());
      connection.closeSync();
      instance.closeSync();
      return result;
    };
    await opened(async (run) => {
      for (const column of ["document_pack", "document_at", "document_size"]) {
        await run("DROP VIEW IF EXISTS model_versions");
        await run(`ALTER TABLE registry_runs DROP COLUMN ${column}`);
      }
    });
    const error = await rejection(duckdbStore({ path }).open());
    expect(error.code).toBe("INVALID_DATA");
    const remedy = /(COPY \(SELECT .* FROM measurements\) TO ')samples\.parquet' in DuckDB, then loadcast import/.exec(
      error.message,
    );
    const parquet = join(path, "samples.parquet");
    expect(await opened((run) => run(`${remedy?.[1]}${parquet}'`))).toEqual([["40010"]]);
  });
});
