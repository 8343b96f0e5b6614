import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientOf } from "../../src/cli/http-client.js";

describe("the HTTP client", () => {
  let server: Server;
  let url: string;
  let seen: IncomingMessage[] = [];
  let answer: { status: number; body: string } = { status: 200, body: "{}" };
  beforeAll(async () => {
    server = createServer((request, response) => {
      seen.push(request);
      response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  });
  afterAll(() => server.close());

  it("asks under /api/v1, with the token of the environment", async () => {
    answer = { status: 200, body: '{"series":[]}' };
    seen = [];
    const client = clientOf({ url: `${url}/` }, { LOADCAST_TOKEN: "secret" });
    expect(await client?.get("/series", { after: "a b", limit: undefined })).toEqual({ series: [] });
    expect(seen[0].url).toBe("/api/v1/series?after=a+b");
    expect(seen[0].headers.authorization).toBe("Bearer secret");
    await client?.post("/x", { rollback: true });
    expect([seen[1].method, seen[1].headers["content-type"]]).toEqual(["POST", "application/json"]);
  });

  it.each([
    [
      404,
      { code: "UNKNOWN_SERIES", detail: "there is no series" },
      { code: "UNKNOWN_SERIES", message: "there is no series", exitCode: 2 },
    ],
    [
      401,
      { code: "UNAUTHORIZED", detail: "no token" },
      {
        message: "no token; put its token into LOADCAST_TOKEN, or the name of its file into LOADCAST_TOKEN_FILE",
        exitCode: 1,
      },
    ],
    [
      404,
      { code: "NO_FORECAST", detail: "has no forecast yet" },
      { code: "NO_FORECAST", message: "has no forecast yet", exitCode: 1 },
    ],
    [400, { code: "INVALID_REQUEST", detail: "params alias" }, { message: "params alias", exitCode: 2 }],
    [500, {}, { code: "FAILED", message: "it answered 500" }],
  ])("turns a problem %s into an error with its code and words", async (status, problem, error) => {
    answer = { status, body: JSON.stringify(problem) };
    await expect(clientOf({ url }, {})?.get("/series")).rejects.toMatchObject(error);
  });

  it("takes the token from a file, as every secret may be in one", async () => {
    const folder = mkdtempSync(join(tmpdir(), "loadcast-token-"));
    const file = join(folder, "token");
    writeFileSync(file, "kept-in-a-file\n");
    answer = { status: 200, body: '{"series":[]}' };
    seen = [];
    await clientOf({ url }, { LOADCAST_TOKEN_FILE: file })?.get("/series");
    expect(seen[0].headers.authorization).toBe("Bearer kept-in-a-file");
    rmSync(folder, { recursive: true });
    expect(() => clientOf({ url }, { LOADCAST_TOKEN_FILE: file })).toThrow(
      /LOADCAST_TOKEN_FILE names .*token, which cannot/,
    );
    const both = { LOADCAST_TOKEN_FILE: file, LOADCAST_TOKEN: "x" };
    expect(() => clientOf({ url }, both)).toThrow("give one of them");
  });

  it("says that nobody answers, or somebody else", async () => {
    answer = { status: 200, body: "<html>" };
    await expect(clientOf({ url }, {})?.get("/series")).rejects.toThrow(/what answers at .* is no Loadcast/);
    await expect(clientOf({ url: "http://127.0.0.1:1" }, {})?.get("/series")).rejects.toMatchObject({
      code: "UNREACHABLE",
      message: expect.stringMatching(/^no service answers at http:\/\/127\.0\.0\.1:1: /),
    });
  });

  it("is there only where a service is named, and a folder on the command line wins over the environment", () => {
    expect(clientOf({}, {})).toBeNull();
    expect(clientOf({}, { LOADCAST_URL: "http://a:1" })?.url).toBe("http://a:1");
    expect(clientOf({ data: "./data" }, { LOADCAST_URL: "http://a:1" })).toBeNull();
    expect(() => clientOf({ url: "http://a:1", data: "./data" }, {})).toThrow("give one of them");
    expect(() => clientOf({}, { LOADCAST_URL: "a:1" })).toThrow('LOADCAST_URL is "a:1"; it must look like http://');
  });
});
