import { AdapterError } from "../../errors.js";
import { type HttpEnvironment, type HttpOptions, type HttpRequest, httpClient } from "../../http.js";
import {
  listIn,
  type MlflowExperiment,
  type MlflowModel,
  type MlflowRun,
  type MlflowVersion,
  objectIn,
  textIn,
  toExperiment,
  toModel,
  toRun,
  toVersion,
} from "./answers.js";
import { artifactPath } from "./artifact-path.js";
import { type Batch, type Tag, toBatches } from "./batches.js";
import { errorCode, explainMlflow, NAME } from "./failure.js";

/**
 * Where MLflow is and who asks. Without `token`, `username` and `password` the environment's MLFLOW_TRACKING_TOKEN,
 * MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD count, as in MLflow's own clients. `timeoutMillis` is 30,000 by default: its
 * server is slow when it has not been asked for a while.
 */
export interface MlflowOptions extends HttpOptions {
  /** Only for tests. */
  readonly environment?: HttpEnvironment;
}

/** Where a search begins anew, and what it looks for. */
export interface MlflowSearch {
  /** In MLflow's filter language: "tags.`loadcast.model` = 'x'". */
  readonly filter?: string;
  readonly orderBy?: readonly string[];
  /** Results in one request, not in all. */
  readonly pageSize?: number;
}

/** MLflow's REST interface, as far as a model registry needs it: the same in versions 2 and 3. What is not there is null where it is read. */
export interface MlflowClient {
  readonly address: string;
  /** The server's version, such as "3.17.2". */
  version(): Promise<string>;

  experimentByName(name: string): Promise<MlflowExperiment | null>;
  /** Returns its id. One that exists is an error with the code RESOURCE_ALREADY_EXISTS. */
  createExperiment(name: string, tags?: readonly Tag[]): Promise<string>;
  restoreExperiment(id: string): Promise<void>;

  createRun(run: { experimentId: string; name?: string; startTime: number; tags?: readonly Tag[] }): Promise<MlflowRun>;
  run(id: string): Promise<MlflowRun | null>;
  updateRun(
    id: string,
    change: { status?: "RUNNING" | "FINISHED" | "FAILED" | "KILLED"; endTime?: number },
  ): Promise<void>;
  /** In as many requests as MLflow's limits ask for. The same again changes nothing; another value of a parameter is refused. */
  logBatch(id: string, batch: Partial<Batch>): Promise<void>;
  /** Runs that are not deleted. */
  searchRuns(experimentIds: readonly string[], search?: MlflowSearch): AsyncIterable<MlflowRun>;
  deleteRun(id: string): Promise<void>;

  /** Puts and gets a file below a run's `artifactUri`; through the server, which must serve artifacts. */
  putArtifact(uri: string, path: string, body: Uint8Array, contentType?: string): Promise<void>;
  artifact(uri: string, path: string): Promise<Uint8Array | null>;
  /** Paths of all files of a run, those in folders too. */
  listArtifacts(runId: string): Promise<{ path: string; bytes: number }[]>;

  createModel(name: string, tags?: readonly Tag[]): Promise<void>;
  model(name: string): Promise<MlflowModel | null>;
  searchModels(search?: MlflowSearch): AsyncIterable<MlflowModel>;
  setModelTag(name: string, tag: Tag): Promise<void>;

  createVersion(version: {
    name: string;
    source: string;
    runId: string;
    tags?: readonly Tag[];
  }): Promise<MlflowVersion>;
  modelVersion(name: string, version: number): Promise<MlflowVersion | null>;
  versionByAlias(name: string, alias: string): Promise<MlflowVersion | null>;
  searchVersions(search?: MlflowSearch): AsyncIterable<MlflowVersion>;
  setVersionTag(name: string, version: number, tag: Tag): Promise<void>;
  deleteVersion(name: string, version: number): Promise<void>;
  setAlias(name: string, alias: string, version: number): Promise<void>;
  deleteAlias(name: string, alias: string): Promise<void>;
}

