import type { EpochMillis } from "./types.js";

/**
 * What a training leaves behind besides the model: "forecast.svg", "tried.csv". A path is of letters, digits, ".", "_", "-", spaces
 * and forward slashes, without "." and ".." parts, and is not "model.json", which is the model itself.
 */
export interface Artifact {
  readonly path: string;
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

/**
 * One training, whether or not a model came of it. Names of parameters, metrics and tags are of letters, digits, ".", "_", "-", spaces
 * and slashes between them; values of parameters and tags are kept as text.
 */
export interface TrainingRun {
  /** The model's name: the id of its series, "host/metric". */
  readonly model: string;
  /** The same key is the same training: sent again, by a job that is repeated or a push that was cut off, it changes nothing. */
  readonly key: string;
  readonly startedAt: EpochMillis;
  readonly endedAt: EpochMillis;
  readonly status: "finished" | "failed";
  /** What went in: orders, the data's range and hash. */
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  /** What came out: log-likelihood, criteria, accuracy, seconds. One that is not finite is left out. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Each up to 5,000 characters. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly artifacts?: readonly Artifact[];
}

/** A finished training whose model becomes a version. */
export interface NewVersion extends TrainingRun {
  /** The model as text, kept whole and given back unchanged; the artifact "model.json" of its run. */
  readonly document: string;
}

/** A training as the registry keeps it. */
export interface StoredRun extends Omit<TrainingRun, "artifacts"> {
  /** What the registry calls it. */
  readonly id: string;
  /** The version that its model became; null for a training without one. */
  readonly version: number | null;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** What it left behind besides the model, by path; `runArtifact` gives the contents. */
  readonly artifacts: readonly Omit<Artifact, "body">[];
}

/** One version of a model. Versions of a model count from 1; the number of one that was removed is not given again. */
export interface ModelVersion {
  readonly model: string;
  readonly version: number;
  /** Id of its run. */
  readonly run: string;
  /** Key of its training. */
  readonly key: string;
  readonly trainedAt: EpochMillis;
  /** In alphabetical order. */
  readonly aliases: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** A version number, or an alias such as "champion". */
export type VersionOrAlias = number | string;

/** When an alias began to point at a version, or at none. */
export interface AliasChange {
  readonly version: number | null;
  readonly at: EpochMillis;
}

/** What the aliases of one model point at. */
export interface ModelAliases {
  readonly model: string;
  readonly aliases: Readonly<Record<string, number>>;
}

/** What a registry may let go of. What is left out lets nothing go. */
export interface RegistryLimits {
  /** Trainings that made no version and ended before this are deleted. */
  readonly runsBefore?: EpochMillis;
  /** Of each model as many of its newest versions are kept, and those that an alias points at or pointed at before; at least 1. */
  readonly versions?: number;
  /** Models of which nothing is kept, whatever their aliases point at. A version of that name then counts from 1 again. */
  readonly models?: readonly string[];
  /** The last change that those who follow the registry have taken; the journal keeps what comes after it. Default: all are taken. */
  readonly followed?: number;
}

/** How many went. */
export interface RegistryPruneReport {
  /** Trainings without a version. */
  readonly runs: number;
  readonly versions: number;
}

/**
 * Keeps trainings, the versions of each model, and the aliases that say which version is in use. Unknown models and versions are null
 * (or an empty list) where something is asked for, and an AdapterError NOT_FOUND where something is changed. What a promise was
 * resolved for survives a kill. Every failure is an AdapterError.
 */
export interface ModelRegistry {
  readonly name: string;
  /** Connects now instead of at the first call, so that a wrong setting shows at start. */
  open?(): Promise<void>;
  /** Logs a training that made no version. Returns the id of its run. */
  logRun(run: TrainingRun): Promise<string>;
  /** Logs a training and makes its model the next version. A run that was logged with the same key becomes that version's, and counts as finished. */
  register(version: NewVersion): Promise<ModelVersion>;
  /** Every model with a training, by name in the order of UTF-16 code units; those after `after`. At most `limit`, default 10,000. */
  models(page?: { after?: string; limit?: number }): Promise<string[]>;
  /** The same models, each with its aliases: what is in use, for all of them at once. */
  aliases(page?: { after?: string; limit?: number }): Promise<ModelAliases[]>;
  /** Newest first, those before version `before`. At most `limit`, default 100. */
  versions(model: string, page?: { before?: number; limit?: number }): Promise<ModelVersion[]>;
  version(model: string, which: VersionOrAlias): Promise<ModelVersion | null>;
  /** The version with its document. */
  load(model: string, which: VersionOrAlias): Promise<(ModelVersion & { readonly document: string }) | null>;
  /**
   * The document alone, as it is kept: its UTF-8 text, or that text compressed by gzip (RFC 1952, it begins with 1f 8b). For those who
   * only pass it on; a registry without this method has `load`.
   */
  document?(model: string, version: number): Promise<Uint8Array | null>;
  artifact(model: string, version: number, path: string): Promise<Uint8Array | null>;
  /** The training that was sent with this key. */
  run(model: string, key: string): Promise<StoredRun | null>;
  /** The trainings of a model, with and without a version, those that began last first. */
  runs(model: string): AsyncIterable<StoredRun>;
  /** As `artifact`, of a training that may have no version. */
  runArtifact(model: string, key: string, path: string): Promise<Uint8Array | null>;
  /**
   * Points an alias at a version; null takes the alias away. An alias is letters, digits, "_" and "-", not "latest", no number and no "v" and a
   * number: those are versions.
   */
  setAlias(model: string, alias: string, version: number | null): Promise<void>;
  /**
   * Where the alias pointed, newest first, so that the second entry with a version is what a roll-back goes to. Versions that were removed
   * are left out; the last 50 changes are kept.
   */
  aliasHistory(model: string, alias: string): Promise<AliasChange[]>;
  /** Adds tags to a version; one that is there is replaced. */
  tag(model: string, version: number, tags: Readonly<Record<string, string>>): Promise<void>;
  /** Removes a version and its run. One that has an alias is an AdapterError INVALID_ARGUMENT. Its key may then be used again. */
  remove(model: string, version: number): Promise<void>;
  /**
   * Lets old trainings and versions go, with what they left behind, in small pieces between which other calls have their turn. Registries
   * that other programs look after, such as MLflow, do not have this. An aborted call has done part of the work and the next one goes on.
   */
  prune?(limits: RegistryLimits, options?: { signal?: AbortSignal }): Promise<RegistryPruneReport>;
  close(): Promise<void>;
}

/** One change of a registry, in words that another registry can repeat. `version` is a number of the registry that was changed. */
export interface RegistryChange {
  /** Rises by any amount from one change to the next. */
  readonly change: number;
  readonly at: EpochMillis;
  readonly kind: "run" | "version" | "alias" | "tags" | "remove";
  readonly model: string;
  /** Key of the training concerned; null where an alias was taken away. */
  readonly key: string | null;
  readonly version: number | null;
  /** Of "alias". */
  readonly alias: string | null;
}

/**
 * A registry that remembers what was changed in which order, in the same transaction as the change, so that others can follow it. Both
 * embedded registries do.
 */
export interface JournaledRegistry extends ModelRegistry {
  /** As of any registry. Those who follow this one are not told, and keep what they have. */
  prune(limits: RegistryLimits, options?: { signal?: AbortSignal }): Promise<RegistryPruneReport>;
  /** Changes after `after`, oldest first, at most `limit`. What was done to a version that is removed by now is left out. */
  changes(after: number, limit: number): Promise<RegistryChange[]>;
  /** How many changes there are after `after`. */
  countChanges(after: number): Promise<number>;
  /** The last change that a follower has repeated; 0 for one not heard of. */
  position(follower: string): Promise<number>;
  setPosition(follower: string, change: number): Promise<void>;
}
