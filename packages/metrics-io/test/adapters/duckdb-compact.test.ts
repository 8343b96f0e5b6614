import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { duckdbStore } from "../../src/index.js";

const folder = mkdtempSync(join(tmpdir(), "loadcast-compact-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let next = 0;

const CPU = { host: "web-1", metric: "cpu_percent" };
const ALL = { from: -Infinity, to: Infinity };
const MB = 2 ** 20;
const FORECAST = {
  ...CPU,
  issuedAt: 1000,
  modelVersion: "web-1/cpu_percent@1",
  times: [300_000, 600_000],
  mean: [1 / 3, 2],
  median: [0.1, 2],
  intervals: [{ level: 0.8, lower: [0, 1], upper: [1, 3] }],
};
const ANOMALY = { ...CPU, time: 5, value: 99, lower: 1, upper: 2, modelVersion: "web-1/cpu_percent@1" };

/** A store of a little of everything whose file is mostly free, with a block in use behind what is free. */
async function sparse(): Promise<{ path: string; file: string }> {
  const path = join(folder, String(next++));
  const file = join(path, "loadcast.duckdb");
  const sql = async (...statements: string[]) => {
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const instance = await DuckDBInstance.create(file);
    const connection = await instance.connect();
    for (const statement of statements) await connection.run(statement);
    connection.closeSync();
    instance.closeSync();
  };
  mkdirSync(path);
  await sql("CREATE TABLE much AS SELECT random() AS x FROM range(12000000)", "CHECKPOINT");
  const store = duckdbStore({ path });
  await store.writeSamples([{ ...CPU, synthetic: true, times: [1, 2, 3], values: [0.1, 1 / 3, 5e-324] }]);
  await store.writeForecast(FORECAST);
  await store.writeAnomalies([ANOMALY]);
  await store.flush();
  const registry = store.registry();
  const training = { model: "web-1/cpu_percent", key: "a", startedAt: 1, endedAt: 2, status: "finished" } as const;
  await registry.register({ ...training, parameters: { p: 1 }, metrics: {}, tags: {}, document: "{}" });
  await registry.setAlias("web-1/cpu_percent", "champion", 1);
  await store.close();
  await sql("DROP TABLE much", "CHECKPOINT");
  return { path, file };
}

async function contents(path: string) {
  const store = duckdbStore({ path });
  const registry = store.registry();
  try {
    return {
      series: await store.listSeries(),
      samples: await store.read(CPU, ALL),
      forecast: await store.latestForecast(CPU),
      anomalies: await store.anomalies(CPU, ALL),
      champion: await registry.load("web-1/cpu_percent", "champion"),
      changes: await registry.changes(0, 100),
    };
  } finally {
    await store.close();
  }
}

// Nothing is replaced on Windows, where an open file cannot be.
describe.skipIf(process.platform === "win32")("a database whose file is mostly free", { timeout: 60_000 }, () => {
  it("is written anew when it is opened, with all that it had", async () => {
    const { path, file } = await sparse();
    expect(statSync(file).size).toBeGreaterThan(64 * MB);
    writeFileSync(`${file}.anew`, "what a killed process left");
    const before = await contents(path);
    expect(statSync(file).size).toBeLessThan(8 * MB);
    expect(readdirSync(path).sort()).toEqual(["loadcast.duckdb", "loadcast.packs"]);
    expect(before.samples.values).toEqual(Float64Array.of(0.1, 1 / 3, 5e-324));
    expect(before.forecast).toEqual(FORECAST);
    expect(before.anomalies).toEqual([ANOMALY]);
    expect(before.champion).toMatchObject({ version: 1, document: "{}", aliases: ["champion"] });
    expect(before.changes.map(({ kind }) => kind)).toEqual(["version", "alias"]);
    // It goes on as it was: writes, keys, the views for people.
    const store = duckdbStore({ path });
    await store.writeSamples([{ ...CPU, times: [3, 4], values: [7, 8] }]);
    await store.close();
    const after = await contents(path);
    expect([...after.samples.values]).toEqual([0.1, 1 / 3, 7, 8]);
    expect({ ...after, samples: null, series: null }).toEqual({ ...before, samples: null, series: null });
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const instance = await DuckDBInstance.create(file);
    const connection = await instance.connect();
    const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson();
    expect(await rows("SELECT count(*) FROM measurements")).toEqual([["4"]]);
    expect(await rows("SELECT alias, version FROM model_aliases")).toEqual([["champion", 1]]);
    const keys = "SELECT table_name FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY' ORDER BY ALL";
    expect(await rows(keys)).toEqual([["registry_runs"], ["series"]]);
    connection.closeSync();
    instance.closeSync();
  });

  it("is opened as it is where it cannot be written anew", async () => {
    const { path, file } = await sparse();
    mkdirSync(`${file}.anew`);
    expect((await contents(path)).forecast).toEqual(FORECAST);
    expect(statSync(file).size).toBeGreaterThan(64 * MB);
  });
});
