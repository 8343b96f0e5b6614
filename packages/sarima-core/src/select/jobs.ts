import { quote, SarimaError } from "../errors.js";
import { withinRange } from "../range.js";
import type { SarimaParams } from "../spec.js";
import { inverseTransform } from "../transform.js";
import { type Candidate, fitCandidate } from "./candidate.js";
import { bestNeighbour } from "./grid.js";
import { type Orders, specOf } from "./orders.js";
import type { Plan } from "./plan.js";
import { type RollingScore, rollingScore } from "./rolling-score.js";

/** A candidate with its place in the search. */
export interface Attempt extends Candidate {
  readonly orders: Orders;
}

/** A share of a grid, as plain data that can be sent to a worker. Opaque: `runSearchJob` knows what to do with it. */
export interface SearchJob {
  readonly plan: Plan;
  readonly orders: readonly Orders[];
}

/** What came of a job, as plain data to send back. */
export interface SearchJobResult {
  readonly attempts: readonly Attempt[];
}

/** A full grid follows every model to its maximum. */
export const NO_LIMIT = Number.POSITIVE_INFINITY;

/** Runs one share of a grid: what an executor has its workers call. */
export function runSearchJob(job: SearchJob, signal?: AbortSignal): SearchJobResult {
  if (typeof job !== "object" || job === null || !job.plan || !Array.isArray(job.orders)) {
    throw new SarimaError(
      "INVALID_ARGUMENT",
      `job must be what autoSarimaAsync handed to its executor; received ${quote(job)}`,
    );
  }
  const attempts: Attempt[] = [];
  for (const orders of job.orders) {
    attempts.push(evaluate(job.plan, orders, bestNeighbour(orders, attempts)?.factors ?? null, NO_LIMIT, signal));
  }
  return { attempts };
}

/** Fits one candidate and, where forecasts are the criterion, replays them. */
export function evaluate(
  plan: Plan,
  orders: Orders,
  start: SarimaParams | null,
  best: number,
  signal: AbortSignal | undefined,
): Attempt {
  const candidate = fitCandidate(plan.data, specOf(orders, plan.bounds), start, best, signal);
  if (plan.criterion !== "rolling" || candidate.error !== undefined) return { ...candidate, orders };
  const { value } = replayed(plan, candidate);
  return { ...candidate, orders, criterion: Number.isNaN(value) ? Number.POSITIVE_INFINITY : value };
}

/** How the forecasts of a candidate did, replayed inside the training data. */
export function replayed(
  { data, trial, replay }: Plan,
  { spec, factors, sigma2, regression }: Pick<Candidate, "spec" | "factors" | "sigma2" | "regression">,
): RollingScore {
  // What was taken out before the search, and what the candidate's own columns explain.
  const explained = trial.cycles.pattern?.slice() ?? new Float64Array(replay.filled.length);
  data.design.forEach((column, j) => {
    const b = regression[j + (spec.mean ? 1 : 0)] ?? 0;
    for (let t = 0; t < explained.length; t++) explained[t] += b * column[t];
  });
  const none = { ar: [], ma: [], seasonalAr: [], seasonalMa: [], period: 0 };
  const back = (x: number) => withinRange(inverseTransform(x, trial.transform), replay.range);
  const model = { spec, factors: factors ?? none, sigma2 };
  return rollingScore(replay.y, replay.filled, explained, model, replay.origins, back);
}
