import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { missing, startServer } from "../../../../../tools/stack/index.mjs";
import { memoryRegistry, mirrorRegistry, mlflowClient, mlflowRegistry, pushModels } from "../../../src/index.js";
import { CPU, runsOf, SVG, training } from "../../conformance/registry.js";
import { rejection } from "../../conformance/rejection.js";
import { type FaultyProxy, faultyProxy } from "../../servers/faulty-proxy.js";
import { emptyMlflow } from "../../servers/mlflow-place.js";

const without = missing("mlflow");
const EXPERIMENT = "failures";

describe.skipIf(without !== "")(`mlflowRegistry and a server that fails${without}`, () => {
  let server: Awaited<ReturnType<typeof startServer<"mlflow">>>;
  let proxy: FaultyProxy;
  const dir = mkdtempSync(join(tmpdir(), "loadcast-mlflow-"));
  beforeAll(async () => {
    server = await startServer("mlflow", { dir });
    proxy = await faultyProxy(server.url);
  });
  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  const registryAt = (url: string, more = {}) => mlflowRegistry({ url, experiment: EXPERIMENT, ...more });
  const post = async (path: string, body: unknown) => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${server.url}/api/2.0/mlflow/${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(200);
  };

  it("has one whole version after a training that was cut off at any request, when it is sent again", async () => {
    await emptyMlflow(server.url);
    // How many requests a first training and promotion take.
    const once = async (url: string, model: string) => {
      const registry = registryAt(url, { retries: 0 });
      await registry.register(training("a", { model }));
      await registry.setAlias(model, "champion", 1);
    };
    await once(proxy.url, "count/x");
    const requests = proxy.count;
    expect(requests).toBeGreaterThan(10);
    for (let at = 1; at <= requests; at++) {
      // A lost answer is the harder case; that of a lost request is tried at some places.
      for (const fate of at % 4 === 0 ? (["cut after", "cut before"] as const) : (["cut after"] as const)) {
        const model = `${fate} ${at}/x`;
        proxy.count = 0;
        proxy.plan = (count) => (count === at ? fate : "pass");
        // A flow that meets the fault in a request it can do without, or asks again by itself, succeeds.
        await once(proxy.url, model).catch((error) => expect(error.code).toBe("UNAVAILABLE"));
        proxy.plan = () => "pass";
        await once(server.url, model);
        const registry = registryAt(server.url);
        const versions = await registry.versions(model);
        expect(versions).toMatchObject([
          { version: 1, key: "a", aliases: ["champion"], metrics: training("a").metrics, tags: { reason: "first" } },
        ]);
        expect(versions[0].parameters).toEqual({
          orders: "(2,0,1)(1,0,0)[12]",
          "data/from": "1789000000000",
          logged: "true",
        });
        expect((await registry.load(model, "champion"))?.document).toBe(training("a").document);
        expect(await runsOf(registry, model)).toMatchObject([
          { key: "a", version: 1, status: "finished", artifacts: [{}, {}] },
        ]);
        expect((await registry.aliasHistory(model, "champion")).map(({ version }) => version)).toEqual([1]);
      }
    }
  });

  it("does all of it through an unreliable line by itself, where asking again is safe", async () => {
    const registry = registryAt(proxy.url);
    proxy.plan = (count, path) =>
      count % 3 === 0 && !/(runs|model-versions|registered-models)\/create/.test(path) ? { status: 503 } : "pass";
    await registry.register(training("unreliable", { model: "line/x" }));
    proxy.plan = () => "pass";
    expect(Buffer.from((await registry.artifact("line/x", 1, "forecast.svg")) ?? "").toString()).toBe(SVG);
  });

  it("restores an experiment that somebody deleted, and says so", async () => {
    const notices: string[] = [];
    const registry = registryAt(server.url, { onNotice: (notice: string) => notices.push(notice) });
    await registry.register(training("a", { model: "deleted/x" }));
    const client = mlflowClient({ url: server.url });
    const id = (await client.experimentByName(EXPERIMENT))?.id as string;
    // While it is in use, and before a start.
    for (const [key, again] of [
      ["b", registry],
      ["c", registryAt(server.url, { onNotice: (notice: string) => notices.push(notice) })],
    ] as const) {
      await post("experiments/delete", { experiment_id: id });
      const version = await again.register(training(key, { model: "deleted/x" }));
      expect(version.key).toBe(key);
    }
    expect(notices).toEqual(
      Array(2).fill(`the experiment "${EXPERIMENT}" had been deleted in MLflow and was restored with its runs`),
    );
    expect((await registry.versions("deleted/x")).map(({ key }) => key)).toEqual(["c", "b", "a"]);
    expect((await runsOf(registry, "deleted/x")).length).toBe(3);
  });

  it("says which version lost its artifacts, and still knows the version", async () => {
    const registry = registryAt(server.url);
    const { run } = await registry.register(training("a", { model: "lost/x" }));
    const stored = await mlflowClient({ url: server.url }).run(run);
    const folder = stored?.artifactUri.replace("mlflow-artifacts:/", "") as string;
    rmSync(join(dir, "artifacts", folder), { recursive: true });
    const error = await rejection(registry.load("lost/x", 1));
    expect(error.code).toBe("INVALID_DATA");
    expect(error.message).toContain('version 1 of "lost/x" has no model.json in MLflow; its artifacts were removed');
    expect(await registry.artifact("lost/x", 1, "forecast.svg")).toBeNull();
    expect((await registry.version("lost/x", 1))?.metrics).toEqual(training("a").metrics);
    // A push names it and goes on.
    await registry.register(training("b", { model: "lost/x" }));
    const to = memoryRegistry();
    const report = await pushModels(registry, to, { models: ["lost/x"] });
    expect(report).toMatchObject({
      versions: 1,
      problems: [expect.stringContaining("lost/x version 1: mlflow: version 1")],
    });
  });

  it("makes a registered model anew that somebody deleted", async () => {
    const registry = registryAt(server.url);
    await registry.register(training("a", { model: "gone/x" }));
    await emptyMlflow(server.url);
    expect(await registry.versions("gone/x")).toEqual([]);
    expect((await registry.register(training("a", { model: "gone/x" }))).version).toBe(1);
    expect((await registry.load("gone/x", 1))?.document).toBe(training("a").document);
  });

  it("follows the primary through a server that is killed and comes back, and takes over an alias moved on its page", async () => {
    const primary = memoryRegistry();
    const registry = mirrorRegistry(primary, registryAt(server.url, { retries: 0, timeoutMillis: 20_000 }), {
      retryMillis: 50,
      maxRetryMillis: 200,
    });
    for (const key of ["a", "b"]) await registry.register(training(key));
    await registry.caughtUp();
    await server.kill();
    for (const key of ["c", "d"]) await registry.register(training(key));
    await registry.setAlias(CPU, "champion", 3);
    await registry.logRun(training("failed", { status: "failed" }));
    expect((await registry.load(CPU, "champion"))?.document).toBe(training("c").document);
    expect((await registry.mirrorState()).waiting).toBe(4);
    await server.restart();
    await registry.caughtUp();
    const replica = registryAt(server.url);
    expect((await replica.versions(CPU)).map(({ key }) => key)).toEqual(["d", "c", "b", "a"]);
    expect((await replica.load(CPU, "champion"))?.document).toBe(training("c").document);
    expect((await replica.run(CPU, "failed"))?.status).toBe("failed");

    // What MLflow's own page sends when somebody moves an alias there.
    await post("registered-models/alias", { name: "web-1|cpu_percent", alias: "champion", version: "1" });
    expect(await registry.pullAliases()).toEqual([{ model: CPU, alias: "champion", from: 3, to: 1 }]);
    expect((await primary.version(CPU, "champion"))?.key).toBe("a");
    expect((await replica.aliasHistory(CPU, "champion")).map(({ version }) => version)).toEqual([1, 3]);
    await registry.close();
  });

  it("moves everything there and back", async () => {
    await emptyMlflow(server.url);
    const from = memoryRegistry();
    for (const key of ["1", "2"]) await from.register(training(key, { parameters: { long: "x".repeat(20_000) } }));
    await from.setAlias(CPU, "champion", 1);
    await from.tag(CPU, 1, { reason: "better", "mlflow.note.content": "a note" });
    await from.logRun(training("3", { status: "failed" }));
    const mlflow = mlflowRegistry({ url: server.url, experiment: "push" });
    expect(await pushModels(from, mlflow)).toMatchObject({ versions: 2, runs: 1, aliases: 1, problems: [] });
    expect(await pushModels(from, mlflow)).toMatchObject({ versions: 0, runs: 0, known: 3, aliases: 0 });
    const back = memoryRegistry();
    await pushModels(mlflow, back);
    const plain = async (registry: typeof back) => ({
      runs: (await runsOf(registry, CPU)).map(({ id: _, ...run }) => run).sort((a, b) => (a.key < b.key ? -1 : 1)),
      versions: (await registry.versions(CPU)).map(({ run: _, ...version }) => version),
      documents: [(await registry.load(CPU, 1))?.document, (await registry.load(CPU, 2))?.document],
      svg: await registry.artifact(CPU, 2, "forecast.svg"),
    });
    expect(await plain(back)).toEqual(await plain(from));
  });
});

