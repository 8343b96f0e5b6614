import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform } from "fastify-type-provider-zod";

/** Collects the routes that are registered after it; the document is at /openapi.json and its page at /docs. */
export async function installDocs(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Loadcast",
        version,
        description:
          "Forecasts of server metrics. Times are ISO 8601 in UTC; errors are application/problem+json (RFC 9457) with a stable code.",
        license: { name: "MIT", identifier: "MIT" },
      },
      tags: [
        { name: "forecast", description: "Forecast values that you send" },
        { name: "series", description: "What is watched" },
        { name: "operations", description: "For those who run the service" },
      ],
    },
    transform: jsonSchemaTransform,
  });
  await app.register(swaggerUi, {
    routePrefix: "/docs",
    theme: { title: "Loadcast API" },
    uiConfig: { docExpansion: "list", tryItOutEnabled: true },
  });
  app.get("/openapi.json", { schema: { hide: true } }, () => app.swagger());
}
