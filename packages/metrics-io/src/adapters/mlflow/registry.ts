import { AdapterError } from "../../errors.js";
import { tidyHistory } from "../../registry/alias-history.js";
import { DOCUMENT_PATH, registryChecks } from "../../registry/check.js";
import { stillInUse, unknownModel, unknownVersion } from "../../registry/unknown.js";
import type { ModelRegistry, ModelVersion, TrainingRun, VersionOrAlias } from "../../registry.js";
import { formatHistory, readHistory } from "./alias-tags.js";
import type { MlflowModel, MlflowRun, MlflowVersion } from "./answers.js";
import { type MlflowOptions, mlflowClient } from "./client.js";
import { keepExperiment } from "./experiment.js";
import { errorCode, NAME } from "./failure.js";
import { mlflowName, modelOf } from "./model-name.js";
import { joinParameters } from "./parameters.js";
import { fromTags, TAG, tagValue, toTags } from "./tags.js";
import { findRun, logTraining, metricsOf, storedRun, trainingId } from "./training-run.js";
import { turns } from "./turns.js";

export interface MlflowRegistryOptions extends MlflowOptions {
  /** Name of the experiment that holds the runs. Made when it is not there, restored when somebody deleted it. Default "loadcast". */
  readonly experiment?: string;
  /** Told in a sentence what was put right without asking, such as a deleted experiment. */
  readonly onNotice?: (message: string) => void;
}

/**
 * MLflow as a registry: a model is a registered model (its name without "/" and ":", see `mlflowName`), a training a run of the experiment
 * with its parameters, metrics and artifacts, and `champion` and `challenger` are aliases that MLflow's own page can move as well.
 */
