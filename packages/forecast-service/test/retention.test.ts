import { memoryStore } from "@loadcast/metrics-io";
import { expect, it } from "vitest";
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
  const report = await tidy(store, { raw: 14 * DAY, downsampled: 365 * DAY }, NOW);
  expect(report).toMatchObject({ averaged: 2, deleted: 1 });
  expect([...(await store.read(CPU, { from: -Infinity, to: Infinity })).values]).toEqual([6, 4, 3, 2, 1]);

  const issued = (await store.forecasts(CPU, { from: -Infinity, to: Infinity })).map(({ issuedAt }) => NOW - issuedAt);
  expect(issued.filter((ago) => ago < 6 * HOUR)).toHaveLength(18);
  expect(Math.max(...issued)).toBeLessThanOrEqual(30 * DAY);
  const hours = issued.filter((ago) => ago > 7 * HOUR).map((ago) => Math.floor((NOW - ago) / HOUR));
  expect(new Set(hours).size).toBe(hours.length);
  expect(hours.length).toBeGreaterThan(29 * 24);
});
