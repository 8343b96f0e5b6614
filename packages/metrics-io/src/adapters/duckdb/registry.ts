import { AdapterError } from "../../errors.js";
import { HISTORY_LENGTH, tidyHistory } from "../../registry/alias-history.js";
import { type CheckedTraining, DOCUMENT_PATH, registryChecks } from "../../registry/check.js";
import { stillInUse, unknownModel, unknownVersion } from "../../registry/unknown.js";
import type { JournaledRegistry, ModelVersion, VersionOrAlias } from "../../registry.js";
import { checkOpenOptions, NAME } from "./open.js";
import { type PackedArtifact, packArtifact } from "./registry-artifacts.js";
import { query, readArtifact, readRuns, toChange, toVersion, VERSION_COLUMNS } from "./registry-read.js";
import { type KnownModel, registryState } from "./registry-state.js";
import { type RegistryTransaction, registryWriter } from "./registry-write.js";
import { keepSession, type Session, type SessionKeeper } from "./session.js";

export interface DuckdbRegistryOptions {
  /** As for duckdbStore: a database file, or a folder in which `loadcast.duckdb` is used. */
  readonly path: string;
  /** What DuckDB may use before it spills to disk. Default "256MB". */
  readonly memoryLimit?: string;
  /** Default 2. */
  readonly threads?: number;
}

/**
 * The embedded registry: tables in the file of `duckdbStore`. One process and one of the two holds the file at a time, so where there is
 * a store, take `store.registry()` instead of this.
 */
export function duckdbRegistry({ path, memoryLimit = "256MB", threads = 2 }: DuckdbRegistryOptions): JournaledRegistry {
  const options = { path, memoryLimit, threads };
  checkOpenOptions(options);
  const sessions = keepSession(options);
  return registryIn(sessions, () => sessions.close());
}

