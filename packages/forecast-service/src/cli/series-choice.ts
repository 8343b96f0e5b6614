import { fits } from "../config/pattern.js";
import { LoadcastError } from "../errors.js";

export const seriesFlag = {
  series: {
    type: "string",
    description: "which, by id: patterns with * and ?, divided by commas; a ! leaves out (all)",
    valueHint: "PATTERNS",
  },
} as const;

/** The series that patterns name. @throws LoadcastError `UNKNOWN_SERIES` when they name none */
export function chooseSeries<T extends { readonly id: string }>(all: readonly T[], patterns: string | undefined): T[] {
  if (patterns === undefined) return [...all];
  const list = patterns
    .split(",")
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== "");
  const chosen = all.filter(({ id }) => fits(list, id));
  if (chosen.length === 0) throw unknownSeries(patterns, all);
  return chosen;
}

/** The series of exactly this id. @throws LoadcastError `UNKNOWN_SERIES` */
export function findSeries<T extends { readonly id: string }>(all: readonly T[], id: string): T {
  const found = all.find((series) => series.id === id);
  if (!found) throw unknownSeries(id, all);
  return found;
}

/** Names that are listed in an error; of a fleet it would be a wall. */
const SHOWN = 12;

function unknownSeries(asked: string, all: readonly { readonly id: string }[]): LoadcastError {
  const ids = all.map(({ id }) => id);
  const more = ids.length > SHOWN ? ` and ${ids.length - SHOWN} more` : "";
  const known = ids.length === 0 ? "none" : `${ids.slice(0, SHOWN).join(", ")}${more}`;
  return new LoadcastError("UNKNOWN_SERIES", `there is no series "${asked}"; known: ${known}`, { exitCode: 2 });
}
