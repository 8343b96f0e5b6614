import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { duckdbStore, type ModelRegistry, memoryRegistry, pushModels } from "../../src/index.js";
import { CPU, runsOf, training } from "../conformance/registry.js";
import { rejection } from "../conformance/rejection.js";
import { faultyRegistry } from "./faulty-registry.js";
import { everything, operation, outcome } from "./operations.js";

async function filled(): Promise<ModelRegistry> {
  const registry = memoryRegistry();
  for (const model of ["a/x", "b/x", CPU]) {
    for (const key of ["1", "2", "3"]) await registry.register(training(key, { model }));
    await registry.logRun(training("failed", { model, status: "failed" }));
    await registry.setAlias(model, "champion", 2);
    await registry.setAlias(model, "challenger", 3);
    await registry.tag(model, 2, { reason: "better" });
  }
  return registry;
}

/** What a push moves: all but histories of aliases. */
const moved = async (registry: ModelRegistry) => {
  const { models, aliases } = await everything(registry);
  return { models: models.map(({ histories: _, ...rest }) => rest), aliases };
};

describe("pushModels", () => {
  it("moves versions, runs, artifacts, tags and aliases, and says how far it is", async () => {
    const from = await filled();
    const store = duckdbStore({ path: ":memory:" });
    const to = store.registry();
    const seen: string[] = [];
    const report = await pushModels(from, to, {
      onProgress: ({ model, done, total, report }) => seen.push(`${model} ${done}/${total} ${report.versions}`),
    });
    expect(report).toEqual({ versions: 9, runs: 3, known: 0, aliases: 6, problems: [] });
    expect(seen).toEqual(["a/x 1/3 3", "b/x 2/3 6", `${CPU} 3/3 9`]);
    expect(await moved(to)).toEqual(await moved(from));
    expect(await to.artifact(CPU, 2, "tried/all.csv")).toEqual(await from.artifact(CPU, 2, "tried/all.csv"));
    // Again, it changes nothing.
    const changes = await to.countChanges(0);
    expect(await pushModels(from, to)).toEqual({ versions: 0, runs: 0, known: 12, aliases: 0, problems: [] });
    expect(await to.countChanges(0)).toBe(changes);
    await store.close();
  });

  it("moves the rest where one alias cannot be one, and says which", async () => {
    const from = await filled();
    const strange: ModelRegistry = {
      ...from,
      aliases: async (page) =>
        (await from.aliases(page)).map(({ model, aliases }) => ({ model, aliases: { "7": 2, ...aliases } })),
    };
    const to = memoryRegistry();
    const report = await pushModels(strange, to, { models: ["a/x", "b/x"] });
    expect(report).toMatchObject({ versions: 6, aliases: 4 });
    expect(report.problems).toEqual(
      ["a/x", "b/x"].map((model) => expect.stringMatching(`^${model} alias 7: .*no number`)),
    );
    expect((await to.version("b/x", "champion"))?.version).toBe(2);
  });

  it("moves only the models that are named, and knows those that are not there", async () => {
    const from = await filled();
    const to = memoryRegistry();
    await pushModels(from, to, { models: ["b/x", "b/x"] });
    expect(await to.models()).toEqual(["b/x"]);
    const error = await rejection(pushModels(from, to, { models: ["c/x"] }));
    expect([error.code, error.message]).toEqual(["NOT_FOUND", 'memory: there is no model "c/x" to push']);
  });

  it("numbers versions anew where there are others, and aliases follow", async () => {
    const from = await filled();
    const to = memoryRegistry();
    await to.register(training("other"));
    await to.setAlias(CPU, "champion", 1);
    await pushModels(from, to, { models: [CPU] });
    expect((await to.versions(CPU)).map(({ version, key }) => [version, key])).toEqual([
      [4, "3"],
      [3, "2"],
      [2, "1"],
      [1, "other"],
    ]);
    expect((await to.version(CPU, "champion"))?.key).toBe("2");
    expect((await to.aliasHistory(CPU, "champion")).map(({ version }) => version)).toEqual([3, 1]);
  });

  it("goes on where it was stopped, wherever that was", async () => {
    const from = await filled();
    const whole = faultyRegistry(memoryRegistry());
    await pushModels(from, whole);
    for (const after of [false, true]) {
      for (let stopAt = 1; stopAt <= whole.calls.length; stopAt += 3) {
        const to = memoryRegistry();
        const faulty = faultyRegistry(to);
        faulty.plan = () => (faulty.calls.length === stopAt ? { code: "UNAVAILABLE", after } : null);
        const error = await rejection(pushModels(from, faulty));
        expect(error.code).toBe("UNAVAILABLE");
        await pushModels(from, to);
        expect(await moved(to)).toEqual(await moved(from));
      }
    }
  });

  it("stops when it is told to", async () => {
    const from = await filled();
    const to = memoryRegistry();
    const stop = new AbortController();
    const error = await rejection(pushModels(from, to, { signal: stop.signal, onProgress: () => stop.abort() }));
    expect(error.code).toBe("ABORTED");
    expect(await to.models()).toEqual(["a/x"]);
    await pushModels(from, to);
    expect(await moved(to)).toEqual(await moved(from));
  });

  it("names a version that cannot be moved, and moves the rest", async () => {
    const from = faultyRegistry(await filled());
    let loads = 0;
    from.plan = (method) => (method === "load" && ++loads === 2 ? { code: "INVALID_DATA", after: false } : null);
    const to = memoryRegistry();
    const report = await pushModels(from, to);
    expect(report).toMatchObject({ versions: 8, runs: 3, problems: ["a/x version 2: memory: load failed"] });
    expect((await to.versions("a/x")).map(({ key }) => key)).toEqual(["3", "1"]);
    expect(await to.version("a/x", "champion")).toBeNull();
    expect((await pushModels(from, to)).versions).toBe(1);
    expect((await to.version("a/x", "champion"))?.key).toBe("2");
  });

  it("makes of any registry one that gives the same answers by key", async () => {
    const byKey = async (registry: ModelRegistry) =>
      Promise.all(
        (await registry.models()).map(async (model) => ({
          model,
          runs: (await runsOf(registry, model)).map(({ id: _, version, ...run }) => ({
            ...run,
            made: version !== null,
          })),
          keys: (await registry.versions(model)).map(({ key, tags, aliases }) => ({ key, tags, aliases })),
        })),
      );
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 25 }), async (operations) => {
        const from = memoryRegistry();
        for (const { run } of operations) await outcome(from, run);
        const to = memoryRegistry();
        await pushModels(from, to);
        const sorted = (list: Awaited<ReturnType<typeof byKey>>) =>
          // A model of which nothing is left cannot be moved.
          list
            .filter(({ runs }) => runs.length > 0)
            .map(({ runs, ...rest }) => ({ ...rest, runs: runs.sort((a, b) => (a.key < b.key ? -1 : 1)) }));
        expect(sorted(await byKey(to))).toEqual(sorted(await byKey(from)));
      }),
      { numRuns: 100 },
    );
  });
});
