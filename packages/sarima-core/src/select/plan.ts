import { diff } from "../difference.js";
import { quote, SarimaError, throwIfAborted } from "../errors.js";
import { checkRegressors } from "../estimate/prepare.js";
import { fillSeasonally } from "../likelihood/fill.js";
import type { Range } from "../model.js";
import { asGaps, detectOutliers, type OutlierReport } from "../outliers.js";
import { stepColumns } from "../regressors.js";
import { checkCallback, countObserved, finiteNumber, type Series, toSeries, wholeNumber } from "../series.js";
import { resolveTransform, transformSeries } from "../transform.js";
import type { SearchData } from "./candidate.js";
import { type Criterion, checkCriterion } from "./criterion.js";
import { findCycles } from "./cycles.js";
import { interpolated, isConstant } from "./gaps.js";
import { type AutoSarimaOptions, rangeOf, seasonsOf } from "./options.js";
import { type OrderBounds, orderBounds } from "./orders.js";
import { regressed } from "./regression.js";
import { judgedHorizon, type Origins, placeOrigins } from "./rolling-score.js";
import { candidateTransforms, compareScales, type ScaleTrial } from "./scale.js";
import { nsdiffs } from "./seasonality.js";
import { ndiffs } from "./unit-root.js";

/** Periods of data that a cycle needs before it may enter a model. */
const PERIODS_NEEDED = 3;
/** Fewer values than this cannot judge scales by forecasts; tests decide. */
const JUDGEABLE = 40;
/** Exact treatment of gaps costs a filter for each; a search over many models does so only while that is cheap. */
const EXACT_GAPS = 3000;
/** Where forecasts judge, a root close to the circle is no reason by itself to refuse a model. */
const JUDGED_ROOT = 1.001;

/** A season of 60 on 1,200 values, and above. */
const COSTLY = 1.2e5;

/** How far a search goes. */
export interface Effort {
  /** Steps of two orders at once, out of local optima. */
  readonly wide: boolean;
  /** Most models that a stepwise search tries. */
  readonly limit: number;
  /** Improvement of the criterion that a step has to bring. */
  readonly margin: number;
  /** Best candidates that are fitted in full before one is chosen. */
  readonly finalists: number;
}

/** As far as R's search goes, and further. */
const FULL_EFFORT: Effort = { wide: true, limit: 94, margin: 0, finalists: 3 };
/** In longer series models are further apart than their fits are uncertain, and every fit costs more. */
const LONG = 1000;
const LONG_EFFORT: Effort = { wide: false, limit: 94, margin: 0, finalists: 1 };
/** A season of hundreds: each model takes a good part of a second. */
const COSTLY_EFFORT: Effort = { wide: false, limit: 30, margin: 0, finalists: 1 };
/** Where forecasts judge: an AICc that differs by less than 1 says nothing about them. */
const JUDGED_EFFORT: Effort = { wide: false, limit: 40, margin: 1, finalists: 1 };

/** Forecasts hours ahead gain nothing from larger models. */
const JUDGED_ORDERS = { maxP: 3, maxQ: 3, maxSeasonalP: 1, maxSeasonalQ: 1 };

/** Options that are there, so that those that are undefined do not hide a default. */
function given(options: AutoSarimaOptions): AutoSarimaOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** What is known before scale and differences are settled. */
export interface Question {
  /** The series, spikes as gaps where that was asked for. */
  readonly y: Float64Array;
  readonly observed: number;
  readonly regressors: readonly Float64Array[];
  readonly steps: readonly number[];
  readonly range: Range;
  readonly period: number;
  readonly criterion: Criterion;
  /** Scale and d are chosen by rolling origins. */
  readonly judged: boolean;
  /** Scales and differences, the best first; one where nothing was compared. */
  readonly trials: readonly ScaleTrial[];
  readonly origins: Origins;
  readonly outliers: OutlierReport | null;
  readonly warnings: readonly string[];
}