export function mlflowRegistry(options: MlflowRegistryOptions): ModelRegistry {
  const { experiment = "loadcast", onNotice = () => undefined } = options;
  if (typeof experiment !== "string" || experiment.trim() === "") {
    throw new AdapterError(NAME, `experiment must be a name, got ${JSON.stringify(experiment)}`, {
      code: "INVALID_ARGUMENT",
    });
  }
  const client = mlflowClient(options);
  const experiments = keepExperiment(client, experiment, onNotice);
  const check = registryChecks(NAME);
  /** Registered models that were made or seen; one that is deleted later shows by an error. */
  const seen = new Set<string>();
  const inTurn = turns();
  let closed = false;

  const checkOpen = () => {
    if (closed) throw new AdapterError(NAME, "the registry is closed; make a new one", { code: "CLOSED" });
  };

  const makeModel = async (model: string): Promise<void> => {
    if (seen.has(model)) return;
    const name = mlflowName(model);
    const tag = { key: TAG.model, value: model };
    try {
      await client.createModel(name, [tag]);
    } catch (error) {
      const there = await client.model(name);
      if (there === null) throw error;
      if (tagValue(there.tags, TAG.model) === null) await client.setModelTag(name, tag);
    }
    seen.add(model);
  };
  const log = async (run: TrainingRun, document: Parameters<typeof logTraining>[3]): Promise<MlflowRun> => {
    const training = check.training(run);
    await makeModel(training.model);
    return logTraining(client, experiments, training, document);
  };
  const versionOfRun = async (name: string, runId: string): Promise<MlflowVersion | null> => {
    let first: MlflowVersion | null = null;
    for await (const version of client.searchVersions({ filter: `run_id = '${runId}'` })) {
      if (version.name === name && (first === null || version.version < first.version)) first = version;
    }
    return first;
  };
  /** The version of a run, made when there is none. Of two that were made at the same moment the first stays. */
  const makeVersion = async (model: string, run: MlflowRun): Promise<MlflowVersion> => {
    const name = mlflowName(model);
    const known = await versionOfRun(name, run.id);
    if (known !== null) return known;
    const tags = [...toTags(fromTags(run.tags)), { key: TAG.key, value: tagValue(run.tags, TAG.key) ?? "" }];
    const create = () => client.createVersion({ name, source: run.artifactUri, runId: run.id, tags });
    const made = await create().catch(async (error) => {
      // Made all the same, by a request whose answer was lost; or the registered model is gone, which somebody deleted.
      const there = await versionOfRun(name, run.id);
      if (there !== null) return there;
      if (errorCode(error) !== "RESOURCE_DOES_NOT_EXIST") throw error;
      seen.delete(model);
      await makeModel(model);
      return create();
    });
    const first = await versionOfRun(name, run.id);
    if (first === null || first.version >= made.version) return made;
    await client.deleteVersion(name, made.version);
    return first;
  };

  const toModelVersion = (model: string, version: MlflowVersion, run: MlflowRun | null): ModelVersion => ({
    model,
    version: version.version,
    run: version.runId,
    key: tagValue(version.tags, TAG.key) ?? (run === null ? null : tagValue(run.tags, TAG.key)) ?? "",
    trainedAt: run?.endTime ?? version.createdAt,
    aliases: [...version.aliases].sort(),
    // A run that was deleted for good took its parameters with it; the version still counts.
    parameters: joinParameters(run?.params ?? []),
    metrics: run === null ? {} : metricsOf(run),
    tags: fromTags(version.tags),
  });
  const findVersion = (model: string, which: VersionOrAlias): Promise<MlflowVersion | null> =>
    typeof which === "number"
      ? client.modelVersion(mlflowName(model), which)
      : client.versionByAlias(mlflowName(model), which);
  const mustFindVersion = async (model: string, version: number): Promise<MlflowVersion> => {
    const found = await findVersion(model, version);
    if (found === null) throw unknownVersion(NAME, model, version);
    return found;
  };
  const runOf = (version: MlflowVersion): Promise<MlflowRun | null> =>
    version.runId === "" ? Promise.resolve(null) : client.run(version.runId);
  const allModels = async ({ after, limit = 10_000 }: { after?: string; limit?: number } = {}) => {
    check.limit(limit);
    const found: { model: string; registered: MlflowModel }[] = [];
    for await (const registered of client.searchModels({ filter: `tags.\`${TAG.model}\` != ''`, pageSize: 1000 })) {
      const model = tagValue(registered.tags, TAG.model) ?? modelOf(registered.name);
      // A tag that somebody changed does not name this model.
      if (model !== null && mlflowName(model) === registered.name) found.push({ model, registered });
    }
    return found
      .filter(({ model }) => after === undefined || model > after)
      .sort((a, b) => (a.model < b.model ? -1 : 1))
      .slice(0, limit);
  };
  const findTraining = async (model: string, key: string): Promise<MlflowRun | null> =>
    experiments.using((id) => findRun(client, id, trainingId(model, key)));
  const artifactOf = async (run: MlflowRun | null, path: string): Promise<Uint8Array | null> => {
    // Only what was logged as an artifact: MLflow also answers for folders.
    if (run === null || tagValue(run.tags, TAG.artifact + path) === null) return null;
    return client.artifact(run.artifactUri, path);
  };

  return {
    name: NAME,

    async open() {
      checkOpen();
      await client.version();
      await experiments.id();
    },

    async logRun(run) {
      checkOpen();
      check.training(run);
      return inTurn(`${run.model}\n${run.key}`, async () => (await log(run, null)).id);
    },

    async register(version) {
      checkOpen();
      const { model, key } = check.training(version);
      const document = check.document(version);
      return inTurn(`${model}\n${key}`, async () => {
        const run = await log(version, document);
        return toModelVersion(model, await makeVersion(model, run), run);
      });
    },

    async models(page) {
      checkOpen();
      return (await allModels(page)).map(({ model }) => model);
    },

    async aliases(page) {
      checkOpen();
      return (await allModels(page)).map(({ model, registered }) => ({ model, aliases: { ...registered.aliases } }));
    },

    async versions(model, { before = Infinity, limit = 100 } = {}) {
      checkOpen();
      check.model(model);
      if (before !== Infinity) check.version(before);
      check.limit(limit);
      const found: MlflowVersion[] = [];
      const search = { filter: `name = '${mlflowName(model)}'`, orderBy: ["version_number DESC"] };
      for await (const version of client.searchVersions(search)) {
        if (version.version < before) found.push(version);
        if (found.length === limit) break;
      }
      if (found.length === 0) return [];
      // MLflow's list of versions leaves out the aliases.
      const registered = await client.model(mlflowName(model));
      const runs = await runsById(found.map(({ runId }) => runId));
      return found.map((version) => {
        const aliases = Object.entries(registered?.aliases ?? {}).filter(([, to]) => to === version.version);
        return toModelVersion(
          model,
          { ...version, aliases: aliases.map(([alias]) => alias) },
          runs.get(version.runId) ?? null,
        );
      });
    },

    async version(model, which) {
      checkOpen();
      check.model(model);
      check.which(which);
      const version = await findVersion(model, which);
      return version === null ? null : toModelVersion(model, version, await runOf(version));
    },

    async load(model, which) {
      checkOpen();
      check.model(model);
      check.which(which);
      const version = await findVersion(model, which);
      if (version === null) return null;
      const [run, body] = await Promise.all([runOf(version), client.artifact(version.source, DOCUMENT_PATH)]);
      if (body === null) {
        throw new AdapterError(
          NAME,
          `version ${version.version} of ${JSON.stringify(model)} has no ${DOCUMENT_PATH} in MLflow; its artifacts were removed, so train or push it again under another key`,
          { code: "INVALID_DATA" },
        );
      }
      return { ...toModelVersion(model, version, run), document: Buffer.from(body).toString("utf8") };
    },

    async artifact(model, version, path) {
      checkOpen();
      check.model(model);
      check.version(version);
      const found = await findVersion(model, version);
      return found === null ? null : artifactOf(await runOf(found), String(path));
    },

    async run(model, key) {
      checkOpen();
      check.model(model);
      check.key(key);
      const run = await findTraining(model, key);
      if (run === null) return null;
      return storedRun(model, run, (await versionOfRun(mlflowName(model), run.id))?.version ?? null);
    },

    async *runs(model) {
      checkOpen();
      check.model(model);
      const name = mlflowName(model);
      const versions = new Map<string, number>();
      for await (const { runId, version } of client.searchVersions({ filter: `name = '${name}'` })) {
        versions.set(runId, Math.min(version, versions.get(runId) ?? Infinity));
      }
      const search = { filter: `tags.\`${TAG.name}\` = '${name}'`, orderBy: ["attributes.start_time DESC"] };
      for await (const run of client.searchRuns([await experiments.id()], search)) {
        // One that is RUNNING was not logged to its end.
        if (run.status !== "RUNNING") yield storedRun(model, run, versions.get(run.id) ?? null);
      }
    },

    async runArtifact(model, key, path) {
      checkOpen();
      check.model(model);
      check.key(key);
      return artifactOf(await findTraining(model, key), String(path));
    },

    async setAlias(model, alias, version) {
      checkOpen();
      check.model(model);
      check.alias(alias);
      if (version !== null) check.version(version);
      const name = mlflowName(model);
      await inTurn(name, async () => {
        const registered = await client.model(name);
        if (registered === null)
          throw version === null ? unknownModel(NAME, model) : unknownVersion(NAME, model, version);
        if (version !== null) await mustFindVersion(model, version);
        if ((registered.aliases[alias] ?? null) === version) return;
        const history = readHistory(registered, alias);
        if (version === null) await client.deleteAlias(name, alias);
        else await client.setAlias(name, alias, version);
        const value = formatHistory([{ version, at: Date.now() }, ...history]);
        await client.setModelTag(name, { key: TAG.history + alias, value });
      });
    },

    async aliasHistory(model, alias) {
      checkOpen();
      check.model(model);
      check.alias(alias);
      const name = mlflowName(model);
      const registered = await client.model(name);
      if (registered === null) return [];
      const there = new Set<number>();
      for await (const { version } of client.searchVersions({ filter: `name = '${name}'` })) there.add(version);
      return tidyHistory(readHistory(registered, alias), (version) => there.has(version));
    },

    async tag(model, version, tags) {
      checkOpen();
      check.model(model);
      check.version(version);
      const checked = check.tags(tags);
      await mustFindVersion(model, version);
      for (const tag of toTags(checked)) await client.setVersionTag(mlflowName(model), version, tag);
    },

    async remove(model, version) {
      checkOpen();
      check.model(model);
      check.version(version);
      const name = mlflowName(model);
      await inTurn(name, async () => {
        const found = await mustFindVersion(model, version);
        if (found.aliases.length > 0) throw stillInUse(NAME, model, version, [...found.aliases].sort());
        // The run first: what is cut off here is done by the next call, which still finds the version.
        if (found.runId !== "" && (await client.run(found.runId))?.deleted === false)
          await client.deleteRun(found.runId);
        await client.deleteVersion(name, version);
      });
    },

    async close() {
      closed = true;
    },
  };

  /** Many runs in few requests; those that are deleted or elsewhere one by one. */
  async function runsById(ids: readonly string[]): Promise<Map<string, MlflowRun>> {
    const runs = new Map<string, MlflowRun>();
    const wanted = ids.filter((id) => /^\w+$/.test(id));
    for (let at = 0; at < wanted.length; at += 100) {
      const part = wanted.slice(at, at + 100).map((id) => `'${id}'`);
      const search = { filter: `attributes.run_id IN (${part.join(", ")})` };
      for await (const run of client.searchRuns([await experiments.id()], search)) runs.set(run.id, run);
    }
    for (const id of wanted) {
      const run = runs.has(id) ? null : await client.run(id);
      if (run !== null) runs.set(id, run);
    }
    return runs;
  }
}
