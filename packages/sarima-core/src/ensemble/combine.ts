import { COUNT, PARTS, type Part, partOf } from "./grid.js";
import type { Judgement } from "./judge.js";

export type Weights = Readonly<Record<Part, number>>;

/**
 * How fast a weight falls with the loss, (loss / best loss)^−rate: the centre is known better from few origins than the tails
 * are, so it may choose more sharply. Accuracy hardly depends on them: 4 to 16 and 2 to 4 differ by less than 1 % (measured).
 */
const RATES: Record<Part, number> = { lower: 3, centre: 8, upper: 3 };
/** Added to every weight before they are scaled to sum to 1: nobody is ever out. */
export const FLOOR = 0.02;
/** Losses relative to the average below this are all the same. */
export const LEAST_LOSS = 1e-6;
/** A member with answers for fewer of the trial's forecasts than this has not been judged. */
const MIN_ANSWERED = 0.25;

/**
 * Weights from the losses of the trial: exponential in the logarithm of the loss (Vovk 1990; Cesa-Bianchi & Lugosi 2006), with a
 * floor.
 */
export function weightsOf(judgements: readonly Judgement[]): Weights[] {
  const raw = judgements.map(() => ({ lower: 0, centre: 0, upper: 0 }));
  for (const part of PARTS) {
    const judged = judgements.map((j) => j.answered >= MIN_ANSWERED);
    let best = Infinity;
    judgements.forEach((j, m) => {
      if (judged[m]) best = Math.min(best, j.loss[part]);
    });
    let sum = 0;
    judgements.forEach((j, m) => {
      const ratio = Math.max(j.loss[part], LEAST_LOSS) / Math.max(best, LEAST_LOSS);
      raw[m][part] = judged[m] ? ratio ** -RATES[part] + FLOOR : 0;
      sum += raw[m][part];
    });
    for (const weights of raw) weights[part] /= sum;
  }
  return raw;
}

/**
 * Weighted median, linear between the middles of the members' weights so that it moves smoothly with them. `members` may
 * have holes where a member has no answer.
 */
export function combineQuantiles(
  members: readonly (Float64Array | null)[],
  weights: readonly Weights[],
  steps: number,
): Float64Array {
  const out = new Float64Array(COUNT * steps);
  const values = new Float64Array(members.length);
  const shares = new Float64Array(members.length);
  const silent = new Float64Array(COUNT * steps).fill(Number.NaN);
  const answers = members.map((answer) => answer ?? silent);
  const shareOf = Object.fromEntries(PARTS.map((part) => [part, Float64Array.from(weights, (w) => w[part])]));
  // Ascending by value, equals by number. From step to step hardly any two change places, so sorting begins with the order before.
  const order = Int32Array.from(members, (_, m) => m);
  for (let k = 0; k < COUNT; k++) {
    const share = shareOf[partOf(k)];
    for (let s = 0; s < steps; s++) {
      let count = 0;
      for (let i = 0; i < order.length; i++) {
        const m = order[i];
        let value = answers[m][k * steps + s];
        if (share[m] > 0 && Number.isFinite(value)) count++;
        else value = Infinity; // goes last
        let at = i;
        while (at > 0 && (values[at - 1] > value || (values[at - 1] === value && order[at - 1] > m))) {
          values[at] = values[at - 1];
          order[at] = order[at - 1];
          at--;
        }
        values[at] = value;
        order[at] = m;
      }
      for (let i = 0; i < count; i++) shares[i] = share[order[i]];
      out[k * steps + s] = weightedMedian(values, shares, count);
    }
  }
  return ascending(out, steps);
}

/** @param values ascending */
function weightedMedian(values: Float64Array, weights: Float64Array, count: number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += weights[i];
  const half = total / 2;
  let before = 0;
  let middle = 0;
  for (let i = 0; i < count; i++) {
    const next = before + weights[i] / 2;
    if (next >= half) {
      if (i === 0) return values[0];
      return values[i - 1] + ((values[i] - values[i - 1]) * (half - middle)) / (next - middle);
    }
    middle = next;
    before += weights[i];
  }
  return count > 0 ? values[count - 1] : Number.NaN;
}

/** Quantiles of one step must not cross: from the median outwards none may turn back. */
export function ascending(q: Float64Array, steps: number): Float64Array {
  const middle = COUNT >> 1;
  for (let s = 0; s < steps; s++) {
    for (let k = middle + 1; k < COUNT; k++) q[k * steps + s] = Math.max(q[k * steps + s], q[(k - 1) * steps + s]);
    for (let k = middle - 1; k >= 0; k--) q[k * steps + s] = Math.min(q[k * steps + s], q[(k + 1) * steps + s]);
  }
  return q;
}
