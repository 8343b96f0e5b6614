import { STATUS_CODES } from "node:http";
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform } from "fastify-type-provider-zod";
import type { RouteAccess } from "./access/guard.js";
import { DOCS_CONTENT_SECURITY } from "./content-security.js";
import { problemResponse } from "./schemas/common.js";

const DESCRIPTION = `Forecasts of server metrics. Times are ISO 8601 in UTC; errors are application/problem+json (RFC 9457) with a stable
code.

Where tokens are configured, send one as \`Authorization: Bearer …\`. Each operation names the scope it needs: read, train or admin.
Browsers log in at \`/login\` and get a session cookie, which is also what an EventSource of such a page sends: an event stream is
never given a token in its address, where it would end up in logs.`;

/** What every operation may answer besides what it says itself. */
const ALWAYS: Readonly<Record<number, string>> = {
  429: "Too many requests; Retry-After says when to go on.",
  500: "Something went wrong inside.",
};
const GUARDED: Readonly<Record<number, string>> = {
  401: "A token is needed, or it is not known.",
  403: "The token does not have the scope.",
  406: "Accept does not fit what the route answers with.",
};
const WITH_BODY: Readonly<Record<number, string>> = {
  413: "The body is longer than `http.bodyLimit`.",
  415: "The body is not application/json.",
};

/** Collects the routes that are registered after it; the document is at /openapi.json and its page at /docs. */
export async function installDocs(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Loadcast", version, description: DESCRIPTION, license: { name: "MIT", identifier: "MIT" } },
      tags: [
        { name: "forecast", description: "Forecast values that you send" },
        { name: "series", description: "What is watched" },
        { name: "models", description: "Versions, and which of them is in use" },
        { name: "tasks", description: "Long work" },
        { name: "operations", description: "For those who run the service" },
      ],
      components: {
        securitySchemes: {
          token: { type: "http", scheme: "bearer", description: "A token of `auth.tokens`, or `auth.token`." },
          session: {
            type: "apiKey",
            in: "cookie",
            name: "loadcast_session",
            description: "Set by `/login`; for browsers.",
          },
        },
      },
    },
    transform: (document) => {
      const { schema, route } = document as { schema?: Schema; route?: { config?: { access?: RouteAccess } } };
      if (!schema || schema.hide) return jsonSchemaTransform(document as never) as never;
      const access = route?.config?.access;
      const guarded = access !== undefined && access !== "public";
      const extra = { ...(guarded ? GUARDED : {}), ...(schema.body ? WITH_BODY : {}), ...ALWAYS };
      const response: Record<string, unknown> = {};
      for (const code of new Set([...Object.keys(schema.response ?? {}), ...Object.keys(extra)])) {
        response[code] = describeResponse(
          Number(code),
          schema.response?.[code] ?? problemResponse,
          extra[Number(code)],
        );
      }
      const security = guarded ? { security: [{ token: [access] }, { session: [] }] } : { security: [] };
      const described = { ...schema, response, ...security, "x-access": access };
      return jsonSchemaTransform({ ...document, schema: described } as never) as never;
    },
  });
  await app.register(swaggerUi, {
    routePrefix: "/docs",
    theme: {
      title: "Loadcast API",
      // A bar with the logo of the web framework, and a field for addresses of other documents.
      css: [{ filename: "loadcast.css", content: ".swagger-ui .topbar { display: none }" }],
    },
    uiConfig: { docExpansion: "list", tryItOutEnabled: true },
    staticCSP: DOCS_CONTENT_SECURITY,
  });
  app.get("/openapi.json", { schema: { hide: true }, config: { access: "public" } }, () => app.swagger());
}

interface Schema {
  readonly hide?: boolean;
  readonly body?: unknown;
  readonly response?: Readonly<Record<string, unknown>>;
}

/** The status in words, and problems with their own media type. */
function describeResponse(code: number, schema: unknown, words = STATUS_CODES[code] ?? "") {
  if (typeof schema === "object" && schema !== null && "content" in schema) return schema;
  const media = schema === problemResponse ? "application/problem+json" : "application/json";
  return { description: words, content: { [media]: { schema } } };
}
