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
      schema: {
        tags: ["operations"],
        summary: "Does every part work?",
        description: "503 when one does not; the body says which, and why.",
        response: { 200: healthResponse, 503: healthResponse },
      },
    },
    async (_request, reply) => {
      const state = await health();
      return reply.code(state.status === "ok" ? 200 : 503).send(state);
    },
  );
}
