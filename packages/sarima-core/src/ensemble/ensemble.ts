import { quote, SarimaError, throwIfAborted } from "../errors.js";
import type { Transform } from "../model.js";
import {
  checkList,
  checkObject,
  countObserved,
  finiteNumber,
  refuseExtremes,
  type Series,
  toSeries,
  wholeNumber,
} from "../series.js";
import { type Calibration, calibrate } from "./calibrate.js";
import { type Weights, weightsOf } from "./combine.js";
import { anchorSteps } from "./grid.js";
import { chooseTransform, type History, historyOf, type ScaleName, unitOf } from "./history.js";
import { judge, runTrial } from "./judge.js";
import { withLeastNoise } from "./least-noise.js";
import { candidates, describe, type MemberFit, type Setting } from "./members.js";
import { valueOrder } from "./recent-values.js";
import { type Regression, regress } from "./regression.js";

/** What `autoEnsemble` may be told. */
export interface EnsembleOptions {
  /** Cycles in steps, shortest first, for example [12, 288] for the hour and the day at 5 minutes. */
  periods?: readonly number[] | undefined;
  /** Least possible value. Default: 0 where no value is negative, else none. */
  lower?: number | undefined;
  /** Largest possible value. Default: none. */
  upper?: number | undefined;
  /** Steps for which the members are judged and calibrated. Default 48; forecasts may be longer. */
  horizon?: number | undefined;
  /** Columns of the length of y, without gaps. Their future values are then needed by `forecast`. */
  regressors?: readonly Series[] | undefined;
  signal?: AbortSignal | undefined;
  /** Called after each part of the work. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** One forecaster of an ensemble, with its weights and the reason for them. */
export interface EnsembleMember {
  readonly id: string;
  readonly description: string;
  readonly fit: MemberFit;
  /** Shares in the lower tail, the centre and the upper tail of the combined distribution; each sums to 1 over the members. */
  readonly weights: Weights;
  /** Pinball loss on the trial in training, relative to the average member: below 1 is better. */
  readonly loss: Weights;
  /** Why it has these weights. */
  readonly reason: string;
}

/** What training found; `reweigh` goes on from there. */
export interface Training {
  /** Values of the series it saw, gaps at its end included. */
  readonly length: number;
  /** Losses of the average member on the trial, in the units of the series: for each judged step the lower tail, centre, upper tail. */
  readonly losses: readonly (readonly number[])[];
  /** The factors of its calibration. */
  readonly factors: readonly number[];
}

/** Several forecasters, weighted and calibrated: frozen plain data. `forecast`, `append`, `simulate` take it as they take a model. */
export interface SarimaEnsemble {
  readonly kind: "ensemble";
  /** The series, gaps as NaN. */
  readonly y: Float64Array;
  readonly periods: readonly number[];
  /** Bounds of possible values; null for none. */
  readonly lower: number | null;
  readonly upper: number | null;
  /** Steps for which it was judged and calibrated. */
  readonly horizon: number;
  readonly transform: Transform | null;
  readonly unit: number;
  readonly members: readonly EnsembleMember[];
  readonly calibration: Calibration;
  /** Null where it is not known: in documents of an earlier version. Such an ensemble keeps its weights. */
  readonly training: Training | null;
  /** Values of the series that weights and calibration know of. */
  readonly weighedTo: number;
  readonly regression: Regression | null;
  readonly warnings: readonly string[];
}

/** Refuses what no function of this library returned; what is inside an ensemble is trusted. */
export function checkEnsemble(ensemble: SarimaEnsemble): SarimaEnsemble {
  const given: Partial<SarimaEnsemble> | null | undefined = ensemble;
  if (given?.kind !== "ensemble" || !(given.y instanceof Float64Array) || !Array.isArray(given.members)) {
    throw new SarimaError(
      "INVALID_ARGUMENT",
      `ensemble must be what autoEnsemble returned; received ${quote(ensemble)}`,
    );
  }
  return ensemble;
}

const LEAST_VALUES = 4;
const MAX_HORIZON = 10_000;

/**
 * The forecast to use when the forecast matters, not the model: many members (searched models on two scales, with and without
 * differencing, with long and short memory; quantiles of recent values, of the same time of day, of what followed similar
 * moments) forecast from origins inside the training data; their weights follow from their pinball losses there, their
 * weighted median is taken quantile by quantile, and the result is calibrated on the same origins.
 *
 * @param y observations, NaN for gaps; at least 4 observed
 * @throws SarimaError `TOO_SHORT`, `NON_FINITE`, `INVALID_ARGUMENT` (a value outside the bounds among them), `ABORTED`
 */
export function autoEnsemble(y: Series, options: EnsembleOptions = {}): SarimaEnsemble {
  checkObject(options, "options");
  const { regressors, onProgress } = options;
  checkList(regressors, "regressors");
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw new SarimaError("INVALID_ARGUMENT", `onProgress must be a function; received ${quote(onProgress)}`);
  }
  const series = toSeries(y);
  const observed = countObserved(series);
  if (observed < LEAST_VALUES) {
    throw new SarimaError(
      "TOO_SHORT",
      `an ensemble needs at least ${LEAST_VALUES} observed values; y has ${observed} among ${series.length}`,
    );
  }
  refuseExtremes(series, "y", 1e300);
  const horizon = wholeNumber(options.horizon ?? 48, "horizon", 1, MAX_HORIZON);
  const { lower, upper } = checkBounds(series, options);
  const warnings: string[] = [];
  const periods = usablePeriods(options.periods, series.length, warnings);
  throwIfAborted(options.signal);

