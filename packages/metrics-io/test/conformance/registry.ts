import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import type { ModelRegistry, NewVersion, StoredRun } from "../../src/index.js";
import { rejection } from "./rejection.js";

export interface RegistryUnderTest {
  /** A registry with nothing in it. */
  create(): Promise<ModelRegistry>;
}

export const CPU = "web-1/cpu_percent";
export const SVG = "<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0'/></svg>\n";

export function training(key: string, more: Partial<NewVersion> = {}): NewVersion {
  return {
    model: CPU,
    key,
    startedAt: 1_790_000_000_000,
    endedAt: 1_790_000_002_500,
    status: "finished",
    parameters: { orders: "(2,0,1)(1,0,0)[12]", "data/from": 1_789_000_000_000, logged: true },
    metrics: { logLik: -1234.5678901234567, "pinball/1h": 0.1 + 0.2 },
    tags: { reason: "first" },
    artifacts: [
      { path: "forecast.svg", contentType: "image/svg+xml", body: SVG },
      { path: "tried/all.csv", contentType: "text/csv", body: "order,aicc\n" },
    ],
    document: `{"key":${JSON.stringify(key)},"phi":[0.1,1e-300]}`,
    ...more,
  };
}

/** Everything that may be in a text, and more than one part of a request. */
const AWKWARD = `{"text":"\u00e9 \u4e2d \ud83d\ude00 \u2028 \\u0000 'quoted' \\"twice\\"","big":"${"0123456789abcdef".repeat(20_000)}"}\r\n`;

