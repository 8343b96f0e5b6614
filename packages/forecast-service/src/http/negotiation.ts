import type { FastifyInstance } from "fastify";
import { HttpError } from "./problem.js";

declare module "fastify" {
  interface FastifyContextConfig {
    /** What the route answers with, where that is not JSON. */
    media?: string;
  }
}

/** Who asks for what these routes do not have is told so, instead of being given something it cannot read. Errors are always JSON. */
export function installNegotiation(app: FastifyInstance): void {
  app.addHook("onRequest", async ({ headers, routeOptions }) => {
    const media = routeOptions.config.media ?? "application/json";
    if (accepts(headers.accept, media)) return;
    throw new HttpError(
      406,
      "NOT_ACCEPTABLE",
      `the answer is ${media}, and Accept is ${JSON.stringify(headers.accept)}`,
    );
  });
}

/** RFC 9110, 12.5.1, for one type: of the ranges that fit, the closest one decides. */
function accepts(header: string | undefined, media: string): boolean {
  if (header === undefined || header.trim() === "") return true;
  const [type] = media.split("/");
  const ranges = [media, `${type}/*`, "*/*"];
  // A client that reads problems reads the JSON beside them.
  if (media === "application/json") ranges.splice(1, 0, "application/problem+json");
  let closest = ranges.length;
  let wanted = false;
  for (const part of header.split(",")) {
    const [range, ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    const place = ranges.indexOf(range);
    if (place < 0 || place >= closest) continue;
    closest = place;
    const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
    wanted = weight === undefined || Number(weight) > 0;
  }
  return wanted;
}
