import { AdapterError } from "../../errors.js";
import { tidyHistory } from "../../registry/alias-history.js";
import { DOCUMENT_PATH, registryChecks } from "../../registry/check.js";
import { ALIAS_CHANGES } from "../../registry/tidy-journal.js";
import { stillInUse, unknownModel } from "../../registry/unknown.js";
import type { JournaledRegistry, NewVersion, TrainingRun, VersionOrAlias } from "../../registry.js";
import { checkOpenOptions, NAME } from "./open.js";
import { registryJournal } from "./registry-journal.js";
import { pruneRegistry } from "./registry-prune.js";
import { query, RUN_COLUMNS, toList, toRun, toVersion, VERSION_COLUMNS } from "./registry-read.js";
import {
  findRun,
  insertRun,
  makeVersion,
  mustFindVersion,
  type PackedTraining,
  packTraining,
} from "./registry-runs.js";
import { aliasesOf, type KnownModel, type RegistryState, registryState } from "./registry-state.js";
import { type RegistryTransaction, registryWriter } from "./registry-write.js";
import { keepSession, type Session, type SessionKeeper } from "./session.js";

export interface DuckdbRegistryOptions {
  /** As for duckdbStore: a database file, or a folder in which `loadcast.duckdb` is used. */
  readonly path: string;
  /** What DuckDB may use before it spills to disk. Default "48MB". */
  readonly memoryLimit?: string;
  /** Default 2. */
  readonly threads?: number;
}

/**
 * The embedded registry: tables in the file of `duckdbStore`. One process and one of the two holds the file at a time, so where there is
 * a store, take `store.registry()` instead of this.
 */
