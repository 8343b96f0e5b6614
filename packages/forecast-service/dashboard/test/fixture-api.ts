import type { Connect, Plugin } from "vite";
import { answer, SITUATIONS } from "./fixture.ts";

/** Answers the API inside `vite dev` and `vite preview`, in the given situation. */
export function fixtureApi(asked = "normal"): Plugin {
  const situation = SITUATIONS.find((known) => known === asked);
  if (!situation) throw new Error(`LOADCAST_FIXTURE is "${asked}"; it must be one of ${SITUATIONS.join(", ")}.`);
  const handle: Connect.NextHandleFunction = (request, response, next) => {
    const found = answer(request.url ?? "/", Date.now(), situation);
    if (!found) return next();
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
