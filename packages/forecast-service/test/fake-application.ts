import type { FastifyInstance } from "fastify";
import { type Config, loadConfig } from "../src/config.js";
import { LoadcastError } from "../src/errors.js";
import { createEventBus } from "../src/events.js";
import { inlineExecutor } from "../src/executor/inline.js";
import { type AppDependencies, buildApp } from "../src/http/app.js";
import type { SeriesEntry } from "../src/http/contract.js";
import { silentLog } from "../src/log.js";
import { seriesPage } from "../src/series-page.js";
import { fakeLibrary, fakeMonitor, fakeOverview, fakeTasks, KNOWN } from "./fake-questions.js";

const entry = (id: string, status: SeriesEntry["status"]): SeriesEntry => {
  const [host, metric] = id.split("/");
  return {
    id,
    host,
    metric,
    unit: "percent",
    synthetic: false,
    status,
    last: null,
    modelVersion: null,
    nextRun: null,
    reason: status === "forecast" ? null : "Has no values.",
    history: null,
    outside: null,
    training: null,
  };
};

/** Series that are listed, in order of their ids. */
export const LISTED = [
  entry("a/cpu_percent", "waiting"),
  entry("a/memory_percent", "forecast"),
  entry("b/cpu_percent", "forecast"),
  entry("c/cpu_percent", "failed"),
  entry(KNOWN, "forecast"),
];

function fakeCatalogue(): AppDependencies["catalogue"] {
  const unknown = (id: string) => new LoadcastError("UNKNOWN_SERIES", `there is no series ${JSON.stringify(id)}`);
  let answers = 0;
  return {
    // Each answer has a time of its own, as real ones do.
    list: async (query = {}) => ({
      now: new Date(1.8e12 + 1000 * answers++).toISOString(),
      ...seriesPage(LISTED, (listed) => listed, query),
    }),
    async history(id, { from = 0, to = 600_000, stepMillis = 300_000 }) {
      if (id !== KNOWN) throw unknown(id);
      if (from > to) throw new LoadcastError("BAD_RANGE", "from must not be after to");
      return {
        id,
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
        stepSeconds: stepMillis / 1000,
        points: [{ time: new Date(from).toISOString(), value: null }],
      };
    },
    async forecast(id) {
      if (id !== KNOWN) throw unknown(id);
      const issuedAt = "2026-11-23T10:00:00.000Z";
      return { id, synthetic: true, issuedAt, modelVersion: `${KNOWN}@2`, stepSeconds: 300, forecast: [] };
    },
  };
}

/** An application without a service behind it: quick, and every answer known. */
export function buildFake(
  overrides: Partial<AppDependencies> & { settings?: (config: Config) => void } = {},
): Promise<FastifyInstance> {
  const { settings, ...dependencies } = overrides;
  const config = loadConfig();
  settings?.(config);
  return buildApp({
    config,
    catalogue: fakeCatalogue(),
    library: fakeLibrary,
    monitor: fakeMonitor,
    overview: fakeOverview,
    tasks: fakeTasks(),
    executor: inlineExecutor(),
    events: createEventBus(),
    health: async () => ({ status: "ok", dependencies: [{ name: "store", status: "ok" }] }),
    metrics: [],
    log: silentLog,
    dashboard: "/nowhere",
    version: "1.2.3",
    ...dependencies,
  });
}

export interface Operation {
  readonly method: "get" | "post" | "delete";
  readonly path: string;
  // biome-ignore lint/suspicious/noExplicitAny: an OpenAPI document is what is tested
  readonly document: any;
}

/** Every operation of the application's own document. */
export async function operations(app: FastifyInstance): Promise<Operation[]> {
  const document = (await app.inject("/openapi.json")).json();
  return Object.entries<Record<string, unknown>>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method as Operation["method"],
      path,
      document: operation,
    })),
  );
}
