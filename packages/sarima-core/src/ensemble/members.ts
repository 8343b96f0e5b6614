import type { SarimaSpec } from "../spec.js";
import { formatSpec } from "../spec.js";
import { analogQuantiles } from "./analogs.js";
import type { History, ScaleName } from "./history.js";
import { fitLocalTrend, forecastLocalTrend, type LocalTrend } from "./local-trend.js";
import { fitLongAutoregression, forecastLongAutoregression, type LongAutoregression } from "./long-autoregression.js";
import { recentQuantiles, sameTimeQuantiles } from "./recent-values.js";
import { fitSarima, forecastSarima, type SarimaFit } from "./sarima-member.js";

/** A fitted member: plain data, enough to forecast from any origin of the series. */
export type MemberFit =
  | LongAutoregression
  | SarimaFit
  | LocalTrend
  | { readonly kind: "recent"; readonly halfLife: number }
  | { readonly kind: "same-time"; readonly period: number; readonly cycles: number }
  | { readonly kind: "analogs"; readonly lengths: readonly number[]; readonly shift: number };

/** What all members share: the series, its values in order, and the steps at which errors are known. */
export interface Setting {
  readonly history: History;
  readonly order: Int32Array;
  readonly anchors: readonly number[];
  readonly signal?: AbortSignal | undefined;
}

/** A kind of member before it is fitted. */
export interface Candidate {
  readonly id: string;
  /** How often it is fitted again while it is judged: Infinity at every origin, 0 where there is nothing to fit. */
  readonly refits: number;
  /** Fits to the values before `end`; null where they are too few. */
  fit(setting: Setting, end: number): MemberFit | null;
}

/** Values a long-memory model looks at, and a short-memory one. */
const LONG_WINDOW = 2016;
const SHORT_WINDOWS = [144, 96];
/** Windows of straight lines, in base periods. */
const TREND_WINDOWS = [3, 8];
/** Half-lives of recent values, in base periods (an hour at 5 minutes). */
const HALF_LIVES = [0.5, 1, 2, 4, 8, 24];
/** Shorter cycles are inside the reach of the autoregressions. */
const SHORTEST_CYCLE = 24;
const MAX_CYCLES = 7;

/**
 * Members that fail differently: two scales, with and without differencing, long and short memory, with and without the
 * long cycle, models and plain quantiles of the past. Chosen so that none of them is right for every series; the weights decide.
 */
export function candidates(periods: readonly number[], scales: readonly ScaleName[]): Candidate[] {
  const list: Candidate[] = [];
  const base = periods[0] ?? 12;
  for (const scale of scales) {
    for (const d of [0, 1] as const) {
      list.push(autoregression(`ar-${scale}-d${d}`, { scale, d, window: LONG_WINDOW }, 3));
    }
    for (const window of SHORT_WINDOWS) {
      list.push(autoregression(`ar-${scale}-last${window}`, { scale, d: 0, window }, Number.POSITIVE_INFINITY));
    }
    // On the raw scale only: short differenced logs have tails that explode.
    if (scale === "raw") {
      list.push(autoregression("ar-raw-d1-last144", { scale, d: 1, window: 144 }, Number.POSITIVE_INFINITY));
    }
    for (const cycle of periods.filter((period) => period >= SHORTEST_CYCLE)) {
      list.push(autoregression(`ar-${scale}-cycle${cycle}`, { scale, d: 0, window: LONG_WINDOW, cycle }, 3));
    }
    list.push(seasonalModel(scale, periods[0]));
  }
  for (const multiple of TREND_WINDOWS) {
    const window = Math.max(8, multiple * base);
    list.push({
      id: `trend-${window}`,
      refits: 1,
      fit: ({ history, anchors }, end) => fitLocalTrend(history, end, anchors, window),
    });
  }
  for (const multiple of HALF_LIVES) {
    const halfLife = Math.max(2, multiple * base);
    list.push(constant(`recent-${halfLife}`, { kind: "recent", halfLife }));
  }
  for (const period of periods.filter((p) => p >= SHORTEST_CYCLE)) {
    list.push(constant(`same-time-${period}`, { kind: "same-time", period, cycles: MAX_CYCLES }));
  }
  const lengths = [1, 3, base, 4 * base];
  list.push(constant("analogs", { kind: "analogs", lengths, shift: 0 }));
  list.push(constant("analogs-near", { kind: "analogs", lengths: [1, Math.round(base / 2), 2 * base], shift: 0 }));
  list.push(constant("analogs-shifted", { kind: "analogs", lengths, shift: 0.5 }));
  return list;
}

