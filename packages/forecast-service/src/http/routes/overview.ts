import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Overview } from "../../questions.js";
import { overviewQuery, overviewResponse, problemResponse, systemResponse } from "../schemas.js";

/** All hosts at a glance, and the state of the service itself. */
export function overviewRoutes(app: FastifyInstance, { overview }: { overview: Overview }): void {
  const api = app.withTypeProvider<ZodTypeProvider>();

  api.get(
    "/overview",
    {
      config: { access: "read" },
      schema: {
        tags: ["series"],
        summary: "Hosts by who needs attention first",
        description: "Each series with the next four hours in a few numbers and the points of a small chart.",
        querystring: overviewQuery,
        response: { 200: overviewResponse, 400: problemResponse },
      },
    },
    ({ query: { limit = 50, after, q, metric, status } }) =>
      overview.hosts({
        limit,
        ...(after === undefined ? {} : { after }),
        ...(q === undefined ? {} : { q }),
        ...(metric === undefined ? {} : { metric }),
        ...(status === undefined ? {} : { status }),
      }),
  );

  api.get(
    "/system",
    {
      config: { access: "read" },
      schema: {
        tags: ["operations"],
        summary: "Jobs, steps, sources, sinks and memory of the service",
        response: { 200: systemResponse },
      },
    },
    () => overview.system(),
  );
}
