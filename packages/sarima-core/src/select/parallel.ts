import { quote, SarimaError, throwIfAborted } from "../errors.js";
import { checkObject, type Series, wholeNumber } from "../series.js";
import { type AutoSarimaModel, procedure } from "./auto.js";
import { deal } from "./grid.js";
import { runSearchJob, type SearchJob, type SearchJobResult } from "./jobs.js";
import type { AutoSarimaOptions } from "./options.js";

/**
 * Runs jobs somewhere, `runSearchJob(job)` for each, and answers in their order. Jobs and results are plain data (numbers, strings,
 * arrays, typed arrays): a structured clone carries them to worker threads, web workers or other machines.
 */
export type SearchExecutor = (jobs: readonly SearchJob[]) => Promise<readonly SearchJobResult[]>;

export interface AutoSarimaAsyncOptions extends AutoSarimaOptions {
  /** Default: runs each job here, giving way to other work between them. */
  executor?: SearchExecutor | undefined;
  /** Jobs that a grid is dealt out to, about the number of processors. Default 4. */
  jobs?: number | undefined;
}

/**
 * `autoSarima` for a full grid on many processors: the same model, found by the executor's workers. A stepwise search, in which each
 * model depends on the one before, runs here. Progress is reported once for each job.
 *
 * @throws SarimaError as `autoSarima`; what the executor throws is passed on.
 */
export async function autoSarimaAsync(y: Series, options: AutoSarimaAsyncOptions = {}): Promise<AutoSarimaModel> {
  const { signal, executor = (jobs: readonly SearchJob[]) => here(jobs, signal) } = checkObject(options, "options");
  const count = wholeNumber(options.jobs ?? 4, "jobs", 1, 1024);
  if (typeof executor !== "function") {
    throw new SarimaError("INVALID_ARGUMENT", `executor must be a function of jobs; received ${quote(executor)}`);
  }
  const search = procedure(y, options);
  let step = search.next();
  while (!step.done) {
    const { plan, orders } = step.value;
    const jobs = deal(orders, count).map((hand) => ({ plan, orders: hand }));
    const results = await executor(jobs);
    throwIfAborted(signal);
    const attempts = results.flatMap((result) => result.attempts);
    if (attempts.length !== orders.length) {
      throw new SarimaError(
        "INVALID_ARGUMENT",
        `executor answered for ${attempts.length} of ${orders.length} models; it must return runSearchJob(job) for every job`,
      );
    }
    // Workers finish in any order; the table of tried models, and ties, have one.
    const place = new Map(orders.map(({ p, q, P, Q, constant }, i) => [[p, q, P, Q, constant].join(), i]));
    const at = ({ orders: o }: (typeof attempts)[number]) => place.get([o.p, o.q, o.P, o.Q, o.constant].join()) ?? -1;
    step = search.next({ attempts: attempts.sort((a, b) => at(a) - at(b)) });
  }
  return step.value;
}

async function here(jobs: readonly SearchJob[], signal: AbortSignal | undefined): Promise<SearchJobResult[]> {
  const results: SearchJobResult[] = [];
  for (const job of jobs) {
    // A timer, so that events come through: a resolved promise would go on before any of them.
    await new Promise((resolve) => setTimeout(resolve));
    results.push(runSearchJob(job, signal));
  }
  return results;
}