export function ask(series: Series, options: AutoSarimaOptions): Question {
  const warnings: string[] = [];
  let y = toSeries(series);
  checkCallback(options.onProgress, "onProgress");
  const asked = checkCriterion(options.criterion);
  const horizon = wholeNumber(options.horizon ?? 48, "horizon", 1);
  const regressors = checkRegressors(options.regressors, y.length);
  const look = () => throwIfAborted(options.signal);
  look();
  const range = rangeOf(options, y);
  const seasons = seasonsOf(options);
  const outliers = lookForOutliers(y, seasons[0] ?? 1, options, warnings);
  look();
  if (outliers && options.outliers === "gaps") y = asGaps(y, outliers.spikes);
  const steps = outliers && options.levelShifts === "steps" ? outliers.levelShifts.map((shift) => shift.index) : [];
  const observed = countObserved(y);
  if (observed < 2) {
    throw new SarimaError("TOO_SHORT", `y has ${observed} observed values; a model needs at least 2`);
  }
  // Of three values AICc is infinite with so much as a mean, which leaves a mean of 0; R's auto.arima takes AIC as well.
  const criterion = asked === "aicc" && observed <= 3 ? "aic" : asked;

  // Seasons: the shortest one with data enough is the seasonal factor.
  const metrics = options.periods !== undefined;
  const usable = metrics ? seasons.filter((length) => observed >= PERIODS_NEEDED * length) : seasons;
  for (const length of seasons) {
    if (usable.includes(length)) continue;
    warnings.push(
      `the season of ${length} is left out: it needs ${Math.ceil(PERIODS_NEEDED * length)} values, y has ${observed}`,
    );
  }
  const period = usable.find(Number.isInteger) ?? 1;
  const cycles = usable.filter((length) => length !== period);

  const given = options.transform ?? (metrics ? "auto" : "none");
  if (typeof given === "string" && given !== "auto" && given !== "none") {
    throw new SarimaError(
      "INVALID_ARGUMENT",
      `transform must be "auto", "none" or { kind: "log" | "box-cox" | "logit", … }; received ${quote(given)}`,
    );
  }
  const judged = (metrics || given === "auto") && observed >= JUDGEABLE && !isConstant(y);
  const columns = [...regressors, ...stepColumns(y.length, steps)];
  const fixed = typeof given === "string" ? null : resolveTransform(given, y, period);
  let trials: ScaleTrial[];
  if (judged) {
    const transforms = given === "auto" ? candidateTransforms(y, range, period) : [fixed];
    look();
    const D = options.D !== undefined ? checkedD(options.D, period) : testedD(y, period, options);
    look();
    const Ds = options.D === undefined && D > 0 ? [D, 0] : [D];
    const differences = options.d !== undefined ? [wholeNumber(options.d, "d", 0, 2)] : [0, 1];
    const question = { y, columns, period, cycles, range, transforms, differences, horizon, look };
    trials = Ds.flatMap((each) => compareScales({ ...question, D: each })).sort((a, b) => a.score - b.score);
  } else {
    const z = transformSeries(y, fixed);
    const [d, D] = differencesByTests(z, columns, period, options, look);
    trials = [{ transform: fixed, d, D, score: Number.NaN, cycles: findCycles(interpolated(z), cycles, 50, look) }];
  }
  return {
    y,
    observed,
    regressors,
    steps,
    range,
    period,
    criterion,
    judged,
    trials,
    origins: placeOrigins(y.length, judgedHorizon(y.length, horizon)),
    outliers,
    warnings,
  };
}

/** Everything that is settled before orders are searched on one scale, as plain data. */
export interface Plan {
  readonly trial: ScaleTrial;
  readonly bounds: OrderBounds;
  /** One evaluation takes milliseconds: the conditional optimum, hardly refined, has to stand for the maximum. */
  readonly costly: boolean;
  readonly criterion: Criterion;
  readonly data: SearchData;
  readonly effort: Effort;
  /** What replays of forecasts need. */
  readonly replay: {
    readonly y: Float64Array;
    /** Complete transformed series. */
    readonly filled: Float64Array;
    readonly origins: Origins;
    readonly range: Range;
  };
}

