import type { DuckDBConnection } from "@duckdb/node-api";
import { type Packs, type Place, packsOf } from "./registry-packs.js";
import type { Session } from "./session.js";

/** Where a version lies. */
export interface KnownVersion {
  readonly version: number;
  readonly run: number;
  readonly document: Place & { readonly pack: string };
}

/** What is known of a model without asking the database. Never changed in place, so that readers keep what was committed. */
export interface KnownModel {
  readonly id: number;
  readonly lastVersion: number;
  readonly aliases: ReadonlyMap<string, KnownVersion>;
}

/** The numbers that are given next. */
export interface RegistryCounters {
  model: number;
  run: number;
  change: number;
}

/** What is committed, in brief: a few hundred bytes for each model. */
export interface RegistryState {
  readonly models: Map<string, KnownModel>;
  readonly packs: Packs;
  counters: RegistryCounters;
}

const states = new WeakMap<Session, Promise<RegistryState>>();
/**
 * Databases whose packs were swept. Once in a process is enough, and when a session is opened anew after a failure, packs may be there
 * whose rows are about to be written.
 */
const swept = new Set<string>();

/** The state that goes with a session, read once. */
export function registryState(session: Session): Promise<RegistryState> {
  let state = states.get(session);
  if (state === undefined) {
    state = readState(session);
    states.set(session, state);
    state.catch(() => states.delete(session));
  }
  return state;
}

async function readState(session: Session): Promise<RegistryState> {
  const connection = await session.instance.connect();
  try {
    const aliases = new Map<number, Map<string, KnownVersion>>();
    const pointed = await readRows(
      connection,
      `SELECT model_id, alias, version, run_id, document_pack, document_at, document_size
       FROM (SELECT model_id, alias, arg_max_null(version, change) AS version FROM registry_changes
             WHERE kind = 'alias' GROUP BY model_id, alias)
       JOIN registry_runs USING (model_id, version)`,
    );
    for (const [model, alias, ...place] of pointed) {
      const id = Number(model);
      const known = toKnownVersion(place);
      aliases.set(id, (aliases.get(id) ?? new Map()).set(String(alias), known));
    }
    const models = new Map<string, KnownModel>();
    const named = await readRows(
      connection,
      `SELECT model_id, name, coalesce(last, 0) FROM registry_models
       LEFT JOIN (SELECT model_id, max(version) AS last FROM registry_changes WHERE kind IN ('version', 'remove') GROUP BY model_id)
         USING (model_id)`,
    );
    for (const [model, name, last] of named) {
      const id = Number(model);
      models.set(String(name), { id, lastVersion: Number(last), aliases: aliases.get(id) ?? new Map() });
    }
    // The last rows of the journal may be gone: a number that a follower has seen is not given again, or it would miss that change.
    const [[model, run, change]] = await readRows(
      connection,
      `SELECT (SELECT coalesce(max(model_id), 0) FROM registry_models), (SELECT coalesce(max(run_id), 0) FROM registry_runs),
         (SELECT coalesce(max(change), 0) FROM (SELECT change FROM registry_changes UNION ALL SELECT position FROM registry_followers))`,
    );
    const packs = packsOf(session);
    if (!swept.has(session.file)) {
      swept.add(session.file);
      const named = await readRows(
        connection,
        `SELECT pack FROM registry_runs WHERE pack IS NOT NULL
         UNION SELECT document_pack FROM registry_runs WHERE document_pack IS NOT NULL`,
      );
      await packs.sweep(new Set(named.map(([pack]) => String(pack))));
    }
    return {
      models,
      packs,
      counters: {
        model: Number(model) + 1,
        run: Number(run) + 1,
        change: Number(change) + 1,
      },
    };
  } finally {
    connection.closeSync();
  }
}

async function readRows(connection: DuckDBConnection, sql: string): Promise<unknown[][]> {
  return (await connection.runAndReadAll(sql)).getRows();
}

/** From the columns version, run_id, document_pack, document_at, document_size. */
export function toKnownVersion([version, run, pack, at, size]: readonly unknown[]): KnownVersion {
  return {
    version: Number(version),
    run: Number(run),
    document: { pack: String(pack), at: Number(at), size: Number(size) },
  };
}

/** Aliases that point at a version, in alphabetical order. */
export function aliasesOf(model: KnownModel, version: number): string[] {
  return [...model.aliases]
    .filter(([, known]) => known.version === version)
    .map(([alias]) => alias)
    .sort();
}
