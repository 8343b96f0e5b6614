import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as schemas from "../src/http/schemas.js";
import { build, expectProblem, expectShape, folder, get } from "./http-application.js";

/** What of an operation is looked at here. */
interface Described {
  summary?: string;
  parameters?: { name: string; in: string }[];
  requestBody?: {
    content: Record<string, { example?: unknown; examples?: unknown; schema: { examples?: unknown[] } }>;
  };
  responses: Record<string, { description?: string; content: Record<string, unknown> }>;
}

/** Examples that are in the schemas are what the schemas describe. */
it("gives examples that are true to what they are examples of", () => {
  let count = 0;
  for (const [name, schema] of Object.entries(schemas)) {
    const examples = (schema as { meta?: () => { examples?: unknown[] } | undefined }).meta?.()?.examples ?? [];
    for (const example of examples) {
      count++;
      expect((schema as { safeParse: (value: unknown) => { success: boolean } }).safeParse(example).success, name).toBe(
        true,
      );
    }
  }
  expect(count).toBeGreaterThan(5);
});

describe("operations", () => {
  it("is alive, and ready when every part works", async () => {
    expect((await get("/health/live")).json()).toEqual({ status: "ok" });
    const ready = await get("/health/ready");
    expect(ready.statusCode).toBe(200);
    const body = expectShape(schemas.healthResponse, ready.json());
    expect(body.dependencies?.map(({ name }) => name)).toEqual([
      "store",
      "collect",
      "infer",
      "train",
      "retention",
      "monitor",
    ]);
  });

  it("is not ready when a part does not work, and says which", async () => {
    const health = async () => ({
      status: "degraded" as const,
      dependencies: [{ name: "store", status: "failed" as const, detail: "disk full" }],
    });
    const sick = await build({ health });
    const response = await sick.inject("/health/ready");
    expect(response.statusCode).toBe(503);
    expect(response.json()).toEqual(await health());
    expect((await sick.inject("/health/live")).statusCode).toBe(200);
    await sick.close();
  });

  it("documents every route", async () => {
    const document = (await get("/openapi.json")).json();
    expect(document.openapi).toMatch(/^3\.1/);
    expect(document.info.version).toBe("1.2.3");
    expect(Object.keys(document.paths).sort()).toEqual([
      "/api/v1/events",
      "/api/v1/forecast",
      "/api/v1/models",
      "/api/v1/models/{name}/aliases/{alias}",
      "/api/v1/models/{name}/versions",
      "/api/v1/models/{name}/versions/{version}",
      "/api/v1/overview",
      "/api/v1/series",
      "/api/v1/series/{id}/accuracy",
      "/api/v1/series/{id}/anomalies",
      "/api/v1/series/{id}/backtest",
      "/api/v1/series/{id}/forecast",
      "/api/v1/series/{id}/forecasts",
      "/api/v1/series/{id}/history",
      "/api/v1/series/{id}/train",
      "/api/v1/system",
      "/api/v1/tasks/{task}",
      "/health/live",
      "/health/ready",
      "/metrics",
    ]);
    const body = document.paths["/api/v1/forecast"].post.requestBody.content["application/json"].schema;
    expect(body.required).toEqual(["values", "horizon"]);
    expect(body.properties.values.maxItems).toBe(100_000);
    for (const [path, operations] of Object.entries<Record<string, Described>>(document.paths)) {
      for (const { summary, requestBody, responses, parameters = [] } of Object.values(operations)) {
        expect(summary, path).toBeTruthy();
        const media = requestBody?.content["application/json"];
        if (media) expect(media.example ?? media.examples ?? media.schema.examples, path).toBeDefined();
        for (const [status, { description, content }] of Object.entries(responses)) {
          expect(description, `${path} ${status}`).toBeTruthy();
          if (Number(status) < 400 || path === "/health/ready") continue;
          expect(Object.keys(content), `${path} ${status}`).toEqual(["application/problem+json"]);
        }
        // Whatever stands in the path is described.
        const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
        expect(parameters.filter((one) => one.in === "path").map(({ name }) => name)).toEqual(inPath);
      }
    }
    expect(Object.keys(document.components.securitySchemes)).toEqual(["token", "session"]);
    const page = await get("/docs");
    expect(page.statusCode).toBe(200);
    expect(page.headers["content-type"]).toContain("text/html");
  });

  it("agrees with the contract at compile time", () => {
    expect(Object.values(schemas.agrees).every(Boolean)).toBe(true);
  });
});

describe("the dashboard", () => {
  it("says how to build it where it is not built", async () => {
    const response = await get("/");
    expect(response.statusCode).toBe(503);
    expect(response.body).toContain("npm run build");
  });

  it("is served with its assets, and every page of it is index.html", async () => {
    const built = join(folder, "dashboard");
    mkdirSync(join(built, "assets"), { recursive: true });
    writeFileSync(join(built, "index.html"), "<title>Loadcast</title>");
    writeFileSync(join(built, "assets", "index-abc123.js"), "export {};");
    const served = await build({ dashboard: built });
    const page = (url: string) => served.inject({ url, headers: { accept: "text/html,*/*" } });

    for (const url of ["/", "/series/demo", "/anything?x=1"]) {
      const response = await page(url);
      expect([response.statusCode, response.headers["cache-control"]]).toEqual([200, "no-cache"]);
      expect(response.body).toContain("<title>Loadcast</title>");
    }
    const asset = await page("/assets/index-abc123.js");
    expect(asset.headers["cache-control"]).toContain("immutable");
    expect(asset.headers["x-content-type-options"]).toBe("nosniff");
    // Built anew while the service runs.
    writeFileSync(join(built, "assets", "index-def456.js"), "export {};");
    expect((await page("/assets/index-def456.js")).statusCode).toBe(200);
    expect((await page("/assets/..%2f..%2fpackage.json")).statusCode).toBeGreaterThanOrEqual(400);
    // A wrong address of the API, a lost asset, or a program that asks is told so.
    for (const url of ["/api/v1/nothing", "/assets/index-old.js", "/health/none"]) {
      expect(expectProblem(await page(url), 404).code).toBe("NOT_FOUND");
    }
    expect(expectProblem(await served.inject("/series/demo"), 404).code).toBe("NOT_FOUND");
    expect((await page("/../package.json")).body).not.toContain("fastify");
    await served.close();
  });
});
