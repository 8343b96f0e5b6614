import { SarimaError } from "../errors.js";
import { filterPass, modelPolynomials } from "../estimate/filter-pass.js";
import { prepare } from "../estimate/prepare.js";
import { fitPrepared } from "../fit.js";
import { respond } from "../likelihood/filter-prediction.js";
import type { StateMean } from "../likelihood/filter-state.js";
import { step } from "../likelihood/filter-step.js";
import type { SarimaModel } from "../model.js";
import { countObserved } from "../series.js";
import type { CheckedSpec, SarimaSpec } from "../spec.js";
import { type ErrorTable, errorTable, spreadAround } from "./error-table.js";
import type { History, ScaleName } from "./history.js";
import { statesAlong } from "./states-along.js";

/** A seasonal model fitted by exact maximum likelihood, with its errors at every step. */
export interface SarimaFit {
  readonly kind: "sarima";
  readonly scale: ScaleName;
  readonly window: number;
  readonly spec: CheckedSpec;
  readonly ar: readonly number[];
  readonly ma: readonly number[];
  readonly seasonalAr: readonly number[];
  readonly seasonalMa: readonly number[];
  readonly mean: number;
  readonly errors: ErrorTable;
}

/** A member may stop this far below its maximum: forecasts do not see it, and the way along a flat ridge takes half of the time. */
const LIKELIHOOD_ERROR = 0.005;
const MAX_ORIGINS = 150;
/** More gaps than this are filled by lines here: integrating them out costs a filter each, for one member of many. */
export const MAX_EXACT_GAPS = 8;

/** Fits the candidates and keeps the one of least AICc; null where none can be fitted to so few values. */
export function fitSarima(
  history: History,
  end: number,
  anchors: readonly number[],
  options: {
    scale: ScaleName;
    window: number;
    candidates: readonly SarimaSpec[];
    /** An earlier fit of the same orders to start from. */
    earlier?: SarimaFit | undefined;
    signal?: AbortSignal | undefined;
  },
): SarimaFit | null {
  const { scale, window, candidates, earlier, signal } = options;
  const filled = history[scale];
  if (!filled) return null;
  const start = Math.max(0, end - window);
  const z = filled.slice(start, end);
  const gaps = z.length - countObserved(history.y.subarray(start, end));
  const y = gaps <= MAX_EXACT_GAPS ? z.map((value, i) => (Number.isNaN(history.y[start + i]) ? Number.NaN : value)) : z;
  let best: SarimaModel | null = null;
  for (const spec of candidates) {
    try {
      const model = fitPrepared(prepare(y, spec, {}), { signal, start: earlier }, "ml", {
        quick: true,
        standardErrors: false,
        error: LIKELIHOOD_ERROR,
      });
      if (Number.isFinite(model.aicc) && (best === null || model.aicc < best.aicc)) best = model;
    } catch (error) {
      // A candidate the data cannot carry (too short, constant) is no member; being stopped is not that.
      if (!(error instanceof SarimaError) || error.code === "ABORTED") throw error;
    }
  }
  if (!best) return null;
  const { spec, params } = best;
  const { ar, ma, seasonalAr, seasonalMa } = params;
  const fit = {
    kind: "sarima",
    scale,
    window,
    spec,
    ar,
    ma,
    seasonalAr,
    seasonalMa,
    mean: params.mean,
    errors: [],
  } as const;
  return { ...fit, errors: sampleErrors(fit, z, history.y.subarray(start, end), anchors) };
}

/** Errors at the anchors from origins inside the window, the state moved from one to the next. */
function sampleErrors(fit: SarimaFit, z: Float64Array, y: Float64Array, anchors: readonly number[]): number[][] {
  const n = z.length;
  const polynomials = modelPolynomials(fit.spec, factorsOf(fit));
  const series = z.map((value) => value - fit.mean);
  const first = Math.max(2 * polynomials.delta.degree + polynomials.phi.degree + 2, Math.floor(n * 0.2));
  const stride = Math.max(1, Math.floor((n - first) / MAX_ORIGINS));
  const horizon = anchors[anchors.length - 1] + 1;
  const errors: number[][] = anchors.map(() => []);
  const missed = (t: number, { alpha, lags }: StateMean) => {
    const path = respond(alpha, lags, polynomials, Math.min(horizon, n - t));
    for (let a = 0; a < anchors.length && t + anchors[a] < n; a++) {
      const at = t + anchors[a];
      if (!Number.isNaN(y[at])) errors[a].push(series[at] - path[anchors[a]]);
    }
  };
  if (first < n - 1) {
    const times = Array.from({ length: Math.ceil((n - first) / stride) }, (_, i) => first + i * stride);
    const states = statesAlong(series, fit.spec, factorsOf(fit), times);
    if (states) {
      states.forEach((state, i) => {
        if (state) missed(times[i], state);
      });
    } else {
      // Digits would be lost: extended precision up to the first time, from there step by step.
      let { state } = filterPass(series.slice(0, first), fit.spec, factorsOf(fit), { quick: true });
      for (let t = first; t < n; t++) {
        if ((t - first) % stride === 0) missed(t, state);
        const next = step(state, polynomials, series[t]);
        if (!next) break;
        state = next.state;
      }
    }
  }
  const coefficients = fit.ar.length + fit.ma.length + fit.seasonalAr.length + fit.seasonalMa.length;
  const lists = errors.map((list) => Float64Array.from(list));
  return errorTable(lists, anchors, { length: n, coefficients, unitRoot: hasUnitRoot(fit) });
}

/** Quantiles from each of the origins, the latest first. */
export function forecastSarima(
  fit: SarimaFit,
  history: History,
  origins: readonly number[],
  steps: readonly number[],
  anchors: readonly number[],
): Float64Array[] {
  const scaled = history[fit.scale] as Float64Array;
  const factors = factorsOf(fit);
  const polynomials = modelPolynomials(fit.spec, factors);
  const seriesFrom = (start: number, end: number) => scaled.slice(start, end).map((value) => value - fit.mean);
  const startOf = (t: number) => Math.max(0, t - fit.window);
  // Several origins share a walk from where the earliest of them starts: later ones may then look back a little further.
  const start = startOf(origins[origins.length - 1]);
  const times = origins.map((t) => t - start).reverse();
  const states = origins.length > 1 ? statesAlong(seriesFrom(start, origins[0]), fit.spec, factors, times) : null;
  return origins.map((t, o) => {
    const known = states?.[origins.length - 1 - o];
    const state = known ?? filterPass(seriesFrom(startOf(t), t), fit.spec, factors, { quick: true }).state;
    const path = respond(state.alpha, state.lags, polynomials, steps[steps.length - 1] + 1);
    for (let h = 0; h < path.length; h++) path[h] += fit.mean;
    return spreadAround(path, steps, fit.errors, anchors, hasUnitRoot(fit), fit.scale, history);
  });
}

function hasUnitRoot({ spec }: SarimaFit): boolean {
  return spec.order[1] + spec.seasonal[1] > 0;
}

function factorsOf({ ar, ma, seasonalAr, seasonalMa, spec }: SarimaFit) {
  return { ar, ma, seasonalAr, seasonalMa, period: spec.seasonal[3] };
}
