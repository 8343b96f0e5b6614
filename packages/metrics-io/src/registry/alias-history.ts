import type { AliasChange } from "../registry.js";

/** Changes of an alias that are kept. */
export const HISTORY_LENGTH = 50;

/**
 * The history that is shown: without versions that are gone, without entries that then change nothing (of those the first is kept),
 * and without a beginning that points at nothing. Newest first, in and out.
 */
export function tidyHistory(changes: readonly AliasChange[], exists: (version: number) => boolean): AliasChange[] {
  const oldestFirst: AliasChange[] = [];
  for (const { version, at } of [...changes].reverse()) {
    if (version !== null && !exists(version)) continue;
    if (version === (oldestFirst.at(-1)?.version ?? null)) continue;
    oldestFirst.push({ version, at });
  }
  return oldestFirst.reverse().slice(0, HISTORY_LENGTH);
}
