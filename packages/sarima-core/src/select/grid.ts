import type { OrderBounds, Orders } from "./orders.js";

/** Every order with p + q + P + Q ≤ maxOrder, with and without a constant: small models first, so that they can start larger ones. */
export function gridOrders(bounds: OrderBounds): Orders[] {
  const all: Orders[] = [];
  for (let p = 0; p <= bounds.maxP; p++) {
    for (let q = 0; q <= bounds.maxQ; q++) {
      for (let P = 0; P <= bounds.maxSeasonalP; P++) {
        for (let Q = 0; Q <= bounds.maxSeasonalQ; Q++) {
          if (p + q + P + Q > bounds.maxOrder) continue;
          all.push({ p, q, P, Q, constant: false });
          if (bounds.constant) all.push({ p, q, P, Q, constant: true });
        }
      }
    }
  }
  const size = ({ p, q, P, Q }: Orders) => p + q + P + Q;
  return all.sort((a, b) => size(a) - size(b));
}

/** The best of the models already tried that differ from `orders` by one order: where its search may start. */
export function bestNeighbour<T extends { readonly orders: Orders; readonly criterion: number }>(
  orders: Orders,
  tried: readonly T[],
): T | null {
  let best: T | null = null;
  for (const other of tried) {
    const { p, q, P, Q } = other.orders;
    const distance = Math.abs(p - orders.p) + Math.abs(q - orders.q) + Math.abs(P - orders.P) + Math.abs(Q - orders.Q);
    if (distance > 1 || !Number.isFinite(other.criterion)) continue;
    if (best === null || other.criterion < best.criterion) best = other;
  }
  return best;
}

/**
 * Deals orders out to `count` workers, each a chain that grows by one order at a time, so that warm starts work within it:
 * models with the same seasonal orders and constant stay together.
 */
export function deal(all: readonly Orders[], count: number): Orders[][] {
  const groups = new Map<string, Orders[]>();
  for (const orders of all) {
    const key = `${orders.P},${orders.Q},${orders.constant}`;
    const group = groups.get(key);
    if (group) group.push(orders);
    else groups.set(key, [orders]);
  }
  // The longest first, always to the worker with least to do.
  const hands: Orders[][] = Array.from({ length: count }, () => []);
  for (const group of [...groups.values()].sort((a, b) => b.length - a.length)) {
    const least = hands.reduce((min, hand) => (hand.length < min.length ? hand : min));
    least.push(...group);
  }
  return hands.filter((hand) => hand.length > 0);
}
