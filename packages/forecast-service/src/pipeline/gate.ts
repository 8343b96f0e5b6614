import { append, empiricalQuantiles, type Fitted, naive, refit, seasonalNaive } from "sarima-core";
import { stepsBetween } from "../calendar.js";
import type { GateReport, GateScore } from "../http/contract.js";
import { type Contestant, contest, forecaster, type Quantiles } from "./contest.js";
import { isEnsemble } from "./diagnose.js";
import { type ModelDocument, readModel } from "./model-document.js";
import type { Prepared } from "./preprocess.js";
import { type Trained, type TrainedEnsemble, trainedEnsemble } from "./train.js";
import { unjudged, verdict } from "./verdict.js";
import { reweighed, type Weighing, weighingOf } from "./weighing.js";

/** A model document and the place of its first training value in time. */
export interface Kept extends Pick<Trained, "start" | "length"> {
  readonly document: ModelDocument;
}

export interface GateInput {
  /** Everything that is known, the values that the candidate was not shown included. */
  prepared: Prepared;
  /** Trained on all but the last `holdout` values. */
  candidate: Kept;
  holdout: number;
  /** What is live; null where nothing is. */
  champion: (Kept & { readonly provisional: boolean }) | null;
  horizon: number;
  levels: readonly number[];
  /** How many forecasts are compared. */
  origins: number;
  /** By what share its loss must be lower than the champion's. */
  margin: number;
  /** Whether a candidate that is accepted is fitted again on everything: where the series has changed in the values held back. */
  refit?: boolean;
}

/** What the gate says, and a forecast to look at. */
export interface Gated {
  readonly report: GateReport;
  /** The candidate's forecast from the last origin; null where it made none. */
  readonly example: Example | null;
  /** The candidate's weights once they have followed the values held back, for when it is live; null where it is not accepted, or there is nothing to follow. */
  readonly weighing: Weighing | null;
  /** The candidate fitted again, its weights included; null where that was not asked for, or it is not accepted or no ensemble. */
  readonly refitted: TrainedEnsemble | null;
}

export interface Example extends Quantiles {
  /** Position in the values of its first step. */
  readonly origin: number;
}

/** Eight hours at five minutes: the first origin sees them ahead, the last four hours. */
const HOLDOUT = 96;
/** Below this the values held back would be missed in the training, and too few to say anything. */
const LEAST_VALUES = 72;

/**
 * How many values at the end are held back from training, for the gate. None of a short history, which cannot spare any.
 *
 * The candidate is trained once, on what comes before, and judged on what it has not seen; what goes live is the very model that was
 * judged, its state moved on to now by `append`. Its coefficients are then eight hours older than they could be, which
 * costs nothing that can be measured on series whose models serve for a day; its weights follow those hours once it has been judged. Where
 * a drift asked for it, its members are fitted again on everything before it goes live: else none of them would have seen what drifts. The other way, to train on everything and roll the state
 * back, would let an ensemble be judged on the very days its weights and interval widths were chosen by.
 */
export function holdoutFor(length: number): number {
  return length < LEAST_VALUES ? 0 : Math.min(HOLDOUT, Math.floor(length / 4));
}

/** Recent values that empirical quantiles stand on: a day. */
const EMPIRICAL_WINDOW = 288;

/**
 * Step 4: lets the candidate, the champion and three baselines forecast from the same origins in the values held back, each with what was
 * known there, and compares their pinball losses at the quantiles of the levels. The candidate is accepted when it loses to none of
 * the baselines and beats the champion. Without a champion it is accepted in any case, because some forecast is better than none, and
 * the report says when a baseline did better; such a provisional champion is then replaced by whatever beats it.
 *
 * Both models are judged with weights that know nothing of the values held back: the candidate's are those of its training, the champion's
 * have followed, as they do in service, what came up to there.
 *
 * @throws SarimaError `INVALID_DOCUMENT` for a model that cannot be read
 */
