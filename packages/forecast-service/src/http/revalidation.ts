import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";

/**
 * Answers carry an ETag, and one that did not change is not sent again (304). The time of the answer itself (`now`) does not count as a
 * change. Weak, because of that.
 */
export function installRevalidation(app: FastifyInstance): void {
  app.addHook("onSend", async (request, reply, payload) => {
    const readable = request.method === "GET" || request.method === "HEAD";
    if (!readable || reply.statusCode !== 200 || typeof payload !== "string") {
      if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
      return payload;
    }
    const etag = etagOf(payload);
    reply.header("etag", etag);
    if (!reply.hasHeader("cache-control")) reply.header("cache-control", "private, no-cache");
    if (!matches(request.headers["if-none-match"], etag)) return payload;
    reply.code(304).removeHeader("content-type").removeHeader("content-length");
    return "";
  });
}

function etagOf(payload: string): string {
  const steady = payload.replace(/"now":"[^"]*"/, "");
  return `W/"${createHash("sha1").update(steady).digest("base64url")}"`;
}

function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const bare = (tag: string) => tag.trim().replace(/^W\//, "");
  return header.trim() === "*" || header.split(",").some((tag) => bare(tag) === bare(etag));
}
