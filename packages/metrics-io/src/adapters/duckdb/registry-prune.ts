import { AdapterError } from "../../errors.js";
import type { CheckedRegistryLimits } from "../../registry/check.js";
import { versionsInUse } from "../../registry/kept-versions.js";
import { ALIAS_CHANGES } from "../../registry/tidy-journal.js";
import type { AliasChange, RegistryPruneReport } from "../../registry.js";
import { NAME } from "./open.js";
import { query } from "./registry-read.js";
import { RUNS_TABLE } from "./registry-schema.js";
import { registryState } from "./registry-state.js";
import type { RegistryTransaction, RegistryWriter } from "./registry-write.js";
import type { SessionKeeper } from "./session.js";

/** Trainings that one change lets go: a few milliseconds, so that others have their turn. */
const PIECE = 200;

/**
 * Lets trainings and versions go that nobody needs any more, with their packs, and tidies the journal. What is removed is not told to those
 * who follow the registry: they keep what they have.
 */
export async function pruneRegistry(
  sessions: SessionKeeper,
  writer: RegistryWriter,
  { runsBefore, versions, followed, models }: CheckedRegistryLimits,
  signal: AbortSignal | undefined,
): Promise<RegistryPruneReport> {
  const ids = (sql: string, value: number | bigint) =>
    sessions.read("looking for old trainings", async ({ instance }) =>
      (await query(instance, sql, [value])).map(([id]) => Number(id)),
    );
  const inPieces = async (
    found: readonly number[],
    work: (tx: RegistryTransaction, ids: readonly number[]) => Gone,
  ) => {
    const { packs } = await registryState(await sessions.get());
    let count = 0;
    for (let at = 0; at < found.length; at += PIECE) {
      if (signal?.aborted) throw new AdapterError(NAME, "pruning was stopped", { code: "ABORTED" });
      const gone = await writer.write((tx) => work(tx, found.slice(at, at + PIECE)));
      for (const pack of gone.packs) await packs.remove(pack);
      count += gone.count;
    }
    return count;
  };

  const gone = { runs: 0, versions: 0 };
  for (const model of models) {
    if (signal?.aborted) throw new AdapterError(NAME, "pruning was stopped", { code: "ABORTED" });
    const { packs } = await registryState(await sessions.get());
    const left = await writer.write((tx) => deleteModel(tx, model));
    for (const pack of left.packs) await packs.remove(pack);
    gone.runs += left.runs;
    gone.versions += left.versions;
  }
  const failed =
    runsBefore === -Infinity
      ? []
      : await ids("SELECT run_id FROM registry_runs WHERE version IS NULL AND ended_ms < $1", BigInt(runsBefore));
  const surplus =
    versions === Infinity
      ? []
      : await ids(
          `SELECT run_id FROM (SELECT run_id, row_number() OVER (PARTITION BY model_id ORDER BY version DESC) AS place
           FROM registry_runs WHERE version IS NOT NULL) WHERE place > $1 ORDER BY run_id`,
          versions,
        );
  const report = {
    // One that has become a version meanwhile stays.
    runs: gone.runs + (await inPieces(failed, (tx, piece) => deleteRuns(tx, piece, "version IS NULL"))),
    versions:
      gone.versions + (await inPieces(surplus, async (tx, piece) => deleteRuns(tx, await unused(tx, piece), "true"))),
  };
  await writer.write((tx) => tidyJournal(tx, followed));
  await writer.write(rewriteRuns);
  return report;
}

type Gone = Promise<{ readonly count: number; readonly packs: readonly string[] }>;

/** Numbers of our own may stand in a statement; there is one statement for each length. */
const list = (ids: readonly number[]) => `(${ids.join(", ")})`;

async function deleteRuns(tx: RegistryTransaction, ids: readonly number[], condition: string): Gone {
  if (ids.length === 0) return { count: 0, packs: [] };
  const these = `run_id IN ${list(ids)} AND ${condition}`;
  const rows = await tx.rows(`SELECT document_pack, pack FROM registry_runs WHERE ${these}`, []);
  await tx.run(
    `DELETE FROM registry_changes USING (SELECT model_id, key FROM registry_runs WHERE ${these}) AS gone
     WHERE registry_changes.model_id = gone.model_id AND registry_changes.key = gone.key AND kind <> 'remove'`,
    [],
  );
  await tx.run(`DELETE FROM registry_runs WHERE ${these}`, []);
  const packs = rows.flat().filter((pack) => pack !== null);
  return { count: rows.length, packs: [...new Set(packs.map(String))] };
}

