import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { EventStream } from "../event-stream.js";
import { HttpError } from "../problem.js";
import { problemResponse } from "../schemas.js";

/** GET /api/v1/events: server-sent events, so that pages need not ask again and again. */
export function eventRoute(app: FastifyInstance, { stream }: { stream: EventStream }): void {
  app.addHook("preClose", async () => stream.close());

  app.withTypeProvider<ZodTypeProvider>().get(
    "/events",
    {
      config: { access: "read", media: "text/event-stream" },
      // It would be a stream without a word in it.
      exposeHeadRoute: false,
      schema: {
        tags: ["series"],
        summary: "What happens, as it happens",
        description: `Server-sent events; each carries its type and the ids of its series as JSON.

\`samples\`: new values were stored. \`forecast\`: one was issued. \`model\`: a version was trained. \`alias\`: a version was promoted or
rolled back. \`anomaly\`: a value nobody expected. \`task\`: long work went on.

A client that comes back with Last-Event-ID (browsers do) gets what it missed. Where that is no longer known, or the service was
started anew, it gets \`resync\`: read everything again. A client that does not read is let go, and may come back. A comment every 20
seconds keeps proxies from closing the connection.`,
        response: {
          200: { description: "A stream", content: { "text/event-stream": { schema: z.string() } } } as never,
          503: problemResponse,
        },
      },
    },
    (request, reply) => {
      if (stream.full()) {
        throw new HttpError(503, "BUSY", "too many pages listen already; try again later");
      }
      reply.hijack();
      const { raw } = reply;
      // A hijacked answer does not get the headers that hooks have set.
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) raw.setHeader(name, value);
      }
      raw.writeHead(200, {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        // nginx would collect events otherwise.
        "x-accel-buffering": "no",
      });
      const last = request.headers["last-event-id"];
      const leave = stream.join(raw, typeof last === "string" ? last : null);
      request.raw.once("close", leave);
    },
  );
}
