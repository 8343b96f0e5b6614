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

/** Against doing without a model: the value of the same time one season before. */
export function compareWithNaive({ mae, seasonalNaiveMae }: HorizonAccuracy): Comparison {
  if (mae === null || seasonalNaiveMae === null) return { words: "not known yet", better: null };
  if (seasonalNaiveMae === 0)
    return { words: mae === 0 ? "both without error" : "worse than a perfect rule", better: null };
  const share = mae / seasonalNaiveMae - 1;
  if (Math.abs(share) < 0.02) return { words: "as good as seasonal-naive", better: null };
  const percent = `${Math.round(Math.abs(share) * 100)}\u202f%`;
  return share < 0
    ? { words: `${percent} less error than seasonal-naive`, better: true }
    : { words: `${percent} more error than seasonal-naive`, better: false };
}

export type Verdict = "holds" | "narrow" | "wide" | "unknown";

/**
 * Whether a realised coverage fits its level: within two standard errors of a proportion, and those are doubled, because errors
 * of neighbouring forecasts come together.
 */
export function judgeCoverage(level: number, ratio: number | null, count: number): Verdict {
  if (ratio === null || count < 20) return "unknown";
  const tolerance = Math.max(0.03, 4 * Math.sqrt((level * (1 - level)) / count));
  if (ratio < level - tolerance) return "narrow";
  return ratio > level + tolerance ? "wide" : "holds";
}

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  holds: "holds",
  narrow: "too narrow",
  wide: "wider than needed",
  unknown: "too few values",
};

export function formatShare(ratio: number | null): string {
  return ratio === null ? "–" : `${(ratio * 100).toFixed(1)}\u202f%`;
}

/** `80 %` */
export function formatLevel(level: number): string {
  return `${Math.round(level * 1000) / 10}\u202f%`;
}
