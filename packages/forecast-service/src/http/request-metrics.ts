import type { FastifyInstance } from "fastify";
import { collectDefaultMetrics, Histogram, Registry } from "prom-client";

/** From a cached answer to a forecast of long values. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60];

/** Gauges whose names break the rules for names: only counters end in _total. Each has the same numbers under a better name, by type. */
const MISNAMED = ["nodejs_active_handles_total", "nodejs_active_requests_total", "nodejs_active_resources_total"];

/** What the process itself uses: CPU, memory, event loop, garbage collection. */
export function processMetrics(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  return registry;
}

/** Measures every request. The route is its pattern: a label for each series would be as many as there are series. */
export function installRequestMetrics(app: FastifyInstance, registry: Registry): void {
  const histogram = new Histogram({
    name: "loadcast_http_request_duration_seconds",
    help: "Time from a request to the end of its answer.",
    labelNames: ["method", "route", "status"] as const,
    buckets: SECONDS,
    registers: [registry],
  });
  app.addHook("onResponse", async (request, reply) => {
    const { method } = request;
    const route = request.routeOptions.url ?? "none";
    histogram.observe({ method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
  });
}
