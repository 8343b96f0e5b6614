import type { RegistryChange } from "../registry.js";
import { HISTORY_LENGTH } from "./alias-history.js";

/** Changes of one alias that are looked back on: what was done to a version goes with it, so twice the length of a history is enough. */
export const ALIAS_CHANGES = 2 * HISTORY_LENGTH;

/**
 * A journal, oldest first, without what says nothing any more and was taken by those who follow (up to the change `followed`): removals,
 * but for the one that tells the highest number of a model; an alias that was taken away from nothing; and what lies beyond an alias's
 * history. The embedded database does the same in its own words.
 */
export function tidyJournal(journal: readonly RegistryChange[], followed: number): RegistryChange[] {
  const highest = new Map<string, RegistryChange>();
  const before = new Map<string, number | null>();
  const count = new Map<string, number>();
  const nameOf = ({ model, alias }: RegistryChange) => JSON.stringify([model, alias]);
  for (const change of journal) {
    const { kind, model, version } = change;
    if (kind === "alias") count.set(nameOf(change), (count.get(nameOf(change)) ?? 0) + 1);
    if (kind !== "version" && kind !== "remove") continue;
    if ((version ?? 0) > (highest.get(model)?.version ?? 0)) highest.set(model, change);
  }
  return journal.filter((change) => {
    const { kind, model, version } = change;
    if (kind === "remove") return change.change > followed || highest.get(model) === change;
    if (kind !== "alias") return true;
    const name = nameOf(change);
    const nothing = version === null && (before.get(name) ?? null) === null;
    before.set(name, version);
    const age = count.get(name) as number;
    count.set(name, age - 1);
    return change.change > followed || !(nothing || age > ALIAS_CHANGES);
  });
}
