import { quote, SarimaError, throwIfAborted } from "../errors.js";
import { prepare } from "../estimate/prepare.js";
import { fitPrepared } from "../fit.js";
import type { SarimaModel } from "../model.js";
import { checkObject, type Series } from "../series.js";
import type { SarimaSpec } from "../spec.js";
import { calibrate } from "./calibration.js";
import { nearUnitRoot } from "./candidate.js";
import { bestNeighbour, gridOrders } from "./grid.js";
import { type Attempt, evaluate, NO_LIMIT, replayed, type SearchJob, type SearchJobResult } from "./jobs.js";
import type { AutoSarimaOptions, SearchReport, TriedModel } from "./options.js";
import type { Orders } from "./orders.js";
import { ask, type Plan, type Question, settle } from "./plan.js";
import { describeTransform, type ScaleTrial } from "./scale.js";
import { stepwise } from "./stepwise.js";

/** A fitted model, and how it was found. */
export type AutoSarimaModel = SarimaModel & { readonly search: SearchReport };

/** Scales whose models are searched when those before turned out worse than they promised. */
const MAX_SCALES = 3;

/** A searched model may score this much worse than the autoregression that stood for it: 5 %. */
const SLACK = 0.05;

/**
 * Finds and fits a SARIMA model, given nothing but a series.
 *
 * With `period` this is the search of Hyndman & Khandakar (2008) as R's forecast::auto.arima has it: d by KPSS, D by seasonal
 * strength, then stepwise (or a full grid) by AICc; but on the exact likelihood throughout, and with steps that leave
 * most local optima. With `periods`, for metrics, the scale (as it is, log, Box–Cox, logit), d and the width
 * of the intervals are chosen by forecasts replayed from rolling origins inside the series, and forecasts stay
 * within the possible range.
 *
 * A series that supports no model gets the simplest that fits, and a warning.
 *
 * @throws SarimaError `INVALID_ARGUMENT`, `TOO_SHORT` below two values, `NON_FINITE`, `ABORTED`
 */
export function autoSarima(y: Series, options: AutoSarimaOptions = {}): AutoSarimaModel {
  const search = procedure(y, options);
  let step = search.next();
  while (!step.done) step = search.next(inline(step.value, options));
  return step.value;
}

/** Runs a whole grid here, one model after the other, each started from the best of its neighbours. */
function inline({ plan, orders }: SearchJob, options: AutoSarimaOptions): SearchJobResult {
  const attempts: Attempt[] = [];
  const log = progress(options, orders.length);
  for (const each of orders) {
    attempts.push(evaluate(plan, each, bestNeighbour(each, attempts)?.factors ?? null, NO_LIMIT, options.signal));
    log(attempts);
  }
  return { attempts };
}

/**
 * The whole procedure, but for the running of a grid: it yields the grid as one job and goes on with what came of it, so that
 * the same steps serve one thread and many.
 */
export function* procedure(
  y: Series,
  options: AutoSarimaOptions,
): Generator<SearchJob, AutoSarimaModel, SearchJobResult> {
  const { search = "stepwise" } = checkObject(options, "options");
  if (search !== "stepwise" && search !== "grid") {
    throw new SarimaError("INVALID_ARGUMENT", `search must be "stepwise" or "grid"; received ${quote(search)}`);
  }
  const question = ask(y, options);
  let best: Found | null = null;
  for (const [i, trial] of question.trials.slice(0, MAX_SCALES).entries()) {
    const plan = settle(question, trial, options);
    let attempts: readonly Attempt[];
    if (search === "grid") {
      attempts = (yield { plan, orders: gridOrders(plan.bounds) }).attempts;
    } else {
      attempts = stepwiseSearch(plan, question, options);
    }
    const found = fitBest(question, plan, attempts, options);
    if (best === null || found.score < best.score) best = found;
    // A model that forecasts as well as its scale promised, or better than the next scale does, ends the search.
    const next = question.trials[i + 1];
    if (!next || !(found.score > trial.score + SLACK && best.score > next.score)) break;
  }
  return describe(question, best as Found);
}

function stepwiseSearch(plan: Plan, question: Question, options: AutoSarimaOptions): Attempt[] {
  const attempts: Attempt[] = [];
  const log = progress(options);
  // Scores of forecasts say nothing of how far a likelihood is behind.
  const limit = (from: Attempt | null) => (plan.criterion === "rolling" ? NO_LIMIT : (from?.criterion ?? NO_LIMIT));
  const attempt = (orders: Orders, from: Attempt | null): Attempt => {
    const result = evaluate(plan, orders, from?.factors ?? null, limit(from), options.signal);
    attempts.push(result);
    log(attempts);
    return result;
  };
  stepwise(plan.bounds, attempt, question.observed, plan.effort);
  return attempts;
}

function progress(options: AutoSarimaOptions, total?: number): (attempts: readonly Attempt[]) => void {
  let best: Attempt | null = null;
  return (attempts) => {
    const last = attempts[attempts.length - 1];
    if (best === null || last.criterion < best.criterion) best = last;
    options.onProgress?.({
      tried: attempts.length,
      ...(total !== undefined && { total }),
      last: row(last),
      best: row(best),
    });
  };
}

function row({ spec, criterion, error }: Attempt): TriedModel {
  return Object.freeze({ spec, criterion, ...(error !== undefined && { error }) });
}

