import { afterEach, describe, expect, it } from "vitest";
import { type MlflowOptions, mlflowClient, mlflowRegistry } from "../../../src/index.js";
import { CPU, training } from "../../conformance/registry.js";
import { rejection } from "../../conformance/rejection.js";
import {
  answer,
  droppedMidAnswer,
  endless,
  type Fault,
  type FaultyServer,
  faultyServer,
  stalled,
} from "../../servers/faulty.js";

const JSON_TYPE = { "content-type": "application/json" };
const says = (status: number, error_code: string, message: string): Fault =>
  answer(status, JSON.stringify({ error_code, message }), JSON_TYPE);
const EXPERIMENT = JSON.stringify({ experiment: { experiment_id: "1", name: "loadcast", lifecycle_stage: "active" } });

const servers: FaultyServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

/** A client for which waiting takes no time, and the waits it would have made. */
async function clientOf(fault: Fault, options: Partial<MlflowOptions> = {}) {
  const server = await faultyServer(fault);
  servers.push(server);
  const waits: number[] = [];
  const environment = {
    sleep: async (millis: number) => {
      waits.push(millis);
    },
    random: () => 0.5,
    now: () => Date.UTC(2026, 0, 1),
  };
  return { server, waits, client: mlflowClient({ url: server.url, environment, ...options }) };
}