/** A model with all its trainings, aliases and changes. */
async function deleteModel(tx: RegistryTransaction, name: string) {
  const id = tx.model(name)?.id;
  if (id === undefined) return { runs: 0, versions: 0, packs: [] };
  const rows = await tx.rows("SELECT version, document_pack, pack FROM registry_runs WHERE model_id = $1", [id]);
  for (const table of ["registry_changes", "registry_runs", "registry_models"]) {
    await tx.run(`DELETE FROM ${table} WHERE model_id = $1`, [id]);
  }
  tx.setModel(name, null);
  const versions = rows.filter(([version]) => version !== null).length;
  const packs = rows.flatMap(([, ...found]) => found.filter((pack) => pack !== null).map(String));
  return { runs: rows.length - versions, versions, packs: [...new Set(packs)] };
}

/** Those of the versions that no alias points at, nor pointed at before. */
async function unused(tx: RegistryTransaction, ids: readonly number[]): Promise<number[]> {
  const runs = await tx.rows(
    `SELECT run_id, version, model_id, name FROM registry_runs JOIN registry_models USING (model_id)
     WHERE run_id IN ${list(ids)}`,
    [],
  );
  const models = new Map(runs.map(([, , model, name]) => [Number(model), String(name)]));
  if (models.size === 0) return [];
  const histories = new Map<number, Map<string, AliasChange[]>>([...models.keys()].map((model) => [model, new Map()]));
  const changes = await tx.rows(
    `SELECT model_id, alias, version, at_ms::DOUBLE FROM registry_changes
     WHERE kind = 'alias' AND model_id IN ${list([...models.keys()])} ORDER BY change DESC`,
    [],
  );
  for (const [model, alias, version, at] of changes) {
    const ofModel = histories.get(Number(model)) as Map<string, AliasChange[]>;
    const change = { version: version === null ? null : Number(version), at: Number(at) };
    ofModel.set(String(alias), [...(ofModel.get(String(alias)) ?? []), change]);
  }
  const used = new Map<number, Set<number>>();
  for (const [model, name] of models) {
    const aliases = [...(tx.model(name)?.aliases ?? [])].map(([alias, { version }]) => [alias, version] as const);
    used.set(model, versionsInUse(new Map(aliases), histories.get(model) ?? new Map()));
  }
  return runs
    .filter(([, version, model]) => !used.get(Number(model))?.has(Number(version)))
    .map(([run]) => Number(run));
}

/**
 * Rows of the journal that say nothing any more, and that those who follow have taken: removals, but for the one that tells the highest
 * number of a model; an alias that was taken away from nothing; and changes of an alias beyond the length of its history.
 */
async function tidyJournal(tx: RegistryTransaction, followed: number): Promise<void> {
  const taken = followed === Infinity ? 2n ** 62n : BigInt(followed);
  await tx.run(
    `DELETE FROM registry_changes WHERE kind = 'remove' AND change <= $1 AND change NOT IN (
       SELECT arg_max(change, version) FROM registry_changes WHERE kind IN ('version', 'remove') GROUP BY model_id)`,
    [taken],
  );
  await tx.run(
    `DELETE FROM registry_changes WHERE change <= $1 AND change IN (
       SELECT change FROM (
         SELECT change, version, lag(version) OVER (PARTITION BY model_id, alias ORDER BY change) AS before,
           row_number() OVER (PARTITION BY model_id, alias ORDER BY change DESC) AS age
         FROM registry_changes WHERE kind = 'alias')
       WHERE (version IS NULL AND before IS NULL) OR age > ${ALIAS_CHANGES})`,
    [taken],
  );
}

/** Rows that may be gone before it is worth writing the others anew. */
const LEAST_GONE = 200;

/**
 * A table with a primary key gets no space back from rows that were deleted: DuckDB 1.5 never moves the others up. Where more are gone than
 * left it is written anew.
 */
async function rewriteRuns(tx: RegistryTransaction): Promise<void> {
  const [[left, places]] = await tx.rows(
    "SELECT count(*)::DOUBLE, coalesce(max(rowid) + 1, 0)::DOUBLE FROM registry_runs",
    [],
  );
  const gone = Number(places) - Number(left);
  if (gone < LEAST_GONE || gone < Number(left)) return;
  for (const sql of [
    RUNS_TABLE.replace("registry_runs", "registry_runs_anew"),
    "INSERT INTO registry_runs_anew SELECT * FROM registry_runs ORDER BY run_id",
    "DROP TABLE registry_runs",
    "ALTER TABLE registry_runs_anew RENAME TO registry_runs",
  ]) {
    await tx.run(sql, []);
  }
}
