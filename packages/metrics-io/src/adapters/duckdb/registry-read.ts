import type { DuckDBBlobValue, DuckDBConnection, DuckDBInstance, DuckDBValue } from "@duckdb/node-api";
import { DOCUMENT_PATH } from "../../registry/check.js";
import type { ModelVersion, RegistryChange, StoredRun } from "../../registry.js";
import { unpackArtifact } from "./registry-artifacts.js";
import type { KnownModel } from "./registry-state.js";

/** Columns of a version, in the order in which `toVersion` takes them. */
export const VERSION_COLUMNS = "version, run_id, key, ended_ms::DOUBLE, parameters, metrics, version_tags";

/** Runs a query on a connection of its own, which costs 0.2 ms and waits for no write. */
export async function query(instance: DuckDBInstance, sql: string, values: DuckDBValue[]): Promise<unknown[][]> {
  const connection: DuckDBConnection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql, values)).getRows();
  } finally {
    connection.closeSync();
  }
}

export function toVersion(model: string, known: KnownModel, row: readonly unknown[]): ModelVersion {
  const [version, run, key, endedAt, parameters, metrics, tags] = row;
  const aliases = [...known.aliases].filter(([, to]) => to === version).map(([alias]) => alias);
  return {
    model,
    version: Number(version),
    run: String(run),
    key: String(key),
    trainedAt: Number(endedAt),
    aliases: aliases.sort(),
    parameters: JSON.parse(String(parameters)),
    metrics: JSON.parse(String(metrics)),
    tags: JSON.parse(String(tags)),
  };
}

/** Columns of a run, in the order in which `toRun` takes them. */
const RUN_COLUMNS = "run_id, version, key, started_ms::DOUBLE, ended_ms::DOUBLE, status, parameters, metrics, tags";

function toRun(model: string, row: readonly unknown[], artifacts: StoredRun["artifacts"]): StoredRun {
  const [id, version, key, startedAt, endedAt, status, parameters, metrics, tags] = row;
  return {
    id: String(id),
    model,
    version: version === null ? null : Number(version),
    key: String(key),
    startedAt: Number(startedAt),
    endedAt: Number(endedAt),
    status: status as StoredRun["status"],
    parameters: JSON.parse(String(parameters)),
    metrics: JSON.parse(String(metrics)),
    tags: JSON.parse(String(tags)),
    artifacts,
  };
}

/** The runs of a model, or the one with this key, those that began last first. */
export async function readRuns(
  instance: DuckDBInstance,
  model: string,
  { id }: KnownModel,
  key: string | null,
): Promise<StoredRun[]> {
  const runs = await query(
    instance,
    `SELECT ${RUN_COLUMNS} FROM registry_runs WHERE model_id = $1 ${key === null ? "" : "AND key = $2"}
     ORDER BY started_ms DESC, run_id DESC`,
    key === null ? [id] : [id, key],
  );
  if (runs.length === 0) return [];
  const artifacts = new Map<unknown, Omit<StoredRun["artifacts"][number], never>[]>();
  const listed = await query(
    instance,
    `SELECT run_id, path, content_type FROM registry_artifacts
     WHERE path <> '${DOCUMENT_PATH}' AND run_id IN (${runs.map(([run]) => run).join(", ")}) ORDER BY run_id, path`,
    [],
  );
  for (const [run, path, contentType] of listed) {
    const entry = { path: String(path), contentType: String(contentType) };
    artifacts.set(run, [...(artifacts.get(run) ?? []), entry]);
  }
  return runs.map((row) => toRun(model, row, artifacts.get(row[0]) ?? []));
}

/** Contents of an artifact; null when there is none at this path. */
export async function readArtifact(instance: DuckDBInstance, run: number, path: string): Promise<Uint8Array | null> {
  const rows = await query(
    instance,
    "SELECT compression, body FROM registry_artifacts WHERE run_id = $1 AND path = $2",
    [run, path],
  );
  if (rows.length === 0) return null;
  const [compression, body] = rows[0];
  return unpackArtifact(String(compression), (body as DuckDBBlobValue).bytes);
}

export function toChange(row: readonly unknown[]): RegistryChange {
  const [change, at, kind, model, key, version, alias] = row;
  return {
    change: Number(change),
    at: Number(at),
    kind: kind as RegistryChange["kind"],
    model: String(model),
    key: key as string | null,
    version: version === null ? null : Number(version),
    alias: alias as string | null,
  };
}
