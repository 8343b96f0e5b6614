import type { EpochMillis } from "./types.js";

/** What a training leaves behind besides the model: "forecast.svg", "tried.csv". Paths use forward slashes and have no ".." part. */
export interface Artifact {
  readonly path: string;
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

/** One training, whether or not a model came of it. */
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
  readonly tags?: Readonly<Record<string, string>>;
  readonly artifacts?: readonly Artifact[];
}

/** A training whose model becomes a version. */
export interface NewVersion extends TrainingRun {
  /** The model as text, kept whole and given back unchanged; the artifact "model.json" of its run. */
  readonly document: string;
}

/** One version of a model. Versions of a model count from 1. */
export interface ModelVersion {
  readonly model: string;
  readonly version: number;
  readonly run: string;
  readonly trainedAt: EpochMillis;
  readonly aliases: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** A version number, or an alias such as "champion". */
export type VersionOrAlias = number | string;

/**
 * Keeps trainings, the versions of each model, and the aliases that say which version is in use. Unknown models and versions are null
 * where something is asked for, and an AdapterError NOT_FOUND where something is changed.
 */
export interface ModelRegistry {
  readonly name: string;
  open?(): Promise<void>;
  /** Logs a training that made no version. Returns the id of its run. */
  logRun(run: TrainingRun): Promise<string>;
  /** Logs a training and makes its model the next version. */
  register(version: NewVersion): Promise<ModelVersion>;
  /** Names in alphabetical order, those after `after`. */
  models(page?: { after?: string; limit?: number }): Promise<string[]>;
  /** Newest first, those before version `before`. */
  versions(model: string, page?: { before?: number; limit?: number }): Promise<ModelVersion[]>;
  version(model: string, which: VersionOrAlias): Promise<ModelVersion | null>;
  /** The version with its document. */
  load(model: string, which: VersionOrAlias): Promise<(ModelVersion & { readonly document: string }) | null>;
  artifact(model: string, version: number, path: string): Promise<Uint8Array | null>;
  /** Points an alias at a version; null takes the alias away. An alias is letters, digits, "_" and "-", not "latest" and not "v" and a number. */
  setAlias(model: string, alias: string, version: number | null): Promise<void>;
  /** Adds tags to a version; one that is there is replaced. */
  tag(model: string, version: number, tags: Readonly<Record<string, string>>): Promise<void>;
  /** Removes a version and its run. One that has an alias is an AdapterError INVALID_ARGUMENT. */
  remove(model: string, version: number): Promise<void>;
  close(): Promise<void>;
}
