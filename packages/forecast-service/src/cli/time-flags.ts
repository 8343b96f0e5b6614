import { parseDuration } from "../duration.js";
import { usageError } from "../errors.js";

/** Flags of commands that are about a range of time. */
export const rangeFlags = {
  from: {
    type: "string",
    description: "begin: 2026-11-01, 2026-11-01T12:00Z, or how long ago, such as 7d",
    valueHint: "TIME",
  },
  to: { type: "string", description: "end, likewise (now)", valueHint: "TIME" },
} as const;

/** A moment: ISO 8601 (UTC where no zone is written), or a duration before `now`. */
export function timeFlag(flag: string, text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const ago = /^\s*\d+(\.\d+)?\s*[a-z]+\s*$/i.test(text) ? parseDuration(text) : null;
  if (ago !== null) return now - ago;
  const zoned = /[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/.test(text) ? `${text}Z` : text;
  const time = /^\d{4}-\d{2}/.test(text) ? Date.parse(zoned.replace(" ", "T")) : Number.NaN;
  if (Number.isNaN(time)) {
    throw usageError(
      `${flag} is "${text}"; it must be a time such as 2026-11-01 or 2026-11-01T12:00Z, or how long ago, such as 7d`,
    );
  }
  return time;
}

/** The range that the flags name; open where they are left out. @throws LoadcastError `USAGE` */
export function rangeOf(
  args: { readonly from?: string | undefined; readonly to?: string | undefined },
  now: number,
): { from: number; to: number } {
  const from = timeFlag("--from", args.from, now) ?? -Infinity;
  const to = timeFlag("--to", args.to, now) ?? Infinity;
  if (from >= to) throw usageError(`--from ${args.from} must be before --to ${args.to ?? "now"}`);
  return { from, to };
}
