import { isDeepStrictEqual } from "node:util";
import type { Config } from "./schema.js";

/** Sections that everyone reads where they use them, so that they can change while the service runs. The others belong to what is built at the start. */
export const LIVE_SECTIONS = [
  "log",
  "sources",
  "training",
  "gate",
  "thresholds",
  "series",
  "retention",
  "auth",
] as const satisfies readonly (keyof Config)[];

export interface Reloaded {
  /** Sections that changed, and are in force now. */
  readonly changed: readonly (keyof Config)[];
  /** Sections that differ and stay as they were until the next start. */
  readonly waiting: readonly (keyof Config)[];
}

/** Takes what may change while the service runs from `next` into `config`, in place. */
export function reloadInto(config: Config, next: Config): Reloaded {
  const live: readonly (keyof Config)[] = LIVE_SECTIONS;
  const different = (Object.keys(next) as (keyof Config)[]).filter(
    (section) => !isDeepStrictEqual(config[section], next[section]),
  );
  const changed = different.filter((section) => live.includes(section));
  for (const section of changed) Object.assign(config, { [section]: next[section] });
  return { changed, waiting: different.filter((section) => !live.includes(section)) };
}
