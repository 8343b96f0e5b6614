import { quote, SarimaError } from "./errors.js";

/** Orders of a multiplicative model (p,d,q)(P,D,Q)[period]. */
export interface SarimaSpec {
  order: readonly [p: number, d: number, q: number];
  seasonal?: readonly [P: number, D: number, Q: number, period: number] | undefined;
  /** Constant of the differenced series: its mean when d + D = 0, the drift when d + D = 1. Default: `d + D === 0`. */
  mean?: boolean | undefined;
}

/** A specification that has passed `validateSpec`: nothing optional is left. */
export interface CheckedSpec {
  readonly order: readonly [p: number, d: number, q: number];
  readonly seasonal: readonly [P: number, D: number, Q: number, period: number];
  readonly mean: boolean;
}

/**
 * Coefficients with the signs of R and statsmodels:
 * (1 − ar₁B − …)(1 − sar₁Bˢ − …)(w − mean) = (1 + ma₁B + …)(1 + sma₁Bˢ + …) ε.
 */
export interface SarimaParams {
  ar?: readonly number[] | undefined;
  ma?: readonly number[] | undefined;
  seasonalAr?: readonly number[] | undefined;
  seasonalMa?: readonly number[] | undefined;
  mean?: number | null | undefined;
  /** Coefficients of the regressors, in the order of the columns. */
  beta?: readonly number[] | undefined;
  /** Variance of ε. */
  sigma2?: number | null | undefined;
}

/** The four factors of φ(B)Φ(Bˢ)w = θ(B)Θ(Bˢ)ε, before they are multiplied out. */
export interface ArmaFactors {
  readonly ar: readonly number[];
  readonly ma: readonly number[];
  readonly seasonalAr: readonly number[];
  readonly seasonalMa: readonly number[];
  readonly period: number;
}

/** Largest p, q, P or Q, and the largest lag of the expanded polynomials. Far above what data can support. */
export const MAX_ORDER = 200;
export const MAX_LAG = 12_000;

/**
 * Checks orders once; everything downstream trusts the result. Where P, D and Q are all 0 the period does nothing: 0 and 1 are
 * accepted, and one too long for any seasonal order becomes 0.
 *
 * @throws SarimaError `INVALID_ORDER`
 */
export function validateSpec(spec: SarimaSpec): CheckedSpec {
  if (typeof spec !== "object" || spec === null) {
    throw new SarimaError(
      "INVALID_ORDER",
      `spec must be { order: [p, d, q], seasonal?: [P, D, Q, period] }; received ${quote(spec)}`,
    );
  }
  const [p, d, q] = orders(spec.order, "order", 3) as [number, number, number];
  const [P, D, Q, s] =
    (spec.seasonal ?? null) !== null
      ? (orders(spec.seasonal, "seasonal", 4) as [number, number, number, number])
      : [0, 0, 0, 0];
  const seasonal = P + D + Q > 0;
  if (seasonal && s < 2) {
    throw new SarimaError("INVALID_ORDER", `seasonal period must be a whole number of at least 2; received ${s}`);
  }
  if (d > 3 || D > 2) {
    throw new SarimaError("INVALID_ORDER", `d must be at most 3 and D at most 2; received d = ${d}, D = ${D}`);
  }
  for (const [name, value] of [
    ["p", p],
    ["q", q],
    ["P", P],
    ["Q", Q],
  ] as const) {
    if (value > MAX_ORDER) {
      throw new SarimaError("INVALID_ORDER", `${name} must be at most ${MAX_ORDER}; received ${value}`);
    }
  }
  const lag = Math.max(p + s * P, q + s * Q, d + s * D);
  if (lag > MAX_LAG) {
    throw new SarimaError(
      "INVALID_ORDER",
      `the longest lag must be at most ${MAX_LAG}; received ${lag}: lower the orders or the period`,
    );
  }
  if (spec.mean !== undefined && spec.mean !== null && typeof spec.mean !== "boolean") {
    throw new SarimaError("INVALID_ORDER", `spec.mean must be true or false; received ${quote(spec.mean)}`);
  }
  const period = seasonal || (s > 1 && s <= MAX_LAG) ? s : 0;
  return Object.freeze({
    order: Object.freeze([p, d, q] as const),
    seasonal: Object.freeze([P, D, Q, period] as const),
    mean: spec.mean ?? d + D === 0,
  });
}

function orders(value: unknown, name: string, length: number): number[] {
  const list = Array.isArray(value) || ArrayBuffer.isView(value) ? Array.from(value as ArrayLike<unknown>) : null;
  if (!list || list.length !== length || list.some((k) => typeof k !== "number" || !Number.isInteger(k) || k < 0)) {
    const shape = length === 3 ? "[p, d, q]" : "[P, D, Q, period]";
    throw new SarimaError(
      "INVALID_ORDER",
      `${name} must be ${shape}, whole numbers of at least 0; received ${quote(value)}`,
    );
  }
  return list as number[];
}

/** "(2,0,1)(1,0,0)[12]", as R prints it. */
export function formatSpec(spec: SarimaSpec): string {
  const { order, seasonal } = validateSpec(spec);
  const [P, D, Q, s] = seasonal;
  return `(${order.join(",")})${P + D + Q > 0 ? `(${P},${D},${Q})[${s}]` : ""}`;
}