/** The text of a document as `ModelRegistry.document` gives it. */
function expand(bytes: Uint8Array | null): string | null {
  if (bytes === null) return null;
  return Buffer.from(bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString("utf8");
}

export async function runsOf(registry: ModelRegistry, model: string): Promise<StoredRun[]> {
  const runs: StoredRun[] = [];
  for await (const run of registry.runs(model)) runs.push(run);
  return runs;
}

/** What every ModelRegistry must do. */
export function describeRegistry(name: string, { create }: RegistryUnderTest): void {
  describe(`${name} as a ModelRegistry`, () => {
    const opened: ModelRegistry[] = [];
    const fresh = async () => {
      const registry = await create();
      opened.push(registry);
      return registry;
    };
    afterEach(async () => {
      for (const registry of opened.splice(0)) await registry.close();
    });

    it("begins empty, and answers what it does not know with null", async () => {
      const registry = await fresh();
      await registry.open?.();
      expect(await registry.models()).toEqual([]);
      expect(await registry.aliases()).toEqual([]);
      expect(await registry.versions(CPU)).toEqual([]);
      expect(await registry.version(CPU, 1)).toBeNull();
      expect(await registry.version(CPU, "champion")).toBeNull();
      expect(await registry.load(CPU, "champion")).toBeNull();
      expect(await registry.artifact(CPU, 1, "model.json")).toBeNull();
      expect(await registry.run(CPU, "a")).toBeNull();
      expect(await registry.runArtifact(CPU, "a", "model.json")).toBeNull();
      expect(await runsOf(registry, CPU)).toEqual([]);
      expect(await registry.aliasHistory(CPU, "champion")).toEqual([]);
    });

    it("refuses with NOT_FOUND to change what is not there", async () => {
      const registry = await fresh();
      const changes = [
        () => registry.setAlias(CPU, "champion", 7),
        () => registry.tag(CPU, 7, { a: "b" }),
        () => registry.remove(CPU, 7),
      ];
      for (const change of [...changes, () => registry.setAlias(CPU, "champion", null)]) {
        expect((await rejection(change())).code).toBe("NOT_FOUND");
      }
      await registry.register(training("a"));
      for (const change of changes) {
        const error = await rejection(change());
        expect(error.code).toBe("NOT_FOUND");
        expect(error.message).toContain('no version 7 of "web-1/cpu_percent"');
      }
      await registry.setAlias(CPU, "champion", null);
    });

    it("registers a training as a version and gives all of it back", async () => {
      const registry = await fresh();
      const version = await registry.register(training("a"));
      expect(version).toEqual({
        model: CPU,
        version: 1,
        run: expect.any(String),
        key: "a",
        trainedAt: 1_790_000_002_500,
        aliases: [],
        parameters: { orders: "(2,0,1)(1,0,0)[12]", "data/from": "1789000000000", logged: "true" },
        metrics: { logLik: -1234.5678901234567, "pinball/1h": 0.1 + 0.2 },
        tags: { reason: "first" },
      });
      expect(await registry.version(CPU, 1)).toEqual(version);
      expect(await registry.versions(CPU)).toEqual([version]);
      expect(await registry.load(CPU, 1)).toEqual({ ...version, document: training("a").document });
      const { artifacts, document, ...rest } = training("a");
      const stored = await registry.run(CPU, "a");
      expect(stored).toEqual({
        ...rest,
        id: version.run,
        version: 1,
        parameters: version.parameters,
        artifacts: artifacts?.map(({ path, contentType }) => ({ path, contentType })),
      });
      expect(await runsOf(registry, CPU)).toEqual([stored]);
      const text = async (path: string) => Buffer.from((await registry.artifact(CPU, 1, path)) ?? "").toString();
      expect(await text("forecast.svg")).toBe(SVG);
      expect(await text("tried/all.csv")).toBe("order,aicc\n");
      expect(await text("model.json")).toBe(document);
      expect(await registry.artifact(CPU, 1, "tried")).toBeNull();
      expect(await registry.artifact(CPU, 1, "other.svg")).toBeNull();
    });

    it("gives documents and artifacts back byte for byte", async () => {
      const registry = await fresh();
      const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * i) >> 3);
      await registry.register(
        training("a", {
          document: AWKWARD,
          artifacts: [
            { path: "bytes.bin", contentType: "application/octet-stream", body: bytes },
            { path: "empty.txt", contentType: "text/plain; charset=utf-8", body: "" },
            { path: "deep/er/still more/x_1.json", contentType: "application/json", body: "[1]" },
          ],
        }),
      );
      expect((await registry.load(CPU, 1))?.document).toBe(AWKWARD);
      if (registry.document) expect(expand(await registry.document(CPU, 1))).toBe(AWKWARD);
      expect(Buffer.compare((await registry.artifact(CPU, 1, "bytes.bin")) as Uint8Array, bytes)).toBe(0);
      expect((await registry.artifact(CPU, 1, "empty.txt"))?.length).toBe(0);
      expect((await registry.run(CPU, "a"))?.artifacts).toEqual([
        { path: "bytes.bin", contentType: "application/octet-stream" },
        { path: "deep/er/still more/x_1.json", contentType: "application/json" },
        { path: "empty.txt", contentType: "text/plain; charset=utf-8" },
      ]);
      await registry.register(training("b", { document: "" }));
      expect((await registry.load(CPU, 2))?.document).toBe("");
      if (registry.document) {
        expect(expand(await registry.document(CPU, 2))).toBe("");
        expect(await registry.document(CPU, 3)).toBeNull();
        expect(await registry.document("no/model", 1)).toBeNull();
        // An alias is known without a question to the database.
        await registry.setAlias(CPU, "champion", 1);
        expect(expand(await registry.document(CPU, 1))).toBe(AWKWARD);
        await registry.setAlias(CPU, "champion", null);
        expect(await rejection(registry.document(CPU, 0))).toMatchObject({ code: "INVALID_ARGUMENT" });
      }
    });

    it("keeps awkward names and values", async () => {
      const registry = await fresh();
      const models = [
        "10.0.0.1:9100/cpu_percent",
        "/docker/a:b|c;d~e/memory_percent",
        `it's "quoted" 100%\\ #1?&=+/cpu_percent`,
        "München/cpu_percent",
        `${"long".repeat(120)}/cpu_percent`,
        `${"long".repeat(120)}/memory_percent`,
        "a|b/c",
        "a/b|c",
        ".",
        "..",
      ];
      const parameters = { empty: "", text: " a 'b' \"c\" \n\té😀", long: "é'x\"".repeat(5000), __proto__x: 1 };
      const tags = { empty: "", "a.b-c d/e_f": "x".repeat(5000), quote: "'\"`" };
      const metrics = { tiny: 5e-324, huge: 1.7976931348623157e308, negative: -0.1, whole: 3 };
      for (const model of models) {
        const version = await registry.register(
          training("k'e\"y: 1", { model, parameters, tags, metrics, artifacts: [] }),
        );
        expect(version).toMatchObject({ model, version: 1, metrics, tags });
        await registry.setAlias(model, "champion", 1);
        const found = await registry.version(model, "champion");
        expect(found).toEqual({ ...version, aliases: ["champion"] });
        expect(found?.parameters).toEqual({ ...parameters, __proto__x: "1" });
      }
      expect(await registry.models()).toEqual([...models].sort());
      expect(await registry.aliases()).toEqual(
        [...models].sort().map((model) => ({ model, aliases: { champion: 1 } })),
      );
      expect(await registry.run(models[2], "k'e\"y: 1")).toMatchObject({ tags, metrics });
    });

    it("leaves out metrics that are not finite", async () => {
      const registry = await fresh();
      const { metrics } = await registry.register(
        training("a", { metrics: { a: Number.NaN, b: Infinity, c: -Infinity, d: 1, e: -0 } }),
      );
      expect(metrics).toEqual({ d: 1, e: 0 });
      expect((await registry.version(CPU, 1))?.metrics).toEqual({ d: 1, e: 0 });
    });

    it("takes the same key for the same training", async () => {
      const registry = await fresh();
      const first = await registry.register(training("a"));
      const again = await registry.register(training("a", { document: "other", tags: { reason: "other" } }));
      expect(again).toEqual(first);
      expect((await registry.load(CPU, 1))?.document).toBe(training("a").document);
      expect(await registry.logRun(training("a"))).toBe(first.run);
      await registry.register(training("a", { model: "web-2/cpu_percent" }));
      expect((await registry.versions(CPU)).length).toBe(1);
      expect((await runsOf(registry, CPU)).length).toBe(1);
    });

    it("makes one version of many registrations of one key, and one each of many keys", async () => {
      const registry = await fresh();
      const same = await Promise.all(Array.from({ length: 5 }, () => registry.register(training("a"))));
      expect(new Set(same.map(({ version, run }) => `${version} ${run}`)).size).toBe(1);
      const others = await Promise.all(["b", "c", "d", "e"].map((key) => registry.register(training(key))));
      expect(others.map(({ version }) => version).sort()).toEqual([2, 3, 4, 5]);
      expect((await registry.versions(CPU)).map(({ version }) => version)).toEqual([5, 4, 3, 2, 1]);
      for (const { version, key } of others) {
        expect((await registry.load(CPU, version))?.document).toBe(training(key).document);
      }
    });

    it("logs trainings that made no version, failed ones too", async () => {
      const registry = await fresh();
      const { document: _, ...run } = training("a", { status: "failed", metrics: {}, startedAt: 1_790_000_001_000 });
      const id = await registry.logRun(run);
      expect(await registry.logRun(run)).toBe(id);
      expect(await registry.models()).toEqual([CPU]);
      expect(await registry.versions(CPU)).toEqual([]);
      const failed = await registry.run(CPU, "a");
      expect(failed).toMatchObject({ id, status: "failed", version: null, metrics: {}, tags: { reason: "first" } });
      expect(Buffer.from((await registry.runArtifact(CPU, "a", "forecast.svg")) ?? "").toString()).toBe(SVG);
      expect(await registry.runArtifact(CPU, "a", "model.json")).toBeNull();
      const version = await registry.register(training("b"));
      expect(version.version).toBe(1);
      expect((await runsOf(registry, CPU)).map(({ key }) => key)).toEqual(["a", "b"]);
    });

    it("makes a version of a run that was logged before", async () => {
      const registry = await fresh();
      const id = await registry.logRun(training("a", { status: "failed" }));
      expect((await registry.run(CPU, "a"))?.status).toBe("failed");
      const version = await registry.register(training("a"));
      expect(version).toMatchObject({ version: 1, run: id, tags: { reason: "first" } });
      expect((await registry.load(CPU, 1))?.document).toBe(training("a").document);
      expect(await registry.run(CPU, "a")).toMatchObject({
        version: 1,
        status: "finished",
        endedAt: 1_790_000_002_500,
      });
    });

    it("lists models and versions page by page", async () => {
      const registry = await fresh();
      for (const model of ["c/x", "a/x", "b/x"]) await registry.register(training("a", { model, artifacts: [] }));
      for (const key of ["b", "c", "d"]) await registry.register(training(key, { model: "a/x", artifacts: [] }));
      expect(await registry.models({ limit: 2 })).toEqual(["a/x", "b/x"]);
      expect(await registry.models({ after: "b/x", limit: 2 })).toEqual(["c/x"]);
      expect(await registry.models({ after: "a/y" })).toEqual(["b/x", "c/x"]);
      expect((await registry.aliases({ after: "a/x", limit: 1 })).map(({ model }) => model)).toEqual(["b/x"]);
      const numbers = async (page: { before?: number; limit?: number }) =>
        (await registry.versions("a/x", page)).map(({ version, key }) => `${version}${key}`);
      expect(await numbers({ limit: 2 })).toEqual(["4d", "3c"]);
      expect(await numbers({ before: 3, limit: 5 })).toEqual(["2b", "1a"]);
      expect(await numbers({ before: 1 })).toEqual([]);
      expect(await numbers({ before: 99, limit: 1 })).toEqual(["4d"]);
    });

    it("points aliases at versions, and knows where they pointed", async () => {
      const registry = await fresh();
      const start = Date.now();
      for (const key of ["a", "b", "c"]) await registry.register(training(key, { artifacts: [] }));
      await registry.setAlias(CPU, "champion", 1);
      await registry.setAlias(CPU, "challenger", 2);
      await registry.setAlias(CPU, "champion", 2);
      await registry.setAlias(CPU, "champion", 2);
      expect((await registry.version(CPU, "champion"))?.aliases).toEqual(["challenger", "champion"]);
      expect((await registry.version(CPU, 1))?.aliases).toEqual([]);
      expect(await registry.aliases()).toEqual([{ model: CPU, aliases: { challenger: 2, champion: 2 } }]);
      await registry.setAlias(CPU, "challenger", null);
      await registry.setAlias(CPU, "challenger", null);
      await registry.setAlias(CPU, "champion", 3);
      expect((await registry.load(CPU, "champion"))?.document).toBe(training("c").document);
      expect(await registry.version(CPU, "challenger")).toBeNull();
      const history = await registry.aliasHistory(CPU, "champion");
      expect(history.map(({ version }) => version)).toEqual([3, 2, 1]);
      for (const { at } of history) expect(at >= start && at <= Date.now()).toBe(true);
      expect((await registry.aliasHistory(CPU, "challenger")).map(({ version }) => version)).toEqual([null, 2]);
      // A version that is gone is nothing to roll back to.
      await registry.remove(CPU, 2);
      expect((await registry.aliasHistory(CPU, "champion")).map(({ version }) => version)).toEqual([3, 1]);
    });

    it("adds tags to a version and replaces those that are there", async () => {
      const registry = await fresh();
      await registry.register(training("a", { tags: { reason: "first", kept: "yes" } }));
      await registry.tag(CPU, 1, { reason: "second", "gate/loss": "0.9" });
      await registry.tag(CPU, 1, {});
      expect((await registry.version(CPU, 1))?.tags).toEqual({ reason: "second", kept: "yes", "gate/loss": "0.9" });
      expect((await registry.run(CPU, "a"))?.tags).toEqual({ reason: "first", kept: "yes" });
    });

    it("removes versions that no alias points at, and gives no number twice", async () => {
      const registry = await fresh();
      for (const key of ["a", "b"]) await registry.register(training(key));
      await registry.setAlias(CPU, "champion", 2);
      const error = await rejection(registry.remove(CPU, 2));
      expect(error.code).toBe("INVALID_ARGUMENT");
      expect(error.message).toContain("is its champion; point that at another version first");
      expect(await registry.version(CPU, 2)).not.toBeNull();
      await registry.setAlias(CPU, "champion", 1);
      await registry.remove(CPU, 2);
      expect(await registry.version(CPU, 2)).toBeNull();
      expect(await registry.run(CPU, "b")).toBeNull();
      expect(await registry.artifact(CPU, 2, "forecast.svg")).toBeNull();
      expect((await rejection(registry.remove(CPU, 2))).code).toBe("NOT_FOUND");
      expect((await registry.register(training("c"))).version).toBe(3);
      expect((await registry.register(training("b"))).version).toBe(4);
      expect((await registry.versions(CPU)).map(({ version }) => version)).toEqual([4, 3, 1]);
      expect((await registry.load(CPU, 4))?.document).toBe(training("b").document);
    });

    it("lets old trainings and versions go, but none that is used or that a roll-back goes to", async ({ skip }) => {
      const registry = await fresh();
      const prune = registry.prune?.bind(registry);
      if (prune === undefined) return skip("another program looks after it");
      const other = "web-2/cpu_percent";
      for (const key of ["a", "b", "c", "d", "e", "f"]) await registry.register(training(key));
      await registry.register(training("only", { model: other }));
      await registry.setAlias(CPU, "champion", 1);
      await registry.setAlias(CPU, "champion", 2);
      await registry.setAlias(CPU, "challenger", 4);
      const at = 1_790_000_000_000;
      for (const [key, endedAt] of [
        ["old", at],
        ["young", at + 1],
      ] as const) {
        await registry.logRun(training(key, { status: "failed", endedAt }));
      }
      expect(await prune({})).toEqual({ runs: 0, versions: 0 });
      expect(await prune({ versions: 1, runsBefore: at + 1 })).toEqual({ runs: 1, versions: 2 });
      expect((await registry.versions(CPU)).map(({ version }) => version)).toEqual([6, 4, 2, 1]);
      expect((await runsOf(registry, CPU)).map(({ key }) => key).sort()).toEqual(["a", "b", "d", "f", "young"]);
      expect(await registry.run(CPU, "old")).toBeNull();
      expect(await registry.artifact(CPU, 3, "model.json")).toBeNull();
      expect((await registry.load(CPU, "champion"))?.document).toBe(training("b").document);
      expect((await registry.aliasHistory(CPU, "champion")).map(({ version }) => version)).toEqual([2, 1]);
      expect((await registry.versions(other)).map(({ version }) => version)).toEqual([1]);
      // A number is not given again, and a key that is gone is free.
      expect((await registry.register(training("c"))).version).toBe(7);
      await registry.setAlias(CPU, "champion", 7);
      // Version 1 is no longer what a roll-back goes to.
      expect(await prune({ versions: 2 })).toEqual({ runs: 0, versions: 1 });
      expect((await registry.versions(CPU)).map(({ version }) => version)).toEqual([7, 6, 4, 2]);
      expect(await prune({ versions: 2 })).toEqual({ runs: 0, versions: 0 });
      for (const limits of [{ versions: 0 }, { versions: 1.5 }, { runsBefore: Number.NaN }, { followed: -1 }]) {
        expect((await rejection(prune(limits))).code).toBe("INVALID_ARGUMENT");
      }
      expect((await rejection(prune({ versions: 1 }, { signal: AbortSignal.abort() }))).code).toBe("ABORTED");
    });

    it("lets whole models go, with what is in use of them", async ({ skip }) => {
      const registry = await fresh();
      const prune = registry.prune?.bind(registry);
      if (prune === undefined) return skip("another program looks after it");
      const other = "web-2/cpu_percent";
      for (const model of [CPU, other]) {
        for (const key of ["a", "b"]) await registry.register(training(`${key} ${model}`, { model }));
        await registry.setAlias(model, "champion", 1);
        await registry.logRun(training(`failed ${model}`, { model, status: "failed" }));
      }
      expect(await prune({ models: [CPU, "web-9/unknown"] })).toEqual({ runs: 1, versions: 2 });
      expect(await registry.models()).toEqual([other]);
      expect(await registry.version(CPU, "champion")).toBeNull();
      expect(await registry.versions(CPU)).toEqual([]);
      expect(await registry.aliasHistory(CPU, "champion")).toEqual([]);
      expect((await registry.load(other, "champion"))?.document).toBe(training(`a ${other}`).document);
      // One of that name begins anew.
      expect((await registry.register(training(`a ${CPU}`))).version).toBe(1);
      expect((await registry.version(CPU, 1))?.aliases).toEqual([]);
    });

    it("gives answers that the caller may change", async () => {
      const registry = await fresh();
      const version = await registry.register(training("a"));
      Object.assign(version.metrics, { logLik: 0 });
      Object.assign(version.tags, { reason: "changed" });
      const body = (await registry.artifact(CPU, 1, "forecast.svg")) as Uint8Array;
      body.fill(0);
      expect((await registry.version(CPU, 1))?.metrics.logLik).toBe(-1234.5678901234567);
      expect((await registry.version(CPU, 1))?.tags.reason).toBe("first");
      expect(Buffer.from((await registry.artifact(CPU, 1, "forecast.svg")) as Uint8Array).toString()).toBe(SVG);
    });

    it.each<[string, Partial<Record<keyof NewVersion, unknown>>, RegExp]>([
      ["no model", { model: "" }, /model must not be empty/],
      ["a model with a line break", { model: "a\nb" }, /model must not be empty nor have control characters/],
      ["no key", { key: undefined }, /key must be a text, got undefined/],
      ["half a character", { key: "\ud800" }, /key must be well-formed text/],
      [
        "a time that is none",
        { startedAt: Number.NaN },
        /startedAt must be a time in milliseconds since 1970, got NaN/,
      ],
      ["a failed training", { status: "failed" }, /status of a version must be "finished", got "failed"/],
      ["another status", { status: "done" }, /status must be "finished" or "failed", got "done"/],
      ["a parameter that is a list", { parameters: { a: [1] } }, /parameter a must be a text, a number or a boolean/],
      ["a name with a colon", { parameters: { "a:b": 1 } }, /name of one of the parameters must be .*, got "a:b"/],
      ["a metric that is a text", { metrics: { a: "1" } }, /metric a must be a number, got "1"/],
      ["a long tag", { tags: { a: "x".repeat(5001) } }, /tag a must have at most 5000 characters/],
      ["a document that is none", { document: { a: 1 } }, /document must be well-formed text/],
      [
        "a path that leaves",
        { artifacts: [{ path: "a/../../b", contentType: "a/b", body: "" }] },
        /artifact's path must/,
      ],
      [
        "an absolute path",
        { artifacts: [{ path: "/etc/passwd", contentType: "a/b", body: "" }] },
        /artifact's path must/,
      ],
      [
        "the document's path",
        { artifacts: [{ path: "model.json", contentType: "a/b", body: "" }] },
        /paths of their own/,
      ],
      [
        "a file that is a folder",
        { artifacts: ["a", "a b", "a/b"].map((path) => ({ path, contentType: "a/b", body: "" })) },
        /paths of their own/,
      ],
      ["a body that is a number", { artifacts: [{ path: "a", contentType: "a/b", body: 1 }] }, /body of a must be/],
      ["no content type", { artifacts: [{ path: "a", contentType: "svg", body: "" }] }, /contentType of a must be/],
    ])("refuses %s, and keeps nothing of it", async (_, wrong, message) => {
      const registry = await fresh();
      const error = await rejection(registry.register(training("a", wrong as Partial<NewVersion>)));
      expect(error.code).toBe("INVALID_ARGUMENT");
      expect(error.message).toMatch(message);
      expect(await registry.models()).toEqual([]);
    });

    it.each(["", "latest", "LATEST", "v1", "V22", "7", "007", "a b", "a/b", "ä", "x".repeat(101)])(
      "refuses the alias %j",
      async (alias) => {
        const registry = await fresh();
        await registry.register(training("a"));
        for (const use of [
          () => registry.setAlias(CPU, alias, 1),
          () => registry.version(CPU, alias),
          () => registry.aliasHistory(CPU, alias),
        ]) {
          const error = await rejection(use());
          expect(error.code).toBe("INVALID_ARGUMENT");
          expect(error.message).toContain("alias must be letters, digits");
        }
      },
    );

    it.each([0, -1, 1.5, Number.NaN, 2 ** 31, "1" as never])("refuses %s as a version", async (version) => {
      const registry = await fresh();
      expect((await rejection(registry.setAlias(CPU, "champion", version))).code).toBe("INVALID_ARGUMENT");
      expect((await rejection(registry.tag(CPU, version, {}))).code).toBe("INVALID_ARGUMENT");
      expect((await rejection(registry.remove(CPU, version))).code).toBe("INVALID_ARGUMENT");
      expect((await rejection(registry.versions(CPU, { before: version }))).code).toBe("INVALID_ARGUMENT");
    });

    it("refuses everything after close, which may be called twice", async () => {
      const registry = await fresh();
      await registry.register(training("a"));
      await registry.close();
      await registry.close();
      for (const use of [
        () => registry.register(training("b")),
        () => registry.logRun(training("b")),
        () => registry.models(),
        () => registry.aliases(),
        () => registry.versions(CPU),
        () => registry.version(CPU, 1),
        () => registry.load(CPU, 1),
        () => registry.artifact(CPU, 1, "model.json"),
        () => registry.run(CPU, "a"),
        () => runsOf(registry, CPU),
        () => registry.runArtifact(CPU, "a", "model.json"),
        () => registry.setAlias(CPU, "champion", 1),
        () => registry.aliasHistory(CPU, "champion"),
        () => registry.tag(CPU, 1, {}),
        () => registry.remove(CPU, 1),
      ]) {
        expect((await rejection(use())).code).toBe("CLOSED");
      }
    });
  });
}
