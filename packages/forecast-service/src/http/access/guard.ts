import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Scope } from "../../config/access.js";
import type { Config } from "../../config.js";
import { HttpError } from "../problem.js";
import { type Caller, callerOf, sessionCaller, tokensAreSet } from "./tokens.js";

/** What a route asks of its caller. Every route has to say it: one without does not start. */
export type RouteAccess = Scope | "public";

declare module "fastify" {
  interface FastifyContextConfig {
    access?: RouteAccess;
  }
  interface FastifyRequest {
    caller: Caller;
  }
}

export const SESSION_COOKIE = "loadcast_session";

const NOBODY: Caller = { name: null, scopes: [] };
const ANYBODY: Caller = { name: null, scopes: ["read", "train", "admin"] };

export interface GuardOptions {
  /** Read anew with each request: a reload changes tokens at once. */
  auth: () => Config["auth"];
  cors: readonly string[];
  /** Whether only programs of this machine can reach the service. */
  loopback: boolean;
  now?: () => number;
}

/** Finds out who asks, and sends away who may not. */
export function installGuard(app: FastifyInstance, { auth, cors, loopback, now = Date.now }: GuardOptions): void {
  app.decorateRequest("caller");
  app.addHook("onRoute", (route) => {
    if (route.config?.access === undefined) {
      throw new Error(`the route ${route.method} ${route.url} does not say who may use it`);
    }
  });
  app.addHook("onRequest", async (request, reply) => {
    const settings = auth();
    const open = !tokensAreSet(settings);
    if (open && loopback && !settings.allowAnonymous) checkHost(request);
    request.caller = open ? ANYBODY : identify(request, settings, now());
    checkOrigin(request, cors);
    const wanted = request.routeOptions.config.access;
    const isMetrics = request.routeOptions.url === "/metrics" && settings.openMetrics;
    // What is not found is not worth a token.
    if (wanted === undefined || wanted === "public" || isMetrics || request.caller.scopes.includes(wanted)) return;
    if (request.caller === NOBODY) {
      reply.header("www-authenticate", 'Bearer realm="loadcast"');
      const given = request.headers.authorization !== undefined;
      throw new HttpError(
        401,
        "UNAUTHORIZED",
        given ? "the token is not known" : "a token is needed: send it as Authorization: Bearer …",
      );
    }
    throw new HttpError(
      403,
      "FORBIDDEN",
      `the token ${request.caller.name} has the scopes ${request.caller.scopes.join(", ")}; this needs ${wanted}`,
    );
  });
}

function identify(request: FastifyRequest, auth: Config["auth"], now: number): Caller {
  const bearer = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? "")?.[1];
  if (request.headers.authorization !== undefined) return (bearer && callerOf(auth, bearer)) || NOBODY;
  const session = cookie(request, SESSION_COOKIE);
  return (session && sessionCaller(auth, session, now)) || NOBODY;
}

export function cookie(request: FastifyRequest, name: string): string | null {
  for (const part of (request.headers.cookie ?? "").split(";")) {
    const [key, value] = part.split("=", 2);
    if (key.trim() === name) return value?.trim() ?? null;
  }
  return null;
}

/**
 * A page of another site can make a browser send requests here, with the cookie of a session. Reading the answers is what browsers forbid
 * by themselves; changing something is what has to be refused here.
 */
function checkOrigin(request: FastifyRequest, cors: readonly string[]): void {
  if (request.method === "GET" || request.method === "HEAD" || request.method === "OPTIONS") return;
  if (request.headers.authorization !== undefined) return; // no browser adds this by itself
  const { origin, host } = request.headers;
  const site = request.headers["sec-fetch-site"];
  if (origin !== undefined && (cors.includes(origin) || cors.includes("*"))) return;
  const foreign =
    site !== undefined ? site !== "same-origin" && site !== "none" : origin !== undefined && !sameHost(origin, host);
  if (foreign) {
    throw new HttpError(
      403,
      "FOREIGN_ORIGIN",
      `pages of ${origin ?? "other sites"} may not do this; http.cors allows it`,
    );
  }
}

function sameHost(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

/**
 * A name that points to 127.0.0.1 lets a foreign page talk to a service that only this machine can reach (DNS rebinding). Without tokens
 * nothing else would stop it.
 */
function checkHost(request: FastifyRequest): void {
  const name = request.host.replace(/:\d+$/, "").toLowerCase();
  if (name === "" || /^(localhost|.*\.localhost|[\d.]+|\[[0-9a-f:.]+\])$/.test(name)) return;
  throw new HttpError(
    403,
    "FOREIGN_HOST",
    `this service has no token, so it answers to localhost only and not to ${name}: set a token, or auth.allowAnonymous`,
  );
}
