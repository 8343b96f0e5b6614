import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Catalogue } from "../../catalogue.js";
import {
  historyQuery,
  historyResponse,
  problemResponse,
  seriesList,
  seriesParams,
  seriesQuery,
  storedForecastResponse,
} from "../schemas.js";
import { spanOf } from "../span.js";

const USUAL_PAGE = 1000;

/** What is watched, its past, and its latest forecast. */
export function seriesRoutes(
  app: FastifyInstance,
  { catalogue }: { catalogue: Pick<Catalogue, "list" | "history" | "forecast"> },
): void {
  const api = app.withTypeProvider<ZodTypeProvider>();

  api.get(
    "/series",
    {
      config: { access: "read" },
      schema: {
        tags: ["series"],
        summary: "Known series",
        description:
          "Each with its last value, the version of its model, its next run, and why there is no forecast where there is none. In order of their ids; `next` of a page is `after` of the one that follows.",
        querystring: seriesQuery,
        response: { 200: seriesList, 400: problemResponse },
      },
    },
    ({ query }) => catalogue.list({ ...query, limit: query.limit ?? USUAL_PAGE }),
  );

  api.get(
    "/series/:id/history",
    {
      config: { access: "read" },
      schema: {
        tags: ["series"],
        summary: "History on a regular grid",
        description: "Means of `step` seconds; null is a gap. `from` and `to` are rounded outwards to whole steps.",
        params: seriesParams,
        querystring: historyQuery,
        response: { 200: historyResponse, 400: problemResponse, 404: problemResponse },
      },
    },
    ({ params, query }) =>
      catalogue.history(params.id, {
        ...spanOf(query),
        ...(query.step === undefined ? {} : { stepMillis: Math.round(query.step * 1000) }),
      }),
  );

  api.get(
    "/series/:id/forecast",
    {
      config: { access: "read" },
      schema: {
        tags: ["series"],
        summary: "Latest forecast",
        description:
          "The forecast issued last, with its issue time and the version of the model that made it. 404 says why there is none.",
        params: seriesParams,
        response: { 200: storedForecastResponse, 400: problemResponse, 404: problemResponse },
      },
    },
    ({ params }) => catalogue.forecast(params.id),
  );
}