/** The registry in an open database. `release` is called once, by close(), after the last change was written. */
export function registryIn(sessions: SessionKeeper, release: () => Promise<void>): JournaledRegistry {
  const check = registryChecks(NAME);
  const writer = registryWriter(sessions);
  let closing: Promise<void> | null = null;

  const checkOpen = () => {
    if (closing !== null) throw new AdapterError(NAME, "the registry is closed; make a new one", { code: "CLOSED" });
  };
  /** A read of one model; null when there is no such model. */
  const readModel = <T>(model: string, work: (session: Session, known: KnownModel) => Promise<T>): Promise<T | null> =>
    sessions.read(`reading the registry's ${model}`, async (session) => {
      const known = (await registryState(session)).models.get(model);
      return known === undefined ? null : work(session, known);
    });
  const readVersion = async (
    { instance }: Session,
    model: string,
    known: KnownModel,
    which: VersionOrAlias,
  ): Promise<ModelVersion | null> => {
    const version = typeof which === "number" ? which : known.aliases.get(which);
    if (version === undefined) return null;
    const rows = await query(
      instance,
      `SELECT ${VERSION_COLUMNS} FROM registry_runs WHERE model_id = $1 AND version = $2`,
      [known.id, version],
    );
    return rows.length === 0 ? null : toVersion(model, known, rows[0]);
  };
  const modelPage = (session: Session, { after, limit = 10_000 }: { after?: string; limit?: number } = {}) => {
    check.limit(limit);
    return registryState(session).then(({ models }) =>
      [...models]
        .filter(([name]) => after === undefined || name > after)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .slice(0, limit),
    );
  };
  /** Id of the run with this key; null when there is none. */
  const readRunId = async ({ instance }: Session, known: KnownModel, key: string): Promise<number | null> => {
    const rows = await query(instance, "SELECT run_id FROM registry_runs WHERE model_id = $1 AND key = $2", [
      known.id,
      key,
    ]);
    return rows.length === 0 ? null : Number(rows[0][0]);
  };

  return {
    name: NAME,

    async open() {
      checkOpen();
      await sessions.get();
    },

    async logRun(run) {
      checkOpen();
      const training = check.training(run);
      const artifacts = await Promise.all(training.artifacts.map(packArtifact));
      return writer.write(async (tx) => {
        const model = await tx.makeModel(training.model);
        const known = await findRun(tx, model, training.key);
        if (known !== null) return String(known.run);
        const id = await insertRun(tx, model, training, null, artifacts);
        await tx.record(model.id, { kind: "run", key: training.key, version: null, alias: null });
        return String(id);
      });
    },

    async register(version) {
      checkOpen();
      const training = check.training(version);
      const document = check.document(version);
      const artifacts = await Promise.all([...training.artifacts, document].map(packArtifact));
      return writer.write(async (tx) => {
        let model = await tx.makeModel(training.model);
        const known = await findRun(tx, model, training.key);
        if (known === null || known.version === null) {
          const number = model.lastVersion + 1;
          if (known === null) await insertRun(tx, model, training, number, artifacts);
          else {
            const [packed] = artifacts.slice(-1);
            await insertArtifacts(tx, known.run, [packed]);
            await tx.run("UPDATE registry_runs SET version = $2, version_tags = tags WHERE run_id = $1", [
              known.run,
              number,
            ]);
          }
          model = { ...model, lastVersion: number };
          tx.setModel(training.model, model);
          await tx.record(model.id, { kind: "version", key: training.key, version: number, alias: null });
        }
        const [row] = await tx.rows(`SELECT ${VERSION_COLUMNS} FROM registry_runs WHERE model_id = $1 AND key = $2`, [
          model.id,
          training.key,
        ]);
        return toVersion(training.model, model, row);
      });
    },

    async models(page) {
      checkOpen();
      return sessions.read("listing models", async (session) => (await modelPage(session, page)).map(([name]) => name));
    },

    async aliases(page) {
      checkOpen();
      return sessions.read("listing aliases", async (session) =>
        (await modelPage(session, page)).map(([model, { aliases }]) => ({
          model,
          aliases: Object.fromEntries(aliases),
        })),
      );
    },

    async versions(model, { before, limit = 100 } = {}) {
      checkOpen();
      check.model(model);
      if (before !== undefined) check.version(before);
      check.limit(limit);
      const read = readModel(model, async ({ instance }, known) => {
        const rows = await query(
          instance,
          `SELECT ${VERSION_COLUMNS} FROM registry_runs WHERE model_id = $1 AND version < $2 ORDER BY version DESC LIMIT $3`,
          [known.id, before ?? 2 ** 31 - 1, limit],
        );
        return rows.map((row) => toVersion(model, known, row));
      });
      return (await read) ?? [];
    },

    async version(model, which) {
      checkOpen();
      check.model(model);
      check.which(which);
      return readModel(model, (session, known) => readVersion(session, model, known, which));
    },

    async load(model, which) {
      checkOpen();
      check.model(model);
      check.which(which);
      return readModel(model, async (session, known) => {
        const version = await readVersion(session, model, known, which);
        if (version === null) return null;
        const body = await readArtifact(session.instance, Number(version.run), DOCUMENT_PATH);
        // Removed between the two reads.
        return body === null ? null : { ...version, document: Buffer.from(body).toString("utf8") };
      });
    },

    async artifact(model, version, path) {
      checkOpen();
      check.model(model);
      check.version(version);
      return readModel(model, async (session, known) => {
        const found = await readVersion(session, model, known, version);
        return found === null ? null : readArtifact(session.instance, Number(found.run), String(path));
      });
    },

    async run(model, key) {
      checkOpen();
      check.model(model);
      check.key(key);
      const runs = readModel(model, ({ instance }, known) => readRuns(instance, model, known, key));
      return (await runs)?.[0] ?? null;
    },

    async *runs(model) {
      checkOpen();
      check.model(model);
      yield* (await readModel(model, ({ instance }, known) => readRuns(instance, model, known, null))) ?? [];
    },

    async runArtifact(model, key, path) {
      checkOpen();
      check.model(model);
      check.key(key);
      return readModel(model, async (session, known) => {
        const run = await readRunId(session, known, key);
        return run === null ? null : readArtifact(session.instance, run, String(path));
      });
    },

    async setAlias(model, alias, version) {
      checkOpen();
      check.model(model);
      check.alias(alias);
      if (version !== null) check.version(version);
      await writer.write(async (tx) => {
        const known = tx.model(model);
        if (known === undefined) {
          throw version === null ? unknownModel(NAME, model) : unknownVersion(NAME, model, version);
        }
        const aliases = new Map(known.aliases);
        const key = version === null ? null : await mustFindKey(tx, model, known, version);
        if (aliases.get(alias) === (version ?? undefined)) return;
        await tx.run("DELETE FROM registry_aliases WHERE model_id = $1 AND alias = $2", [known.id, alias]);
        if (version === null) aliases.delete(alias);
        else {
          await tx.run("INSERT INTO registry_aliases VALUES ($1, $2, $3)", [known.id, alias, version]);
          aliases.set(alias, version);
        }
        tx.setModel(model, { ...known, aliases });
        await tx.record(known.id, { kind: "alias", key, version, alias });
      });
    },

    async aliasHistory(model, alias) {
      checkOpen();
      check.model(model);
      check.alias(alias);
      const changes = readModel(model, ({ instance }, known) =>
        // What was done to a version leaves the journal together with it, so twice the length is enough for what tidying leaves out.
        query(
          instance,
          `SELECT version, at_ms::DOUBLE FROM registry_changes WHERE model_id = $1 AND kind = 'alias' AND alias = $2
           ORDER BY change DESC LIMIT ${2 * HISTORY_LENGTH}`,
          [known.id, alias],
        ),
      );
      const history = ((await changes) ?? []).map(([version, at]) => ({
        version: version === null ? null : Number(version),
        at: Number(at),
      }));
      return tidyHistory(history, () => true);
    },

    async tag(model, version, tags) {
      checkOpen();
      check.model(model);
      check.version(version);
      const checked = check.tags(tags);
      await writer.write(async (tx) => {
        const known = tx.model(model);
        if (known === undefined) throw unknownVersion(NAME, model, version);
        const key = await mustFindKey(tx, model, known, version);
        const [[kept]] = await tx.rows("SELECT version_tags FROM registry_runs WHERE model_id = $1 AND version = $2", [
          known.id,
          version,
        ]);
        const merged = JSON.stringify({ ...JSON.parse(String(kept)), ...checked });
        await tx.run("UPDATE registry_runs SET version_tags = $3 WHERE model_id = $1 AND version = $2", [
          ...[known.id, version, merged],
        ]);
        await tx.record(known.id, { kind: "tags", key, version, alias: null });
      });
    },

    async remove(model, version) {
      checkOpen();
      check.model(model);
      check.version(version);
      await writer.write(async (tx) => {
        const known = tx.model(model);
        if (known === undefined) throw unknownVersion(NAME, model, version);
        const key = await mustFindKey(tx, model, known, version);
        const aliases = [...known.aliases].filter(([, to]) => to === version).map(([alias]) => alias);
        if (aliases.length > 0) throw stillInUse(NAME, model, version, aliases.sort());
        const run = await findRun(tx, known, key);
        await tx.run("DELETE FROM registry_artifacts WHERE run_id = $1", [run?.run ?? 0]);
        await tx.run("DELETE FROM registry_runs WHERE run_id = $1", [run?.run ?? 0]);
        await tx.run("DELETE FROM registry_changes WHERE model_id = $1 AND key = $2 AND kind <> 'remove'", [
          known.id,
          key,
        ]);
        await tx.record(known.id, { kind: "remove", key, version, alias: null });
      });
    },

    async changes(after, limit) {
      checkOpen();
      check.limit(limit);
      return sessions.read("reading the registry's changes", async ({ instance }) => {
        const rows = await query(
          instance,
          `SELECT change::DOUBLE, at_ms::DOUBLE, kind, name, key, version, alias
           FROM registry_changes JOIN registry_models USING (model_id) WHERE change > $1 ORDER BY change LIMIT $2`,
          [BigInt(after), limit],
        );
        return rows.map(toChange);
      });
    },

    async countChanges(after) {
      checkOpen();
      return sessions.read("counting the registry's changes", async ({ instance }) => {
        const sql = "SELECT count(*)::DOUBLE FROM registry_changes WHERE change > $1";
        const [[count]] = await query(instance, sql, [BigInt(after)]);
        return Number(count);
      });
    },

    async position(follower) {
      checkOpen();
      return sessions.read("reading a follower's position", async ({ instance }) => {
        const rows = await query(instance, "SELECT position::DOUBLE FROM registry_followers WHERE follower = $1", [
          follower,
        ]);
        return rows.length === 0 ? 0 : Number(rows[0][0]);
      });
    },

    async setPosition(follower, change) {
      checkOpen();
      await writer.write(async (tx) => {
        await tx.run("DELETE FROM registry_followers WHERE follower = $1", [follower]);
        await tx.run("INSERT INTO registry_followers VALUES ($1, $2)", [follower, BigInt(change)]);
      });
    },

    close() {
      closing ??= release();
      return closing;
    },
  };
}