const API = "/api/2.0/mlflow";

/** A client of MLflow's REST interface, with the time limits, attempts and errors of all our HTTP clients. */
export function mlflowClient(options: MlflowOptions): MlflowClient {
  const http = httpClient(NAME, { timeoutMillis: 30_000, ...credentials(options) }, options.environment);
  const explain: HttpRequest["explain"] = (status, body) => explainMlflow(http.address, status, body);

  /** An answer "null" has nothing of what is asked for, which shows where it is looked at. */
  const get = async (path: string, query: Record<string, string | number> = {}): Promise<unknown> =>
    (await http.json({ path: API + path, query, explain })) ?? {};
  /** `repeatable` unless it makes something new each time. */
  const send = async (path: string, body: unknown, repeatable = true, method: HttpRequest["method"] = "POST") =>
    (await http.json({ path: API + path, method, body, repeatable, explain })) ?? {};

  /** null where MLflow says that there is no such thing. */
  const unlessAbsent = async <T>(work: Promise<T>, ...codes: string[]): Promise<T | null> => {
    try {
      return await work;
    } catch (error) {
      if (["RESOURCE_DOES_NOT_EXIST", ...codes].includes(errorCode(error) ?? "")) return null;
      throw error;
    }
  };

  /** All pages of a list. */
  async function* pages(list: string, ask: (token: string | null) => Promise<unknown>): AsyncGenerator<unknown> {
    for (let token: string | null = null; ; ) {
      const answer: unknown = await ask(token);
      yield* listIn(answer, list);
      const next = (answer as { next_page_token?: unknown }).next_page_token;
      if (typeof next !== "string" || next === "") return;
      if (next === token)
        throw new AdapterError(NAME, `${http.address} answers the same page of ${list} again`, {
          code: "INVALID_DATA",
        });
      token = next;
    }
  }
  const searched = (path: string, list: string, { filter, orderBy = [], pageSize = 200 }: MlflowSearch = {}) =>
    pages(list, (token) => {
      const query = new URLSearchParams({ max_results: String(pageSize) });
      if (filter !== undefined) query.set("filter", filter);
      for (const order of orderBy) query.append("order_by", order);
      if (token !== null) query.set("page_token", token);
      return get(`${path}?${query}`);
    });

  return {
    address: http.address,

    async version() {
      const { body } = await http.request({ path: "/version", explain });
      const version = new TextDecoder().decode(body).trim();
      if (/^\d+\.\d+/.test(version)) return version;
      throw new AdapterError(
        NAME,
        `${http.address} is no MLflow server: /version answers ${JSON.stringify(version.slice(0, 40))}`,
        {
          code: "INVALID_DATA",
        },
      );
    },

    async experimentByName(name) {
      const answer = await unlessAbsent(get("/experiments/get-by-name", { experiment_name: name }));
      return answer === null ? null : toExperiment(answer);
    },
    async createExperiment(name, tags = []) {
      return textIn(await send("/experiments/create", { name, tags }, false), "experiment_id");
    },
    async restoreExperiment(id) {
      await send("/experiments/restore", { experiment_id: id });
    },

    async createRun({ experimentId, name, startTime, tags = [] }) {
      const body = { experiment_id: experimentId, run_name: name, start_time: startTime, tags };
      return toRun(objectIn(await send("/runs/create", body, false), "run"));
    },
    async run(id) {
      const answer = await unlessAbsent(get("/runs/get", { run_id: id }));
      return answer === null ? null : toRun(objectIn(answer, "run"));
    },
    async updateRun(id, { status, endTime }) {
      await send("/runs/update", { run_id: id, status, end_time: endTime });
    },
    async logBatch(id, { metrics = [], params = [], tags = [] }) {
      for (const batch of toBatches({ metrics, params, tags })) await send("/runs/log-batch", { run_id: id, ...batch });
    },
    async *searchRuns(experimentIds, { filter, orderBy = [], pageSize = 200 } = {}) {
      const found = pages("runs", (token) =>
        send("/runs/search", {
          experiment_ids: experimentIds,
          filter,
          order_by: orderBy,
          max_results: pageSize,
          ...(token === null ? {} : { page_token: token }),
        }),
      );
      for await (const run of found) yield toRun(run);
    },
    async deleteRun(id) {
      await send("/runs/delete", { run_id: id });
    },

    async putArtifact(uri, path, body, contentType = "application/octet-stream") {
      const headers = { "content-type": contentType };
      await http.request({ path: artifactPath(uri, path), method: "PUT", body, headers, explain });
    },
    async artifact(uri, path) {
      const answer = await unlessAbsent(http.request({ path: artifactPath(uri, path), explain }));
      return answer?.body ?? null;
    },
    async listArtifacts(runId) {
      const found: { path: string; bytes: number }[] = [];
      const folders: (string | null)[] = [null];
      for (const folder of folders) {
        const files = pages("files", (token) =>
          get("/artifacts/list", {
            run_id: runId,
            ...(folder === null ? {} : { path: folder }),
            ...(token === null ? {} : { page_token: token }),
          }),
        );
        for await (const file of files) {
          const { is_dir: isFolder, file_size: bytes } = file as { is_dir?: boolean; file_size?: unknown };
          const path = textIn(file, "path");
          if (isFolder) folders.push(path);
          else found.push({ path, bytes: Number(bytes ?? 0) });
        }
      }
      return found.sort((a, b) => (a.path < b.path ? -1 : 1));
    },

    async createModel(name, tags = []) {
      await send("/registered-models/create", { name, tags }, false);
    },
    async model(name) {
      const answer = await unlessAbsent(get("/registered-models/get", { name }));
      return answer === null ? null : toModel(objectIn(answer, "registered_model"));
    },
    async *searchModels(search) {
      for await (const model of searched("/registered-models/search", "registered_models", search))
        yield toModel(model);
    },
    async setModelTag(name, { key, value }) {
      await send("/registered-models/set-tag", { name, key, value });
    },

    async createVersion({ name, source, runId, tags = [] }) {
      const answer = await send("/model-versions/create", { name, source, run_id: runId, tags }, false);
      return toVersion(objectIn(answer, "model_version"));
    },
    async modelVersion(name, version) {
      const answer = await unlessAbsent(get("/model-versions/get", { name, version: String(version) }));
      return answer === null ? null : toVersion(objectIn(answer, "model_version"));
    },
    async versionByAlias(name, alias) {
      // MLflow calls an alias that is not set an invalid parameter.
      const answer = await unlessAbsent(get("/registered-models/alias", { name, alias }), "INVALID_PARAMETER_VALUE");
      return answer === null ? null : toVersion(objectIn(answer, "model_version"));
    },
    async *searchVersions(search) {
      for await (const version of searched("/model-versions/search", "model_versions", search))
        yield toVersion(version);
    },
    async setVersionTag(name, version, { key, value }) {
      await send("/model-versions/set-tag", { name, version: String(version), key, value });
    },
    async deleteVersion(name, version) {
      await send("/model-versions/delete", { name, version: String(version) }, true, "DELETE");
    },
    async setAlias(name, alias, version) {
      await send("/registered-models/alias", { name, alias, version: String(version) });
    },
    async deleteAlias(name, alias) {
      await send("/registered-models/alias", { name, alias }, true, "DELETE");
    },
  };
}

function credentials(options: MlflowOptions): MlflowOptions {
  if (options.token !== undefined || options.username !== undefined || /\/\/[^/]*@/.test(options.url)) return options;
  const {
    MLFLOW_TRACKING_TOKEN: token,
    MLFLOW_TRACKING_USERNAME: username,
    MLFLOW_TRACKING_PASSWORD: password,
  } = process.env;
  if (token !== undefined && token !== "") return { ...options, token };
  return username === undefined || username === "" ? options : { ...options, username, password: password ?? "" };
}
