import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryRegistry, memoryStore } from "@loadcast/metrics-io";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll } from "vitest";
import { loadConfig } from "../src/config.js";
import { inlineExecutor } from "../src/executor/inline.js";
import { type AppDependencies, buildApp } from "../src/http/app.js";
import { silentLog } from "../src/log.js";
import { createService, type Service } from "../src/service.js";
import { fakeLibrary, fakeMonitor, fakeOverview, fakeTasks } from "./fake-questions.js";
import { virtualClock } from "./virtual-clock.js";

/** A folder of this test file's own. */
export const folder = mkdtempSync(join(tmpdir(), "loadcast-http-"));
export const clock = virtualClock();
const config = loadConfig({ env: { LOADCAST_TRAINING_HISTORY: "6h" } });

export let service: Service;
export let app: FastifyInstance;
/** What the application warned of. */
export const complaints: string[] = [];

/** An application on the service of this file; parts can be replaced. */
export const build = (overrides: Partial<AppDependencies> = {}) =>
  buildApp({
    config,
    catalogue: service.catalogue,
    library: fakeLibrary,
    monitor: fakeMonitor,
    overview: fakeOverview,
    tasks: fakeTasks(),
    metrics: [],
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
    config,
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

export { expectProblem, expectShape } from "./problem-shape.js";
