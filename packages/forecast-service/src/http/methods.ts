import type { FastifyInstance } from "fastify";

/** Which methods there are for a path, so that a wrong one is told from a wrong path. */
export interface Methods {
  /** Empty where there is no such path. */
  of(path: string): readonly string[];
}

/** Remembers the routes that are added after it. */
export function installMethods(app: FastifyInstance): Methods {
  const routes = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();
  app.addHook("onRoute", ({ url, method }) => {
    // What takes every path (preflights, files of a folder) says nothing of one.
    if (url.includes("*")) return;
    let route = routes.get(url);
    if (!route) {
      const literal = url.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
      route = { pattern: new RegExp(`^${literal.replace(/:[^/]+/g, "[^/]+")}$`), methods: new Set() };
      routes.set(url, route);
    }
    for (const one of [method].flat()) route.methods.add(one);
  });
  return {
    of: (path) =>
      [
        ...new Set([...routes.values()].flatMap(({ pattern, methods }) => (pattern.test(path) ? [...methods] : []))),
      ].sort(),
  };
}
