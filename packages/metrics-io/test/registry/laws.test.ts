import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JournaledRegistry } from "../../src/index.js";
import { duckdbStore, memoryRegistry } from "../../src/index.js";
import { everything, operation, outcome } from "./operations.js";

/** Only embedded registries have it. */
const pruning = fc
  .record(
    {
      versions: fc.integer({ min: 1, max: 3 }),
      runsBefore: fc.constantFrom(0, 1_790_000_002_500, 1_790_000_002_501),
      followed: fc.integer({ min: 0, max: 30 }),
    },
    { requiredKeys: [] },
  )
  .map((limits) => ({
    name: `prune ${JSON.stringify(limits)}`,
    run: (registry: Parameters<typeof outcome>[0]) => (registry as JournaledRegistry).prune(limits),
  }));
const anything = fc.oneof({ weight: 6, arbitrary: operation }, { weight: 1, arbitrary: pruning });

describe("the embedded registries", () => {
  it("give the same answers after any sequence of operations", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { maxLength: 30 }), async (operations) => {
        const memory = memoryRegistry();
        const store = duckdbStore({ path: ":memory:" });
        const duckdb = store.registry();
        for (const { run } of operations) expect(await outcome(duckdb, run)).toEqual(await outcome(memory, run));
        expect(await everything(duckdb)).toEqual(await everything(memory));
        const journal = async (registry: typeof memory) =>
          (await registry.changes(0, 1000)).map(({ change: _, at: __, ...rest }) => rest);
        expect(await journal(duckdb)).toEqual(await journal(memory));
        await store.close();
      }),
      { numRuns: 60 },
    );
  });

  it("give the same answers when the operations come all at once", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 25 }), async (operations) => {
        const memory = memoryRegistry();
        const store = duckdbStore({ path: ":memory:" });
        const duckdb = store.registry();
        const once = await Promise.all(operations.map(({ run }) => outcome(duckdb, run)));
        expect(once.length).toBe(operations.length);
        // Some order of them was kept: the journal tells which, and repeating it gives the same registry.
        const numbers = new Map<string, number[]>();
        for (const { kind, model, version } of await duckdb.changes(0, 1000)) {
          if (kind === "version") numbers.set(model, [...(numbers.get(model) ?? []), version as number]);
        }
        for (const given of numbers.values()) expect(given).toEqual([...new Set(given)].sort((a, b) => a - b));
        await memory.close();
        await store.close();
      }),
      { numRuns: 25 },
    );
  });
});