describe.skipIf(without !== "")(`mlflowRegistry and a server that asks for a password${without}`, () => {
  const admin = { username: "admin", password: "correct horse battery" };
  let server: Awaited<ReturnType<typeof startServer<"mlflow">>>;
  beforeAll(async () => {
    server = await startServer("mlflow", { admin });
  });
  afterAll(() => server?.stop());

  it("works with the right one, and says that a wrong one is wrong", async () => {
    const registry = mlflowRegistry({ url: server.url, ...admin });
    await registry.register(training("a"));
    expect((await registry.load(CPU, 1))?.document).toBe(training("a").document);
    for (const wrong of [{}, { ...admin, password: "wrong" }]) {
      const error = await rejection(mlflowRegistry({ url: server.url, ...wrong }).register(training("b")));
      expect(error.code).toBe("NOT_ALLOWED");
      expect(error.message).toMatch(/refuses the token or password \(401/);
    }
  });

  it("explains a host name that it does not allow", async () => {
    const proxy = await faultyProxy(server.url, true);
    const error = await rejection(mlflowRegistry({ url: proxy.url, ...admin, retries: 0 }).models());
    await proxy.stop();
    expect(error.code).toBe("NOT_ALLOWED");
    expect(error.message).toBe(
      `mlflow: ${proxy.url} refuses requests for this host name; start it with --allowed-hosts ${proxy.url.slice(7)} (MLFLOW_SERVER_ALLOWED_HOSTS)`,
    );
  });
});
