import { HISTORY_LENGTH } from "../../registry/alias-history.js";
import type { AliasChange } from "../../registry.js";
import type { MlflowModel } from "./answers.js";
import { TAG, tagValue } from "./tags.js";

/**
 * Where an alias pointed, newest first: what we recorded in a tag of the registered model, and before it, where somebody moved the alias in
 * MLflow itself since then, where it points now. When that was is not known; the model's last change is not earlier.
 */
export function readHistory(model: MlflowModel, alias: string): AliasChange[] {
  const recorded = parseHistory(tagValue(model.tags, TAG.history + alias));
  const now = model.aliases[alias] ?? null;
  if ((recorded[0]?.version ?? null) === now) return recorded;
  return [{ version: now, at: model.updatedAt }, ...recorded];
}

export function formatHistory(changes: readonly AliasChange[]): string {
  return JSON.stringify(changes.slice(0, HISTORY_LENGTH).map(({ version, at }) => [version, at]));
}

/** A tag that somebody edited by hand must not keep a model from being promoted. */
function parseHistory(tag: string | null): AliasChange[] {
  try {
    const changes: unknown = JSON.parse(tag ?? "[]");
    if (!Array.isArray(changes)) return [];
    return changes.flatMap((change): AliasChange[] => {
      const [version, at] = Array.isArray(change) ? change : [];
      const valid = (version === null || Number.isSafeInteger(version)) && typeof at === "number";
      return valid ? [{ version, at }] : [];
    });
  } catch {
    return [];
  }
}
