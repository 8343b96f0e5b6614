import { allowed, type OrderBounds, type Orders } from "./orders.js";

/** What a search knows of a model it has tried. */
export interface Scored {
  readonly orders: Orders;
  readonly criterion: number;
}

/** Tries a model; `from` is a neighbour whose estimates may serve as start. */
export type Try<T extends Scored> = (orders: Orders, from: T | null) => T;

/** Changes of (P, Q, p, q) in the order in which Hyndman & Khandakar's program makes them. */
const STEPS: readonly (readonly [dp: number, dq: number, dP: number, dQ: number])[] = [
  [0, 0, -1, 0],
  [0, 0, 0, -1],
  [0, 0, 1, 0],
  [0, 0, 0, 1],
  [0, 0, -1, -1],
  [0, 0, -1, 1],
  [0, 0, 1, -1],
  [0, 0, 1, 1],
  [-1, 0, 0, 0],
  [0, -1, 0, 0],
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [-1, -1, 0, 0],
  [-1, 1, 0, 0],
  [1, -1, 0, 0],
  [1, 1, 0, 0],
];

/** Steps that leave a local optimum of the first kind: a regular and a seasonal order at once, or up to two regular ones each. */
const WIDE_STEPS: readonly (readonly [dp: number, dq: number, dP: number, dQ: number])[] = [
  [1, 0, 1, 0],
  [0, 1, 0, 1],
  [1, 0, 0, 1],
  [0, 1, 1, 0],
  [-1, 0, 1, 0],
  [0, -1, 0, 1],
  [1, 0, -1, 0],
  [0, 1, 0, -1],
  [2, 0, 0, 0],
  [0, 2, 0, 0],
  [-2, 0, 0, 0],
  [0, -2, 0, 0],
  [2, -2, 0, 0],
  [-2, 2, 0, 0],
  [2, -1, 0, 0],
  [-1, 2, 0, 0],
  [-2, 1, 0, 0],
  [1, -2, 0, 0],
];

/**
 * Stepwise search (Hyndman & Khandakar 2008): four models to begin with, then from the best one to the first neighbour that is
 * better, until none is. `wide` goes on from there with steps of two orders at once, which finds its way
 * out of most local optima at about twice the cost.
 *
 * @param margin improvement that a step has to bring
 * @param limit no more models than this are tried; 94 in forecast::auto.arima
 */
export function stepwise<T extends Scored>(
  bounds: OrderBounds,
  attempt: Try<T>,
  observed: number,
  { wide = true, limit = 94, margin = 0 }: { wide?: boolean; limit?: number; margin?: number } = {},
): T {
  const { constant } = bounds;
  const tried = new Set<string>();
  let best: T | null = null;
  const consider = (orders: Orders): boolean => {
    if (!allowed(orders, bounds)) return false;
    const key = `${orders.p},${orders.q},${orders.P},${orders.Q},${orders.constant}`;
    if (tried.has(key) || tried.size >= limit) return false;
    tried.add(key);
    const result = attempt(orders, best);
    if (best === null || result.criterion < best.criterion - margin) {
      best = result;
      return true;
    }
    return false;
  };
  const small = observed < 10;
  const p = Math.min(small ? 1 : 2, bounds.maxP);
  const q = Math.min(small ? 1 : 2, bounds.maxQ);
  const P = Math.min(small ? 0 : 1, bounds.maxSeasonalP);
  const Q = Math.min(small ? 0 : 1, bounds.maxSeasonalQ);
  consider({ p, q, P, Q, constant });
  consider({ p: 0, q: 0, P: 0, Q: 0, constant });
  consider({ p: Math.min(1, bounds.maxP), q: 0, P: Math.min(1, bounds.maxSeasonalP), Q: 0, constant });
  consider({ p: 0, q: Math.min(1, bounds.maxQ), P: 0, Q: Math.min(1, bounds.maxSeasonalQ), constant });
  if (constant) consider({ p: 0, q: 0, P: 0, Q: 0, constant: false });

  const walk = (steps: typeof STEPS): boolean => {
    const at = (best as T).orders;
    for (const [dp, dq, dP, dQ] of steps) {
      if (consider({ ...at, p: at.p + dp, q: at.q + dq, P: at.P + dP, Q: at.Q + dQ })) return true;
    }
    return false;
  };
  for (;;) {
    if (walk(STEPS)) continue;
    const at = (best as unknown as T).orders;
    if (consider({ ...at, constant: !at.constant })) continue;
    if (!wide || !walk(WIDE_STEPS)) break;
  }
  return best as unknown as T;
}
