import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type DuckdbStore, duckdbStore } from "../../src/index.js";

const folder = mkdtempSync(join(tmpdir(), "loadcast-prune-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ALL = { from: -Infinity, to: Infinity };
const DAY = 86_400_000;
const PER_DAY = 5760;
const hosts = Array.from({ length: 40 }, (_, i) => ({ host: `web-${i}`, metric: "cpu_percent" }));

let state = 1;
const noise = () => {
  state = (state * 48_271) % 2_147_483_647;
  return state / 2_147_483_647;
};

/** A day of samples that do not compress, so that the file has a size worth speaking of; hour by hour, all hosts together. */
async function writeDay(store: DuckdbStore, day: number): Promise<void> {
  for (let begin = 0; begin < PER_DAY; begin += 240) {
    const times = Float64Array.from({ length: 240 }, (_, i) => day * DAY + (begin + i) * 15_000);
    await store.writeSamples(hosts.map((key) => ({ ...key, times, values: Float64Array.from(times, noise) })));
    await store.flush();
  }
}

describe("duckdbStore that lets old data go", () => {
  it("answers reads and takes writes meanwhile, and has the same afterwards", async () => {
    const path = join(folder, "busy");
    const store = duckdbStore({ path, flushMillis: 3_600_000 });
    for (let day = 0; day < 3; day++) await writeDay(store, day);
    const recent = { from: 2 * DAY, to: 3 * DAY };
    const before = await store.read(hosts[7], recent);
    const pruned = store.prune({ samplesBefore: 2 * DAY, downsampledBefore: DAY });
    let reads = 0;
    let done = false;
    void pruned.finally(() => {
      done = true;
    });
    while (!done) {
      expect((await store.read(hosts[7], recent)).times.length).toBe(PER_DAY);
      expect((await store.read(hosts[7], ALL)).times.length).toBeGreaterThanOrEqual(288 + PER_DAY);
      await store.writeSamples([{ ...hosts[0], times: [3 * DAY + reads++], values: [1] }]);
    }
    expect(await pruned).toMatchObject({ deleted: 40 * PER_DAY, averaged: 40 * PER_DAY });
    expect(reads).toBeGreaterThan(2);
    expect(await store.read(hosts[7], recent)).toEqual(before);
    expect((await store.read(hosts[7], ALL)).times.length).toBe(288 + PER_DAY);
    expect((await store.read(hosts[0], ALL)).times.length).toBe(288 + PER_DAY + reads);
    await store.close();
  });

  it("uses the space again: with a window that moves on the file stops growing", async () => {
    const path = join(folder, "rolling");
    const store = duckdbStore({ path, flushMillis: 3_600_000, flushSamples: 10_000 });
    const sizes: number[] = [];
    for (let day = 0; day < 8; day++) {
      await writeDay(store, day);
      await store.prune({ samplesBefore: (day - 1) * DAY, downsampledBefore: (day - 2) * DAY });
      sizes.push(statSync(join(path, "loadcast.duckdb")).size);
    }
    // Two days of samples, one of means.
    expect((await store.read(hosts[0], ALL)).times.length).toBe(2 * PER_DAY + 288);
    expect(Math.max(...sizes.slice(4))).toBeLessThan(1.15 * Math.max(...sizes.slice(0, 4)));
    await store.close();
  });
});
