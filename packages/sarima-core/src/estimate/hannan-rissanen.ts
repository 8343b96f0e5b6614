import { LeastSquaresSolver } from "../likelihood/gls.js";
import type { CheckedSpec, SarimaParams } from "../spec.js";
import { yuleWalker } from "../yule-walker.js";

/**
 * Starting values of a search (Hannan & Rissanen 1982):
 * 1. a long autoregression (Levinson on the sample autocovariances) gives provisional innovations ê;
 * 2. w is regressed on its own lags 1 … p and s … sP and on the lags 1 … q and s … sQ of ê.
 * Products of seasonal and other lags are left out: a start need not be exact. Returns null when the series is too short.
 *
 * @param interrupt called every few milliseconds; it may throw to stop
 */
export function hannanRissanen(
  w: Float64Array,
  spec: CheckedSpec,
  interrupt: (() => void) | null = null,
): SarimaParams | null {
  const [p, , q] = spec.order;
  const [P, , Q, s] = spec.seasonal;
  const n = w.length;
  const arLags = [...lags(p, 1), ...lags(P, s)];
  const maLags = [...lags(q, 1), ...lags(Q, s)];
  const k = arLags.length + maLags.length;
  if (k === 0) return {};
  // Step 1
  let innovations = w;
  let order = 0;
  if (maLags.length > 0) {
    const wanted = Math.max(Math.ceil(2 * Math.log(n) ** 1.5), Q > 0 ? s + 2 * (p + q + 1) : 0, P > 0 ? s + p + 1 : 0);
    order = Math.min(wanted, Math.floor(n / 3), 700);
    innovations = longAutoregression(w, order, interrupt);
  }
  // Step 2
  const from = Math.max(order + Math.max(0, ...maLags), ...arLags, 0);
  const rows = n - from;
  if (rows < 2 * k + 5) return null;
  const column = (x: Float64Array, lag: number) => x.slice(from - lag, n - lag);
  const x = [...arLags.map((lag) => column(w, lag)), ...maLags.map((lag) => column(innovations, lag))];
  const y = column(w, 0);
  const solver = new LeastSquaresSolver(k);
  solver.interrupt = interrupt;
  const { beta } = solver.solve(y, x);
  if (!beta.every(Number.isFinite)) return null;
  const take = (at: number, count: number) => Array.from(beta.subarray(at, at + count));
  return { ar: take(0, p), seasonalAr: take(p, P), ma: take(p + P, q), seasonalMa: take(p + P + q, Q) };
}

const lags = (count: number, step: number) => Array.from({ length: count }, (_, i) => (i + 1) * step);

/** One-step errors of the Yule–Walker autoregression of the given order; zeros while its lags are not there. */
function longAutoregression(w: Float64Array, order: number, interrupt: (() => void) | null): Float64Array {
  const n = w.length;
  const a = yuleWalker(w, order);
  interrupt?.();
  const e = new Float64Array(n);
  for (let t = order; t < n; t++) e[t] = w[t];
  // Three lags at a time: most of the time goes into fetching e.
  let j = 0;
  for (; j + 2 < order; j += 3) {
    if (j % 60 === 0) interrupt?.();
    const [near, middle, far] = [a[j], a[j + 1], a[j + 2]];
    for (let t = order; t < n; t++) e[t] -= near * w[t - j - 1] + middle * w[t - j - 2] + far * w[t - j - 3];
  }
  for (; j < order; j++) for (let t = order; t < n; t++) e[t] -= a[j] * w[t - j - 1];
  return e;
}
