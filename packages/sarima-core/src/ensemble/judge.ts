import { throwIfAborted } from "../errors.js";
import { COUNT, PARTS, PROBABILITIES, partOf } from "./grid.js";
import { answersFrom, type Candidate, type Setting } from "./members.js";

/** Forecasts from origins inside the training data, one block for each candidate. */
export interface Trial {
  readonly origins: readonly number[];
  /** [candidate][origin]: COUNT × anchors quantiles, null where it had no answer. */
  readonly quantiles: readonly (readonly (Float64Array | null)[])[];
}

/** At most this much of the end of the series is forecast again: two days at 5 minutes. */
const MAX_REGION = 576;
const MAX_ORIGINS = 24;
const MIN_STRIDE = 6;

/** Origins in the last half of the series, latest first; the last stretch has two more, for what has just begun. */
export function trialOrigins(n: number): number[] {
  const region = Math.min(n >> 1, MAX_REGION);
  const stride = Math.max(MIN_STRIDE, Math.ceil(region / MAX_ORIGINS));
  const origins: number[] = [];
  if (region >= stride) origins.push(n - (stride >> 2), n - (stride >> 1));
  for (let origin = n - stride; origin >= n - region; origin -= stride) origins.push(origin);
  return origins;
}

/** Lets every candidate forecast from every origin with what was known there; models are fitted a few times on the way. */
export function runTrial(
  list: readonly Candidate[],
  setting: Setting,
  onProgress?: (done: number, total: number) => void,
): Trial {
  const n = setting.history.y.length;
  const origins = trialOrigins(n);
  const start = origins.length > 0 ? origins[origins.length - 1] : n;
  const quantiles = list.map((candidate, index) => {
    const answers: (Float64Array | null)[] = [];
    // Neighbours that share a fit are asked together.
    for (let o = 0, next = 0; o < origins.length; o = next) {
      throwIfAborted(setting.signal);
      const end = fitEnd(origins[o], start, n, candidate.refits);
      while (next < origins.length && fitEnd(origins[next], start, n, candidate.refits) === end) next++;
      const shared = origins.slice(o, next);
      const fit = candidate.fit(setting, end);
      throwIfAborted(setting.signal);
      answers.push(...(fit ? answersFrom(fit, setting, shared, setting.anchors) : shared.map(() => null)));
    }
    onProgress?.(index + 1, list.length);
    return answers;
  });
  return { origins, quantiles };
}

/** Where the training data of the fit used at `origin` end: the region is cut into `refits` equal parts. */
function fitEnd(origin: number, start: number, n: number, refits: number): number {
  if (refits === Number.POSITIVE_INFINITY || n === start) return origin;
  if (refits === 0) return start;
  const part = Math.floor(((origin - start) * refits) / (n - start));
  return start + Math.floor((part * (n - start)) / refits);
}

/** Mean pinball loss of each part of the distribution relative to the average member; 1 where nothing can be said. */
export interface Judgement {
  readonly loss: Readonly<Record<(typeof PARTS)[number], number>>;
  /** Share of the trial's forecasts it had an answer for. */
  readonly answered: number;
}

/**
 * In the centre an origin counts half as much as one this many origins later, so that a leak is believed after a few hours. The tails need
 * every origin. On real series neither accuracy nor coverage depends on it (measured from 2 to 24).
 */
const HALF_LIFE = 3;

/** Losses of an earlier trial, which this one goes on from. */
export interface Earlier {
  /** Values before this one have been judged. */
  readonly from: number;
  /** Losses of the average member there, as `Verdict.average` had them. */
  readonly average: readonly (readonly number[])[];
  /** Of each candidate, relative to the average member. */
  readonly loss: readonly Judgement["loss"][];
}

export interface Verdict {
  readonly judgements: readonly Judgement[];
  /** Summed losses of the average member in the units of the series, the centre's by recency: [anchor][part]. */
  readonly average: readonly (readonly number[])[];
}

/**
 * Relative losses by candidate. Every step ahead counts alike, whatever its size of error.
 *
 * After an earlier trial its losses count as those of older origins. Of each candidate there is only one number for all steps, so it is
 * taken to have been as good at every one: all numbers would be a quarter of a document and change accuracy by less than 1 % (measured).
 */
export function judge({ origins, quantiles }: Trial, { history, anchors }: Setting, earlier?: Earlier): Verdict {
  const members = quantiles.length;
  const steps = anchors.length;
  const { y } = history;
  const parts = PARTS.length;
  const part = PROBABILITIES.map((_, k) => PARTS.indexOf(partOf(k)));
  // relative[m][part]: sum over steps of (own loss / average loss of those that answered at the same origins).
  const relative = quantiles.map(() => new Float64Array(parts));
  const counted = quantiles.map(() => new Float64Array(parts));
  const answered = new Float64Array(members);
  const own = new Float64Array(members * parts);
  const common = new Float64Array(members * parts);
  const losses = new Float64Array(members * parts);
  let total = 0;
  const recency = origins.map((_, o) => 0.5 ** (o / HALF_LIFE));
  const centre = PARTS.indexOf("centre");
  const from = earlier?.from ?? 0;
  const later = origins.filter((origin) => origin >= from).length;
  const average: number[][] = [];
  for (let a = 0; a < steps; a++) {
    own.fill(0);
    common.fill(0);
    const sums = PARTS.map((_, p) =>
      earlier ? earlier.average[a][p] * (p === centre ? 0.5 ** (later / HALF_LIFE) : 1) : 0,
    );
    if (earlier) {
      for (let m = 0; m < members; m++) {
        for (let p = 0; p < parts; p++) {
          own[m * parts + p] = sums[p] * earlier.loss[m][PARTS[p]];
          common[m * parts + p] = sums[p];
        }
      }
    }
    for (let o = 0; o < origins.length; o++) {
      if (origins[o] + anchors[a] < from) continue;
      const actual = y[origins[o] + anchors[a]];
      if (actual === undefined || Number.isNaN(actual)) continue;
      total++;
      losses.fill(0);
      let present = 0;
      for (let m = 0; m < members; m++) {
        const q = quantiles[m][o];
        if (!q) continue;
        present++;
        for (let k = 0; k < COUNT; k++) {
          const error = actual - q[k * steps + a];
          losses[m * parts + part[k]] += error >= 0 ? PROBABILITIES[k] * error : (PROBABILITIES[k] - 1) * error;
        }
      }
      for (let p = 0; p < parts; p++) {
        let sum = 0;
        for (let m = 0; m < members; m++) sum += losses[m * parts + p];
        const weight = p === centre ? recency[o] : 1;
        if (present > 0) sums[p] += (weight * sum) / present;
        for (let m = 0; m < members; m++) {
          if (!quantiles[m][o]) continue;
          own[m * parts + p] += weight * losses[m * parts + p];
          common[m * parts + p] += (weight * sum) / present;
        }
      }
      for (let m = 0; m < members; m++) if (quantiles[m][o]) answered[m]++;
    }
    for (let m = 0; m < members; m++) {
      for (let p = 0; p < parts; p++) {
        if (!(common[m * parts + p] > 0)) continue;
        relative[m][p] += own[m * parts + p] / common[m * parts + p];
        counted[m][p]++;
      }
    }
    average.push(sums);
  }
  const judgements = quantiles.map((_, m) => {
    const value = (p: number) => (counted[m][p] > 0 ? relative[m][p] / counted[m][p] : 1);
    return {
      loss: { lower: value(0), centre: value(1), upper: value(2) },
      answered: total > 0 ? answered[m] / total : 1,
    };
  });
  return { judgements, average };
}
