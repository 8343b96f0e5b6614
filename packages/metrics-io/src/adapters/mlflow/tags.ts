import type { Tag } from "./batches.js";

/** Our own tags, on runs, versions and registered models. */
export const TAG = {
  /** Hash of model and key: what a repeated training is found by. A hash, because filters cannot quote every text. */
  id: "loadcast.id",
  key: "loadcast.key",
  /** The model as we call it; `mlflowName` of it is in the next. */
  model: "loadcast.model",
  name: "loadcast.name",
  /** Begins the names of tags that list a run's artifacts: the rest is the path, the value the content type. */
  artifact: "loadcast.artifact:",
  /** Begins the names of tags of a registered model that tell where an alias pointed. */
  history: "loadcast.history.",
} as const;

/** A tag of a user that looks like one of ours or of MLflow's stays apart by a colon, which users' names do not have. */
export function toTags(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([key, value]) => ({
    key: /^(loadcast|mlflow)\./.test(key) ? `user:${key}` : key,
    value,
  }));
}

/** The inverse of `toTags`, without our own and MLflow's. */
export function fromTags(tags: readonly Tag[]): Record<string, string> {
  return Object.fromEntries(
    tags
      .filter(({ key }) => !/^(loadcast|mlflow)\./.test(key))
      .map(({ key, value }) => [key.startsWith("user:") ? key.slice(5) : key, value]),
  );
}

export function tagValue(tags: readonly Tag[], key: string): string | null {
  return tags.find((tag) => tag.key === key)?.value ?? null;
}