interface Found {
  readonly model: SarimaModel;
  /** Score of its replayed forecasts, where those were asked for. */
  readonly score: number;
  readonly standardized: Float64Array | null;
  readonly trial: ScaleTrial;
  readonly attempts: readonly Attempt[];
  readonly warning: string | null;
}

/** Candidates that may turn out to lie at a unit root before the search's own optimum is taken. */
const RUNNERS_UP = 4;

/** With so few values AICc is infinite for every model that has a mean, and a forecast of 0 would win: R takes the mean too. */
const TOO_FEW = 3;

const criterionValue = (model: SarimaModel, plan: Plan): number => model[plan.data.criterion];

/** Fits the best model in full; where none could be fitted, the simplest that can. */
function fitBest(question: Question, plan: Plan, attempts: readonly Attempt[], options: AutoSarimaOptions): Found {
  throwIfAborted(options.signal);
  const { trial, bounds } = plan;
  const fitOptions = {
    // From the search's optimum a dozen steps of quasi-Newton end within the figures that anyone reads.
    maxIterations: plan.costly ? 12 : undefined,
    regressors: question.regressors,
    harmonics: trial.cycles.harmonics,
    steps: question.steps,
    transform: trial.transform ?? undefined,
    signal: options.signal,
  };
  const fit = (spec: SarimaSpec, start: Attempt["factors"], quick: boolean): SarimaModel =>
    fitPrepared(prepare(question.y, spec, fitOptions), { ...fitOptions, start: start ?? undefined }, "ml", { quick });
  const ranked = attempts
    .filter((attempt) => attempt.criterion < Number.POSITIVE_INFINITY)
    .sort((a, b) => a.criterion - b.criterion);
  if (ranked.length === 0 || question.observed <= TOO_FEW) {
    const warning = ranked.length === 0 ? UNFIT : `only ${question.observed} values: this is the simplest model`;
    return { model: fitSimplest(bounds, fit), score: Number.NaN, standardized: null, trial, attempts, warning };
  }
  // Looking harder may find a higher maximum, and it may find one at a unit root that the search was to avoid.
  let model: SarimaModel | null = null;
  let finalists = plan.criterion === "rolling" ? 1 : plan.effort.finalists;
  for (const attempt of ranked.slice(0, RUNNERS_UP)) {
    const found = fit(attempt.spec, attempt.factors, question.judged || plan.costly);
    if (nearUnitRoot({ ...found.params, period: bounds.period }, plan.data.minimumRoot)) continue;
    if (model === null || criterionValue(found, plan) < criterionValue(model, plan)) model = found;
    if (--finalists === 0) break;
  }
  model ??= fit(ranked[0].spec, ranked[0].factors, true);
  if (!question.judged) {
    return { model, score: Number.NaN, standardized: null, trial, attempts, warning: null };
  }
  const { value, standardized } = replayed(plan, {
    spec: model.spec,
    factors: { ...model.params, period: bounds.period },
    sigma2: model.sigma2,
    regression: Float64Array.from([...(model.spec.mean ? [model.params.mean] : []), ...besideCycles(question, model)]),
  });
  return { model, score: value, standardized, trial, attempts, warning: null };
}

/** Coefficients of the regressors and of the steps, without those of the harmonics between them. */
function besideCycles({ regressors, steps }: Question, { params }: SarimaModel): readonly number[] {
  return [...params.beta.slice(0, regressors.length), ...params.beta.slice(params.beta.length - steps.length)];
}

const UNFIT = "no model of the search could be fitted: this is the simplest one";

/** A model without ARMA terms: from the one that was asked for down to a constant and to nothing at all. */
function fitSimplest(
  { d, D, period }: Plan["bounds"],
  fit: (spec: SarimaSpec, start: null, quick: boolean) => SarimaModel,
): SarimaModel {
  const seasonal = D > 0 ? { seasonal: [0, D, 0, period] as const } : {};
  const specs: SarimaSpec[] = [
    ...(d + D <= 1 ? [{ order: [0, d, 0] as const, ...seasonal, mean: true }] : []),
    { order: [0, d, 0], ...seasonal, mean: false },
    { order: [0, d, 0], mean: false },
    { order: [0, 0, 0], mean: true },
    { order: [0, 0, 0], mean: false },
  ];
  let failure: unknown;
  for (const spec of specs) {
    try {
      return fit(spec, null, true);
    } catch (error) {
      if (!(error instanceof SarimaError) || error.code === "ABORTED") throw error;
      failure ??= error;
    }
  }
  throw failure;
}

function describe(question: Question, found: Found): AutoSarimaModel {
  const { model, trial, attempts, standardized } = found;
  const { lower, upper } = question.range;
  const search: SearchReport = Object.freeze({
    tried: Object.freeze(attempts.map(row)),
    d: trial.d,
    D: trial.D,
    criterion: question.criterion,
    scales: Object.freeze(
      (question.judged ? question.trials : []).map(({ transform, d, D, score }) =>
        Object.freeze({ transform: describeTransform(transform), d, D, score }),
      ),
    ),
    outliers: question.outliers,
  });
  return Object.freeze({
    ...model,
    warnings: Object.freeze([...question.warnings, ...(found.warning ? [found.warning] : []), ...model.warnings]),
    ...((Number.isFinite(lower) || Number.isFinite(upper)) && { range: question.range }),
    ...(standardized && { calibration: calibrate(standardized) }),
    search,
  });
}
