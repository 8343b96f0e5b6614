import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildFake } from "./fake-application.js";
import { KNOWN } from "./fake-questions.js";
import { expectProblem } from "./problem-shape.js";

let app: Awaited<ReturnType<typeof buildFake>>;
beforeAll(async () => {
  app = await buildFake();
});
afterAll(() => app.close());

const id = encodeURIComponent(KNOWN);

describe("a method that a path does not have", () => {
  it.each([
    ["PUT", "/api/v1/series", "GET, HEAD"],
    ["GET", "/api/v1/forecast", "POST"],
    ["PATCH", "/api/v1/tasks/any", "DELETE, GET, HEAD"],
    ["DELETE", `/api/v1/series/${id}/history`, "GET, HEAD"],
    ["GET", `/api/v1/series/${id}/train?x=1`, "POST"],
    ["OPTIONS", "/metrics", "GET, HEAD"],
    ["POST", "/health/live", "GET, HEAD"],
    ["DELETE", "/openapi.json", "GET, HEAD"],
    // It would be an answer that never ends.
    ["HEAD", "/api/v1/events", "GET"],
  ] as const)("%s %s says which there are", async (method, url, allow) => {
    const response = await app.inject({ method, url });
    expect(response.headers.allow).toBe(allow);
    if (method !== "HEAD") expect(expectProblem(response, 405).code).toBe("METHOD_NOT_ALLOWED");
    else expect(response.statusCode).toBe(405);
  });

  it("is told from a path that there is not", async () => {
    for (const url of ["/api/v1/serie", "/api/v1/series/a/b/history", "/api/v1/series//history", "/nothing"]) {
      const response = await app.inject({ method: "PUT", url });
      expect(expectProblem(response, 404).code).toBe("NOT_FOUND");
      expect(response.headers.allow).toBeUndefined();
    }
  });
});

describe("Accept", () => {
  const ask = (accept: string, url = "/api/v1/series") => app.inject({ url, headers: { accept } });

  it("is asked for what there is", async () => {
    for (const accept of [
      "*/*",
      "",
      "application/json",
      "APPLICATION/JSON; q=0.5",
      "application/*",
      "text/html, application/xhtml+xml, */*;q=0.8",
      "application/problem+json",
      "text/html;q=0, application/json;charset=utf-8",
    ])
      expect((await ask(accept)).statusCode, accept).toBe(200);
  });

  it("is refused where it fits nothing", async () => {
    for (const accept of [
      "text/html",
      "text/csv, application/xml",
      "application/json;q=0",
      "*/*, application/json; q=0",
    ]) {
      const { code, detail } = expectProblem(await ask(accept), 406);
      expect(code).toBe("NOT_ACCEPTABLE");
      expect(detail).toContain("application/json");
    }
    expect(expectProblem(await ask("application/json", "/api/v1/events"), 406).detail).toContain("text/event-stream");
  });
});

describe("a body", () => {
  it("is JSON, and not what a form sends", async () => {
    for (const [url, type] of [
      ["/api/v1/forecast", "application/x-www-form-urlencoded"],
      [`/api/v1/models/${id}/aliases/champion`, "application/x-www-form-urlencoded"],
      ["/api/v1/forecast", "text/plain"],
      ["/api/v1/forecast", "multipart/form-data; boundary=x"],
    ]) {
      const response = await app.inject({ method: "POST", url, headers: { "content-type": type }, payload: "a=1" });
      expect(expectProblem(response, 415).code, type).toBe("UNSUPPORTED_MEDIA_TYPE");
    }
  });
});

describe("what is no request", () => {
  const send = (port: number, text: string) =>
    new Promise<string>((resolve, reject) => {
      let answer = "";
      const socket = connect(port, "127.0.0.1", () => socket.write(text));
      socket.on("data", (chunk) => {
        answer += chunk;
      });
      socket.on("close", () => resolve(answer));
      socket.on("error", reject);
    });

  it("is answered as a problem too", async () => {
    const server = await buildFake();
    const port = Number(new URL(await server.listen({ host: "127.0.0.1", port: 0 })).port);
    for (const [text, status, code] of [
      ["nonsense\r\n\r\n", 400, "BAD_REQUEST"],
      [`GET / HTTP/1.1\r\nhost: localhost\r\nx-long: ${"a".repeat(40_000)}\r\n\r\n`, 431, "HEADERS_TOO_LARGE"],
    ] as const) {
      const answer = await send(port, text);
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(answer).toContain("content-type: application/problem+json");
      expect(JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")))).toMatchObject({ status, code });
    }
    await server.close();
  });
});
