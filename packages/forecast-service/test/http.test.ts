import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryStore } from "@loadcast/metrics-io";
import type { FastifyInstance } from "fastify";
import { sarima } from "sarima-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { loadConfig } from "../src/config.js";
import { inlineExecutor } from "../src/executor/inline.js";
import { createAdmission } from "../src/http/admission.js";
import { type AppDependencies, buildApp } from "../src/http/app.js";
import type { ForecastResponse, Problem } from "../src/http/contract.js";
import * as schemas from "../src/http/schemas.js";
import { silentLog } from "../src/log.js";
import { memoryModelShelf } from "../src/models.js";
import { createService, type Service } from "../src/service.js";
import { virtualClock } from "./virtual-clock.js";

const folder = mkdtempSync(join(tmpdir(), "loadcast-http-"));
const values = Array.from(
  { length: 96 },
  (_, t) => 40 + 8 * Math.sin((2 * Math.PI * t) / 12) + (((t * 7919) % 101) / 101) * 3,
);
const clock = virtualClock();

let service: Service;
let app: FastifyInstance;
const complaints: string[] = [];

const build = (overrides: Partial<AppDependencies> = {}) =>
  buildApp({
    catalogue: service.catalogue,
    executor: service.executor,
    events: service.events,
    health: service.health,
    log: { ...silentLog, warn: (line) => complaints.push(line) },
    dashboard: join(folder, "none"),
    version: "1.2.3",
    ...overrides,
  });

