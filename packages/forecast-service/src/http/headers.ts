import helmet from "@fastify/helmet";
import type { FastifyInstance } from "fastify";
import { CONTENT_SECURITY } from "./content-security.js";

/** Headers that tell browsers to be careful. A route that sets its own policy keeps it. */
export async function installHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: false,
    xFrameOptions: { action: "deny" },
    referrerPolicy: { policy: "no-referrer" },
    // Whoever puts TLS in front decides how long it is promised for.
    strictTransportSecurity: false,
  });
  app.addHook("onSend", async (_request, reply) => {
    if (reply.hasHeader("content-security-policy")) return;
    reply.header("content-security-policy", `${CONTENT_SECURITY}; frame-ancestors 'none'`);
  });
}
