import { spawnSync } from "node:child_process";
import { connect as open } from "node:net";
import { describe, expect, it } from "vitest";
import { inlineExecutor } from "../src/executor/inline.js";
import { CONTENT_SECURITY } from "../src/http/content-security.js";
import { buildFake } from "./fake-application.js";
import { expectProblem } from "./problem-shape.js";

describe("limits", () => {
  it("on the rate of one client, with the time when it may go on", async () => {
    const app = await buildFake({
      settings: (config) => {
        config.http.rateLimit = { requests: 3, per: 60_000 };
        config.http.trustProxy = ["127.0.0.1"];
      },
    });
    const ask = (from: string) => app.inject({ url: "/api/v1/series", headers: { "x-forwarded-for": from } });
    for (let i = 0; i < 3; i++) expect((await ask("10.0.0.1")).statusCode).toBe(200);
    const refused = await ask("10.0.0.1");
    expect(expectProblem(refused, 429).code).toBe("RATE_LIMITED");
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect((await ask("10.0.0.2")).statusCode).toBe(200);
    for (let i = 0; i < 9; i++) {
      const alive = await app.inject({ url: "/health/live", headers: { "x-forwarded-for": "10.0.0.1" } });
      expect(alive.statusCode).toBe(200);
    }
    await app.close();
  });

  it("on attempts to log in, however high the general one is", async () => {
    const app = await buildFake({
      settings: (config) => {
        config.auth.token = "0123456789abcdef";
        config.http.rateLimit = { requests: 0, per: 1000 };
      },
    });
    const attempt = () =>
      app.inject({
        method: "POST",
        url: "/login",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        payload: "token=guess",
      });
    const codes: number[] = [];
    for (let i = 0; i < 12; i++) codes.push((await attempt()).statusCode);
    expect(codes).toEqual([...Array(10).fill(401), 429, 429]);
    await app.close();
  });

  it("on bodies", async () => {
    const app = await buildFake({
      settings: (config) => {
        config.http.bodyLimit = 2048;
      },
    });
    const payload = { values: Array(2000).fill(1), horizon: 1 };
    const response = await app.inject({ method: "POST", url: "/api/v1/forecast", payload });
    expect(expectProblem(response, 413).code).toBe("BODY_TOO_LARGE");

    // Also a client that sends it all before it listens gets the answer, and no broken connection; in pieces of unknown length, too.
    const address = await app.listen({ host: "127.0.0.1", port: 0 });
    const large = "1".repeat(8_000_000);
    for (const length of [{ "content-length": large.length }, { "transfer-encoding": "chunked" }]) {
      for (let i = 0; i < 5; i++) {
        const sent = await send(address, { "content-type": "application/json", ...length }, large);
        expect(sent.split("\r\n", 1)).toEqual(["HTTP/1.1 413 Payload Too Large"]);
        expect(sent).toContain('"code":"BODY_TOO_LARGE"');
      }
    }
    await app.close();
  });

  it("on the time that a request may take to come", async () => {
    const app = await buildFake({});
    expect(app.server).toMatchObject({ headersTimeout: 20_000, requestTimeout: 120_000 });
    Object.assign(app.server, { headersTimeout: 300, requestTimeout: 600 });
    const address = await app.listen({ host: "127.0.0.1", port: 0 });
    for (const begin of [
      "GET /health/live HTTP/1.1\r\nhost: 127.0.0.1\r\nx-slow: ",
      "POST /api/v1/forecast HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n{",
    ]) {
      const socket = open(Number(new URL(address).port), "127.0.0.1");
      const drip = setInterval(() => socket.write("a"), 50);
      socket.on("error", () => undefined).write(begin);
      let answer = "";
      for await (const piece of socket) answer += piece;
      clearInterval(drip);
      expect(answer).toContain("408 Request Timeout");
      expect(answer).toContain('"code":"REQUEST_TIMEOUT"');
    }
    await app.close();
  });
});

/** Posts with nothing between it and the connection; what came back, once all was written. */
async function send(address: string, headers: Record<string, string | number>, body: string): Promise<string> {
  const socket = open(Number(new URL(address).port), "127.0.0.1");
  const head = Object.entries({ host: "127.0.0.1", ...headers }).map(([name, value]) => `${name}: ${value}`);
  const chunked = "transfer-encoding" in headers;
  socket.write(`POST /api/v1/forecast HTTP/1.1\r\n${head.join("\r\n")}\r\n\r\n`);
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.write(chunked ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body, () => resolve());
  });
  let answer = "";
  for await (const piece of socket) answer += piece;
  return answer;
}