export function settle(question: Question, trial: ScaleTrial, options: AutoSarimaOptions): Plan {
  const { y, period, observed, criterion, judged } = question;
  const z = transformSeries(y, trial.transform);
  const { pattern, coefficients } = trial.cycles;
  const rest = pattern ? z.map((value, t) => value - pattern[t]) : z;
  const exactGaps = (z.length - observed) * z.length <= EXACT_GAPS;
  const bounds = orderBounds({ ...(judged && JUDGED_ORDERS), ...given(options) }, period, trial.d, trial.D, observed);
  // Multiply-adds of one evaluation: what a state as long as the longest model's costs until the filter is steady.
  const lags = period * Math.max(bounds.maxSeasonalP, bounds.maxSeasonalQ);
  const costly = lags * Math.min(observed, 20 * lags) > COSTLY;
  return {
    trial,
    bounds,
    costly,
    criterion,
    data: {
      z: exactGaps ? rest : fillSeasonally(rest, period),
      design: [...question.regressors, ...stepColumns(y.length, question.steps)],
      estimatedBefore: coefficients,
      criterion: criterion === "rolling" ? "aicc" : criterion,
      minimumRoot: finiteNumber(options.minimumRoot ?? (judged ? JUDGED_ROOT : 1.01), "minimumRoot", 1, 2),
      maxIterations: costly ? 2 : judged ? 8 : 30,
    },
    effort: judged ? JUDGED_EFFORT : costly ? COSTLY_EFFORT : observed > LONG ? LONG_EFFORT : FULL_EFFORT,
    replay: { y, filled: interpolated(z), origins: question.origins, range: question.range },
  };
}

/** d and D as forecast::auto.arima finds them: on what a regression leaves, D first. */
function differencesByTests(
  z: Float64Array,
  design: readonly Float64Array[],
  period: number,
  options: AutoSarimaOptions,
  look: () => void,
): [d: number, D: number] {
  let x: Float64Array = design.length > 0 ? regressed(z, design) : z;
  look();
  const D = options.D !== undefined ? checkedD(options.D, period) : testedD(x, period, options);
  look();
  if (D > 0 && x.length > D * period) x = diff(x, period, D);
  const d =
    options.d !== undefined ? wholeNumber(options.d, "d", 0, 2) : ndiffs(x, { test: options.unitRootTest ?? "kpss" });
  return [d, D];
}

function checkedD(D: number, period: number): number {
  wholeNumber(D, "D", 0, 2);
  if (D > 0 && period < 2) {
    throw new SarimaError("INVALID_ARGUMENT", `D is ${D} but there is no season: give period, or D = 0`);
  }
  return D;
}

function testedD(x: Float64Array, period: number, options: AutoSarimaOptions): number {
  return period > 1 ? nsdiffs(x, period, { test: options.seasonalTest ?? "strength" }) : 0;
}

function lookForOutliers(
  y: Float64Array,
  period: number,
  options: AutoSarimaOptions,
  warnings: string[],
): OutlierReport | null {
  const { outliers = "ignore", levelShifts = "ignore" } = options;
  if (!["ignore", "report", "gaps"].includes(outliers)) {
    throw new SarimaError(
      "INVALID_ARGUMENT",
      `outliers must be "ignore", "report" or "gaps"; received ${quote(outliers)}`,
    );
  }
  if (!["ignore", "report", "steps"].includes(levelShifts)) {
    throw new SarimaError(
      "INVALID_ARGUMENT",
      `levelShifts must be "ignore", "report" or "steps"; received ${quote(levelShifts)}`,
    );
  }
  if (outliers === "ignore" && levelShifts === "ignore") return null;
  const report = detectOutliers(y, { period: Number.isInteger(period) ? period : 1 });
  const list = (positions: readonly { index: number }[]): string => {
    const shown = positions.slice(0, 10).map(({ index }) => index);
    return `${shown.join(", ")}${positions.length > shown.length ? ", …" : ""}`;
  };
  if (outliers !== "ignore" && report.spikes.length > 0) {
    const done = outliers === "gaps" ? "; they are treated as gaps" : "";
    warnings.push(`spikes that stand out: ${report.spikes.length}, at ${list(report.spikes)}${done}`);
  }
  if (levelShifts !== "ignore" && report.levelShifts.length > 0) {
    const done = levelShifts === "steps" ? "; each has a step column" : "";
    warnings.push(`level shifts: ${report.levelShifts.length}, at ${list(report.levelShifts)}${done}`);
  }
  return report;
}
