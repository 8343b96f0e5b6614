import type { DuckDBConnection } from "@duckdb/node-api";
import type { Session } from "./session.js";

/** What is known of a model without asking the database. Never changed in place, so that readers keep what was committed. */
export interface KnownModel {
  readonly id: number;
  readonly lastVersion: number;
  readonly aliases: ReadonlyMap<string, number>;
}

/** What is committed, in brief: a few hundred bytes for each model. */
export interface RegistryState {
  readonly models: Map<string, KnownModel>;
  nextModel: number;
  nextRun: number;
  nextChange: number;
}

const states = new WeakMap<Session, Promise<RegistryState>>();

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
    const rows = (sql: string) => readRows(connection, sql);
    const lastVersions = new Map(
      (
        await rows(
          "SELECT model_id, max(version) FROM registry_changes WHERE kind IN ('version', 'remove') GROUP BY model_id",
        )
      ).map(([model, version]) => [Number(model), Number(version)]),
    );
    const aliases = new Map<number, Map<string, number>>();
    for (const [model, alias, version] of await rows("SELECT model_id, alias, version FROM registry_aliases")) {
      const id = Number(model);
      aliases.set(id, (aliases.get(id) ?? new Map()).set(String(alias), Number(version)));
    }
    const models = new Map<string, KnownModel>();
    for (const [model, name] of await rows("SELECT model_id, name FROM registry_models")) {
      const id = Number(model);
      models.set(String(name), {
        id,
        lastVersion: lastVersions.get(id) ?? 0,
        aliases: aliases.get(id) ?? new Map(),
      });
    }
    const [[lastModel, lastRun, lastChange]] = await rows(
      `SELECT (SELECT coalesce(max(model_id), 0) FROM registry_models), (SELECT coalesce(max(run_id), 0) FROM registry_runs),
         (SELECT coalesce(max(change), 0) FROM registry_changes)`,
    );
    return {
      models,
      nextModel: Number(lastModel) + 1,
      nextRun: Number(lastRun) + 1,
      nextChange: Number(lastChange) + 1,
    };
  } finally {
    connection.closeSync();
  }
}

async function readRows(connection: DuckDBConnection, sql: string): Promise<unknown[][]> {
  return (await connection.runAndReadAll(sql)).getRows();
}
