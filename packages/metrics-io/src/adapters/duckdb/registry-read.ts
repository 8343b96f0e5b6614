import type { DuckDBInstance, DuckDBValue } from "@duckdb/node-api";
import type { ModelVersion, RegistryChange, StoredRun } from "../../registry.js";
import type { Place } from "./registry-packs.js";
import { aliasesOf, type KnownModel } from "./registry-state.js";

/** Columns of a version, in the order in which `toVersion` takes them. */
export const VERSION_COLUMNS = "version, run_id, key, ended_ms::DOUBLE, parameters, metrics, version_tags";

/** Columns of a run, in the order in which `toRun` takes them. */
export const RUN_COLUMNS =
  "run_id, version, key, started_ms::DOUBLE, ended_ms::DOUBLE, status, parameters, metrics, tags, artifacts";

/** Runs a query on a connection of its own, which costs 0.1 ms and waits for no write. */
export async function query(
  instance: DuckDBInstance,
  sql: string,
  values: readonly DuckDBValue[],
): Promise<unknown[][]> {
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql, [...values])).getRows();
  } finally {
    connection.closeSync();
  }
}

export function toVersion(model: string, known: KnownModel, row: readonly unknown[]): ModelVersion {
  const [version, run, key, endedAt, parameters, metrics, tags] = row;
  return {
    model,
    version: Number(version),
    run: String(run),
    key: String(key),
    trainedAt: Number(endedAt),
    aliases: aliasesOf(known, Number(version)),
    parameters: JSON.parse(String(parameters)),
    metrics: JSON.parse(String(metrics)),
    tags: JSON.parse(String(tags)),
  };
}

export function toRun(model: string, row: readonly unknown[]): StoredRun {
  const [id, version, key, startedAt, endedAt, status, parameters, metrics, tags, artifacts] = row;
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
    artifacts: toList(artifacts).map(({ path, contentType }) => ({ path, contentType })),
  };
}

/** An artifact as its run lists it; the pack is the run's. */
export interface ListedArtifact extends Place {
  readonly path: string;
  readonly contentType: string;
}

export function toList(artifacts: unknown): ListedArtifact[] {
  return JSON.parse(String(artifacts));
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
