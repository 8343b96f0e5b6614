import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Monitor } from "../../questions.js";
import {
  accuracyResponse,
  anomaliesResponse,
  pastForecastsQuery,
  pastForecastsResponse,
  problemResponse,
  seriesParams,
  spanQuery,
} from "../schemas.js";
import { spanOf } from "../span.js";

const failures = { 400: problemResponse, 404: problemResponse };

/** Forecasts held against what came. */
export function monitorRoutes(app: FastifyInstance, { monitor }: { monitor: Monitor }): void {
  const api = app.withTypeProvider<ZodTypeProvider>();

  api.get(
    "/series/:id/forecasts",
    {
      config: { access: "read" },
      schema: {
        tags: ["series"],
        summary: "Past forecasts",
        description: "Forecasts issued in a range, oldest first, thinned evenly to `limit`.",
        params: seriesParams,
        querystring: pastForecastsQuery,
        response: { 200: pastForecastsResponse, ...failures },
      },
    },
    ({ params, query }) =>
      monitor.pastForecasts(params.id, {
        ...spanOf(query),
        ...(query.limit === undefined ? {} : { limit: query.limit }),
      }),
  );

  api.get(
    "/series/:id/accuracy",
    {
      config: { access: "read" },
      schema: {
        tags: ["series"],
        summary: "How good the forecasts were",
        description:
          "Errors and realised coverage 5 minutes, 1 hour and 4 hours ahead, for the range and for its parts, and whether the series drifts away from its model.",
        params: seriesParams,
        querystring: spanQuery,
        response: { 200: accuracyResponse, ...failures },
      },
    },
    ({ params, query }) => monitor.accuracy(params.id, spanOf(query)),
  );

  api.get(
    "/series/:id/anomalies",
    {
      config: { access: "read" },
      schema: {
        tags: ["series"],
        summary: "Values nobody expected",
        description: "Points outside the 99 % band of the forecast made one step before.",
        params: seriesParams,
        querystring: spanQuery,
        response: { 200: anomaliesResponse, ...failures },
      },
    },
    ({ params, query }) => monitor.anomalies(params.id, spanOf(query)),
  );
}