beforeAll(async () => {
  service = await createService({
    config: loadConfig({ env: { LOADCAST_TRAINING_HISTORY: "6h" } }),
    store: memoryStore(),
    models: memoryModelShelf(),
    executor: inlineExecutor(),
    samplers: [
      {
        name: "host",
        sample: async () => [{ host: "rack 1/web ä", metric: "cpu_percent", times: [clock.now()], values: [12.5] }],
      },
    ],
    clock,
    log: silentLog,
  });
  service.start();
  await clock.advance(30_000);
  app = await build();
}, 60_000);
afterAll(async () => {
  await app.close();
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

const get = (url: string, headers: Record<string, string> = {}) => app.inject({ method: "GET", url, headers });
const post = (payload: unknown, headers: Record<string, string> = {}) =>
  app.inject({
    method: "POST",
    url: "/api/v1/forecast",
    headers: { "content-type": "application/json", ...headers },
    payload: typeof payload === "string" ? payload : JSON.stringify(payload),
  });

/** The body has the shape that the API's document promises, and not a field more. */
function expectShape<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.parse(body);
  expect(parsed).toEqual(body);
  return parsed;
}

function expectProblem(
  response: { statusCode: number; headers: Record<string, unknown>; body: string },
  status: number,
): Problem {
  expect(response.statusCode).toBe(status);
  expect(response.headers["content-type"]).toContain("application/problem+json");
  const body = expectShape(schemas.problemResponse, JSON.parse(response.body));
  expect(body.status).toBe(status);
  expect(body.detail).not.toMatch(/\n|\bat .*:\d+:\d+/);
  return body;
}

describe("POST /api/v1/forecast", () => {
  it("fits given orders as the library does, and forecasts every step", async () => {
    const response = await post({
      values,
      horizon: 4,
      order: [1, 0, 1],
      seasonal: [1, 0, 0, 12],
      levels: [0.5, 0.9],
      start: "2026-01-31T23:50:00+00:00",
      stepSeconds: 300,
    });
    expect(response.statusCode).toBe(200);
    const body = expectShape(schemas.forecastResponse, response.json());
    const own = sarima(values, { order: [1, 0, 1], seasonal: [1, 0, 0, 12] });
    expect(body.model.order).toEqual([1, 0, 1]);
    expect(body.model.seasonal).toEqual([1, 0, 0, 12]);
    expect(body.model.logLik).toBeCloseTo(own.logLik, 8);
    expect(body.model.params.seasonalAr[0]).toBeCloseTo(own.params.seasonalAr[0], 8);
    expect(body.forecast.map(({ step, time }) => [step, time])).toEqual([
      [1, "2026-02-01T07:50:00.000Z"],
      [2, "2026-02-01T07:55:00.000Z"],
      [3, "2026-02-01T08:00:00.000Z"],
      [4, "2026-02-01T08:05:00.000Z"],
    ]);
    for (const { median, intervals } of body.forecast) {
      expect(intervals.map(({ level }) => level)).toEqual([0.5, 0.9]);
      expect(intervals[1].lower).toBeLessThan(intervals[0].lower);
      expect(intervals[0].lower).toBeLessThan(median);
    }
  });

  it("searches orders, takes gaps, and stays inside bounds", async () => {
    const worn: (number | null)[] = values.map((value, t) => (t % 17 === 3 ? null : Math.max(0, value - 36)));
    const response = await post({ values: worn, horizon: 24, period: 12, bounds: { lower: 0 } });
    const body = expectShape(schemas.forecastResponse, response.json());
    expect(body.forecast).toHaveLength(24);
    expect(body.forecast[0].time).toBeUndefined();
    expect(body.forecast[0].intervals.map(({ level }) => level)).toEqual([0.8, 0.95]);
    expect(
      Math.min(...body.forecast.flatMap(({ intervals }) => intervals.map(({ lower }) => lower))),
    ).toBeGreaterThanOrEqual(0);
  });

  it("says when the season asked for was left out", async () => {
    const body = (await post({ values: values.slice(0, 20), horizon: 1, period: 12 })).json() as ForecastResponse;
    expect(body.warnings).toContain("period 12 needs 24 values and was left out");
  });

  it("has an answer for a constant series, whose likelihood is infinite", async () => {
    const response = await post({
      values: new Array(40).fill(5),
      horizon: 3,
      period: 12,
      bounds: { lower: 0, upper: 100 },
    });
    const body = expectShape(schemas.forecastResponse, response.json());
    expect(body.model.logLik).toBeNull();
    expect(body.forecast[2]).toMatchObject({
      median: 5,
      intervals: [
        { lower: 5, upper: 5 },
        { lower: 5, upper: 5 },
      ],
    });
    expect(body.warnings.join()).toContain("constant");
  });

  const good = { values: [1, 2, 3, 5, 4, 6, 7, 6], horizon: 2 };
  it.each<[string, unknown, number, string, string]>([
    ["no values", { horizon: 1 }, 400, "INVALID_REQUEST", "values is required"],
    ["an empty series", { ...good, values: [] }, 400, "INVALID_REQUEST", "values: too small"],
    [
      "a text among the values",
      { ...good, values: [1, "2"] },
      400,
      "INVALID_REQUEST",
      'values[1]: expected number; received "2"',
    ],
    [
      "an overflowing number",
      '{"values":[1,1e999,3],"horizon":1}',
      400,
      "INVALID_REQUEST",
      "values[1]: expected number",
    ],
    ["too many values", { ...good, values: new Array(100_001).fill(1) }, 400, "INVALID_REQUEST", "values: too big"],
    ["a broken horizon", { ...good, horizon: 2.5 }, 400, "INVALID_REQUEST", "horizon: expected int; received 2.5"],
    ["a horizon too far", { ...good, horizon: 10_001 }, 400, "INVALID_REQUEST", "horizon: too big"],
    ["a field with a spelling mistake", { ...good, horizn: 1 }, 400, "INVALID_REQUEST", "horizn is not a field"],
    ["orders of the wrong length", { ...good, order: [1, 0] }, 400, "INVALID_REQUEST", "order"],
    ["a season without orders", { ...good, seasonal: [1, 0, 0, 4] }, 400, "INVALID_REQUEST", "seasonal needs order"],
    [
      "two periods",
      { ...good, order: [1, 0, 0], seasonal: [1, 0, 0, 4], period: 3 },
      400,
      "INVALID_REQUEST",
      "period is 3 but seasonal says 4",
    ],
    [
      "a level in percent",
      { ...good, levels: [80] },
      400,
      "INVALID_REQUEST",
      "levels[0]: too big: expected number to be <1; received 80",
    ],
    [
      "bounds upside down",
      { ...good, bounds: { lower: 2, upper: 1 } },
      400,
      "INVALID_REQUEST",
      "bounds must have lower below upper",
    ],
    ["a value outside the bounds", { ...good, bounds: { upper: 6 } }, 400, "OUT_OF_BOUNDS", "values[6] is 7"],
    [
      "a start without a step",
      { ...good, start: "2026-01-01T00:00:00Z" },
      400,
      "INVALID_REQUEST",
      "stepSeconds is needed",
    ],
    [
      "a start that is no time",
      { ...good, start: "yesterday", stepSeconds: 1 },
      400,
      "INVALID_REQUEST",
      'received "yesterday"',
    ],
    ["gaps only", { ...good, values: [null, null] }, 400, "NO_DATA", "holds no number"],
    ["a series too short for its orders", { ...good, values: [1, 2], order: [3, 1, 3] }, 400, "TOO_SHORT", ""],
    ["a season of one", { ...good, order: [1, 0, 0], seasonal: [1, 0, 0, 1] }, 400, "INVALID_ORDER", "period"],
    ["broken JSON", '{"values":[1,', 400, "INVALID_JSON", ""],
    ["no body", "", 400, "INVALID_JSON", ""],
    ["a list", [1, 2, 3], 400, "INVALID_REQUEST", "the body"],
  ])("refuses %s", async (_, body, status, code, detail) => {
    const problem = expectProblem(await post(body), status);
    expect(problem.code).toBe(code);
    expect(problem.detail.toLowerCase()).toContain(detail.toLowerCase());
  });

  it("refuses bodies that are too large or no JSON", async () => {
    const large = `{"horizon":1,"values":[${"1234567890.123456,".repeat(300_000)}1]}`;
    expect(expectProblem(await post(large), 413).code).toBe("BODY_TOO_LARGE");
    expect(expectProblem(await post("a,b", { "content-type": "text/csv" }), 415).code).toBe("UNSUPPORTED_MEDIA_TYPE");
  });

  it("does not give away what failed inside, but logs it", async () => {
    const broken = await build({
      executor: { ...service.executor, run: () => Promise.reject(new Error("secret path /etc")) },
    });
    const response = await broken.inject({ method: "POST", url: "/api/v1/forecast", payload: good });
    expect(expectProblem(response, 500)).toMatchObject({ code: "INTERNAL" });
    expect(response.body).not.toContain("secret");
    expect(complaints.some((line) => line.includes("secret path"))).toBe(true);
    await broken.close();
  });
});

describe("series", () => {
  it("are listed with their state", async () => {
    const { series, now } = expectShape(schemas.seriesList, (await get("/api/v1/series")).json());
    expect(now).toBe(new Date(clock.now()).toISOString());
    expect(series.map(({ id, status }) => [id, status])).toEqual([
      ["demo/cpu_percent", "forecast"],
      ["demo/memory_percent", "forecast"],
      ["rack 1/web ä/cpu_percent", "waiting"],
    ]);
    expect(series[2]).toMatchObject({ host: "rack 1/web ä", unit: "percent", last: { value: 12.5 } });
  });

  it("have a history on a grid, with gaps", async () => {
    const url = `/api/v1/series/${encodeURIComponent("demo/cpu_percent")}/history`;
    const day = expectShape(schemas.historyResponse, (await get(url)).json());
    expect(day.points).toHaveLength(289);
    expect(day.points.at(-1)?.time).toBe("2026-11-23T10:00:00.000Z");

    const coarse = (await get(`${url}?from=2026-11-22T22:10:00Z&to=2026-11-23T01:00:00%2B00:00&step=3600`)).json();
    expect(coarse).toMatchObject({
      from: "2026-11-22T22:00:00.000Z",
      to: "2026-11-23T01:00:00.000Z",
      stepSeconds: 3600,
    });
    const hour = day.points.filter(({ time, value }) => time.startsWith("2026-11-23T00:") && value !== null);
    const mean = hour.reduce((sum, { value }) => sum + (value ?? 0), 0) / hour.length;
    expect(coarse.points[2].value).toBeCloseTo(mean, 10);

    const before = (await get(`${url}?from=2020-01-01T00:00:00Z&to=2020-01-01T00:10:00Z`)).json();
    expect(before.points.map(({ value }: { value: number | null }) => value)).toEqual([null, null]);
  });

  it.each([
    ["from=yesterday", "INVALID_REQUEST", "query from"],
    ["step=0", "INVALID_REQUEST", "query step"],
    ["step=abc", "INVALID_REQUEST", "query step"],
    ["from=2026-11-23T10:00:00Z&to=2026-11-22T10:00:00Z", "BAD_RANGE", "must not be after"],
    ["from=2020-01-01T00:00:00Z", "TOO_MANY_POINTS", "at most 20000"],
  ])("refuse the range %s", async (query, code, words) => {
    const problem = expectProblem(await get(`/api/v1/series/demo%2Fcpu_percent/history?${query}`), 400);
    expect(problem.code).toBe(code);
    expect(problem.detail).toContain(words);
  });

  it("have a forecast, or a reason why there is none", async () => {
    const body = expectShape(
      schemas.storedForecastResponse,
      (await get("/api/v1/series/demo%2Fcpu_percent/forecast")).json(),
    );
    expect(body).toMatchObject({ id: "demo/cpu_percent", synthetic: true, modelVersion: "demo/cpu_percent@1" });
    expect(body.forecast).toHaveLength(48);

    const url = `/api/v1/series/${encodeURIComponent("rack 1/web ä/cpu_percent")}/forecast`;
    const none = expectProblem(await get(url), 404);
    expect(none.code).toBe("NO_FORECAST");
    expect(none.detail).toContain("Has 0 of the 36 five-minute values");
    expect(expectProblem(await get("/api/v1/series/no%2Fwhere/forecast"), 404).code).toBe("UNKNOWN_SERIES");
    expect(expectProblem(await get("/api/v1/series/%E0%A4%A/forecast"), 400).code).toBe("BAD_REQUEST");
  });
});

describe("GET /api/v1/events", () => {
  it("tells of samples and forecasts as they come, and lets go when the service ends", async () => {
    const live = await build();
    const address = await live.listen({ host: "127.0.0.1", port: 0 });
    const response = await fetch(`${address}/api/v1/events`);
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    let text = "";
    const reading = (async () => {
      for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
    })();
    await clock.advance(15_000);
    service.events.publish({
      type: "forecast",
      series: "a/b",
      modelVersion: "a/b@1",
      issuedAt: "2026-11-23T10:00:00.000Z",
    });
    while (!text.includes("a/b@1")) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(text).toContain("retry: 3000");
    const samples = /event: samples\ndata: (.*)\n\n/.exec(text)?.[1] ?? "";
    expect(JSON.parse(samples)).toEqual({ type: "samples", series: ["rack 1/web ä/cpu_percent"] });
    expect(text).toMatch(/event: forecast\ndata: \{"type":"forecast","series":"a\/b"/);
    await live.close();
    await reading.catch(() => {});
  });
});

describe("operations", () => {
  it("is alive, and ready when every part works", async () => {
    expect((await get("/health/live")).json()).toEqual({ status: "ok" });
    const ready = await get("/health/ready");
    expect(ready.statusCode).toBe(200);
    const body = expectShape(schemas.healthResponse, ready.json());
    expect(body.dependencies?.map(({ name }) => name)).toEqual(["store", "collect", "infer", "train"]);
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
      "/api/v1/series",
      "/api/v1/series/{id}/forecast",
      "/api/v1/series/{id}/history",
      "/health/live",
      "/health/ready",
    ]);
    const body = document.paths["/api/v1/forecast"].post.requestBody.content["application/json"].schema;
    expect(body.required).toEqual(["values", "horizon"]);
    expect(body.properties.values.maxItems).toBe(100_000);
    for (const operations of Object.values<Record<string, { summary?: string }>>(document.paths)) {
      for (const operation of Object.values(operations)) expect(operation.summary).toBeTruthy();
    }
    const page = await get("/docs");
    expect(page.statusCode).toBe(200);
    expect(page.headers["content-type"]).toContain("text/html");
  });

  it("agrees with the contract at compile time", () => {
    expect(schemas.contractsAgree.every(Boolean)).toBe(true);
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
    // A wrong address of the API, a lost asset, or a program that asks is told so.
    for (const url of ["/api/v1/nothing", "/assets/index-old.js", "/health/none"]) {
      expect(expectProblem(await page(url), 404).code).toBe("NOT_FOUND");
    }
    expect(expectProblem(await served.inject("/series/demo"), 404).code).toBe("NOT_FOUND");
    expect((await page("/../package.json")).body).not.toContain("fastify");
    await served.close();
  });
});

describe("admission", () => {
  it("lets some in, lets some wait, and turns the rest away", async () => {
    const admission = createAdmission({ running: 1, waiting: 1 });
    const order: string[] = [];
    let release = () => {};
    const first = admission.enter(async () => {
      order.push("first");
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    const second = admission.enter(async () => void order.push("second"));
    await expect(admission.enter(async () => {})).rejects.toMatchObject({ status: 503, code: "BUSY" });
    expect(order).toEqual(["first"]);
    release();
    await Promise.all([first, second]);
    await admission.enter(async () => void order.push("third"));
    expect(order).toEqual(["first", "second", "third"]);
  });

  it("gives the place back after a failure", async () => {
    const admission = createAdmission({ running: 1, waiting: 0 });
    await expect(admission.enter(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await admission.enter(async () => 1)).toBe(1);
  });
});
