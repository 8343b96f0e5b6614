import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";

/** The text format of Prometheus 0.0.4. */
const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** GET /metrics: what the service measures of itself, and the forecasts as gauges. */
export function metricsRoute(app: FastifyInstance, { render }: { render: () => Promise<string> }): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    "/metrics",
    {
      config: { access: "read" },
      schema: {
        tags: ["operations"],
        summary: "Metrics for Prometheus",
        description: "Needs the scope read where tokens are configured, unless `auth.openMetrics` is set.",
        response: {
          200: { description: "Text format 0.0.4", content: { "text/plain": { schema: z.string() } } } as never,
        },
      },
    },
    async (_request, reply) =>
      reply
        .serializer((text) => String(text))
        .type(CONTENT_TYPE)
        .send(await render()),
  );
}