describe("mlflowClient when things go wrong", () => {
  it.each<[string, Fault, string, RegExp]>([
    [
      "401",
      answer(401, "You are not authenticated", {}),
      "NOT_ALLOWED",
      /refuses the token or password \(401.*check it/,
    ],
    ["403", says(403, "PERMISSION_DENIED", "Permission denied"), "NOT_ALLOWED", /\(403: Permission denied\)/],
    [
      "a wrong Host",
      answer(403, "Invalid Host header - possible DNS rebinding attack detected", { "content-type": "text/plain" }),
      "NOT_ALLOWED",
      /refuses requests for this host name; start it with --allowed-hosts 127\.0\.0\.1:\d+ \(MLFLOW_SERVER_ALLOWED_HOSTS\)/,
    ],
    ["500", says(500, "INTERNAL_ERROR", "database is locked"), "UNAVAILABLE", /failed \(500: database is locked\)/],
    [
      "a wrong parameter",
      says(400, "INVALID_PARAMETER_VALUE", "bad"),
      "INVALID_ARGUMENT",
      /refused the request \(400: bad\)/,
    ],
    [
      "a page",
      answer(200, "<html>log in</html>", { "content-type": "text/html" }),
      "INVALID_DATA",
      /text\/html instead of JSON/,
    ],
    [
      "another program's JSON",
      answer(200, `{"status":"ok"}`, JSON_TYPE),
      "INVALID_DATA",
      /no experiment; is this an MLflow server/,
    ],
    ["a list", answer(200, "[]", JSON_TYPE), "INVALID_DATA", /no experiment/],
    ["null", answer(200, "null", JSON_TYPE), "INVALID_DATA", /no experiment/],
    ["a body that ends too early", droppedMidAnswer(EXPERIMENT, JSON_TYPE), "UNAVAILABLE", /cannot be reached/],
    ["an answer that does not come", stalled(EXPERIMENT, JSON_TYPE), "UNAVAILABLE", /did not answer within 1.5 s/],
    ["a huge body", endless("[", "1,", JSON_TYPE), "INVALID_DATA", /more than 100000 bytes/],
  ])("explains %s", async (_, fault, code, message) => {
    const { client } = await clientOf(fault, { timeoutMillis: 1500, retries: 0, maxBytes: 100_000 });
    const error = await rejection(client.experimentByName("loadcast"));
    expect(error.message).toMatch(message);
    expect(error.code).toBe(code);
  });

  it("waits as long as Retry-After asks, also before what must not be done twice", async () => {
    const { client, server, waits } = await clientOf(answer(200, `{"experiment_id":"7"}`, JSON_TYPE));
    server.next(answer(429, "slow down", { "retry-after": "3" }));
    expect(await client.createExperiment("x")).toBe("7");
    expect(waits).toEqual([3000]);
  });

  it("does not repeat by itself what would make a second one", async () => {
    const { client, server } = await clientOf(says(500, "INTERNAL_ERROR", "late"));
    expect((await rejection(client.createRun({ experimentId: "1", startTime: 1 }))).code).toBe("UNAVAILABLE");
    expect((await rejection(client.createVersion({ name: "a", source: "b", runId: "c" }))).code).toBe("UNAVAILABLE");
    expect(server.bodies.length).toBe(2);
    await rejection(client.updateRun("1", { status: "FINISHED" }));
    expect(server.bodies.length).toBe(6);
  });

  it("does not turn pages for ever", async () => {
    const { client } = await clientOf(answer(200, `{"runs":[],"next_page_token":"same"}`, JSON_TYPE));
    const all = (async () => {
      for await (const _ of client.searchRuns(["1"]));
    })();
    expect((await rejection(all)).message).toContain("answers the same page of runs again");
  });

  it("says who serves artifacts, and never leaves a run's folder", async () => {
    const { client } = await clientOf(answer(200, "", {}));
    const error = await rejection(client.artifact("s3://bucket/1/a/artifacts", "model.json"));
    expect(error.message).toMatch(
      /keeps artifacts at "s3:\/\/bucket.* does not serve them; start it with --serve-artifacts/,
    );
  });

  it("sends the password or token of its options, its address or the environment", async () => {
    const seen: (string | undefined)[] = [];
    const { server } = await clientOf((response, request) => {
      seen.push(request.headers.authorization);
      response.writeHead(200, {}).end("3.17.2");
    });
    const { MLFLOW_TRACKING_USERNAME, MLFLOW_TRACKING_PASSWORD, MLFLOW_TRACKING_TOKEN } = process.env;
    try {
      process.env.MLFLOW_TRACKING_USERNAME = "env";
      process.env.MLFLOW_TRACKING_PASSWORD = "pass";
      await mlflowClient({ url: server.url }).version();
      await mlflowClient({ url: server.url, token: "mine" }).version();
      await mlflowClient({ url: server.url.replace("//", "//u:p@") }).version();
      process.env.MLFLOW_TRACKING_TOKEN = "token";
      await mlflowClient({ url: server.url }).version();
    } finally {
      for (const [name, value] of Object.entries({
        MLFLOW_TRACKING_USERNAME,
        MLFLOW_TRACKING_PASSWORD,
        MLFLOW_TRACKING_TOKEN,
      })) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
    const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
    expect(seen).toEqual([basic("env:pass"), "Bearer mine", basic("u:p"), "Bearer token"]);
  });

  it("says that nobody is there", async () => {
    const { client, server } = await clientOf(answer(200, "3.17.2", {}), { retries: 1 });
    await server.stop();
    const registry = mlflowRegistry({ url: server.url, retries: 0 });
    for (const use of [
      () => client.version(),
      () => registry.open?.() ?? Promise.resolve(),
      () => registry.register(training("a")),
    ]) {
      const error = await rejection(use());
      expect([error.code, error.message]).toEqual([
        "UNAVAILABLE",
        `mlflow: ${server.url} cannot be reached (ECONNREFUSED); is it running?`,
      ]);
    }
    expect((await rejection(registry.models())).code).toBe("UNAVAILABLE");
    expect((await rejection(registry.version(CPU, 1))).code).toBe("UNAVAILABLE");
  });

  it("knows an address that is not MLflow's", async () => {
    const { server } = await clientOf(answer(200, "<html>", { "content-type": "text/html" }));
    const error = await rejection(mlflowClient({ url: server.url }).version());
    expect(error.message).toContain(`is no MLflow server: /version answers "<html>"`);
    expect(() => mlflowRegistry({ url: server.url, experiment: " " })).toThrow(/experiment must be a name, got " "/);
  });
});
