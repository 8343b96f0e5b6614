import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import type { Catalogue } from "../catalogue.js";
import type { EventBus } from "../events.js";
import type { Executor } from "../executor/executor.js";
import type { Log } from "../log.js";
import type { HealthResponse } from "./contract.js";
import { installDashboard } from "./dashboard.js";
import { installDocs } from "./docs.js";
import { installProblems, problem, sendProblem } from "./problem.js";
import { eventRoute } from "./routes/events.js";
import { forecastRoute } from "./routes/forecast.js";
import { healthRoutes } from "./routes/health.js";
import { seriesRoutes } from "./routes/series.js";
import { BODY_LIMIT } from "./schemas.js";
import { installValidation } from "./validation.js";

export interface AppDependencies {
  catalogue: Catalogue;
  executor: Executor;
  events: EventBus;
  health: () => Promise<HealthResponse>;
  log: Log;
  /** Folder of the built dashboard. */
  dashboard: string;
  version: string;
}

/** The HTTP application. It does not listen: that is the caller's, and tests inject requests. */
export async function buildApp(dependencies: AppDependencies): Promise<FastifyInstance> {
  const { catalogue, executor, events, health, log, dashboard, version } = dependencies;
  const app = Fastify({
    bodyLimit: BODY_LIMIT,
    // Shutting down must not wait for browsers that keep their connections open.
    forceCloseConnections: true,
    // A host name may be long, and percent-encoding triples it.
    routerOptions: { maxParamLength: 1024 },
    // A path that cannot be decoded never reaches the routes and their error handler.
    frameworkErrors: (error, _request, reply) =>
      void sendProblem(reply as FastifyReply, problem(error.statusCode ?? 400, "BAD_REQUEST", error.message)),
  });
  app.addHook("onSend", async (_request, reply) => {
    reply.header("x-content-type-options", "nosniff").header("referrer-policy", "no-referrer");
    reply.header("x-frame-options", "SAMEORIGIN");
  });
  installProblems(app, (error) => log.warn(error instanceof Error ? (error.stack ?? error.message) : String(error)));
  await installDocs(app, version);
  await app.register(async (operations) => {
    installValidation(operations);
    healthRoutes(operations, { health });
  });
  await app.register(
    async (api) => {
      installValidation(api);
      api.addHook("onSend", async (_request, reply) => {
        if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
      });
      forecastRoute(api, { executor });
      seriesRoutes(api, { catalogue });
      eventRoute(api, { events });
    },
    { prefix: "/api/v1" },
  );
  await installDashboard(app, dashboard);
  return app;
}
