import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { sendLogin } from "./access/login.js";
import type { Methods } from "./methods.js";
import { problem, sendProblem } from "./problem.js";

/** Paths that are never a page of the dashboard, so that a wrong address of the API says so. */
const NOT_PAGES = /^\/(api|health|docs|assets|openapi\.json|metrics|login|login\.css|logout)(\/|$)/;

const NOT_BUILT = `<!doctype html>
<meta charset="utf-8"><title>Loadcast</title>
<p>Loadcast is running, but its dashboard is not built: run <code>npm run build</code> and start again.
<p>The API is here: <a href="/docs">/docs</a>, <a href="/api/v1/series">/api/v1/series</a>.
`;

/** Serves the built dashboard; every path that could be one of its pages gets its index.html, or the form to log in. */
export async function installDashboard(app: FastifyInstance, folder: string, methods: Methods): Promise<void> {
  const built = existsSync(join(folder, "index.html"));
  if (built) {
    await app.register(fastifyStatic, {
      root: folder,
      // Files are looked for when they are asked for: the page may be built anew while the service runs.
      serve: false,
      // Vite names assets by their content; everything else must always be asked for again.
      setHeaders(reply, path) {
        const immutable = path.includes("/assets/") || path.includes("\\assets\\");
        reply.header("cache-control", immutable ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
    const open = { schema: { hide: true }, config: { access: "public" as const } };
    app.get<{ Params: { file: string } }>("/assets/:file", open, ({ params }, reply) =>
      reply.sendFile(`assets/${params.file}`),
    );
    for (const file of ["favicon.svg", "theme.js"])
      app.get(`/${file}`, open, (_request, reply) => reply.sendFile(file));
  }
  const sendPage = (request: FastifyRequest, reply: FastifyReply) => {
    if (!request.caller.scopes.includes("read")) return sendLogin(reply, 401);
    if (!built) return reply.code(503).type("text/html; charset=utf-8").send(NOT_BUILT);
    return reply.header("cache-control", "no-cache").sendFile("index.html");
  };
  app.get("/", { schema: { hide: true }, config: { access: "public" } }, sendPage);
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?")[0];
    const allowed = methods.of(path);
    if (allowed.length > 0 && !allowed.includes(request.method)) {
      const detail = `${path} has no ${request.method}, only ${allowed.join(", ")}`;
      return sendProblem(reply.header("allow", allowed.join(", ")), problem(405, "METHOD_NOT_ALLOWED", detail));
    }
    const wantsPage = request.method === "GET" && (request.headers.accept ?? "").includes("text/html");
    if (built && wantsPage && !NOT_PAGES.test(path)) return sendPage(request, reply);
    return sendProblem(reply, problem(404, "NOT_FOUND", `there is no ${request.method} ${path}`));
  });
}
