import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { duckdbStore, memoryRegistry, memoryStore } from "@loadcast/metrics-io";
import { expect, it } from "vitest";
import { register } from "../src/pipeline/register.js";
import type { Trained } from "../src/pipeline/train.js";
import { tidy } from "../src/retention.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 23, 12, 32, 30);
const CPU = { host: "web-1", metric: "cpu_percent" };

it("keeps raw samples and means for as long as the settings say, and of old forecasts one an hour", async () => {
  const store = memoryStore();
  const at = (...agos: number[]) => agos.map((ago) => NOW - ago);
  await store.writeSamples([
    {
      ...CPU,
      times: at(0, 15_000, 13 * DAY, 13 * DAY + 15_000, 16 * DAY, 16 * DAY + 15_000, 400 * DAY),
      values: [1, 2, 3, 4, 5, 7, 9],
    },
  ]);
  for (let ago = 0; ago < 40 * DAY; ago += 20 * 60_000) {
    const issuedAt = NOW - ago;
    await store.writeForecast({ ...CPU, issuedAt, modelVersion: "v", times: [], mean: [], median: [], intervals: [] });
  }
  const kept = { raw: 14 * DAY, downsampled: 365 * DAY, versions: 4, runs: 14 * DAY };
  const report = await tidy(store, memoryRegistry(), kept, NOW);
  expect(report).toMatchObject({ averaged: 2, deleted: 1 });
  expect([...(await store.read(CPU, { from: -Infinity, to: Infinity })).values]).toEqual([6, 4, 3, 2, 1]);

  const issued = (await store.forecasts(CPU, { from: -Infinity, to: Infinity })).map(({ issuedAt }) => NOW - issuedAt);
  expect(issued.filter((ago) => ago < 6 * HOUR)).toHaveLength(18);
  expect(Math.max(...issued)).toBeLessThanOrEqual(30 * DAY);
  const hours = issued.filter((ago) => ago > 7 * HOUR).map((ago) => Math.floor((NOW - ago) / HOUR));
  expect(new Set(hours).size).toBe(hours.length);
  expect(hours.length).toBeGreaterThan(29 * 24);
});

/** A model that is no model, of the size of a small one. */
function trainedOn(day: number): Trained {
  const numbers = Array.from({ length: 400 }, (_, i) => Math.imul(day * 401 + i, 2654435761) / 2 ** 32);
  return {
    ...{ kind: "ensemble", start: day * DAY, length: 288, description: "one", warnings: [], members: [] },
    document: JSON.stringify(numbers),
  };
}

it("lets a folder grow until what is kept is there, and no further", { timeout: 300_000 }, async () => {
  const path = mkdtempSync(join(tmpdir(), "loadcast-retention-"));
  const store = duckdbStore({ path });
  const registry = store.registry();
  const kept = { raw: 2 * DAY, downsampled: 5 * DAY, versions: 2, runs: 3 * DAY };
  const gate = { accepted: true, reason: "", origins: 0, horizon: 48, scores: [] };
  const sizes: number[] = [];
  const packs: number[] = [];
  let now = Date.UTC(2026, 0, 1);
  for (let day = 0; day < 54; day++, now += DAY) {
    for (const host of ["a", "b", "c"]) {
      const series = `${host}/cpu_percent`;
      const times = Array.from({ length: 288 }, (_, i) => now - DAY + i * 300_000);
      const values = times.map((time) => Math.imul(time / 1000, 2654435761) / 2 ** 32);
      await store.writeSamples([{ host, metric: "cpu_percent", times, values }]);
      for (let hour = 0; hour < 24; hour += 3) {
        const forecast = { host, metric: "cpu_percent", issuedAt: now - hour * HOUR, modelVersion: `${series}@${day}` };
        const steps = times.slice(-48);
        const [mean, median] = [values.slice(0, 48), values.slice(48, 96)];
        await store.writeForecast({ ...forecast, times: steps, mean, median, intervals: [] });
      }
      const training = { series, gate, startedAt: now, endedAt: now, trained: trainedOn(day) };
      const prepared = { values: new Float64Array(288), gaps: 0, periods: [12], bounds: null } as never;
      await register(registry, { ...training, prepared, key: `${series} ${day}` });
      // Every other training fails, at length.
      for (let i = 0; i < 12; i++) {
        const parameters = { error: trainedOn(day * 12 + i).document };
        const run = { model: series, key: `${day} ${i} failed`, startedAt: now, endedAt: now, parameters, metrics: {} };
        await registry.logRun({ ...run, status: "failed" });
      }
    }
    await tidy(store, registry, kept, now);
    packs.push(readdirSync(join(path, "loadcast.packs")).length);
    sizes.push(statSync(join(path, "loadcast.duckdb")).size);
  }
  // The newest two of each of three models; the champion is one, what a rollback goes to the other.
  expect(new Set(packs.slice(2))).toEqual(new Set([6]));
  // Forecasts are kept for 30 days. After that the file has about the size it will have; with all that came it would be twice as large.
  const grown = Math.max(...sizes.slice(25, 36));
  expect(Math.max(...sizes.slice(36))).toBeLessThan(1.3 * grown);
  const runs = [];
  for await (const run of registry.runs("a/cpu_percent")) runs.push(run);
  expect(runs).toHaveLength(2 + 4 * 12);
  expect((await registry.changes(0, 1000)).length).toBeLessThan(3 * (2 * 2 + 4 * 12 + 5));
  await store.close();
  rmSync(path, { recursive: true, force: true });
});
