import { quote, SarimaError } from "../errors.js";
import { wholeNumber } from "../series.js";
import { type CheckedSpec, validateSpec } from "../spec.js";

/** How large the orders of a search may be, and what all its candidates share. */
export interface OrderBounds {
  readonly period: number;
  readonly d: number;
  readonly D: number;
  readonly maxP: number;
  readonly maxQ: number;
  readonly maxSeasonalP: number;
  readonly maxSeasonalQ: number;
  /** Bound of p + q + P + Q in a full grid. */
  readonly maxOrder: number;
  /** May candidates have a constant: a mean, or a drift? */
  readonly constant: boolean;
}

export interface OrderOptions {
  /** Default 5, 5, 2, 2. */
  maxP?: number | undefined;
  maxQ?: number | undefined;
  maxSeasonalP?: number | undefined;
  maxSeasonalQ?: number | undefined;
  /** Bound of p + q + P + Q in a full grid. Default 5. */
  maxOrder?: number | undefined;
  /** May models have a constant: a mean when d + D = 0, a drift when d + D = 1? Default true. */
  mean?: boolean | undefined;
}

/** Bounds as forecast::auto.arima draws them: no order beyond a third of the data, none of the season's own length. */
export function orderBounds(
  options: OrderOptions,
  period: number,
  d: number,
  D: number,
  observed: number,
): OrderBounds {
  const bound = (name: keyof OrderOptions, fallback: number): number =>
    wholeNumber(options[name] ?? fallback, name, 0, 50);
  if (options.mean !== undefined && typeof options.mean !== "boolean") {
    throw new SarimaError("INVALID_ARGUMENT", `mean must be true or false; received ${quote(options.mean)}`);
  }
  const third = Math.floor(observed / 3);
  const seasonal = period > 1;
  const maxSeasonalP = seasonal ? Math.min(bound("maxSeasonalP", 2), Math.floor(third / period)) : 0;
  const maxSeasonalQ = seasonal ? Math.min(bound("maxSeasonalQ", 2), Math.floor(third / period)) : 0;
  const within = (max: number, taken: number) => Math.min(max, third, taken > 0 ? period - 1 : max);
  return {
    period: seasonal ? period : 0,
    d,
    D,
    maxP: within(bound("maxP", 5), maxSeasonalP),
    maxQ: within(bound("maxQ", 5), maxSeasonalQ),
    maxSeasonalP,
    maxSeasonalQ,
    maxOrder: bound("maxOrder", 5),
    constant: (options.mean ?? true) && d + D <= 1,
  };
}

/** p, q, P, Q and whether there is a constant: what a search moves about in. */
export interface Orders {
  readonly p: number;
  readonly q: number;
  readonly P: number;
  readonly Q: number;
  readonly constant: boolean;
}

export function specOf(orders: Orders, bounds: OrderBounds): CheckedSpec {
  return validateSpec({
    order: [orders.p, bounds.d, orders.q],
    seasonal: [orders.P, bounds.D, orders.Q, bounds.period],
    mean: orders.constant,
  });
}

export function allowed({ p, q, P, Q, constant }: Orders, bounds: OrderBounds): boolean {
  return (
    p >= 0 &&
    q >= 0 &&
    P >= 0 &&
    Q >= 0 &&
    p <= bounds.maxP &&
    q <= bounds.maxQ &&
    P <= bounds.maxSeasonalP &&
    Q <= bounds.maxSeasonalQ &&
    (bounds.constant || !constant)
  );
}
