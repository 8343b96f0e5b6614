import type { CheckedSpec, SarimaParams } from "../spec.js";
import { hannanRissanen } from "./hannan-rissanen.js";

/** Frequencies at which a pair of roots is tried, in radians a step: closer where cycles are long. */
const FREQUENCIES = [0.03, 0.1, 0.2, 0.4, 0.6, 0.9, 1.2, 1.5, 1.8, 2.1, 2.4, 2.7, 3, Math.PI];
/** Those of the season and its harmonics are tried as well, up to this many. */
const HARMONICS = 6;
/** Moduli of the inverse roots (autoregressive, moving average): a notch with a steep side, and a narrow peak. */
const MODULI = [
  [0.9, 0.995],
  [0.995, 0.93],
] as const;

/**
 * Starting values where a root of the autoregression and one of the moving average nearly cancel close to the unit circle,
 * multiplied to the Hannan–Rissanen estimate of what is left of the orders, with the seasonal coefficients of the point that is given; and with its regular
 * ones, where two seasonal roots nearly cancel. Likelihoods have maxima there that no search
 * from elsewhere reaches, because from afar such a pair is no pair (Ansley & Newbold 1980 on the pile-up at the circle).
 */
export function cancellingStarts(
  w: Float64Array,
  spec: CheckedSpec,
  { ar, ma, seasonalAr, seasonalMa }: SarimaParams,
  interrupt: (() => void) | null,
): SarimaParams[] {
  const [p, , q] = spec.order;
  const [P, , Q, s] = spec.seasonal;
  const starts: SarimaParams[] = [];
  if (P >= 1 && Q >= 1) {
    for (const sign of [1, -1]) {
      for (const [slow, sharp] of MODULI) {
        starts.push({ ar, ma, seasonalAr: [sign * slow], seasonalMa: [-sign * sharp] });
      }
    }
  }
  const add = (count: number, cosines: readonly number[]) => {
    const rest = hannanRissanen(w, { ...spec, order: [p - count, 0, q - count] }, interrupt) ?? {};
    for (const cosine of cosines) {
      for (const [slow, sharp] of MODULI) {
        const factor = (r: number) => (count === 1 ? [1, -cosine * r] : [1, -2 * cosine * r, r * r]);
        const phi = product([1, ...(rest.ar ?? []).map((value) => -value)], factor(slow)).slice(1);
        const theta = product([1, ...(rest.ma ?? [])], factor(sharp)).slice(1);
        starts.push({ ar: phi.map((value) => -value), ma: theta, seasonalAr, seasonalMa });
      }
    }
  };
  if (p >= 1 && q >= 1) add(1, [1, -1]);
  const harmonics = Array.from(
    { length: Math.min(HARMONICS, Math.ceil(s / 2) - 1) },
    (_, k) => (2 * Math.PI * (k + 1)) / s,
  );
  if (p >= 2 && q >= 2) add(2, [...FREQUENCIES, ...harmonics].map(Math.cos));
  return starts;
}

function product(a: readonly number[], b: readonly number[]): number[] {
  const out = new Array<number>(a.length + b.length - 1).fill(0);
  for (let i = 0; i < a.length; i++) for (let j = 0; j < b.length; j++) out[i + j] += a[i] * b[j];
  return out;
}
