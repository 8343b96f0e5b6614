import fc from "fast-check";
import { AdapterError, type ModelRegistry } from "../../src/index.js";
import { runsOf, training } from "../conformance/registry.js";

/** One change of a registry, among few names, so that changes meet. */
export type Operation = (registry: ModelRegistry) => Promise<unknown>;

const model = fc.constantFrom("a/x", "b:1/x");
const key = fc.constantFrom("k1", "k2", "k3", "k4");
const alias = fc.constantFrom("champion", "challenger");
const version = fc.integer({ min: 1, max: 5 });
const names = fc.constantFrom("t", "u", "__proto__", "constructor");
const tags = fc.dictionary(
  names,
  fc.string({ maxLength: 3, unit: "binary" }).filter((text) => !text.includes("\0")),
  {
    maxKeys: 3,
    noNullPrototype: true,
  },
);

export const operation: fc.Arbitrary<{ name: string; run: Operation }> = fc.oneof(
  fc.record({ model, key, tags, number: fc.double({ noNaN: true }) }).map(({ model, key, tags, number }) => ({
    name: `register ${model} ${key}`,
    run: (registry: ModelRegistry) =>
      registry.register(
        training(key, {
          model,
          tags,
          startedAt: key.charCodeAt(1) * 1000,
          metrics: { m: number },
          parameters: { n: number },
        }),
      ),
  })),
  fc.record({ model, key }).map(({ model, key }) => ({
    name: `logRun ${model} ${key}`,
    run: (registry: ModelRegistry) =>
      registry
        .logRun(training(key, { model, status: "failed", startedAt: key.charCodeAt(1) * 1000 }))
        .then(() => "logged"),
  })),
  fc.record({ model, alias, version: fc.option(version) }).map(({ model, alias, version }) => ({
    name: `setAlias ${model} ${alias} ${version}`,
    run: (registry: ModelRegistry) => registry.setAlias(model, alias, version),
  })),
  fc.record({ model, version, tags }).map(({ model, version, tags }) => ({
    name: `tag ${model} ${version}`,
    run: (registry: ModelRegistry) => registry.tag(model, version, tags),
  })),
  fc.record({ model, version }).map(({ model, version }) => ({
    name: `remove ${model} ${version}`,
    run: (registry: ModelRegistry) => registry.remove(model, version),
  })),
);

/** What an operation answers, or the code with which it is refused; ids of runs are each registry's own. */
export async function outcome(registry: ModelRegistry, run: Operation): Promise<unknown> {
  try {
    return withoutIds(await run(registry));
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error;
    return error.code;
  }
}

/** All that a registry answers to questions. */
export async function everything(registry: ModelRegistry) {
  const models = [];
  for (const model of await registry.models()) {
    const versions = await registry.versions(model);
    const loaded = await Promise.all(versions.map(({ version }) => registry.load(model, version)));
    const histories = await Promise.all(
      ["champion", "challenger"].map(async (alias) => ({
        now: (await registry.version(model, alias))?.version ?? null,
        history: (await registry.aliasHistory(model, alias)).map((change) => change.version),
      })),
    );
    models.push({
      model,
      versions,
      loaded,
      histories,
      runs: (await runsOf(registry, model)).sort((a, b) => (a.key < b.key ? -1 : 1)),
    });
  }
  return withoutIds({ models, aliases: await registry.aliases() }) as { models: typeof models; aliases: unknown };
}

function withoutIds(value: unknown): unknown {
  return value === undefined
    ? undefined
    : JSON.parse(JSON.stringify(value, (name, part) => (name === "run" || name === "id" ? undefined : part)));
}
