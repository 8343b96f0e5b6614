import { type Autoregression, burg, directWeights } from "./autoregression.js";
import { type ErrorTable, errorTable, spreadAround } from "./error-table.js";
import type { History, ScaleName } from "./history.js";
import { fitProfile, type Profile, profileAt, withoutProfile } from "./profile.js";

export interface LongAutoregression {
  readonly kind: "autoregression";
  readonly scale: ScaleName;
  readonly d: 0 | 1;
  /** It looks at this many values before the origin, no more. */
  readonly window: number;
  readonly model: Autoregression;
  readonly profile: Profile | null;
  readonly errors: ErrorTable;
}

export interface LongAutoregressionOptions {
  readonly scale: ScaleName;
  readonly d: 0 | 1;
  readonly window: number;
  /** Period of a cycle to take out first. */
  readonly cycle?: number;
}

/** Five hours at 5 minutes. 36 costs 1 % of accuracy where there are weeks of history (measured); short series stop at an eighth of their length. */
const MAX_ORDER = 60;
/** Origins inside the sample at which errors are collected: more cost time and change nothing. */
const MAX_ORIGINS = 150;
const RESIDUAL_WINDOW = 2016;

/**
 * An ARIMA(p, d, 0), p by AICc up to a long order, that knows its errors at every step from forecasting inside its own window.
 * Their median is added to the forecast: on a log scale and with spikes the conditional mean is not the median.
 */
export function fitLongAutoregression(
  history: History,
  end: number,
  anchors: readonly number[],
  options: LongAutoregressionOptions,
): LongAutoregression | null {
  const { scale, d, window, cycle } = options;
  const series = history[scale];
  const start = Math.max(0, end - window);
  if (!series || end - start < 8) return null;
  const profile = cycle === undefined ? null : fitProfile(series.subarray(0, end), cycle);
  const level = withoutProfile(series, start, end, profile);
  const z = d === 1 ? differences(level) : level;
  const { model } = burg(z, Math.min(MAX_ORDER, z.length >> 3), d === 0);
  const { mean, phi } = model;
  const p = phi.length;

  const horizon = anchors[anchors.length - 1] + 1;
  const weights = directWeights(phi, horizon);
  if (d === 1) for (let i = p; i < weights.length; i++) weights[i] += weights[i - p]; // steps add up
  const first = Math.max(p, Math.floor(0.15 * z.length));
  const stride = Math.max(1, Math.floor((z.length - first) / MAX_ORIGINS));
  const centred = z.map((value) => value - mean);
  const errors = anchors.map((h) => {
    const list = new Float64Array(Math.max(0, Math.ceil((z.length - h - first) / stride)));
    weightedSums(centred, weights.subarray(h * p, (h + 1) * p), first, stride, list);
    let count = 0;
    for (let i = 0; i < list.length; i++) {
      const t = first + i * stride;
      const target = t + h + d;
      if (!Number.isNaN(history.y[start + target]))
        list[count++] = level[target] - (d === 1 ? level[t] : mean) - list[i];
    }
    return list.subarray(0, count);
  });
  const table = errorTable(errors, anchors, { length: z.length, coefficients: p, unitRoot: d === 1 });
  return { kind: "autoregression", scale, d, window, model, profile, errors: table };
}

/** out[i] = Σ_j weights[j]·z[t − 1 − j] at t = first + i·stride; four at a time, so that no addition waits for the one before. */
function weightedSums(z: Float64Array, weights: Float64Array, first: number, stride: number, out: Float64Array): void {
  const p = weights.length;
  let i = 0;
  for (; i + 3 < out.length; i += 4) {
    const t = first + i * stride - 1;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let j = 0; j < p; j++) {
      const weight = weights[j];
      const at = t - j;
      a += weight * z[at];
      b += weight * z[at + stride];
      c += weight * z[at + 2 * stride];
      d += weight * z[at + 3 * stride];
    }
    out[i] = a;
    out[i + 1] = b;
    out[i + 2] = c;
    out[i + 3] = d;
  }
  for (; i < out.length; i++) {
    const t = first + i * stride - 1;
    let sum = 0;
    for (let j = 0; j < p; j++) sum += weights[j] * z[t - j];
    out[i] = sum;
  }
}

/** Quantiles of the values `steps` after the origin t, from what was observed before it. */
export function forecastLongAutoregression(
  fit: LongAutoregression,
  history: History,
  t: number,
  steps: readonly number[],
  anchors: readonly number[],
): Float64Array {
  const series = history[fit.scale] as Float64Array;
  const start = Math.max(0, t - fit.window, t - fit.model.phi.length - 1);
  const level = withoutProfile(series, start, t, fit.profile);
  const path = meanPath(fit, level, steps[steps.length - 1] + 1);
  if (fit.profile) for (let h = 0; h < path.length; h++) path[h] += profileAt(fit.profile, t + h);
  return spreadAround(path, steps, fit.errors, anchors, fit.d === 1, fit.scale, history);
}

/** What it missed of the values of the last week one step ahead, on its own scale. */
export function residualsOf(fit: LongAutoregression, history: History): Float64Array {
  const { model, d, scale, profile } = fit;
  const { mean, phi } = model;
  const series = history[scale] as Float64Array;
  const level = withoutProfile(series, Math.max(0, series.length - RESIDUAL_WINDOW), series.length, profile);
  const z = d === 1 ? differences(level) : level;
  const p = phi.length;
  const out = new Float64Array(Math.max(0, z.length - p));
  for (let t = p; t < z.length; t++) {
    let error = z[t] - mean;
    for (let j = 0; j < p; j++) error -= phi[j] * (z[t - 1 - j] - mean);
    out[t - p] = error;
  }
  return out;
}

/** Its ψ-weights: what an error of 1 does to the next values; those of a random walk where there is no model. */
export function responsesOf(fit: Pick<LongAutoregression, "model" | "d"> | null, steps: number): Float64Array {
  const { model, d } = fit ?? { model: { phi: [] }, d: 1 };
  const psi = new Float64Array(steps);
  for (let h = 0; h < steps; h++) {
    psi[h] = h === 0 ? 1 : 0;
    for (let j = 0; j < model.phi.length && j < h; j++) psi[h] += model.phi[j] * psi[h - 1 - j];
  }
  if (d === 1) for (let h = 1; h < steps; h++) psi[h] += psi[h - 1];
  return psi;
}

function meanPath({ model: { mean, phi }, d }: LongAutoregression, level: Float64Array, horizon: number): Float64Array {
  const z = d === 1 ? differences(level) : level;
  const n = z.length;
  const path = new Float64Array(horizon);
  for (let h = 0; h < horizon; h++) {
    let value = 0;
    for (let j = 0; j < phi.length; j++) {
      const k = h - 1 - j;
      if (k >= 0) value += phi[j] * path[k];
      else if (n + k >= 0) value += phi[j] * (z[n + k] - mean);
    }
    path[h] = value;
  }
  let sum = level[level.length - 1];
  for (let h = 0; h < horizon; h++) {
    sum += path[h];
    path[h] = d === 1 ? sum : path[h] + mean;
  }
  return path;
}

function differences(z: Float64Array): Float64Array {
  const out = new Float64Array(Math.max(0, z.length - 1));
  for (let t = 0; t < out.length; t++) out[t] = z[t + 1] - z[t];
  return out;
}
