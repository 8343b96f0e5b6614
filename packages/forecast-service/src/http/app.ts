import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import type { Catalogue } from "../catalogue.js";
import type { Config } from "../config.js";
import type { EventBus } from "../events.js";
import type { Executor } from "../executor/executor.js";
import type { Log } from "../log.js";
import type { ModelLibrary, Monitor, Overview, Tasks } from "../questions.js";
import { installGuard } from "./access/guard.js";
import { loginRoutes } from "./access/login.js";
import type { HealthResponse } from "./contract.js";
import { installDashboard } from "./dashboard.js";
import { installDocs } from "./docs.js";
import { createEventStream } from "./event-stream.js";
import { installGracefulEnd } from "./graceful-end.js";
import { installHeaders } from "./headers.js";
import { installLimits } from "./limits.js";
import { isLoopback } from "./listen.js";
import { installMethods } from "./methods.js";
import { installNegotiation } from "./negotiation.js";
import { answerBrokenRequest, installProblems, problem, sendProblem } from "./problem.js";
import { installRequestMetrics, processMetrics } from "./request-metrics.js";
import { installRevalidation } from "./revalidation.js";
import { eventRoute } from "./routes/events.js";
import { forecastRoute } from "./routes/forecast.js";
import { healthRoutes } from "./routes/health.js";
import { metricsRoute } from "./routes/metrics.js";
import { modelRoutes } from "./routes/models.js";
import { monitorRoutes } from "./routes/monitor.js";
import { overviewRoutes } from "./routes/overview.js";
import { seriesRoutes } from "./routes/series.js";
import { taskRoutes } from "./routes/tasks.js";
import { installValidation } from "./validation.js";

export interface AppDependencies {
  /** Read anew where it may change while the service runs: `auth`. */
  config: Pick<Config, "host" | "auth" | "http">;
  catalogue: Pick<Catalogue, "list" | "history" | "forecast">;
  monitor: Monitor;
  library: ModelLibrary;
  tasks: Tasks;
  overview: Overview;
  executor: Executor;
  events: EventBus;
  health: () => Promise<HealthResponse>;
  log: Log;
  /** What the parts of the service measure, each as text for Prometheus. */
  metrics: readonly (() => string | Promise<string>)[];
  /** Folder of the built dashboard. */
  dashboard: string;
  version: string;
}

/** How long a request may take to come, with its body; the answer may take longer. */
const REQUEST_MILLIS = 120_000;
const HEADERS_MILLIS = 20_000;

/** The HTTP application. It does not listen: that is the caller's, and tests inject requests. */
export async function buildApp(dependencies: AppDependencies): Promise<FastifyInstance> {
  const { config, events, health, log, metrics, dashboard, version } = dependencies;
  const { http, host } = config;
  const app = Fastify({
    bodyLimit: http.bodyLimit,
    // Without these whoever sends a byte now and then holds a connection for ever.
    requestTimeout: REQUEST_MILLIS,
    http: { headersTimeout: HEADERS_MILLIS, connectionsCheckingInterval: 5000 },
    trustProxy: http.trustProxy.length > 0 ? http.trustProxy : false,
    // Shutting down must not wait for browsers that keep their connections open; requests that run are answered.
    forceCloseConnections: "idle",
    // A host name may be long, and percent-encoding triples it.
    routerOptions: { maxParamLength: 1024 },
    // A path that cannot be decoded never reaches the routes and their error handler.
    frameworkErrors: (error, _request, reply) =>
      void sendProblem(reply as FastifyReply, problem(error.statusCode ?? 400, "BAD_REQUEST", error.message)),
    clientErrorHandler: answerBrokenRequest,
  });
  const methods = installMethods(app);
  const own = processMetrics();
  installRequestMetrics(app, own);
  installGracefulEnd(app);
  installProblems(app, (error) => log.warn(error instanceof Error ? (error.stack ?? error.message) : String(error)));
  await installHeaders(app);
  await installLimits(app, http);
  await installDocs(app, version);
  await installDashboard(app, dashboard, methods);
  installGuard(app, { auth: () => config.auth, cors: http.cors, loopback: isLoopback(host) });
  // In a place of its own: a form is a body of these routes and of no other.
  await app.register(async (login) => loginRoutes(login, { auth: () => config.auth }));
  await app.register(async (operations) => {
    installValidation(operations);
    healthRoutes(operations, { health });
    metricsRoute(operations, {
      render: async () => (await Promise.all([own.metrics(), ...metrics.map((part) => part())])).join("\n"),
    });
  });
  await app.register(
    async (api) => {
      installValidation(api);
      // Everything here is JSON; as a text it would be refused for what it is not.
      api.removeContentTypeParser("text/plain");
      installNegotiation(api);
      installRevalidation(api);
      forecastRoute(api, dependencies);
      seriesRoutes(api, dependencies);
      monitorRoutes(api, dependencies);
      modelRoutes(api, dependencies);
      taskRoutes(api, dependencies);
      overviewRoutes(api, dependencies);
      eventRoute(api, { stream: createEventStream({ events, most: () => http.listeners }) });
    },
    { prefix: "/api/v1" },
  );
  return app;
}
