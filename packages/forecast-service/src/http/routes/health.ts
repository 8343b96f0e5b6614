import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { HealthResponse } from "../contract.js";
import { healthResponse } from "../schemas.js";

/** Liveness asks nobody; readiness lists every part. */
export function healthRoutes(app: FastifyInstance, { health }: { health: () => Promise<HealthResponse> }): void {
  const api = app.withTypeProvider<ZodTypeProvider>();

  api.get(
    "/health/live",
    {
      config: { access: "public" },
      schema: {
        tags: ["operations"],
        summary: "Is the process alive?",
        response: { 200: healthResponse },
      },
    },
    async (): Promise<HealthResponse> => ({ status: "ok" }),
  );

  api.get(
    "/health/ready",
    {
      config: { access: "public" },
      schema: {
        tags: ["operations"],
        summary: "Does every part work?",
        description:
          "503 when a part that is needed does not. An optional part (a source, a sink, MLflow) that is away makes it degraded, with 200: forecasts go on without. Details are for callers who may read.",
        response: { 200: healthResponse, 503: healthResponse },
      },
    },
    async (request, reply) => {
      const { status, dependencies = [] } = await health();
      const broken = dependencies.some((part) => part.status === "failed" && !part.optional);
      const trusted = request.caller.scopes.includes("read");
      const shown = dependencies.map(({ detail, ...part }) =>
        trusted && detail !== undefined ? { ...part, detail } : part,
      );
      return reply.code(broken ? 503 : 200).send({ status, dependencies: shown });
    },
  );
}
