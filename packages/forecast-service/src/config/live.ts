import { isDeepStrictEqual } from "node:util";
import type { Config } from "./schema.js";

/** Sections that everyone reads where they use them, so that they can change while the service runs. */
export const LIVE_SECTIONS = [
  "log",
  "intervals",
  "sources",
  "training",
  "gate",
  "thresholds",
  "series",
  "retention",
  "auth",
] as const satisfies readonly (keyof Config)[];

/** The others: they belong to what is opened at the start. The type says when one is forgotten. */
export const FIXED_SECTIONS = Object.keys({
  host: true,
  port: true,
  data: true,
  demo: true,
  threads: true,
  sinks: true,
  mlflow: true,
  executor: true,
  http: true,
} satisfies Record<Exclude<keyof Config, (typeof LIVE_SECTIONS)[number]>, true>);

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
