import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Scope } from "../src/config/access.js";
import type { Config } from "../src/config.js";
import { SESSION_SECONDS, sessionCaller, sessionFor } from "../src/http/access/tokens.js";
import { checkExposure, isLoopback } from "../src/http/listen.js";
import { buildFake, operations } from "./fake-application.js";
import { KNOWN } from "./fake-questions.js";
import { expectProblem } from "./problem-shape.js";

const SCOPES: readonly Scope[] = ["read", "train", "admin"];
const TOKENS: Record<string, { token: string; scopes: Scope[] }> = {
  reader: { token: "reader-token-0123456789", scopes: ["read"] },
  trainer: { token: "trainer-token-0123456789", scopes: ["train"] },
  chief: { token: "chief-token-0123456789", scopes: ["admin"] },
  master: { token: "master-token-0123456789", scopes: ["read", "train", "admin"] },
};
const withTokens = (config: Config) => {
  config.auth.tokens = Object.entries(TOKENS).map(([name, rest]) => ({ name, ...rest }));
};

let app: Awaited<ReturnType<typeof buildFake>>;
beforeAll(async () => {
  app = await buildFake({ settings: withTokens });
});
afterAll(() => app.close());

/** A request that the route takes, as far as its path goes. */
const url = (path: string) =>
  path
    .replace("{id}", encodeURIComponent(KNOWN))
    .replace("{name}", encodeURIComponent(KNOWN))
    .replace("{task}", "train-1")
    .replace("{version}", "2")
    .replace("{alias}", "champion");
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe("every route of the API's document", () => {
  it("says who may use it, and holds to it", async () => {
    const all = await operations(app);
    expect(all.length).toBeGreaterThan(20);
    for (const { method, path, document } of all) {
      const access: Scope | "public" = document["x-access"];
      const name = `${method} ${path}`;
      expect([...SCOPES, "public"], name).toContain(access);
      // An event stream does not end by itself.
      if (path.endsWith("/events")) continue;
      const ask = (headers: Record<string, string>) =>
        app.inject({ method: method.toUpperCase() as "GET", url: url(path), headers });

      const nobody = await ask({});
      const stranger = await ask(bearer("stranger-token-0123456789"));
      if (access === "public") {
        expect([nobody.statusCode, stranger.statusCode], name).toEqual([200, 200]);
        expect(document.security, name).toEqual([]);
        continue;
      }
      expect(document.security[0], name).toEqual({ token: [access] });
      for (const code of ["401", "403", "429", "500"]) expect(document.responses, name).toHaveProperty(code);
      expect(expectProblem(nobody, 401).code, name).toBe("UNAUTHORIZED");
      expect(nobody.headers["www-authenticate"]).toContain("Bearer");
      expectProblem(stranger, 401);
      for (const [who, { token, scopes }] of Object.entries(TOKENS)) {
        const { statusCode } = await ask(bearer(token));
        if (scopes.includes(access)) expect([401, 403], `${who} ${name}`).not.toContain(statusCode);
        else expect(statusCode, `${who} ${name}`).toBe(403);
      }
    }
  });

  it("cannot be added without saying it", async () => {
    const open = await buildFake();
    expect(() => open.get("/forgotten", () => "")).toThrow("GET /forgotten does not say who may use it");
    await open.close();
  });

  it("is reached by scopes that are what they are called", async () => {
    const scopes = Object.fromEntries(
      (await operations(app)).map(({ method, path, document }) => [`${method} ${path}`, document["x-access"]]),
    );
    expect(scopes).toMatchObject({
      "get /api/v1/series": "read",
      "get /api/v1/events": "read",
      "get /metrics": "read",
      "post /api/v1/forecast": "train",
      "post /api/v1/series/{id}/train": "train",
      "delete /api/v1/tasks/{task}": "train",
      "post /api/v1/models/{name}/aliases/{alias}": "admin",
      "get /health/live": "public",
    });
    for (const [operation, access] of Object.entries(scopes)) {
      if (!operation.startsWith("get ")) expect(["train", "admin"], operation).toContain(access);
    }
  });
});

