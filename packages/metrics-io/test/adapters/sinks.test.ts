import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { duckdbStore, type MetricStore, memoryStore } from "../../src/index.js";
import { describeSink } from "../conformance/sink.js";

const folder = mkdtempSync(join(tmpdir(), "loadcast-sinks-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let folders = 0;

const stores: readonly [name: string, make: () => MetricStore][] = [
  ["memoryStore", memoryStore],
  ["duckdbStore", () => duckdbStore({ path: join(folder, String(++folders)) })],
];

for (const [name, make] of stores) {
  describeSink(name, {
    issuedAt: Date.UTC(2026, 1, 1),
    async create() {
      const store = make();
      return {
        sink: store,
        async written(key) {
          const forecast = await store.latestForecast(key);
          if (forecast === null) return null;
          const { times, mean, median, intervals } = forecast;
          return { times, mean, median, intervals };
        },
      };
    },
  });
}
