import type { AliasChange } from "../registry.js";
import { tidyHistory } from "./alias-history.js";

/** Versions of a model that an alias points at, or pointed at before: where a roll-back goes. Histories are newest first. */
export function versionsInUse(
  aliases: ReadonlyMap<string, number>,
  histories: ReadonlyMap<string, readonly AliasChange[]>,
): Set<number> {
  const used = new Set(aliases.values());
  for (const history of histories.values()) {
    const [, ...earlier] = tidyHistory(history, () => true);
    const before = earlier.find(({ version }) => version !== null)?.version ?? null;
    if (before !== null) used.add(before);
  }
  return used;
}
