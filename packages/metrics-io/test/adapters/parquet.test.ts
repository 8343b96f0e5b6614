import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, describe, expect, it } from "vitest";
import { parquetSource } from "../../src/index.js";
import { rejection } from "../conformance/rejection.js";
import { describeSource } from "../conformance/source.js";

const folder = mkdtempSync(join(tmpdir(), "loadcast-parquet-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let next = 0;

/** Writes what a query gives to a Parquet file. */
async function fileOf(query: string, path = join(folder, `${next++}.parquet`)): Promise<string> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(`COPY (${query}) TO '${path.replaceAll("'", "''")}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
  return path;
}

const ALL = { from: -Infinity, to: Infinity };
const keys = [
  { host: "web-1", metric: "cpu_percent" },
  { host: "web-1", metric: "memory_percent" },
];

describeSource("parquetSource", {
  keys,
  async create({ times, values }) {
    const rows = keys.flatMap(({ host, metric }) =>
      [...times]
        .map((time, i) => `('${host}', '${metric}', epoch_ms(${time}::BIGINT), ${values[i]}::DOUBLE)`)
        .reverse(),
    );
    return parquetSource({
      path: await fileOf(`SELECT * FROM (VALUES ${rows.join(", ")}) AS t(host, metric, time, value)`),
    });
  },
});

describe("parquetSource", () => {
  const JAN_1 = Date.UTC(2026, 0, 1);

  it.each([
    ["TIMESTAMP", "TIMESTAMP '2026-01-01 00:00:00'"],
    ["TIMESTAMP_NS", "TIMESTAMP_NS '2026-01-01 00:00:00'"],
    ["TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ '2026-01-01 02:00:00+02'"],
    ["DATE", "DATE '2026-01-01'"],
    ["seconds", `${JAN_1 / 1000}::INTEGER`],
    ["milliseconds", `${JAN_1}::BIGINT`],
    ["nanoseconds", `${JAN_1}000000::UBIGINT`],
    ["seconds with a fraction", `${JAN_1 / 1000}.0::DOUBLE`],
  ])("reads a time column of %s", async (_, time) => {
    const source = parquetSource({ path: await fileOf(`SELECT ${time} AS ds, 1.5::FLOAT AS y`), metric: "cpu" });
    const { times, values } = await source.read({ host: "parquet", metric: "cpu" }, ALL);
    expect([...times, ...values]).toEqual([JAN_1, 1.5]);
    await source.close();
  });

  it("leaves out gaps and takes the last of equal times", async () => {
    const rows = "(1000, 1.0), (2000, NULL), (3000, 'nan'::DOUBLE), (1000, 7.0), (4000, 'inf'::DOUBLE), (NULL, 5.0)";
    const path = await fileOf(`SELECT * FROM (VALUES ${rows}) AS t(t, v)`);
    const source = parquetSource({ path, host: "h", metric: "m" });
    expect([...(await source.read({ host: "h", metric: "m" }, ALL)).values]).toEqual([7]);
    expect(await source.listSeries()).toMatchObject([{ id: "h/m", count: 1 }]);
    await source.close();
  });

  it("reads several files as one, and names of all sorts", async () => {
    const odd = `it's "odd"`;
    for (const part of [1, 2]) {
      await fileOf(
        `SELECT ${part}000 AS "${odd.replaceAll('"', '""')}", ${part} AS "load, %", 'a' AS machine`,
        join(folder, `part-${part}.parquet`),
      );
    }
    const source = parquetSource({
      path: join(folder, "part-*.parquet"),
      timeColumn: odd,
      valueColumn: "load, %",
      hostColumn: "machine",
      metric: "load",
    });
    expect([...(await source.read({ host: "a", metric: "load" }, ALL)).values]).toEqual([1, 2]);
    await source.close();
  });

  it("says what is wrong", async () => {
    const failure = async (options: Parameters<typeof parquetSource>[0]) =>
      rejection(parquetSource(options).listSeries());
    expect(await failure({ path: join(folder, "none.parquet") })).toMatchObject({ code: "NOT_FOUND" });
    expect(await failure({ path: join(folder, "none-*.parquet") })).toMatchObject({ code: "NOT_FOUND" });
    const text = join(folder, "text.parquet");
    writeFileSync(text, "no parquet at all");
    expect(await failure({ path: text })).toMatchObject({ code: "INVALID_DATA" });
    const path = await fileOf("SELECT 1 AS a, 2 AS b");
    expect((await failure({ path })).message).toBe(
      `parquet: ${path}: it is not clear which column to read; set timeColumn to one of "a", "b"`,
    );
    expect((await failure({ path, timeColumn: "x" })).message).toContain('there is no column "x"');
    const words = await fileOf("SELECT 'yesterday' AS time, 2 AS value");
    expect((await failure({ path: words })).message).toContain("the time column time is of the type VARCHAR");
    const noNumber = parquetSource({ path: await fileOf("SELECT 1 AS time, 'x' AS value") });
    expect((await rejection(noNumber.listSeries())).message).toContain("Could not convert string 'x' to DOUBLE");
    await noNumber.close();
  });
});