  const regression = regressors?.length ? regress(series, regressors) : null;
  const trimmed = withoutOuterGaps(withoutEffects(series, regression));
  // A remainder after regression has bounds of its own that nobody knows.
  const transform = regression ? null : chooseTransform(trimmed, lower, upper);
  const unit = unitOf(trimmed);
  const learnt = withLeastNoise(trimmed, historyOf(trimmed, null, unit).raw);
  const setting: Setting = {
    ...settingOf(historyOf(learnt, transform, unit), horizon),
    signal: options.signal,
  };
  const scales: ScaleName[] = transform ? ["shape", "raw"] : ["raw"];
  const list = candidates(periods, scales);
  const trial = runTrial(list, setting, onProgress);
  if (trial.origins.length === 0) {
    warnings.push(`only ${trimmed.length} values: the members were not judged and count alike`);
  }
  throwIfAborted(options.signal);
  const { judgements, average } = judge(trial, setting);

  const fitted = list.map((candidate) => {
    throwIfAborted(options.signal);
    return candidate.fit(setting, trimmed.length);
  });
  const usable = judgements.map((j, m) => (fitted[m] ? j : { ...j, answered: 0 }));
  const weights = weightsOf(usable);
  const calibration = calibrate(trial, setting, weights);
  const shapeName = transform?.kind === "logit" ? "logit" : "log";
  const members: EnsembleMember[] = [];
  fitted.forEach((fit, m) => {
    if (!fit || weights[m].centre + weights[m].lower + weights[m].upper === 0) return;
    const { loss } = judgements[m];
    members.push(
      Object.freeze({
        id: list[m].id,
        description: describe(fit, shapeName),
        fit: deepFreeze(fit),
        weights: Object.freeze({ ...weights[m] }),
        loss: Object.freeze({ ...loss }),
        reason: reasonOf(loss, trial.origins.length, 0),
      }),
    );
  });
  return Object.freeze({
    kind: "ensemble" as const,
    y: series,
    periods: Object.freeze(periods),
    lower: lower ?? null,
    upper: upper ?? null,
    horizon,
    transform,
    unit,
    members: Object.freeze(members),
    calibration: deepFreeze(calibration),
    // Values near the largest number there is have losses beyond it.
    training: average.flat().every(Number.isFinite)
      ? deepFreeze({ length: series.length, losses: average, factors: calibration.factors })
      : null,
    weighedTo: series.length,
    regression,
    warnings: Object.freeze(warnings),
  });
}

