/** A seasonal ARIMA as factors of its equation, for words and for mathematics. Signs as in R: (1 − φB…) w = (1 + θB…) ε. */
import type { ModelMember } from "../../../../src/http/contract.js";

type Parameters = ModelMember["parameters"];
export type SarimaMember = ModelMember & { order: [number, number, number] };

/** 1 + Σ coefficient · B^lag */
export interface Polynomial {
  readonly symbol: "φ" | "Φ" | "θ" | "Θ";
  /** Steps of one power: 1, or the season. */
  readonly lag: number;
  /** By power, without the leading 1, with the sign they have in the polynomial. */
  readonly coefficients: readonly number[];
}

export interface Structure {
  readonly ar: readonly Polynomial[];
  readonly ma: readonly Polynomial[];
  readonly d: number;
  readonly D: number;
  readonly period: number;
  readonly constant: { readonly kind: "mean" | "drift"; readonly value: number } | null;
  /** How many regressors it has beside. */
  readonly regressors: number;
  readonly sigma2: number | null;
  readonly transform: NonNullable<ModelMember["transform"]> | null;
}

export function isSarima(member: ModelMember): member is SarimaMember {
  return member.order !== null;
}

export function structureOf(member: SarimaMember): Structure {
  const [p, d, q] = member.order;
  const [P, D, Q, period] = member.seasonal ?? [0, 0, 0, 1];
  const factor = (symbol: Polynomial["symbol"], prefix: string, count: number, lag: number, sign: 1 | -1) =>
    count === 0
      ? []
      : [{ symbol, lag, coefficients: named(member.parameters, prefix, count).map((one) => sign * one) }];
  const constant = member.parameters.find(({ name }) => name === "mean" || name === "drift");
  return {
    ar: [...factor("φ", "ar", p, 1, -1), ...factor("Φ", "sar", P, period, -1)],
    ma: [...factor("θ", "ma", q, 1, 1), ...factor("Θ", "sma", Q, period, 1)],
    d,
    D,
    period,
    constant: constant ? { kind: constant.name as "mean" | "drift", value: constant.value } : null,
    regressors: member.parameters.filter(({ name }) => !/^(s?ar|s?ma)\d+$|^mean$|^drift$/.test(name)).length,
    sigma2: member.sigma2,
    transform: member.transform ?? null,
  };
}

/** `ar1 … ar3`; a coefficient that is not listed is zero. */
function named(parameters: Parameters, prefix: string, count: number): number[] {
  return Array.from(
    { length: count },
    (_, place) => parameters.find(({ name }) => name === `${prefix}${place + 1}`)?.value ?? 0,
  );
}

/** `(2,0,1)(1,0,1)[12]` */
export function orderText(order: readonly number[], seasonal: readonly number[] | null): string {
  const season = seasonal && seasonal[3] > 1 ? `(${seasonal.slice(0, 3).join(",")})[${seasonal[3]}]` : "";
  return `(${order.join(",")})${season}`;
}

/** With a true minus and without needless zeros; three significant digits are enough for an equation, four for a table. */
export function coefficientText(value: number, digits = 3): string {
  const size = Math.abs(value);
  // Next to one it matters on which side of it a root lies, and how far.
  if (size !== 1 && Number(size.toPrecision(digits)) === 1 && digits < 6) return coefficientText(value, digits + 1);
  const text =
    size !== 0 && (size < 1e-3 || size >= 1e5)
      ? size.toExponential(digits - 1)
      : String(Number(size.toPrecision(digits)));
  return value < 0 ? `−${text}` : text;
}
