import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { duckdbStore, parquetSource } from "../../src/index.js";

const folder = mkdtempSync(join(tmpdir(), "loadcast-duckdb-memory-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const STEP = 15_000;
const START = Date.UTC(2026, 0, 1);
const LENGTH = 60_000;
const series = Array.from({ length: 30 }, (_, i) => ({
  host: `web-${String(i).padStart(2, "0")}`,
  metric: "cpu_percent",
}));
const END = START + LENGTH * STEP;
const valueAt = (host: number, i: number) => 50 + host + 0.001 * ((i * 7919) % 1000);
/** Every fourth sample comes once more, with another value. */
const correctedAt = (host: number, i: number) => (i % 4 === 0 ? -valueAt(host, i) : valueAt(host, i));

describe("duckdbStore with little memory", () => {
  it("replaces and exports more than fits into it", { timeout: 60_000 }, async () => {
    const store = duckdbStore({ path: folder, memoryLimit: "32MB", flushSamples: 1e9, flushMillis: 3_600_000 });
    for (const [host, key] of series.entries()) {
      const times = Float64Array.from({ length: LENGTH }, (_, i) => START + i * STEP);
      await store.writeSamples([{ ...key, times, values: times.map((_, i) => valueAt(host, i)) }]);
      if (host % 5 === 4) await store.flush();
    }
    await store.prune({});
    await store.writeSamples(
      series.map((key, host) => {
        const times = Float64Array.from({ length: LENGTH / 4 }, (_, i) => START + 4 * i * STEP);
        return { ...key, times, values: times.map((_, i) => correctedAt(host, 4 * i)) };
      }),
    );
    await store.flush();
    expect(store.waiting()).toEqual({ samples: 0, forecasts: 0, error: null });
    const listed = await store.listSeries();
    expect(listed.map(({ count }) => count)).toEqual(series.map(() => LENGTH));

    const file = join(folder, "all.parquet");
    const range = { from: START, to: END };
    expect(await store.exportParquet(file, [...series].reverse(), { what: "samples", range })).toBe(30 * LENGTH);
    const exported = parquetSource({ path: file });
    for (const host of [0, 13, 29]) {
      const expected = Float64Array.from({ length: LENGTH }, (_, i) => correctedAt(host, i));
      expect((await store.read(series[host], range)).values).toEqual(expected);
      expect((await exported.read(series[host], range)).values).toEqual(expected);
    }
    await store.close();
  });
});
