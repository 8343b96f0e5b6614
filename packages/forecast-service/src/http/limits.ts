import cors from "@fastify/cors";
import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance } from "fastify";
import type { Config } from "../config.js";
import { formatDuration } from "../duration.js";
import { HttpError } from "./problem.js";

/** Clients that are remembered at the same time. */
const CLIENTS = 10_000;

/** How much one client may ask, and from which pages. */
export async function installLimits(app: FastifyInstance, http: Config["http"]): Promise<void> {
  const { requests, per } = http.rateLimit;
  await app.register(rateLimit, {
    // Routes with limits of their own have them also where there is no general one.
    global: requests > 0,
    max: requests,
    timeWindow: per,
    cache: CLIENTS,
    // Probes come from one address each and must not fail because somebody else was busy.
    allowList: (request) => request.routeOptions.url?.startsWith("/health/") ?? false,
    errorResponseBuilder: (_request, { max, ttl }) =>
      new HttpError(429, "RATE_LIMITED", `more than ${max} requests; go on in ${formatDuration(Math.max(1000, ttl))}`),
  });
  if (http.cors.length > 0) {
    await app.register(cors, {
      origin: http.cors.includes("*") ? "*" : http.cors,
      methods: ["GET", "HEAD", "POST", "DELETE"],
      allowedHeaders: ["authorization", "content-type", "if-none-match", "last-event-id"],
      exposedHeaders: ["etag", "location", "retry-after"],
      maxAge: 600,
    });
  }
}
