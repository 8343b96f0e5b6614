import { LeastSquaresSolver } from "../likelihood/gls.js";
import type { CheckedSpec, SarimaParams } from "../spec.js";
import { yuleWalker } from "../yule-walker.js";

/**
 * Starting values of a search (Hannan & Rissanen 1982):
 * 1. a long autoregression (Levinson on the sample autocovariances) gives provisional innovations ê;
 * 2. w is regressed on its own lags 1 … p and s … sP and on the lags 1 … q and s … sQ of ê.
 * Products of seasonal and other lags are left out: a start need not be exact. Returns null when the series is too short.
 */
export function hannanRissanen(w: Float64Array, spec: CheckedSpec): SarimaParams | null {
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
    innovations = longAutoregression(w, order);
  }
  // Step 2
  const from = Math.max(order + Math.max(0, ...maLags), ...arLags, 0);
  const rows = n - from;
  if (rows < 2 * k + 5) return null;
  const column = (x: Float64Array, lag: number) => x.slice(from - lag, n - lag);
  const x = [...arLags.map((lag) => column(w, lag)), ...maLags.map((lag) => column(innovations, lag))];
  const y = column(w, 0);
  const { beta } = new LeastSquaresSolver(k).solve(y, x);
  if (!beta.every(Number.isFinite)) return null;
  const take = (at: number, count: number) => Array.from(beta.subarray(at, at + count));
  return { ar: take(0, p), seasonalAr: take(p, P), ma: take(p + P, q), seasonalMa: take(p + P + q, Q) };
}

const lags = (count: number, step: number) => Array.from({ length: count }, (_, i) => (i + 1) * step);

/** One-step errors of the Yule–Walker autoregression of the given order; zeros while its lags are not there. */
function longAutoregression(w: Float64Array, order: number): Float64Array {
  const n = w.length;
  const a = yuleWalker(w, order);
  const e = new Float64Array(n);
  for (let t = order; t < n; t++) e[t] = w[t];
  for (let j = 0; j < order; j++) {
    const coef = a[j];
    if (coef !== 0) for (let t = order; t < n; t++) e[t] -= coef * w[t - j - 1];
  }
  return e;
}