function autoregression(
  id: string,
  options: { scale: ScaleName; d: 0 | 1; window: number; cycle?: number },
  refits: number,
): Candidate {
  const { cycle } = options;
  return {
    id,
    refits,
    fit: ({ history, anchors }, end) =>
      cycle !== undefined && end < 2 * cycle ? null : fitLongAutoregression(history, end, anchors, options),
  };
}

function seasonalModel(scale: ScaleName, period: number | undefined): Candidate {
  const specs: SarimaSpec[] = [{ order: [1, 0, 1] }, { order: [1, 1, 1] }];
  if (period !== undefined && period > 1) {
    specs.push({ order: [2, 0, 1], seasonal: [1, 0, 1, period] }, { order: [1, 1, 1], seasonal: [1, 0, 1, period] });
  }
  // The first fit searches; later ones keep its orders and start from its coefficients.
  let earlier: SarimaFit | undefined;
  return {
    id: `sarima-${scale}`,
    refits: 1,
    fit: ({ history, anchors, signal }, end) => {
      const candidates = earlier ? [earlier.spec] : specs;
      const fit = fitSarima(history, end, anchors, { scale, window: LONG_WINDOW, candidates, earlier, signal });
      earlier ??= fit ?? undefined;
      return fit;
    },
  };
}

function constant(id: string, fit: MemberFit): Candidate {
  return { id, refits: 0, fit: () => fit };
}

/** The same member, fitted to the values before `end`; null where that cannot be. */
export function fitAgain(fit: MemberFit, { history, anchors, signal }: Setting, end: number): MemberFit | null {
  switch (fit.kind) {
    case "autoregression":
      return fitLongAutoregression(history, end, anchors, {
        scale: fit.scale,
        d: fit.d,
        window: fit.window,
        ...(fit.profile ? { cycle: fit.profile.period } : {}),
      });
    case "sarima":
      return fitSarima(history, end, anchors, {
        scale: fit.scale,
        window: fit.window,
        candidates: [fit.spec],
        earlier: fit,
        signal,
      });
    case "trend":
      return fitLocalTrend(history, end, anchors, fit.window);
    default:
      return fit;
  }
}

/** What a member says from each of several origins, the latest first. */
export function answersFrom(
  fit: MemberFit,
  setting: Setting,
  origins: readonly number[],
  steps: readonly number[],
): (Float64Array | null)[] {
  return fit.kind === "sarima"
    ? forecastSarima(fit, setting.history, origins, steps, setting.anchors)
    : origins.map((origin) => memberQuantiles(fit, setting, origin, steps));
}

/** Quantiles at `steps` after the origin t, COUNT blocks of steps.length values; null where the member has no answer there. */
export function memberQuantiles(
  fit: MemberFit,
  setting: Setting,
  t: number,
  steps: readonly number[],
): Float64Array | null {
  const { history, order, anchors } = setting;
  switch (fit.kind) {
    case "autoregression":
      return forecastLongAutoregression(fit, history, t, steps, anchors);
    case "sarima":
      return forecastSarima(fit, history, [t], steps, anchors)[0];
    case "trend":
      return forecastLocalTrend(fit, history, t, steps, anchors);
    case "recent":
      return recentQuantiles(history.y, order, t, fit.halfLife, steps);
    case "same-time":
      return sameTimeQuantiles(history, t, steps, fit.period, fit.cycles);
    case "analogs":
      return analogQuantiles(setting, t, steps, fit);
  }
}

/** What a member is, in words. */
export function describe(fit: MemberFit, shapeName: string): string {
  const scale = (name: ScaleName) => (name === "raw" ? "as measured" : `${shapeName} scale`);
  switch (fit.kind) {
    case "autoregression": {
      const orders = `(${fit.model.phi.length},${fit.d},0)`;
      const cycle = fit.profile ? `, cycle of ${fit.profile.period} taken out` : "";
      return `ARIMA${orders}, ${scale(fit.scale)}, last ${fit.window} values${cycle}`;
    }
    case "sarima":
      return `SARIMA${formatSpec(fit.spec)}, ${scale(fit.scale)}, exact likelihood`;
    case "trend":
      return `straight line through the last ${fit.window} values`;
    case "recent":
      return `quantiles of recent values, half-life ${fit.halfLife} steps`;
    case "same-time":
      return `quantiles at the same time of the last ${fit.cycles} cycles of ${fit.period} steps`;
    case "analogs":
      return `what followed the most similar moments (means over ${fit.lengths.join(", ")} steps${fit.shift ? ", moved to today's level" : ""})`;
  }
}
