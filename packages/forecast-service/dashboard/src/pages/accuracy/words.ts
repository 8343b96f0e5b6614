/** What numbers of accuracy mean, in words. */
import type { HorizonAccuracy } from "../../../../src/http/contract.js";

/** `5 minutes`, `1 hour`, `4 hours` */
export function horizonWords(seconds: number): string {
  const [count, unit] = seconds < 3600 ? [seconds / 60, "minute"] : [seconds / 3600, "hour"];
  const rounded = Math.round(count * 10) / 10;
  return `${rounded} ${unit}${rounded === 1 ? "" : "s"}`;
}

export interface Comparison {
  readonly words: string;
  readonly better: boolean | null;
}

/** An hour of forecasts: the error of a few is chance. */
const LEAST_FORECASTS = 12;

/** Against doing without a model: the value of the same time one season before. */
export function compareWithNaive({ mae, seasonalNaiveMae, count }: HorizonAccuracy): Comparison {
  if (mae === null || seasonalNaiveMae === null) return { words: "not known yet", better: null };
  if (count < LEAST_FORECASTS) return { words: "too early to say", better: null };
  if (seasonalNaiveMae === 0)
    return { words: mae === 0 ? "both without error" : "worse than a perfect rule", better: null };
  const share = mae / seasonalNaiveMae - 1;
  if (Math.abs(share) < 0.02) return { words: "as good as seasonal-naive", better: null };
  // `300 % more` is read as three times as much, which is a whole too little.
  const times = 1 + share;
  if (times >= 2)
    return { words: `${times.toFixed(times < 10 ? 1 : 0)} times the error of seasonal-naive`, better: false };
  const percent = `${Math.round(Math.abs(share) * 100)}\u202f%`;
  return share < 0
    ? { words: `${percent} less error than seasonal-naive`, better: true }
    : { words: `${percent} more error than seasonal-naive`, better: false };
}

export type Verdict = "holds" | "narrow" | "wide" | "unknown";

/** What says how much a number of forecasts can tell. */
export interface Sample {
  readonly count: number;
  /** How far ahead they look, and how much time they cover together, in seconds. */
  readonly horizonSeconds: number;
  readonly span: number;
}

/** Fewer forecasts that have nothing to do with one another tell nothing. */
const LEAST = 8;

/**
 * Whether a realised coverage fits its level: within two standard errors of a proportion. Forecasts that look
 * over the same hours err together: those within one horizon count as one.
 */
export function judgeCoverage(level: number, ratio: number | null, { count, horizonSeconds, span }: Sample): Verdict {
  const independent = Math.min(count, span / horizonSeconds);
  if (ratio === null || independent < LEAST) return "unknown";
  const tolerance = Math.max(0.03, 2 * Math.sqrt((level * (1 - level)) / independent));
  if (ratio < level - tolerance) return "narrow";
  return ratio > level + tolerance ? "wide" : "holds";
}

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  holds: "holds",
  narrow: "too narrow",
  wide: "too wide",
  unknown: "too early",
};

export function formatShare(ratio: number | null): string {
  return ratio === null ? "–" : `${(ratio * 100).toFixed(1)}\u202f%`;
}

/** `80 %` */
export function formatLevel(level: number): string {
  return `${Math.round(level * 1000) / 10}\u202f%`;
}