describe("tokens", () => {
  it("are refused in every form that is not theirs", async () => {
    const { token } = TOKENS.master;
    for (const authorization of [
      "",
      "Bearer",
      `Basic ${token}`,
      `Bearer ${token}x`,
      `Bearer ${token.slice(1)}`,
      token,
    ]) {
      expect((await app.inject({ url: "/api/v1/series", headers: { authorization } })).statusCode).toBe(401);
    }
    for (const place of [`?token=${token}`, `?access_token=${token}`]) {
      expect((await app.inject(`/api/v1/series${place}`)).statusCode).toBe(401);
    }
    expect(
      (await app.inject({ url: "/api/v1/series", headers: { authorization: `bearer  ${token} ` } })).statusCode,
    ).toBe(200);
  });

  it("change with the configuration, without a restart", async () => {
    let config: Config | undefined;
    const live = await buildFake({
      settings(settings) {
        config = settings;
      },
    });
    expect((await live.inject("/api/v1/series")).statusCode).toBe(200);
    (config as Config).auth = { ...(config as Config).auth, token: "a-new-token-0123456789" };
    expect((await live.inject("/api/v1/series")).statusCode).toBe(401);
    expect((await live.inject({ url: "/api/v1/series", headers: bearer("a-new-token-0123456789") })).statusCode).toBe(
      200,
    );
    await live.close();
  });

  it("keep the details of health and the metrics to those who may read, unless metrics are opened", async () => {
    const health = async () => ({
      status: "degraded" as const,
      dependencies: [
        { name: "influxdb", status: "failed" as const, detail: "http://10.0.0.1 is away", optional: true },
      ],
    });
    const guarded = await buildFake({ settings: withTokens, health });
    const anonymous = await guarded.inject("/health/ready");
    expect([anonymous.statusCode, anonymous.json().status]).toEqual([200, "degraded"]);
    expect(anonymous.body).not.toContain("10.0.0.1");
    const told = await guarded.inject({ url: "/health/ready", headers: bearer(TOKENS.reader.token) });
    expect(told.body).toContain("10.0.0.1");
    expect((await guarded.inject("/metrics")).statusCode).toBe(401);
    await guarded.close();
    const open = await buildFake({
      settings(config) {
        withTokens(config);
        config.auth.openMetrics = true;
      },
    });
    expect((await open.inject("/metrics")).statusCode).toBe(200);
    expect((await open.inject("/api/v1/series")).statusCode).toBe(401);
    await open.close();
  });
});

describe("a browser", () => {
  const form = (token: string) => ({
    method: "POST" as const,
    url: "/login",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    payload: new URLSearchParams({ token }).toString(),
  });

  it("is asked to log in, and then sends a cookie that nothing else can use", async () => {
    const page = await app.inject({ url: "/", headers: { accept: "text/html" } });
    expect(page.statusCode).toBe(401);
    expect(page.headers["content-security-policy"]).toContain("form-action 'self'");
    expect(page.body).toContain('action="/login"');
    expect((await app.inject("/login.js")).headers["content-type"]).toContain("text/javascript");
    expect((await app.inject(form("wrong-token-0123456789"))).statusCode).toBe(401);

    const done = await app.inject(form(TOKENS.reader.token));
    expect([done.statusCode, done.headers.location]).toEqual([303, "/"]);
    const cookie = String(done.headers["set-cookie"]);
    expect(cookie).toMatch(/^loadcast_session=[\w.-]+; Path=\/; Max-Age=604800; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(TOKENS.reader.token);
    const headers = { cookie: `other=1; ${cookie.split(";")[0]}` };
    expect((await app.inject({ url: "/api/v1/series", headers })).statusCode).toBe(200);
    // The session has the scopes of its token, and no others.
    expect((await app.inject({ method: "DELETE", url: "/api/v1/tasks/x", headers })).statusCode).toBe(403);
    // A token that is sent counts for more than a cookie.
    const both = { ...headers, ...bearer("stranger-token-0123456789") };
    expect((await app.inject({ url: "/api/v1/series", headers: both })).statusCode).toBe(401);
  });

  it("may change nothing for a page of another site, even with its cookie", async () => {
    const session = sessionFor({ ...authOf() }, TOKENS.master.token, Date.now());
    const ask = (headers: Record<string, string>) =>
      app.inject({
        method: "DELETE",
        url: "/api/v1/tasks/none",
        headers: { cookie: `loadcast_session=${session}`, host: "loadcast.example:8080", ...headers },
      });
    expect((await ask({ "sec-fetch-site": "same-origin", origin: "http://loadcast.example:8080" })).statusCode).toBe(
      404,
    );
    expect((await ask({ origin: "http://loadcast.example:8080" })).statusCode).toBe(404);
    for (const headers of [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { origin: "http://evil.example" },
      { origin: "null" },
      { origin: "http://loadcast.example" },
    ] as Record<string, string>[]) {
      expect(expectProblem(await ask(headers), 403).code).toBe("FOREIGN_ORIGIN");
    }
  });

  it("reaches a service without tokens by the names of this machine only", async () => {
    const local = await buildFake();
    for (const host of ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "app.localhost"]) {
      expect((await local.inject({ url: "/api/v1/series", headers: { host } })).statusCode, host).toBe(200);
    }
    const rebound = await local.inject({ url: "/api/v1/series", headers: { host: "evil.example:8080" } });
    expect(expectProblem(rebound, 403).code).toBe("FOREIGN_HOST");
    const foreign = { origin: "http://evil.example", host: "127.0.0.1:8080" };
    const train = await local.inject({ method: "POST", url: url("/api/v1/series/{id}/train"), headers: foreign });
    expect(expectProblem(train, 403).code).toBe("FOREIGN_ORIGIN");
    await local.close();
  });
});