/** What members need to forecast from a history. */
export function settingOf(history: History, horizon: number): Setting {
  return { history, order: valueOrder(history.y), anchors: anchorSteps(horizon) };
}

/** What is left for the members: y less the effects of its regressors. */
export function withoutEffects(y: Float64Array, regression: Regression | null): Float64Array {
  return regression ? y.map((value, t) => value - regression.effects[t]) : y;
}

/** From the first observed value to the last. */
export function withoutOuterGaps(y: Float64Array): Float64Array {
  let start = 0;
  let end = y.length;
  while (start < end && Number.isNaN(y[start])) start++;
  while (end > start && Number.isNaN(y[end - 1])) end--;
  return y.slice(start, end);
}

function checkBounds(y: Float64Array, options: EnsembleOptions): { lower?: number; upper?: number } {
  let low = Infinity;
  let high = -Infinity;
  for (const value of y) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const bounds: { lower?: number; upper?: number } = {};
  if (options.lower !== undefined && options.lower !== null) {
    bounds.lower = finiteNumber(options.lower, "lower");
    if (low < bounds.lower) {
      throw new SarimaError(
        "INVALID_ARGUMENT",
        `lower is ${bounds.lower} but y goes down to ${low}: lower the bound, or mark such values as gaps`,
      );
    }
  } else if (low >= 0) bounds.lower = 0;
  if (options.upper !== undefined && options.upper !== null) {
    bounds.upper = finiteNumber(options.upper, "upper");
    if (high > bounds.upper) {
      throw new SarimaError(
        "INVALID_ARGUMENT",
        `upper is ${bounds.upper} but y goes up to ${high}: raise the bound, or mark such values as gaps`,
      );
    }
    if (bounds.lower !== undefined && bounds.lower >= bounds.upper) {
      throw new SarimaError(
        "INVALID_ARGUMENT",
        `lower must lie below upper; received ${bounds.lower} and ${bounds.upper}`,
      );
    }
  }
  return bounds;
}

function usablePeriods(periods: readonly number[] | undefined, n: number, warnings: string[]): number[] {
  if (periods === undefined) return [];
  if (!Array.isArray(periods)) {
    throw new SarimaError("INVALID_ARGUMENT", `periods must be an array such as [12, 288]; received ${quote(periods)}`);
  }
  const list = periods.map((period, i) => wholeNumber(period, `periods[${i}]`, 2));
  list.forEach((period, i) => {
    if (i > 0 && period <= list[i - 1]) {
      throw new SarimaError("INVALID_ARGUMENT", `periods must ascend, shortest first; received ${quote(periods)}`);
    }
  });
  const usable = list.filter((period) => n >= period);
  const left = list.filter((period) => n < period);
  if (left.length > 0) {
    warnings.push(`the history of ${n} values is shorter than the period of ${left.join(" and ")}: left out`);
  }
  return usable;
}

/** @param since origins after training, of which some losses are */
export function reasonOf({ centre, lower, upper }: Weights, origins: number, since: number): string {
  if (origins + since === 0) return "not judged: the history is too short";
  const parts = Object.entries({ centre, "lower tail": lower, "upper tail": upper }).map(([name, value]) => {
    const change = Math.round((value - 1) * 100);
    const side = change === 0 ? "as the average" : `${change < 0 ? "below" : "above"} average`;
    return { side, words: change === 0 ? name : `${name} ${Math.abs(change)} %` };
  });
  const oneSide = parts.every(({ side }) => side === parts[0].side);
  const list = parts.map(({ side, words }) => (oneSide ? words : `${words} ${side}`)).join(", ");
  const later = since > 0 ? ` and ${since} after training` : "";
  return `loss on ${origins} origins${later}: ${list}${oneSide ? ` ${parts[0].side}` : ""}`;
}

export function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === "object" && !ArrayBuffer.isView(value)) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
