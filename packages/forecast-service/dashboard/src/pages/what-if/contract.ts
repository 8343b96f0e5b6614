/** What the page and its worker say to each other. Plain data: it crosses to another thread. */
import type { ForecastStep, ModelMember } from "../../../../src/http/contract.js";

/** How the model is found. */
export type Method = "auto" | "ensemble" | "orders";

export interface Settings {
  readonly method: Method;
  readonly horizon: number;
  /** How many of the latest values the model is made of. */
  readonly latest: number;
  /** Seasons in steps, shortest first; empty for none. */
  readonly periods: readonly number[];
  /** For `orders`: p, d, q and P, D, Q; the season is the first of `periods`. */
  readonly order: readonly [number, number, number];
  readonly seasonal: readonly [number, number, number];
  readonly mean: boolean;
  readonly lower: number | null;
  readonly upper: number | null;
}

/** What of a table is read, where somebody has a say in it; empty where it is found by itself. */
export interface Columns {
  readonly time: string;
  readonly value: string;
  /** Of several series in one table: which. */
  readonly group: string;
  /** Minutes between two values of a table without times. */
  readonly apart: number;
}

export const FOUND: Columns = { time: "", value: "", group: "", apart: 5 };

export type Command =
  | { readonly kind: "read"; readonly text: string; readonly columns: Columns }
  | { readonly kind: "run"; readonly settings: Settings };

/** What a table holds, on its own grid. */
export interface ReadSeries {
  readonly columns: { readonly time: string; readonly value: string };
  /** False: the table has no times, its values were counted. */
  readonly timed: boolean;
  /** False: no zone is written, so times are shown as they were written. */
  readonly zoned: boolean;
  /** What else could be read: other columns with numbers, other series. */
  readonly valueColumns: readonly string[];
  readonly groups: readonly string[];
  readonly group: string | null;
  readonly times: Float64Array;
  /** NaN is a gap. */
  readonly values: Float64Array;
  readonly gaps: number;
  readonly duplicates: number;
  /** Milliseconds; the median where months differ. */
  readonly stepMillis: number;
  readonly months: number | null;
  /** False where values were averaged to a grid. */
  readonly regular: boolean;
}

export interface Outcome {
  readonly steps: ForecastStep[];
  readonly members: ModelMember[];
  readonly title: string;
  readonly warnings: readonly string[];
  readonly seconds: number;
}

export type Reply =
  | { readonly kind: "series"; readonly series: ReadSeries }
  /** `share` null: how much there is to do is not known. */
  | { readonly kind: "progress"; readonly words: string; readonly share: number | null }
  | { readonly kind: "outcome"; readonly outcome: Outcome }
  | { readonly kind: "error"; readonly during: Command["kind"]; readonly words: string };
