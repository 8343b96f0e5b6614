import type { CheckedArtifact, CheckedTraining } from "../../registry/check.js";
import { unknownVersion } from "../../registry/unknown.js";
import { NAME } from "./open.js";
import type { Packs, Place } from "./registry-packs.js";
import type { ListedArtifact } from "./registry-read.js";
import { type KnownModel, type KnownVersion, toKnownVersion } from "./registry-state.js";
import type { RegistryTransaction } from "./registry-write.js";

/** A training whose bodies are on the disk already. */
export interface PackedTraining {
  readonly training: CheckedTraining;
  /** Null where there was nothing to keep. */
  readonly pack: string | null;
  readonly artifacts: readonly ListedArtifact[];
  readonly document: Place | null;
}

export async function packTraining(
  packs: Packs,
  training: CheckedTraining,
  document: CheckedArtifact | null,
): Promise<PackedTraining> {
  const artifacts = [...training.artifacts].sort((a, b) => (a.path < b.path ? -1 : 1));
  const bodies = [...(document === null ? [] : [document]), ...artifacts].map(({ body }) => body);
  if (bodies.length === 0) return { training, pack: null, artifacts: [], document: null };
  const { pack, places } = await packs.write(bodies);
  const own = document === null ? null : (places.shift() as Place);
  const listed = artifacts.map(({ path, contentType }, i) => ({ path, contentType, ...places[i] }));
  return { training, pack, artifacts: listed, document: own };
}

/** The run that was sent with a key. */
export async function findRun(
  tx: RegistryTransaction,
  model: KnownModel,
  key: string,
): Promise<{ run: number; version: number | null } | null> {
  const sql = "SELECT run_id, version FROM registry_runs WHERE model_id = $1 AND key = $2";
  const rows = await tx.rows(sql, [model.id, key]);
  if (rows.length === 0) return null;
  const [run, version] = rows[0];
  return { run: Number(run), version: version === null ? null : Number(version) };
}

/** A version with the key of its training; AdapterError NOT_FOUND when there is none. */
export async function mustFindVersion(
  tx: RegistryTransaction,
  model: string,
  version: number,
): Promise<{ known: KnownModel; key: string; place: KnownVersion }> {
  const known = tx.model(model);
  if (known !== undefined) {
    const sql = `SELECT key, version, run_id, document_pack, document_at, document_size
      FROM registry_runs WHERE model_id = $1 AND version = $2`;
    const [row] = await tx.rows(sql, [known.id, version]);
    if (row !== undefined) return { known, key: String(row[0]), place: toKnownVersion(row.slice(1)) };
  }
  throw unknownVersion(NAME, model, version);
}

/** Writes a run, without a version. Returns its number. */
export async function insertRun(tx: RegistryTransaction, model: KnownModel, packed: PackedTraining): Promise<number> {
  const { training, pack, artifacts } = packed;
  const { key, startedAt, endedAt, status, parameters, metrics, tags } = training;
  const id = tx.next("run");
  await tx.run(
    `INSERT INTO registry_runs
     VALUES ($1, $2, NULL, $3, $4, $5, $6, $7, $8, $9, NULL, $10, $11, NULL, NULL, NULL)`,
    [
      ...[id, model.id, key, BigInt(startedAt), BigInt(endedAt), status],
      ...[JSON.stringify(parameters), JSON.stringify(metrics), JSON.stringify(tags)],
      ...[artifacts.length === 0 ? null : pack, JSON.stringify(artifacts)],
    ],
  );
  return id;
}

/** Makes a run the next version of its model. */
export async function makeVersion(
  tx: RegistryTransaction,
  model: KnownModel,
  run: number,
  { training, pack, document }: PackedTraining,
): Promise<KnownModel> {
  const version = model.lastVersion + 1;
  await tx.run(
    `UPDATE registry_runs SET version = $2, status = 'finished', version_tags = tags, document_pack = $3, document_at = $4, document_size = $5
     WHERE run_id = $1`,
    [run, version, pack, document?.at ?? 0, document?.size ?? 0],
  );
  const after = { ...model, lastVersion: version };
  tx.setModel(training.model, after);
  await tx.record(after, { kind: "version", key: training.key, version, alias: null });
  return after;
}
