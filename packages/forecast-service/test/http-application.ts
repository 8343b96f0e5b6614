import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryRegistry, memoryStore } from "@loadcast/metrics-io";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect } from "vitest";
import type { z } from "zod";
import { loadConfig } from "../src/config.js";
import { inlineExecutor } from "../src/executor/inline.js";
import { type AppDependencies, buildApp } from "../src/http/app.js";
import type { Problem } from "../src/http/contract.js";
import * as schemas from "../src/http/schemas.js";
import { silentLog } from "../src/log.js";
import { createService, type Service } from "../src/service.js";
import { virtualClock } from "./virtual-clock.js";

/** A folder of this test file's own. */
export const folder = mkdtempSync(join(tmpdir(), "loadcast-http-"));
export const clock = virtualClock();

export let service: Service;
export let app: FastifyInstance;
/** What the application warned of. */
export const complaints: string[] = [];

/** An application on the service of this file; parts can be replaced. */
export const build = (overrides: Partial<AppDependencies> = {}) =>
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
    registry: memoryRegistry(),
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

export const get = (url: string, headers: Record<string, string> = {}) => app.inject({ method: "GET", url, headers });
export const post = (payload: unknown, headers: Record<string, string> = {}) =>
  app.inject({
    method: "POST",
    url: "/api/v1/forecast",
    headers: { "content-type": "application/json", ...headers },
    payload: typeof payload === "string" ? payload : JSON.stringify(payload),
  });

/** The body has the shape that the API's document promises, and not a field more. */
export function expectShape<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.parse(body);
  expect(parsed).toEqual(body);
  return parsed;
}

export function expectProblem(
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