describe("pages of other origins", () => {
  it("may read only what http.cors names", async () => {
    const app = await buildFake({
      settings: (config) => {
        config.http.cors = ["https://dash.example.com"];
      },
    });
    const ask = (origin: string) => app.inject({ url: "/api/v1/series", headers: { origin } });
    expect((await ask("https://dash.example.com")).headers["access-control-allow-origin"]).toBe(
      "https://dash.example.com",
    );
    expect((await ask("https://evil.example")).headers["access-control-allow-origin"]).toBeUndefined();
    const preflight = await app.inject({
      method: "OPTIONS",
      url: "/api/v1/series",
      headers: { origin: "https://dash.example.com", "access-control-request-method": "POST" },
    });
    expect(preflight.statusCode).toBe(204);
    expect(preflight.headers["access-control-allow-headers"]).toContain("authorization");
    expect(preflight.headers["access-control-allow-credentials"]).toBeUndefined();
    await app.close();
    const closed = await buildFake();
    const none = await closed.inject({ url: "/api/v1/series", headers: { origin: "https://dash.example.com" } });
    expect(none.headers["access-control-allow-origin"]).toBeUndefined();
    await closed.close();
  });
});

describe("headers", () => {
  it("tell browsers to be careful, on every answer", async () => {
    const app = await buildFake();
    for (const url of [
      "/",
      "/api/v1/series",
      "/api/v1/nothing",
      "/health/live",
      "/openapi.json",
      "/api/v1/series?limit=0",
    ]) {
      const { headers } = await app.inject(url);
      expect(headers, url).toMatchObject({
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "content-security-policy": `${CONTENT_SECURITY}; frame-ancestors 'none'`,
      });
      expect(headers["strict-transport-security"]).toBeUndefined();
    }
    const docs = await app.inject("/docs/static/index.html");
    expect(docs.headers["content-security-policy"]).toContain("script-src 'self'; style-src 'self' 'unsafe-inline'");
    expect(docs.headers["content-security-policy"]).not.toContain("upgrade-insecure-requests");
    await app.close();
  });
});

describe("/metrics", () => {
  const promtool = spawnSync("promtool", ["--version"]).status === 0;

  it("measures requests by route, not by address", async () => {
    const app = await buildFake({ metrics: [() => "# HELP extra An extra.\n# TYPE extra gauge\nextra 1\n"] });
    await app.inject("/api/v1/series/demo%2Fcpu_percent/history");
    await app.inject("/api/v1/series/other%2Fcpu_percent/history");
    await app.inject("/wp-login.php");
    const { body, headers } = await app.inject("/metrics");
    expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    const count = (labels: string) =>
      body.match(`loadcast_http_request_duration_seconds_count\\{${labels}\\} (\\d+)`)?.[1];
    expect(count('method="GET",route="/api/v1/series/:id/history",status="200"')).toBe("1");
    expect(count('method="GET",route="/api/v1/series/:id/history",status="404"')).toBe("1");
    expect(count('method="GET",route="none",status="404"')).toBe("1");
    expect(body).toContain("process_resident_memory_bytes");
    expect(body).toContain("extra 1");
    expect(body).not.toContain("wp-login");
    await app.close();
  });

  it.skipIf(!promtool)("passes promtool check metrics (skipped where promtool is not installed)", async () => {
    const app = await buildFake();
    await app.inject("/api/v1/series");
    const { body } = await app.inject("/metrics");
    const checked = spawnSync("promtool", ["check", "metrics"], { input: body, encoding: "utf8" });
    expect(checked.stderr + checked.stdout).toBe("");
    expect(checked.status).toBe(0);
    await app.close();
  });
});

describe("the end", () => {
  it("answers what is running, refuses what comes, and does not wait for connections that are only kept", async () => {
    const executor = inlineExecutor();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const app = await buildFake({
      executor: {
        ...executor,
        async run(job, input, options) {
          begin();
          await held;
          return executor.run(job, input, options);
        },
      },
    });
    const address = await app.listen({ host: "127.0.0.1", port: 0 });
    await (await fetch(`${address}/health/live`)).text();
    const stream = await fetch(`${address}/api/v1/events`);
    const reading = stream.text();
    const running = fetch(`${address}/api/v1/forecast`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 7, 6], horizon: 2, order: [0, 1, 0] }),
    });
    await begun;
    const closing = app.close();
    expect(await reading).toContain("retry: 3000");
    await expect(connect(address)).rejects.toThrow("ECONNREFUSED");
    release();
    const answered = await running;
    expect(answered.status).toBe(200);
    expect(((await answered.json()) as { forecast: unknown[] }).forecast).toHaveLength(2);
    await closing;
  });
});

/** Opens a connection of its own: fetch would use one that is still there. */
function connect(address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = open(Number(new URL(address).port), "127.0.0.1", () => {
      socket.destroy();
      resolve();
    });
    socket.on("error", reject);
  });
}
