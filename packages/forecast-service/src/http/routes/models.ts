import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { ModelLibrary } from "../../questions.js";
import {
  aliasParams,
  aliasRequest,
  aliasResponse,
  modelDetail,
  modelList,
  modelListQuery,
  modelParams,
  modelVersions,
  problemResponse,
  versionParams,
  versionsQuery,
} from "../schemas.js";

const failures = { 400: problemResponse, 404: problemResponse };

/** The registry: what was trained, and which version is in use. */
export function modelRoutes(app: FastifyInstance, { library }: { library: ModelLibrary }): void {
  const api = app.withTypeProvider<ZodTypeProvider>();

  api.get(
    "/models",
    {
      config: { access: "read" },
      schema: {
        tags: ["models"],
        summary: "Models, one for each series",
        querystring: modelListQuery,
        response: { 200: modelList, 400: problemResponse },
      },
    },
    ({ query: { limit = 100, after } }) => library.list({ limit, ...(after === undefined ? {} : { after }) }),
  );

  api.get(
    "/models/:name/versions",
    {
      config: { access: "read" },
      schema: {
        tags: ["models"],
        summary: "Versions of a model, newest first",
        params: modelParams,
        querystring: versionsQuery,
        response: { 200: modelVersions, ...failures },
      },
    },
    ({ params, query: { limit = 20, before } }) =>
      library.versions(params.name, { limit, ...(before === undefined ? {} : { before }) }),
  );

  api.get(
    "/models/:name/versions/:version",
    {
      config: { access: "read" },
      schema: {
        tags: ["models"],
        summary: "One version, with its parameters, what was tried, and its residuals",
        params: versionParams,
        response: { 200: modelDetail, ...failures },
      },
    },
    ({ params: { name, version } }) => library.detail(name, /^\d+$/.test(version) ? Number(version) : version),
  );

  api.post(
    "/models/:name/aliases/:alias",
    {
      config: { access: "admin" },
      schema: {
        tags: ["models"],
        summary: "Promote a version, or roll back",
        description:
          "Points the alias at a version, or back at the one it pointed at before. Forecasts made after the answer use it.",
        params: aliasParams,
        body: aliasRequest,
        response: { 200: aliasResponse, ...failures, 409: problemResponse },
      },
    },
    ({ params: { name, alias }, body }) => library.setAlias(name, alias, body),
  );
}
