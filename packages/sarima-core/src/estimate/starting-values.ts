import type { CheckedSpec, SarimaParams } from "../spec.js";
import { hannanRissanen } from "./hannan-rissanen.js";
import type { ParameterMap } from "./parameters.js";

/**
 * Points from which a search begins, in its coordinates: what the caller gave, Hannan–Rissanen, and shapes that
 * likelihoods of seasonal models are known to have separate maxima near (Wheeler & Ionides 2024 restart for that reason).
 */
export function startingValues(
  w: Float64Array,
  spec: CheckedSpec,
  map: ParameterMap,
  given: SarimaParams | undefined,
  few = false,
  interrupt: (() => void) | null = null,
): Float64Array[] {
  const starts: Float64Array[] = [];
  const add = (params: SarimaParams | null, limit?: number) => {
    if (!params) return;
    const u = map.coordinates(params, limit);
    if (!starts.some((other) => isSame(other, u))) starts.push(u);
  };
  if (given) add(given, 0.9999);
  const rissanen = hannanRissanen(w, spec, interrupt);
  add(rissanen);
  const [p, , q] = spec.order;
  const [P, , Q] = spec.seasonal;
  if (few) {
    const slow = P + Q > 0 ? { seasonalAr: head(P, [0.96]), seasonalMa: head(Q, [-0.85]) } : {};
    add({ ar: head(p, [0.5]), ma: head(q, [-0.1]), seasonalAr: head(P, [0.3]), seasonalMa: head(Q, [-0.3]) });
    if (rissanen && P > 0) add({ ...rissanen, ...slow });
    add({ ar: head(p, [0.95]), ma: head(q, [-0.7]), ...slow });
    return starts;
  }
  // Nearly white; slow with a moving average that almost cancels it; alternating; a cycle; over-differenced; root at −1.
  const regular: SarimaParams[] = [
    { ar: head(p, [0.1]), ma: head(q, [0.1]) },
    { ar: head(p, [0.95]), ma: head(q, [-0.7]) },
    { ar: head(p, [-0.6, 0.2]), ma: head(q, q > 1 ? [1.2, 0.4] : [0.5]) },
  ];
  if (p >= 2) {
    regular.push({ ar: head(p, [-1.2, -0.9]), ma: head(q, [0.9, 0.6]) });
    regular.push({ ar: head(p, [1.4, -0.8]), ma: head(q, [-0.7]) });
    if (q >= 1) regular.push({ ar: head(p, [-0.35, 0.57]), ma: head(q, q > 1 ? [0.75, -0.19] : [0.9]) });
    if (q >= 2) regular.push({ ar: head(p, [-0.75, 0.19]), ma: head(q, [0.05, -0.86]) });
  }
  if (q >= 1) regular.push({ ar: head(p, [-0.3]), ma: head(q, q > 1 ? [-1.94, 0.945] : [-0.95]) });
  const seasonal: SarimaParams[] = [{ seasonalAr: head(P, [0.1]), seasonalMa: head(Q, [-0.1]) }];
  if (P > 0) seasonal.push({ seasonalAr: head(P, [0.96]), seasonalMa: head(Q, [-0.85]) });
  else if (Q > 0) seasonal.push({ seasonalMa: head(Q, [-0.85]) });
  if (P > 0 && Q > 0) {
    // Two seasonal factors that nearly cancel with the sign of neither.
    const opposite = {
      seasonalAr: head(P, P > 1 ? [-0.6, -0.5] : [-0.75]),
      seasonalMa: head(Q, Q > 1 ? [0.5, 0.5] : [0.65]),
    };
    for (const a of [rissanen, regular[1], regular.at(-3)]) if (a) add({ ...a, ...opposite });
  }
  if (map.free <= 2) {
    // A surface over two coefficients has few places to hide a maximum.
    regular.forEach((a, i) => {
      add({ ...a, ...seasonal[i % seasonal.length] });
    });
    return starts;
  }
  for (const b of seasonal) {
    if (rissanen && P + Q > 0) add({ ...rissanen, ...b });
    for (const a of regular) add({ ...a, ...b });
  }
  return starts;
}

function isSame(a: Float64Array, b: Float64Array): boolean {
  for (let i = 0; i < a.length; i++) if (!(Math.abs(a[i] - b[i]) < 1e-6)) return false;
  return true;
}

const head = (length: number, values: readonly number[]) => Array.from({ length }, (_, i) => values[i] ?? 0);
