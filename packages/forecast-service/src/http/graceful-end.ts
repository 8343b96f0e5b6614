import type { FastifyInstance } from "fastify";

/**
 * Closing answers the requests that run. Their connections would then be kept for more of them, and hold the server open until they time
 * out: so the last answer on each says that it is the last.
 */
export function installGracefulEnd(app: FastifyInstance): void {
  let ending = false;
  app.addHook("preClose", async () => {
    ending = true;
  });
  app.addHook("onSend", async (_request, reply) => {
    if (ending) reply.header("connection", "close");
  });
}
