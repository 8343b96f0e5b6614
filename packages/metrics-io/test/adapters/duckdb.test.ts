import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { duckdbStore } from "../../src/index.js";
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
