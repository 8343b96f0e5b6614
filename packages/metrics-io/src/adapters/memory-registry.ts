import { AdapterError } from "../errors.js";
import { tidyHistory } from "../registry/alias-history.js";
import { type CheckedArtifact, type CheckedTraining, DOCUMENT_PATH, registryChecks } from "../registry/check.js";
import { versionsInUse } from "../registry/kept-versions.js";
import { tidyJournal } from "../registry/tidy-journal.js";
import { stillInUse, unknownModel, unknownVersion } from "../registry/unknown.js";
import type { JournaledRegistry, ModelVersion, RegistryChange, StoredRun, VersionOrAlias } from "../registry.js";

const NAME = "memory";

interface Run {
  readonly id: string;
  training: CheckedTraining;
  readonly artifacts: Map<string, CheckedArtifact>;
  version: number | null;
  /** Of the version; the run keeps those it began with. */
  tags: Readonly<Record<string, string>>;
}

interface Model {
  readonly name: string;
  /** By key, in the order in which they came. */
  readonly runs: Map<string, Run>;
  readonly versions: Map<number, Run>;
  readonly aliases: Map<string, number>;
  lastVersion: number;
}

/** A registry that lasts as long as the process: for tests, trials and services that must not write to a disk. */
export function memoryRegistry(): JournaledRegistry {
  const check = registryChecks(NAME);
  const models = new Map<string, Model>();
  const positions = new Map<string, number>();
  let journal: RegistryChange[] = [];
  let lastChange = 0;
  let lastRun = 0;
  let closed = false;

  const checkOpen = () => {
    if (closed) throw new AdapterError(NAME, "the registry is closed; make a new one", { code: "CLOSED" });
  };
  const record = (kind: RegistryChange["kind"], model: string, run: Run | null, alias: string | null = null) => {
    journal.push({
      change: ++lastChange,
      at: Date.now(),
      kind,
      model,
      key: run?.training.key ?? null,
      version: run?.version ?? null,
      alias,
    });
  };
  const find = (model: string, which: VersionOrAlias): Run | null => {
    const entry = models.get(model);
    const version = typeof which === "number" ? which : entry?.aliases.get(which);
    return (version === undefined ? undefined : entry?.versions.get(version)) ?? null;
  };
  const mustFind = (model: string, version: number): { entry: Model; run: Run } => {
    const entry = models.get(model);
    const run = entry?.versions.get(version);
    if (entry === undefined || run === undefined) throw unknownVersion(NAME, model, version);
    return { entry, run };
  };
  /** The run of this training, made when it is new. */
  const runOf = (training: CheckedTraining): { entry: Model; run: Run; made: boolean } => {
    let entry = models.get(training.model);
    if (entry === undefined) {
      entry = { name: training.model, runs: new Map(), versions: new Map(), aliases: new Map(), lastVersion: 0 };
      models.set(training.model, entry);
    }
    const known = entry.runs.get(training.key);
    if (known !== undefined) return { entry, run: known, made: false };
    const artifacts = new Map(training.artifacts.map((artifact) => [artifact.path, artifact]));
    const run: Run = { id: String(++lastRun), training, artifacts, version: null, tags: training.tags };
    entry.runs.set(training.key, run);
    return { entry, run, made: true };
  };
  /** Removes a run, its version and what the journal says of it. */
  const forget = (entry: Model, run: Run) => {
    const { key } = run.training;
    if (run.version !== null) entry.versions.delete(run.version);
    entry.runs.delete(key);
    journal = journal.filter((change) => change.kind === "remove" || change.model !== entry.name || change.key !== key);
  };
  /** Where each alias of a model pointed, newest first. */
  const historiesOf = (model: string): Map<string, RegistryChange[]> => {
    const histories = new Map<string, RegistryChange[]>();
    for (const change of journal) {
      if (change.kind !== "alias" || change.model !== model) continue;
      const alias = change.alias as string;
      histories.set(alias, [change, ...(histories.get(alias) ?? [])]);
    }
    return histories;
  };
  const versionOf = (run: Run): ModelVersion => {
    const { model, key, endedAt, parameters, metrics } = run.training;
    const version = run.version as number;
    const aliases = [...(models.get(model)?.aliases ?? [])].filter(([, to]) => to === version).map(([alias]) => alias);
    return {
      ...{ model, version, run: run.id, key, trainedAt: endedAt, aliases: aliases.sort() },
      ...{ parameters: { ...parameters }, metrics: { ...metrics }, tags: { ...run.tags } },
    };
  };
  const storedOf = (run: Run): StoredRun => {
    const { parameters, metrics, tags, artifacts, ...rest } = run.training;
    return {
      ...{ id: run.id, version: run.version, ...rest },
      ...{ parameters: { ...parameters }, metrics: { ...metrics }, tags: { ...tags } },
      artifacts: artifacts
        .map(({ path, contentType }) => ({ path, contentType }))
        .sort((a, b) => (a.path < b.path ? -1 : 1)),
    };
  };
  const bodyOf = (run: Run | null | undefined, path: string): Uint8Array | null => {
    const artifact = run?.artifacts.get(path);
    return artifact === undefined ? null : Uint8Array.from(artifact.body);
  };
  const page = ({ after, limit = 10_000 }: { after?: string; limit?: number } = {}): Model[] => {
    check.limit(limit);
    return [...models.values()]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .filter(({ name }) => after === undefined || name > after)
      .slice(0, limit);
  };

  return {
    name: NAME,

    async open() {
      checkOpen();
    },

    async logRun(run) {
      checkOpen();
      const { run: kept, made } = runOf(check.training(run));
      if (made) record("run", run.model, kept);
      return kept.id;
    },

    async register(version) {
      checkOpen();
      const training = check.training(version);
      const document = check.document(version);
      const { entry, run } = runOf(training);
      if (run.version === null) {
        run.version = ++entry.lastVersion;
        run.training = { ...run.training, status: "finished" };
        run.artifacts.set(document.path, document);
        entry.versions.set(run.version, run);
        record("version", entry.name, run);
      }
      return versionOf(run);
    },

    async models(wanted) {
      checkOpen();
      return page(wanted).map(({ name }) => name);
    },

    async aliases(wanted) {
      checkOpen();
      return page(wanted).map(({ name, aliases }) => ({ model: name, aliases: Object.fromEntries(aliases) }));
    },

    async versions(model, { before = Infinity, limit = 100 } = {}) {
      checkOpen();
      check.model(model);
      if (before !== Infinity) check.version(before);
      check.limit(limit);
      const versions = [...(models.get(model)?.versions.values() ?? [])].map(versionOf);
      return versions
        .filter(({ version }) => version < before)
        .sort((a, b) => b.version - a.version)
        .slice(0, limit);
    },

    async version(model, which) {
      checkOpen();
      check.model(model);
      check.which(which);
      const run = find(model, which);
      return run === null ? null : versionOf(run);
    },

    async load(model, which) {
      checkOpen();
      check.model(model);
      check.which(which);
      const run = find(model, which);
      if (run === null) return null;
      const { body } = run.artifacts.get(DOCUMENT_PATH) as CheckedArtifact;
      return { ...versionOf(run), document: Buffer.from(body).toString("utf8") };
    },

    async artifact(model, version, path) {
      checkOpen();
      check.model(model);
      check.version(version);
      return bodyOf(find(model, version), path);
    },

    async run(model, key) {
      checkOpen();
      check.model(model);
      check.key(key);
      const run = models.get(model)?.runs.get(key);
      return run === undefined ? null : storedOf(run);
    },

    async *runs(model) {
      checkOpen();
      check.model(model);
      const runs = [...(models.get(model)?.runs.values() ?? [])].reverse();
      yield* runs.sort((a, b) => b.training.startedAt - a.training.startedAt).map(storedOf);
    },

    async runArtifact(model, key, path) {
      checkOpen();
      check.model(model);
      check.key(key);
      return bodyOf(models.get(model)?.runs.get(key), path);
    },

    async setAlias(model, alias, version) {
      checkOpen();
      check.model(model);
      check.alias(alias);
      if (version === null) {
        const entry = models.get(model);
        if (entry === undefined) throw unknownModel(NAME, model);
        if (entry.aliases.delete(alias)) record("alias", model, null, alias);
        return;
      }
      check.version(version);
      const { entry, run } = mustFind(model, version);
      if (entry.aliases.get(alias) === version) return;
      entry.aliases.set(alias, version);
      record("alias", model, run, alias);
    },

    async aliasHistory(model, alias) {
      checkOpen();
      check.model(model);
      check.alias(alias);
      const changes = journal.filter((change) => change.model === model && change.alias === alias).reverse();
      return tidyHistory(changes, (version) => models.get(model)?.versions.has(version) ?? false);
    },

    async tag(model, version, tags) {
      checkOpen();
      check.model(model);
      check.version(version);
      const checked = check.tags(tags);
      const { run } = mustFind(model, version);
      run.tags = { ...run.tags, ...checked };
      record("tags", model, run);
    },

    async remove(model, version) {
      checkOpen();
      check.model(model);
      check.version(version);
      const { entry, run } = mustFind(model, version);
      const { aliases } = versionOf(run);
      if (aliases.length > 0) throw stillInUse(NAME, model, version, aliases);
      forget(entry, run);
      record("remove", model, run);
    },

    async prune(limits, { signal } = {}) {
      checkOpen();
      const { runsBefore, versions, followed, models: gone } = check.limits(limits);
      if (signal?.aborted) throw new AdapterError(NAME, "pruning was stopped", { code: "ABORTED" });
      const report = { runs: 0, versions: 0 };
      for (const name of gone) {
        for (const { version } of models.get(name)?.runs.values() ?? [])
          report[version === null ? "runs" : "versions"]++;
        models.delete(name);
        journal = journal.filter(({ model }) => model !== name);
      }
      for (const entry of models.values()) {
        for (const run of [...entry.runs.values()]) {
          if (run.version !== null || run.training.endedAt >= runsBefore) continue;
          forget(entry, run);
          report.runs++;
        }
        const used = versionsInUse(entry.aliases, historiesOf(entry.name));
        const old = [...entry.versions.keys()].sort((a, b) => b - a).slice(versions);
        for (const version of old.filter((number) => !used.has(number))) {
          forget(entry, entry.versions.get(version) as Run);
          report.versions++;
        }
      }
      journal = tidyJournal(journal, followed);
      return report;
    },

    async changes(after, limit) {
      checkOpen();
      check.limit(limit);
      return journal.filter(({ change }) => change > after).slice(0, limit);
    },

    async countChanges(after) {
      checkOpen();
      return journal.filter(({ change }) => change > after).length;
    },

    async position(follower) {
      checkOpen();
      return positions.get(follower) ?? 0;
    },

    async setPosition(follower, change) {
      checkOpen();
      positions.set(follower, change);
    },

    async close() {
      closed = true;
      models.clear();
      journal = [];
    },
  };
}
