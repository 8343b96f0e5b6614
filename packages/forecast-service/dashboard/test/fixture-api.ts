import type { IncomingMessage, ServerResponse } from "node:http";
import type { Connect, Plugin } from "vite";
import { createFixture, type Fixture, SITUATIONS, type Situation } from "./fixture/fixture.ts";

/**
 * Answers the API inside `vite dev` and `vite preview`, in the given situation; a cookie `situation=…` overrides it for one
 * browser, so that one server shows them all.
 */
export function fixtureApi(asked = "normal"): Plugin {
  const first = SITUATIONS.find((known) => known === asked);
  if (!first) throw new Error(`LOADCAST_FIXTURE is "${asked}"; it must be one of ${SITUATIONS.join(", ")}.`);
  const fixtures = new Map<Situation, Fixture>();

  const handle: Connect.NextHandleFunction = async (request, response, next) => {
    const path = request.url ?? "/";
    if (!path.startsWith("/api/")) return next();
    const wanted = /situation=(\w+)/.exec(request.headers.cookie ?? "")?.[1];
    const situation = SITUATIONS.find((known) => known === wanted) ?? first;
    let fixture = fixtures.get(situation);
    if (!fixture) {
      fixture = createFixture(situation);
      fixtures.set(situation, fixture);
    }
    if (path === "/api/v1/events" && fixture.listen) return stream(fixture, response);
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? null;
    const body = await json(request);
    const found = fixture.answer({ method: request.method ?? "GET", path, token, body }, Date.now()) ?? {
      status: 404,
      body: { type: "about:blank", title: "Not found", status: 404, detail: `there is no ${path}`, code: "NOT_FOUND" },
    };
    const send = () => {
      response.statusCode = found.status;
      response.setHeader("content-type", found.status < 400 ? "application/json" : "application/problem+json");
      response.end(JSON.stringify(found.body));
    };
    if (situation === "slow") setTimeout(send, 2000);
    else send();
  };
  return {
    name: "loadcast-fixture-api",
    apply: "serve",
    configureServer: (server) => void server.middlewares.use(handle),
    configurePreviewServer: (server) => void server.middlewares.use(handle),
  };
}

function stream(fixture: Fixture, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write("retry: 3000\n\n");
  const stop = fixture.listen?.((event) => {
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  });
  response.on("close", () => stop?.());
}

async function json(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text === "" ? null : JSON.parse(text);
}
