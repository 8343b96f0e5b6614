import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Config } from "../../config.js";
import { CONTENT_SECURITY } from "../content-security.js";
import { SESSION_COOKIE } from "./guard.js";
import { SESSION_SECONDS, sessionFor, tokensAreSet } from "./tokens.js";

/** In the colours of the dashboard. */
const STYLE = `:root { color-scheme: light dark; --ink: #111827; --soft: #4b5563; --page: #f3f5f9; --card: #fff; --line: #8a94a6; --main: #0b5cad; --bad: #b42318 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ef; --soft: #a3acba; --page: #0e1116; --card: #171b22; --line: #6b7686; --main: #6cb2f5; --bad: #ff9d92 }
}
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
main { width: min(22rem, 100vw - 4rem); padding: 2rem; border-radius: 12px; background: var(--card); box-shadow: 0 1px 3px rgb(0 0 0 / 20%) }
h1 { margin: 0 0 1rem; font-size: 1.4rem }
label { display: block; margin-bottom: 0.25rem; font-weight: 600 }
input, button { box-sizing: border-box; width: 100%; min-height: 2.75rem; padding: 0 0.75rem; border-radius: 8px; font: inherit }
input { border: 1px solid var(--line); background: transparent; color: inherit }
button { border: 0; background: var(--main); color: var(--card); font-weight: 600; cursor: pointer }
:focus-visible { outline: 3px solid var(--main); outline-offset: 2px }
[role="alert"] { min-height: 1.5rem; margin: 0.5rem 0; color: var(--bad) }
.note { margin: 1rem 0 0; color: var(--soft); font-size: 0.875rem }
`;

/** The view that was asked for stands behind the # of the address, which no server sees: the form takes it along. */
const SCRIPT = `document.querySelector("form").action = "/login" + location.hash;\n`;

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

  app.get("/login.css", { schema: { hide: true }, config: { access: "public" } }, (_request, reply) =>
    reply.header("cache-control", "public, max-age=3600").type("text/css; charset=utf-8").send(STYLE),
  );

  app.get("/login.js", { schema: { hide: true }, config: { access: "public" } }, (_request, reply) =>
    reply.header("cache-control", "public, max-age=3600").type("text/javascript; charset=utf-8").send(SCRIPT),
  );

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
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/login.css">
<script src="/login.js" defer></script>
<main>
<h1>Loadcast</h1>
<form method="post" action="/login">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<p role="alert">${problem}</p>
<button>Log in</button>
</form>
<p class="note">Whoever runs this service has the token. It stays valid here for a week.</p>
</main>
</html>
`);
}
