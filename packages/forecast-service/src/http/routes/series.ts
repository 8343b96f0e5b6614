import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Catalogue } from "../../catalogue.js";
import {
  historyQuery,
  historyResponse,
  problemResponse,
  seriesList,
  seriesParams,
  storedForecastResponse,
} from "../schemas.js";

/** What is watched, its past, and its latest forecast. */
export function seriesRoutes(app: FastifyInstance, { catalogue }: { catalogue: Catalogue }): void {
  const api = app.withTypeProvider<ZodTypeProvider>();

  api.get(
    "/series",
    {
      schema: {
        tags: ["series"],
        summary: "Known series",
        description:
          "Each with its last value, the version of its model, its next run, and why there is no forecast where there is none.",
        response: { 200: seriesList },
      },
    },
    () => catalogue.list(),
  );

  api.get(
    "/series/:id/history",
    {
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
        ...(query.from === undefined ? {} : { from: Date.parse(query.from) }),
        ...(query.to === undefined ? {} : { to: Date.parse(query.to) }),
        ...(query.step === undefined ? {} : { stepMillis: Math.round(query.step * 1000) }),
      }),
  );

  api.get(
    "/series/:id/forecast",
    {
      schema: {
        tags: ["series"],
        summary: "Latest forecast",
        description:
          "The forecast issued last, with its issue time and the version of the model that made it. 404 says why there is none.",
        params: seriesParams,
        response: { 200: storedForecastResponse, 404: problemResponse },
      },
    },
    ({ params }) => catalogue.forecast(params.id),
  );
}
