import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { type HttpEnvironment, type HttpOptions, httpClient } from "../src/http.js";
import { AdapterError } from "../src/index.js";
import { rejection } from "./conformance/rejection.js";

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A server on a free port of this machine that counts its requests. */
async function serve(handler: Handler) {
  let count = 0;
  const server = createServer((request, response) => handler(request, response, ++count));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: () => count };
}

/** A client for which waiting takes no time; `waits` lists how long it would have waited. */
function client(url: string, options: Partial<HttpOptions> = {}, random = 0.5) {
  const waits: number[] = [];
  const environment: HttpEnvironment = {
    sleep: async (millis) => {
      waits.push(millis);
    },
    random: () => random,
    now: () => Date.UTC(2026, 0, 1),
  };
  return { waits, http: httpClient("test", { url, ...options }, environment) };
}

const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) => {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
};

describe("httpClient", () => {
  it("sends path, query, headers and body, and reads JSON", async () => {
    const seen: unknown[] = [];
    const { url } = await serve((request, response) => {
      let body = "";
      request.on("data", (part) => {
        body += part;
      });
      request.on("end", () => {
        const { authorization, "x-a": a, "content-type": type } = request.headers;
        seen.push([request.method, request.url, authorization, a, type, body]);
        json(response, 200, { ok: true });
      });
    });
    const { http } = client(`${url}/under/`, { token: "secret", headers: { "x-a": "1" } });
    expect(await http.json({ path: "/q", query: { "a b": "c&d", n: 1 } })).toEqual({ ok: true });
    await http.json({ path: "/j", method: "POST", body: { x: 1 } });
    await http.json({ path: "/f", method: "POST", body: new URLSearchParams({ query: "up" }) });
    await client(url.replace("//", "//us%40er:p%3Aw@")).http.json({ path: "/" });
    expect(seen).toEqual([
      ["GET", "/under/q?a+b=c%26d&n=1", "Bearer secret", "1", undefined, ""],
      ["POST", "/under/j", "Bearer secret", "1", "application/json", '{"x":1}'],
      ["POST", "/under/f", "Bearer secret", "1", "application/x-www-form-urlencoded;charset=UTF-8", "query=up"],
      ["GET", "/", `Basic ${Buffer.from("us@er:p:w").toString("base64")}`, undefined, undefined, ""],
    ]);
  });

  it("tries again after 500, 502, 503, 504 and 429, waiting longer each time", async () => {
    const statuses = [500, 503, 429];
    const { url, requests } = await serve((_, response, n) => json(response, statuses[n - 1] ?? 200, {}));
    const { http, waits } = client(url);
    await http.json({ path: "/" });
    expect(requests()).toBe(4);
    expect(waits).toEqual([100, 200, 400]);
  });

  it("gives up after its attempts and says what the server said", async () => {
    const { url, requests } = await serve((_, response) => json(response, 500, { error: "disk is full" }));
    const error = await rejection(client(url, { retries: 2 }).http.json({ path: "/" }));
    expect(error).toMatchObject({ code: "UNAVAILABLE", message: `test: ${url} failed (500: disk is full)` });
    expect(requests()).toBe(3);
  });

  it.each([
    ["2", 2000],
    ["Thu, 01 Jan 2026 00:00:07 GMT", 7000],
    ["Wed, 31 Dec 2025 00:00:00 GMT", 0],
  ])("waits as long as Retry-After: %s asks", async (header, millis) => {
    const { url } = await serve((_, response, n) => json(response, n === 1 ? 429 : 200, {}, { "retry-after": header }));
    const { http, waits } = client(url);
    await http.json({ path: "/" });
    expect(waits).toEqual([millis]);
  });

  it("does not wait for an hour", async () => {
    const { url, requests } = await serve((_, response) => json(response, 429, {}, { "retry-after": "3600" }));
    const { http, waits } = client(url);
    expect((await rejection(http.json({ path: "/" }))).message).toContain("asks for fewer requests (429)");
    expect([requests(), waits]).toEqual([1, []]);
  });

  it.each([
    [401, "NOT_ALLOWED", /refuses the token or password \(401: unauthorized access\); check it/],
    [403, "NOT_ALLOWED", /refuses the token/],
    [404, "NOT_FOUND", /does not have what was asked for/],
    [400, "FAILED", /refused the request \(400: unauthorized access\)/],
  ] as const)("does not repeat a %i", async (status, code, message) => {
    const { url, requests } = await serve((_, response) => json(response, status, { message: "unauthorized access" }));
    const error = await rejection(client(url).http.json({ path: "/" }));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(requests()).toBe(1);
  });

  it("does not repeat a POST that the server may have worked on, unless told that it may", async () => {
    const { url, requests } = await serve((_, response) => json(response, 500, {}));
    const { http } = client(url, { retries: 1 });
    await rejection(http.request({ path: "/", method: "POST", body: {} }));
    expect(requests()).toBe(1);
    await rejection(http.request({ path: "/", method: "POST", body: {}, repeatable: true }));
    expect(requests()).toBe(3);
  });

  it("takes a body that ends too early for a failed attempt", async () => {
    const { url, requests } = await serve((_, response, n) => {
      if (n > 1) return json(response, 200, [1, 2, 3]);
      response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
      response.write("[1, 2");
      setTimeout(() => response.destroy(), 10);
    });
    expect(await client(url).http.json({ path: "/" })).toEqual([1, 2, 3]);
    expect(requests()).toBe(2);
  });

  it("limits the time of an attempt, from connecting to the last byte", async () => {
    const { url, requests } = await serve((_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.write("[");
    });
    const error = await rejection(client(url, { timeoutMillis: 50, retries: 1 }).http.json({ path: "/" }));
    expect(error).toMatchObject({ code: "UNAVAILABLE", message: `test: ${url} did not answer within 0.05 s` });
    expect(requests()).toBe(2);
  });

  it("refuses a huge body before it is all there", async () => {
    let sent = 0;
    const { url, requests } = await serve((_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const more = () => {
        while (!response.destroyed && sent < 500 * 2 ** 20) {
          sent += 65_536;
          if (!response.write("x".repeat(65_536))) return response.once("drain", more);
        }
        return response.end();
      };
      more();
    });
    const error = await rejection(client(url, { maxBytes: 100_000 }).http.json({ path: "/" }));
    expect(error).toMatchObject({
      code: "INVALID_DATA",
      message: `test: ${url} answered with more than 100000 bytes; ask for less at once`,
    });
    expect(requests()).toBe(1);
    expect(sent).toBeLessThan(100 * 2 ** 20);
  });

  it("asks for compressed answers only when told to, and reads them", async () => {
    const asked: unknown[] = [];
    const { url } = await serve((request, response) => {
      asked.push(request.headers["accept-encoding"]);
      const packed = request.headers["accept-encoding"] === "gzip";
      response.writeHead(200, {
        "content-type": "application/json",
        ...(packed ? { "content-encoding": "gzip" } : {}),
      });
      response.end(packed ? gzipSync("[1]") : "[1]");
    });
    for (const compress of [false, true]) expect(await client(url, { compress }).http.json({ path: "/" })).toEqual([1]);
    expect(asked).toEqual(["identity", "gzip"]);
  });

  it("reads an answer while it comes, every attempt with a reader of its own", async () => {
    const { url, requests } = await serve((_, response, n) => {
      response.writeHead(200, { "content-type": n > 3 ? "text/html" : "text/plain" });
      response.write("ab");
      if (n === 1) setTimeout(() => response.destroy(), 10);
      else response.end("cd");
    });
    let readers = 0;
    const reader = ({ headers }: { headers: Headers }) => {
      if (headers.get("content-type") === "text/html")
        throw new AdapterError("test", "a page", { code: "INVALID_DATA" });
      const number = ++readers;
      let text = "";
      return {
        push(part: Uint8Array) {
          text += Buffer.from(part);
        },
        end() {
          // What a reader says is not all there is tried again.
          if (number === 2) throw new AdapterError("test", "not all there", { code: "UNAVAILABLE" });
          return `${number}: ${text}`;
        },
      };
    };
    const { http } = client(url);
    expect(await http.stream({ path: "/" }, reader)).toBe("3: abcd");
    expect((await rejection(http.stream({ path: "/" }, reader))).message).toBe("test: a page");
    expect(requests()).toBe(4);
    const own = new RangeError("enough");
    const stopping = () => ({
      push() {
        throw own;
      },
      end: () => null,
    });
    await expect(
      client((await serve((_, response) => response.end("x"))).url).http.stream({ path: "/" }, stopping),
    ).rejects.toBe(own);
  });

  it("refuses an answer that is no JSON", async () => {
    const { url } = await serve((request, response) => {
      const page = request.url === "/page";
      response.writeHead(200, { "content-type": page ? "text/html" : "application/json" });
      response.end(page ? "<html>log in</html>" : "{");
    });
    const { http } = client(url);
    expect((await rejection(http.json({ path: "/page" }))).message).toContain(
      "answered text/html instead of JSON; is this the right address?",
    );
    expect((await rejection(http.json({ path: "/broken" }))).message).toContain("answered JSON that cannot be read");
  });

  it("says that nobody is there, after trying again", async () => {
    const { url } = await serve(() => undefined);
    await new Promise((resolve) => servers[0].close(resolve));
    const { http, waits } = client(url.replace("//", "//user:hunter2@"));
    const error = await rejection(http.request({ path: "/" }));
    expect(error).toMatchObject({
      code: "UNAVAILABLE",
      message: `test: ${url} cannot be reached (ECONNREFUSED); is it running?`,
    });
    expect(waits.length).toBe(3);
  });

  it("stops when it is told to, also while it waits", async () => {
    const { url } = await serve(() => undefined);
    const already = AbortSignal.abort(new Error("enough"));
    expect((await rejection(client(url).http.request({ path: "/", signal: already }))).code).toBe("ABORTED");
    const failing = await serve((_, response) => json(response, 503, {}, { "retry-after": "15" }));
    const stop = new AbortController();
    const waiting = httpClient("test", { url: failing.url }).request({ path: "/", signal: stop.signal });
    setTimeout(() => stop.abort(), 50);
    expect((await rejection(waiting)).code).toBe("ABORTED");
  });

  it("follows no redirect: a token must not go elsewhere", async () => {
    const { url, requests } = await serve((_, response) => {
      response.writeHead(302, { location: "/elsewhere" });
      response.end();
    });
    const error = await rejection(client(url, { token: "secret" }).http.request({ path: "/" }));
    expect(error.message).toContain("redirects elsewhere (302)");
    expect(requests()).toBe(1);
  });

  it.each(["", "localhost:9090", "ftp://x", "http://user:hunter2@x/?q=1", "http://"])(
    "refuses the address %j",
    (url) => {
      expect(() => httpClient("test", { url })).toThrow(/url must be an address such as/);
      expect(() => httpClient("test", { url })).not.toThrow(/hunter2/);
    },
  );
});
