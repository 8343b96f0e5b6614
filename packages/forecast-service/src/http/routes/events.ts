import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { EventBus } from "../../events.js";
import { HttpError } from "../problem.js";
import { problemResponse } from "../schemas.js";

/** Proxies cut connections that are silent for a minute. */
const HEARTBEAT = 20_000;
/** Each open page holds a connection. */
const MAX_LISTENERS = 256;
/** A page that does not read for so long that this much waits for it is dropped; it will ask again. */
const MAX_WAITING = 256 * 1024;

/** GET /api/v1/events: server-sent events, so that pages need not ask again and again. */
export function eventRoute(app: FastifyInstance, { events }: { events: EventBus }): void {
  const open = new Set<() => void>();
  app.addHook("preClose", async () => {
    for (const close of open) close();
  });

  app.withTypeProvider<ZodTypeProvider>().get(
    "/events",
    {
      schema: {
        tags: ["series"],
        summary: "What happens, as it happens",
        description:
          "Server-sent events. `samples`: new values were stored. `forecast`: one was issued. `model`: a version was trained. Each carries the ids of its series as JSON.",
        response: { 200: z.string().meta({ description: "text/event-stream" }), 503: problemResponse },
      },
    },
    (request, reply) => {
      if (open.size >= MAX_LISTENERS)
        throw new HttpError(503, "BUSY", `${open.size} pages listen already; try again later`);
      reply.hijack();
      const { raw } = reply;
      raw.writeHead(200, {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        // nginx would collect events otherwise.
        "x-accel-buffering": "no",
      });
      const send = (text: string) => {
        if (raw.writableLength > MAX_WAITING) close();
        else raw.write(text);
      };
      send("retry: 3000\n\n");
      const unsubscribe = events.subscribe((event) => send(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`));
      const heartbeat = setInterval(() => send(": still here\n\n"), HEARTBEAT);
      const close = () => {
        clearInterval(heartbeat);
        unsubscribe();
        open.delete(close);
        raw.end();
      };
      open.add(close);
      request.raw.once("close", close);
    },
  );
}
