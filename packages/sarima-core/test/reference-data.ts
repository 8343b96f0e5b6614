import { existsSync, readFileSync } from "node:fs";

/** The public reference set lies beside the repository, in ../shared/data; tests that need it say so when it is not there. */
const directory = new URL("../../../../shared/data/", import.meta.url);

export const hasReferenceData = existsSync(new URL("likelihood.json", directory));
export const referenceDataNote = hasReferenceData ? "" : " (skipped: ../shared/data is not there)";

export interface ReferenceCase {
  id: string;
  series: string;
  start: number;
  n: number;
  transform: "none" | "log";
  missingAt: number[];
  order: [number, number, number];
  seasonal: [number, number, number];
  m: number;
  mean: boolean;
  params: { ar: number[]; ma: number[]; sar: number[]; sma: number[]; mean?: number };
  nMissing: number;
}

export function readReference<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, directory), "utf8"));
}

/** The window that a case names, transformed, its gaps as NaN. */
export function caseSeries(c: ReferenceCase): Float64Array {
  const lines = readFileSync(new URL(`series/${c.series}.csv`, directory), "utf8")
    .trim()
    .split("\n")
    .slice(1);
  const y = Float64Array.from(lines.slice(c.start, c.start + c.n), (line) => {
    const field = line.slice(line.lastIndexOf(",") + 1).trim();
    const value = field === "" ? Number.NaN : Number(field);
    return c.transform === "log" ? Math.log(value) : value;
  });
  for (const t of c.missingAt) y[t] = Number.NaN;
  return y;
}