const authOf = () => ({
  tokens: Object.entries(TOKENS).map(([name, rest]) => ({ name, ...rest })),
  allowAnonymous: false,
  openMetrics: false,
});

describe("sessions", () => {
  const now = 1_800_000_000_000;
  const session = sessionFor(authOf(), TOKENS.reader.token, now) as string;

  it("last their time, and end with their token", () => {
    expect(sessionCaller(authOf(), session, now)).toEqual({ name: "reader", scopes: ["read"] });
    expect(sessionCaller(authOf(), session, now + SESSION_SECONDS * 1000 - 1)).not.toBeNull();
    expect(sessionCaller(authOf(), session, now + SESSION_SECONDS * 1000)).toBeNull();
    const changed = authOf();
    changed.tokens[0].token = "another-token-0123456789";
    expect(sessionCaller(changed, session, now)).toBeNull();
    expect(sessionFor(authOf(), "stranger-token-0123456789", now)).toBeNull();
  });

  it("cannot be made up, prolonged or moved to somebody else", () => {
    const [name, end, seal] = session.split(".");
    for (const forged of [
      `chief.${end}.${seal}`,
      `${name}.${Number(end) + 1}.${seal}`,
      `${name}.${end}.${seal.slice(1)}`,
      `${name}.${end}.`,
      `${name}.9e99.${seal}`,
      "",
      "..",
    ]) {
      expect(sessionCaller(authOf(), forged, now), forged).toBeNull();
    }
  });
});

describe("an address that others can reach", () => {
  const auth = { tokens: [], allowAnonymous: false, openMetrics: false };

  it.each(["127.0.0.1", "127.8.8.8", "localhost", "::1", "[::1]", "::ffff:127.0.0.1"])("is not %s", (host) => {
    expect(isLoopback(host)).toBe(true);
    expect(() => checkExposure({ host, auth })).not.toThrow();
  });

  it.each(["0.0.0.0", "::", "192.168.1.2", "example.com", "127.evil.example", "127.0.0.1.evil.example"])(
    "needs a token: %s",
    (host) => {
      expect(isLoopback(host)).toBe(false);
      expect(() => checkExposure({ host, auth })).toThrow(/^.* can be reached by others and no token is set/);
      expect(() => checkExposure({ host, auth: { ...auth, allowAnonymous: true } })).not.toThrow();
      expect(() => checkExposure({ host, auth: { ...auth, token: "0123456789abcdef" } })).not.toThrow();
      const tokens = [{ name: "a", token: "0123456789abcdef", scopes: ["read" as const] }];
      expect(() => checkExposure({ host, auth: { ...auth, tokens } })).not.toThrow();
    },
  );
});
