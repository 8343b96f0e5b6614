import { describe, expect, it } from "vitest";
import { nearUnitRoot } from "../src/select/candidate.js";
import { bestNeighbour, deal, gridOrders } from "../src/select/grid.js";
import { type OrderBounds, type Orders, orderBounds } from "../src/select/orders.js";
import { stepwise } from "../src/select/stepwise.js";

const bounds = (changes: Partial<OrderBounds> = {}): OrderBounds => ({
  ...orderBounds({}, 12, 0, 0, 1000),
  ...changes,
});

/** A search over a criterion that is known everywhere. */
function explore(criterion: (orders: Orders) => number, options: Parameters<typeof stepwise>[3] = {}, b = bounds()) {
  const tried: Orders[] = [];
  const best = stepwise(
    b,
    (orders) => {
      tried.push(orders);
      return { orders, criterion: criterion(orders) };
    },
    1000,
    options,
  );
  return { best: best.orders, tried };
}

describe("stepwise", () => {
  const bowl =
    (p: number, q: number, P: number, Q: number) =>
    (o: Orders): number =>
      (o.p - p) ** 2 + (o.q - q) ** 2 + (o.P - P) ** 2 + (o.Q - Q) ** 2 + (o.constant ? 0 : 0.5);

  it.each([
    [0, 0, 0, 0],
    [5, 0, 2, 0],
    [1, 4, 0, 2],
    [5, 5, 2, 2],
  ])("finds the bottom of a bowl at (%d,%d)(%d,%d)", (p, q, P, Q) => {
    const { best, tried } = explore(bowl(p, q, P, Q));
    expect(best).toEqual({ p, q, P, Q, constant: true });
    expect(new Set(tried.map((o) => JSON.stringify(o))).size).toBe(tried.length);
  });

  it("begins with the four models of Hyndman & Khandakar, and the one without a constant", () => {
    const { tried } = explore(bowl(2, 2, 1, 1));
    expect(tried.slice(0, 5).map((o) => [o.p, o.q, o.P, o.Q, o.constant])).toEqual([
      [2, 2, 1, 1, true],
      [0, 0, 0, 0, true],
      [1, 0, 1, 0, true],
      [0, 1, 0, 1, true],
      [0, 0, 0, 0, false],
    ]);
  });

  it("leaves a local optimum by steps of two orders, where it may", () => {
    // From (2,2) every single order is worse, (4,2) is much better.
    const trap = (o: Orders): number => (o.p === 4 && o.q === 2 ? -10 : bowl(2, 2, 1, 1)(o));
    expect(explore(trap, { wide: false }).best.p).toBe(2);
    expect(explore(trap, { wide: true }).best.p).toBe(4);
  });

  it("takes no step for less than the margin, and no more models than the limit", () => {
    const slope = (o: Orders): number => -0.1 * o.p;
    expect(explore(slope, { margin: 1, wide: false }).best.p).toBe(2);
    expect(explore(bowl(5, 5, 2, 2), { limit: 8 }).tried.length).toBe(8);
  });

  it("stays inside the bounds", () => {
    const { tried } = explore((o) => -o.p - o.q - o.P - o.Q, {}, bounds({ maxP: 1, maxSeasonalQ: 0, constant: false }));
    for (const o of tried) {
      expect(o.p).toBeLessThanOrEqual(1);
      expect(o.Q).toBe(0);
      expect(o.constant).toBe(false);
    }
  });
});

describe("grid", () => {
  it("has every model once, small ones first", () => {
    const all = gridOrders(bounds());
    let count = 0;
    for (let p = 0; p <= 5; p++)
      for (let q = 0; q <= 5; q++)
        for (let P = 0; P <= 2; P++) for (let Q = 0; Q <= 2; Q++) if (p + q + P + Q <= 5) count += 2;
    expect(all.length).toBe(count);
    expect(new Set(all.map((o) => JSON.stringify(o))).size).toBe(count);
    const size = (o: Orders) => o.p + o.q + o.P + o.Q;
    for (let i = 1; i < count; i++) expect(size(all[i])).toBeGreaterThanOrEqual(size(all[i - 1]));
  });

  it("is dealt out whole, in nearly equal hands", () => {
    const all = gridOrders(bounds());
    for (const count of [1, 2, 3, 7, 500]) {
      const hands = deal(all, count);
      expect(hands.flat().length).toBe(all.length);
      expect(new Set(hands.flat().map((o) => JSON.stringify(o))).size).toBe(all.length);
      expect(hands.length).toBeLessThanOrEqual(count);
    }
    const [a, b] = deal(all, 2).map((hand) => hand.length);
    expect(Math.abs(a - b)).toBeLessThan(all.length / 5);
  });

  it("starts a model from the best one that differs by one order", () => {
    const at = (p: number, q: number, criterion: number) => ({
      orders: { p, q, P: 0, Q: 0, constant: true },
      criterion,
    });
    const tried = [at(1, 0, 5), at(0, 1, 3), at(3, 3, 0), at(1, 2, Infinity)];
    expect(bestNeighbour({ p: 1, q: 1, P: 0, Q: 0, constant: true }, tried)).toBe(tried[1]);
    expect(bestNeighbour({ p: 5, q: 5, P: 0, Q: 0, constant: true }, tried)).toBeNull();
  });
});

describe("nearUnitRoot", () => {
  const factors = (changes: object) => ({ ar: [], ma: [], seasonalAr: [], seasonalMa: [], period: 12, ...changes });

  it("names the factor, each judged in its own variable", () => {
    expect(nearUnitRoot(factors({ ar: [0.98] }), 1.01)).toBeNull();
    expect(nearUnitRoot(factors({ ar: [0.995] }), 1.01)).toBe("an autoregressive");
    expect(nearUnitRoot(factors({ ma: [-0.995] }), 1.01)).toBe("a moving-average");
    expect(nearUnitRoot(factors({ ma: [0.995] }), 1.01)).toBe("a moving-average");
    expect(nearUnitRoot(factors({ seasonalAr: [0.95] }), 1.01)).toBeNull();
    expect(nearUnitRoot(factors({ seasonalAr: [-0.999] }), 1.01)).toBe("a seasonal autoregressive");
    // A pair of complex roots of modulus 1.005.
    const r = 1 / 1.005;
    expect(nearUnitRoot(factors({ ar: [2 * r * Math.cos(1), -r * r] }), 1.01)).toBe("an autoregressive");
    expect(nearUnitRoot(factors({ ar: [2 * r * Math.cos(1), -r * r] }), 1.001)).toBeNull();
    expect(nearUnitRoot(factors({ ma: [-1] }), 1)).toBeNull();
  });
});