export function gate(input: GateInput): Gated {
  const { prepared, candidate, holdout, champion, horizon, levels } = input;
  const { values, periods, bounds } = prepared;
  const n = values.length;
  const empty = { origins: 0, horizon, scores: [] };
  if (holdout === 0) {
    const report = { ...empty, ...unjudged(n, champion) };
    return { report, example: null, weighing: null, refitted: null };
  }

  const cut = n - holdout;
  const origins = originsIn(cut, holdout, horizon, input.origins);
  const season = periods.at(-1);
  const own = { name: "candidate" as const, from: cut, fit: rolled(prepared, readModel(candidate.document), cut) };
  const rivals = [
    ...(champion ? standing(prepared, champion, cut, origins[origins.length - 1]) : []),
    ...baselines(season !== undefined && season <= cut ? season : null),
  ];
  const contestants = [own, ...rivals].map(
    ({ name, from, fit }): Contestant => ({ name, from, forecast: forecaster(fit, bounds) }),
  );
  let example: Example | null = null;
  let count = 0;
  const judged = contest(values, origins, contestants, horizon, levels, (origin, _, [answer]) => {
    example = { origin, ...answer };
    count++;
  });
  const scores = judged.every(({ pinball }) => Number.isFinite(pinball)) ? judged : [];
  const decided = verdict(scores, champion, input.margin);
  const live = decided.accepted ? movedOn(() => own.fit(values)) : null;
  const refitted = live && input.refit && isEnsemble(live) ? refit(live) : null;
  return {
    report: { horizon, scores, origins: scores.length > 0 ? count : 0, ...decided },
    example,
    weighing: live && !refitted ? weighingOf(reweighed(live)) : null,
    refitted: refitted && trainedEnsemble(refitted, { start: candidate.start, length: n }),
  };
}

/** A model that cannot take the last values (below a bound that it took for given) goes live all the same, with the weights of its training. */
function movedOn(toEnd: () => Fitted): Fitted | null {
  try {
    return toEnd();
  } catch {
    return null;
  }
}

/** Evenly spread over what was held back, as long as a whole horizon follows; all at its beginning where it is shorter. */
function originsIn(cut: number, holdout: number, horizon: number, count: number): number[] {
  const last = Math.max(0, holdout - horizon);
  const places = Array.from({ length: count }, (_, i) => cut + (count > 1 ? Math.floor((i * last) / (count - 1)) : 0));
  return [...new Set(places)];
}

interface Entrant {
  readonly name: GateScore["name"];
  readonly from: number;
  readonly fit: Parameters<typeof forecaster>[0];
}

/** What any model has to beat. */
export function baselines(season: number | null): Entrant[] {
  return [
    { name: "naive", from: 1, fit: (past) => naive(past) },
    ...(season === null
      ? []
      : [{ name: "seasonal-naive" as const, from: season, fit: (past: Float64Array) => seasonalNaive(past, season) }]),
    { name: "empirical-quantiles", from: 1, fit: (past) => empiricalQuantiles(past, { window: EMPIRICAL_WINDOW }) },
  ];
}

/** The champion, where there is an origin it does not know the future of. */
function standing(prepared: Prepared, champion: Kept, cut: number, last: number): Entrant[] {
  try {
    const known = placed(prepared, champion);
    if (!known || known.from > last) return [];
    const from = Math.max(known.from, cut);
    const fitted = reweighed(append(known.fitted, prepared.values.subarray(known.from, from)));
    return [{ name: "champion", from, fit: rolled(prepared, fitted, from) }];
  } catch {
    // It cannot be read, or cannot take the values that came since: nothing that could go on forecasting.
    return [];
  }
}

/** The champion's place in the values, or null where it lies outside of them. */
function placed(prepared: Prepared, { document, start, length }: Kept): { fitted: Fitted; from: number } | null {
  if (prepared.start === null || prepared.step === null || start === null) return null;
  const begin = stepsBetween(start, prepared.start, prepared.step);
  // What lies between its training and the first value is not known any more: gaps.
  const missing = Math.max(0, begin - length);
  const fitted = readModel(document);
  return {
    fitted: missing > 0 ? append(fitted, new Float64Array(missing).fill(Number.NaN)) : fitted,
    from: Math.max(0, length - begin),
  };
}

/** The state of a model moved on along the series, never looking ahead. Origins come in ascending order. */
function rolled(prepared: Prepared, fitted: Fitted, from: number): (past: Float64Array) => Fitted {
  let state = fitted;
  let at = from;
  return (past) => {
    if (past.length > at) state = append(state, prepared.values.subarray(at, past.length));
    at = Math.max(at, past.length);
    return state;
  };
}
