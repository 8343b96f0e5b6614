import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Config } from "../../config.js";
import { CONTENT_SECURITY } from "../content-security.js";
import { SESSION_COOKIE } from "./guard.js";
import { SESSION_SECONDS, sessionFor, tokensAreSet } from "./tokens.js";

/** Attempts of one address in a minute. */
const ATTEMPTS = 10;

/**
 * Browsers cannot send a token with a page, an image or an event stream. They log in once, with a form, and get a cookie that scripts cannot
 * read and other sites cannot send.
 */
export function loginRoutes(app: FastifyInstance, { auth }: { auth: () => Config["auth"] }): void {
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string", bodyLimit: 4096 },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );
  const limited = { rateLimit: { max: ATTEMPTS, timeWindow: 60_000 }, access: "public" as const };

  app.get("/login", { schema: { hide: true }, config: { access: "public" } }, (_request, reply) =>
    sendLogin(reply, 200),
  );

  app.post("/login", { schema: { hide: true }, config: limited }, (request, reply) => {
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
    const session = tokensAreSet(auth()) ? sessionFor(auth(), form.get("token")?.trim() ?? "", Date.now()) : null;
    if (session === null) return sendLogin(reply, 401, "This token is not known.");
    return reply.header("set-cookie", setCookie(request, session, SESSION_SECONDS)).redirect("/", 303);
  });

  app.post("/logout", { schema: { hide: true }, config: { access: "public" } }, (request, reply) =>
    reply.header("set-cookie", setCookie(request, "", 0)).redirect("/", 303),
  );
}

function setCookie(request: FastifyRequest, value: string, seconds: number): string {
  const secure = request.protocol === "https" ? "; Secure" : "";
  return `${SESSION_COOKIE}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
}

/** The form, in place of the page that was asked for. */
export function sendLogin(reply: FastifyReply, status: number, problem = ""): FastifyReply {
  return reply
    .code(status)
    .header("content-security-policy", `${CONTENT_SECURITY.replace("form-action 'none'", "form-action 'self'")}`)
    .header("cache-control", "no-store")
    .type("text/html; charset=utf-8")
    .send(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Loadcast: log in</title>
<h1>Loadcast</h1>
<form method="post" action="/login">
<p><label for="token">Token</label>
<p><input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<p><button>Log in</button>
</form>
<p role="alert">${problem}</p>
</html>
`);
}
