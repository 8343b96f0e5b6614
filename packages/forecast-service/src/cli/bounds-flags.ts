import { possibleValue } from "../bounds.js";
import { usageError } from "../errors.js";
import type { Bounds } from "../settings.js";
import { numberFlag } from "./arguments.js";

/** Flags of commands that forecast the values of a file. */
export const boundsFlags = {
  lower: { type: "string", description: "smallest possible value (0 for percentages)", valueHint: "X" },
  upper: { type: "string", description: "largest possible value (100 for percentages)", valueHint: "X" },
} as const;

/** What the flags say; undefined where they say nothing. @throws LoadcastError `USAGE` */
export function boundsOfFlags(args: {
  readonly lower?: string | undefined;
  readonly upper?: string | undefined;
}): Bounds | undefined {
  const lower = numberFlag("--lower", args.lower);
  const upper = numberFlag("--upper", args.upper);
  if (lower !== undefined && upper !== undefined && lower >= upper) throw usageError("--lower must be below --upper");
  return lower === undefined && upper === undefined ? undefined : { lower, upper };
}

const PERCENT: Bounds = { lower: 0, upper: 100 };
const SAYS_PERCENT = /(^|[^a-z])(percent|percentage|pct)([^a-z]|$)|%/i;
/** A share of all values that stops at exactly 100 has run into a wall. */
const WALL = 0.01;
const FEW = 3;

/**
 * The bounds of percentages, where the values are some: a name says so and all of them fit, or many are exactly 100 and none is more. Null for
 * all others.
 */
export function usualBounds(names: readonly string[], values: Float64Array): Bounds | null {
  const counted = possibleValue(PERCENT);
  let full = 0;
  let observed = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    if (Number.isNaN(counted(value))) return null;
    observed++;
    if (value === PERCENT.upper) full++;
    if (value > 100) full = Number.NEGATIVE_INFINITY;
  }
  const named = names.some((name) => SAYS_PERCENT.test(name));
  return observed > 0 && (named || full >= Math.max(FEW, WALL * observed)) ? PERCENT : null;
}