export function duckdbRegistry({ path, memoryLimit = "48MB", threads = 2 }: DuckdbRegistryOptions): JournaledRegistry {
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
  const readModel = <T>(
    model: string,
    work: (session: Session, known: KnownModel, state: RegistryState) => Promise<T>,
  ): Promise<T | null> =>
    sessions.read(`reading the registry's ${model}`, async (session) => {
      const state = await registryState(session);
      const known = state.models.get(model);
      return known === undefined ? null : work(session, known, state);
    });
  /** One row of the runs, found by version or alias, with these columns; null when there is none. */
  const readRow = async ({ instance }: Session, known: KnownModel, which: VersionOrAlias, columns: string) => {
    const place = typeof which === "number" ? undefined : known.aliases.get(which);
    if (typeof which !== "number" && place === undefined) return null;
    const [row] =
      place === undefined
        ? await query(instance, `SELECT ${columns} FROM registry_runs WHERE model_id = $1 AND version = $2`, [
            known.id,
            which,
          ])
        : await query(instance, `SELECT ${columns} FROM registry_runs WHERE run_id = $1`, [place.run]);
    return row ?? null;
  };
  /** An artifact of the run that a condition finds. */
  const readArtifact = async (
    { instance }: Session,
    { packs }: RegistryState,
    path: unknown,
    condition: string,
    values: (string | number)[],
  ): Promise<Uint8Array | null> => {
    const [row] = await query(
      instance,
      `SELECT pack, artifacts, document_pack, document_at, document_size FROM registry_runs WHERE ${condition}`,
      values,
    );
    if (row === undefined) return null;
    const [pack, artifacts, documentPack, at, size] = row;
    if (path === DOCUMENT_PATH) {
      return documentPack === null ? null : packs.read(String(documentPack), { at: Number(at), size: Number(size) });
    }
    const listed = toList(artifacts).find((artifact) => artifact.path === path);
    return listed === undefined ? null : packs.read(String(pack), listed);
  };
  /** Packs a training, runs a change that may use the pack, and removes the pack when the change did not. */
  const writePacked = async <T>(
    run: TrainingRun | NewVersion,
    isVersion: boolean,
    work: (tx: RegistryTransaction, packed: PackedTraining) => Promise<{ value: T; used: boolean }>,
  ): Promise<T> => {
    const training = check.training(run);
    const document = isVersion ? check.document(run as NewVersion) : null;
    const { packs } = await registryState(await sessions.get());
    const packed = await packTraining(packs, training, document);
    let used = false;
    try {
      const outcome = await writer.write((tx) => work(tx, packed));
      used = outcome.used;
      return outcome.value;
    } finally {
      if (!used && packed.pack !== null) await packs.remove(packed.pack);
    }
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
  return {
    name: NAME,

    async open() {
      checkOpen();
      await sessions.get();
    },

    async logRun(run) {
      checkOpen();
      return writePacked(run, false, async (tx, packed) => {
        const { model, key } = packed.training;
        const known = await tx.makeModel(model);
        const found = await findRun(tx, known, key);
        if (found !== null) return { value: String(found.run), used: false };
        const id = await insertRun(tx, known, packed);
        await tx.record(known, { kind: "run", key, version: null, alias: null });
        return { value: String(id), used: true };
      });
    },

    async register(version) {
      checkOpen();
      return writePacked(version, true, async (tx, packed) => {
        const { model, key } = packed.training;
        let known = await tx.makeModel(model);
        const found = await findRun(tx, known, key);
        const run = found?.run ?? (await insertRun(tx, known, packed));
        const used = typeof found?.version !== "number";
        if (used) known = await makeVersion(tx, known, run, packed);
        const [row] = await tx.rows(`SELECT ${VERSION_COLUMNS} FROM registry_runs WHERE run_id = $1`, [run]);
        return { value: toVersion(model, known, row), used };
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
          aliases: Object.fromEntries([...aliases].map(([alias, { version }]) => [alias, version])),
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
      return readModel(model, async (session, known) => {
        const row = await readRow(session, known, which, VERSION_COLUMNS);
        return row === null ? null : toVersion(model, known, row);
      });
    },

    async load(model, which) {
      checkOpen();
      check.model(model);
      check.which(which);
      return readModel(model, async (session, known, { packs }) => {
        const place = typeof which === "number" ? undefined : known.aliases.get(which);
        const columns = `${VERSION_COLUMNS}, document_pack, document_at, document_size`;
        const [row, early] = await Promise.all([
          readRow(session, known, which, columns),
          place === undefined ? null : packs.read(place.document.pack, place.document),
        ]);
        if (row === null) return null;
        const [pack, at, size] = row.slice(-3);
        const body = early ?? (await packs.read(String(pack), { at: Number(at), size: Number(size) }));
        return { ...toVersion(model, known, row), document: Buffer.from(body).toString("utf8") };
      });
    },

    async document(model, version) {
      checkOpen();
      check.model(model);
      check.version(version);
      return readModel(model, async (session, known, { packs }) => {
        // Where aliases point is known without a question.
        const used = [...known.aliases.values()].find((alias) => alias.version === version);
        if (used) return packs.readPacked(used.document.pack, used.document);
        const row = await readRow(session, known, version, "document_pack, document_at, document_size");
        if (row === null) return null;
        const [pack, at, size] = row;
        return packs.readPacked(String(pack), { at: Number(at), size: Number(size) });
      });
    },

    async artifact(model, version, path) {
      checkOpen();
      check.model(model);
      check.version(version);
      return readModel(model, (session, { id }, state) =>
        readArtifact(session, state, path, "model_id = $1 AND version = $2", [id, version]),
      );
    },

    async run(model, key) {
      checkOpen();
      check.model(model);
      check.key(key);
      return readModel(model, async ({ instance }, { id }) => {
        const sql = `SELECT ${RUN_COLUMNS} FROM registry_runs WHERE model_id = $1 AND key = $2`;
        const [row] = await query(instance, sql, [id, key]);
        return row === undefined ? null : toRun(model, row);
      });
    },

    async *runs(model) {
      checkOpen();
      check.model(model);
      const runs = await readModel(model, ({ instance }, { id }) => {
        const sql = `SELECT ${RUN_COLUMNS} FROM registry_runs WHERE model_id = $1 ORDER BY started_ms DESC, run_id DESC`;
        return query(instance, sql, [id]);
      });
      for (const row of runs ?? []) yield toRun(model, row);
    },

    async runArtifact(model, key, path) {
      checkOpen();
      check.model(model);
      check.key(key);
      return readModel(model, (session, { id }, state) =>
        readArtifact(session, state, path, "model_id = $1 AND key = $2", [id, key]),
      );
    },

    async setAlias(model, alias, version) {
      checkOpen();
      check.model(model);
      check.alias(alias);
      if (version !== null) check.version(version);
      await writer.write(async (tx) => {
        const found = version === null ? null : await mustFindVersion(tx, model, version);
        const known = found?.known ?? tx.model(model);
        if (known === undefined) throw unknownModel(NAME, model);
        if (known.aliases.get(alias)?.version === (version ?? undefined)) return;
        const aliases = new Map(known.aliases);
        if (found === null) aliases.delete(alias);
        else aliases.set(alias, found.place);
        tx.setModel(model, { ...known, aliases });
        await tx.record(known, { kind: "alias", key: found?.key ?? null, version, alias });
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
           ORDER BY change DESC LIMIT ${ALIAS_CHANGES}`,
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
        const { known, key, place } = await mustFindVersion(tx, model, version);
        const [[kept]] = await tx.rows("SELECT version_tags FROM registry_runs WHERE run_id = $1", [place.run]);
        const merged = JSON.stringify({ ...JSON.parse(String(kept)), ...checked });
        await tx.run("UPDATE registry_runs SET version_tags = $2 WHERE run_id = $1", [place.run, merged]);
        await tx.record(known, { kind: "tags", key, version, alias: null });
      });
    },

    async remove(model, version) {
      checkOpen();
      check.model(model);
      check.version(version);
      const { packs } = await registryState(await sessions.get());
      const gone = await writer.write(async (tx) => {
        const { known, key, place } = await mustFindVersion(tx, model, version);
        const aliases = aliasesOf(known, version);
        if (aliases.length > 0) throw stillInUse(NAME, model, version, aliases);
        const [[pack]] = await tx.rows("SELECT pack FROM registry_runs WHERE run_id = $1", [place.run]);
        await tx.run("DELETE FROM registry_runs WHERE run_id = $1", [place.run]);
        const sql = "DELETE FROM registry_changes WHERE model_id = $1 AND key = $2 AND kind <> 'remove'";
        await tx.run(sql, [known.id, key]);
        await tx.record(known, { kind: "remove", key, version, alias: null });
        return [place.document.pack, pack];
      });
      for (const pack of new Set(gone)) if (typeof pack === "string") await packs.remove(pack);
    },

    async prune(limits, { signal } = {}) {
      checkOpen();
      return pruneRegistry(sessions, writer, check.limits(limits), signal);
    },

    ...registryJournal(sessions, writer, checkOpen),

    close() {
      closing ??= release();
      return closing;
    },
  };
}