async function findRun(
  tx: RegistryTransaction,
  model: KnownModel,
  key: string,
): Promise<{ run: number; version: number | null } | null> {
  const rows = await tx.rows("SELECT run_id, version FROM registry_runs WHERE model_id = $1 AND key = $2", [
    model.id,
    key,
  ]);
  if (rows.length === 0) return null;
  const [run, version] = rows[0];
  return { run: Number(run), version: version === null ? null : Number(version) };
}

async function mustFindKey(
  tx: RegistryTransaction,
  model: string,
  known: KnownModel,
  version: number,
): Promise<string> {
  const rows = await tx.rows("SELECT key FROM registry_runs WHERE model_id = $1 AND version = $2", [known.id, version]);
  if (rows.length === 0) throw unknownVersion(NAME, model, version);
  return String(rows[0][0]);
}

async function insertRun(
  tx: RegistryTransaction,
  model: KnownModel,
  training: CheckedTraining,
  version: number | null,
  artifacts: readonly PackedArtifact[],
): Promise<number> {
  const id = tx.nextRun();
  const tags = JSON.stringify(training.tags);
  await tx.run("INSERT INTO registry_runs VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)", [
    ...[id, model.id, version, training.key, BigInt(training.startedAt), BigInt(training.endedAt), training.status],
    ...[JSON.stringify(training.parameters), JSON.stringify(training.metrics), tags, version === null ? null : tags],
  ]);
  await insertArtifacts(tx, id, artifacts);
  return id;
}

async function insertArtifacts(
  tx: RegistryTransaction,
  run: number,
  artifacts: readonly PackedArtifact[],
): Promise<void> {
  if (artifacts.length === 0) return;
  const { blobValue } = await import("@duckdb/node-api");
  const rows = artifacts.map((_, i) => `($1, $${4 * i + 2}, $${4 * i + 3}, $${4 * i + 4}, $${4 * i + 5})`);
  const values = artifacts.flatMap(({ path, contentType, compression, body }) => [
    path,
    contentType,
    compression,
    blobValue(body),
  ]);
  await tx.run(`INSERT INTO registry_artifacts VALUES ${rows.join(", ")}`, [run, ...values]);
}
