import { AdapterError } from "../../errors.js";
import type { Metric, Tag } from "./batches.js";
import { NAME } from "./failure.js";
import type { Parameter } from "./parameters.js";

export interface MlflowExperiment {
  readonly id: string;
  readonly name: string;
  readonly deleted: boolean;
}

export interface MlflowRun {
  readonly id: string;
  readonly experimentId: string;
  readonly status: string;
  readonly startTime: number;
  /** Null while it runs. */
  readonly endTime: number | null;
  readonly artifactUri: string;
  readonly deleted: boolean;
  readonly params: readonly Parameter[];
  /** The last value of each. */
  readonly metrics: readonly Metric[];
  readonly tags: readonly Tag[];
}

export interface MlflowModel {
  readonly name: string;
  readonly updatedAt: number;
  readonly aliases: Readonly<Record<string, number>>;
  readonly tags: readonly Tag[];
}

export interface MlflowVersion {
  readonly name: string;
  readonly version: number;
  readonly createdAt: number;
  readonly source: string;
  readonly runId: string;
  readonly aliases: readonly string[];
  readonly tags: readonly Tag[];
}

type Answer = Readonly<Record<string, unknown>>;

/** An answer without what it must have comes from something that is not MLflow, or from a version that is not known here. */
function broken(what: string): AdapterError {
  return new AdapterError(NAME, `the answer has no ${what}; is this an MLflow server of version 2 or 3?`, {
    code: "INVALID_DATA",
  });
}

export function objectIn(answer: unknown, field: string): Answer {
  const value = (answer as Answer | null)?.[field];
  if (typeof value !== "object" || value === null) throw broken(field);
  return value as Answer;
}

/** A list; absent, it is empty. */
export function listIn(answer: unknown, field: string): unknown[] {
  const value = (answer as Answer | null)?.[field] ?? [];
  if (!Array.isArray(value)) throw broken(`list ${field}`);
  return value;
}

export function textIn(answer: unknown, field: string): string {
  const value = (answer as Answer | null)?.[field];
  if (typeof value !== "string") throw broken(field);
  return value;
}

/** A number; MLflow writes some of its whole numbers as text. */
function numberIn(answer: unknown, field: string): number {
  const value = (answer as Answer | null)?.[field];
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) throw broken(field);
  return number;
}

const toTag = (tag: unknown): Tag => ({ key: textIn(tag, "key"), value: String((tag as Answer).value ?? "") });

export function toExperiment(answer: unknown): MlflowExperiment {
  const experiment = objectIn(answer, "experiment");
  return {
    id: textIn(experiment, "experiment_id"),
    name: textIn(experiment, "name"),
    deleted: experiment.lifecycle_stage === "deleted",
  };
}

export function toRun(run: unknown): MlflowRun {
  const info = objectIn(run, "info");
  const data = objectIn(run, "data");
  return {
    id: textIn(info, "run_id"),
    experimentId: textIn(info, "experiment_id"),
    status: textIn(info, "status"),
    startTime: info.start_time === undefined ? 0 : numberIn(info, "start_time"),
    endTime: info.end_time === undefined ? null : numberIn(info, "end_time"),
    artifactUri: textIn(info, "artifact_uri"),
    deleted: info.lifecycle_stage === "deleted",
    params: listIn(data, "params").map(toTag),
    // Other programs may have logged NaN, which MLflow gives back as a text.
    metrics: listIn(data, "metrics").flatMap((metric) => {
      const { value, timestamp, step } = metric as Answer;
      const entry = { key: textIn(metric, "key"), timestamp: Number(timestamp ?? 0), step: Number(step ?? 0) };
      return typeof value === "number" && Number.isFinite(value) ? [{ ...entry, value }] : [];
    }),
    tags: listIn(data, "tags").map(toTag),
  };
}

export function toModel(model: unknown): MlflowModel {
  return {
    name: textIn(model, "name"),
    updatedAt: numberIn(model, "last_updated_timestamp"),
    aliases: Object.fromEntries(
      listIn(model, "aliases").map((entry) => [textIn(entry, "alias"), numberIn(entry, "version")]),
    ),
    tags: listIn(model, "tags").map(toTag),
  };
}

export function toVersion(version: unknown): MlflowVersion {
  return {
    name: textIn(version, "name"),
    version: numberIn(version, "version"),
    createdAt: numberIn(version, "creation_timestamp"),
    source: String((version as Answer).source ?? ""),
    runId: String((version as Answer).run_id ?? ""),
    aliases: listIn(version, "aliases").map(String),
    tags: listIn(version, "tags").map(toTag),
  };
}
