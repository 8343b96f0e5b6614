import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { minimize } from "../../src/optimize/bfgs.js";
import { allClose, close } from "../close.js";

const rosenbrock = (x: Float64Array) => 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2;

describe("minimize", () => {
  it.each([[[-1.2, 1]], [[2, 2]], [[0, 0]], [[-3, -4]]])("Rosenbrock's valley from %j", (start) => {
    const found = minimize(rosenbrock, Float64Array.from(start), { tolerance: 1e-14 });
    allClose(found.x, [1, 1], 1e-4);
    expect(found.value).toBeLessThan(1e-9);
    expect(found.converged).toBe(true);
    expect(found.iterations).toBeLessThan(120);
  });

  it("other classics: Powell's singular function, Wood, Beale, Himmelblau", () => {
    const powell = ([a, b, c, d]: Float64Array) =>
      (a + 10 * b) ** 2 + 5 * (c - d) ** 2 + (b - 2 * c) ** 4 + 10 * (a - d) ** 4;
    expect(minimize(powell, Float64Array.of(3, -1, 0, 1), { tolerance: 1e-14 }).value).toBeLessThan(1e-8);
    const wood = ([a, b, c, d]: Float64Array) =>
      100 * (a * a - b) ** 2 +
      (a - 1) ** 2 +
      (c - 1) ** 2 +
      90 * (c * c - d) ** 2 +
      10.1 * ((b - 1) ** 2 + (d - 1) ** 2) +
      19.8 * (b - 1) * (d - 1);
    allClose(minimize(wood, Float64Array.of(-3, -1, -3, -1), { tolerance: 1e-14 }).x, [1, 1, 1, 1], 1e-4);
    const beale = ([x, y]: Float64Array) =>
      (1.5 - x + x * y) ** 2 + (2.25 - x + x * y * y) ** 2 + (2.625 - x + x * y ** 3) ** 2;
    allClose(minimize(beale, Float64Array.of(1, 1), { tolerance: 1e-14 }).x, [3, 0.5], 1e-4);
    const himmelblau = ([x, y]: Float64Array) => (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2;
    allClose(minimize(himmelblau, Float64Array.of(4, 3), { tolerance: 1e-14 }).x, [3, 2], 1e-5);
  });

  it("quadratics of any condition up to 1e4, to the accuracy that differences allow", () => {
    const quadratic = fc.record({
      scales: fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 5 }),
      center: fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 5, maxLength: 5 }),
      start: fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 5, maxLength: 5 }),
    });
    fc.assert(
      fc.property(quadratic, ({ scales, center, start }) => {
        const k = scales.length;
        // Mixed coordinates, so that the axes are none.
        const f = (x: Float64Array) => {
          let sum = 0;
          for (let i = 0; i < k; i++) {
            const z = x[i] - center[i] / 10 + 0.5 * (i > 0 ? x[i - 1] - center[i - 1] / 10 : 0);
            sum += 10 ** (scales[i] / 10 - 2) * z * z;
          }
          return sum + 7;
        };
        const found = minimize(
          f,
          Float64Array.from(start.slice(0, k), (v) => v / 10),
          { tolerance: 1e-13 },
        );
        close(found.value, 7, 1e-7);
        expect(found.converged).toBe(true);
        allClose(found.gradient, new Float64Array(k), 1e-3);
      }),
      { numRuns: 150 },
    );
  });

  it("keeps inside a domain that ends in Infinity or NaN, and finds a minimum on its edge", () => {
    for (const outside of [Number.POSITIVE_INFINITY, Number.NaN]) {
      const log = minimize(([x]) => (x > 0 ? x - Math.log(x) : outside), Float64Array.of(5));
      close(log.x[0], 1, 1e-5);
      const edge = minimize(([x]) => (x >= 0.5 ? x : outside), Float64Array.of(3), { maxIterations: 500 });
      expect(edge.x[0]).toBeGreaterThanOrEqual(0.5);
      expect(edge.value).toBeLessThan(0.51);
    }
  });

  it("nothing to search, a start at the minimum, a flat function", () => {
    const none = minimize(() => 3, new Float64Array(0));
    expect([none.value, none.converged, none.iterations]).toEqual([3, true, 0]);
    const there = minimize(([x]) => (x - 2) ** 2, Float64Array.of(2));
    expect(there.converged).toBe(true);
    close(there.x[0], 2, 1e-6);
    const flat = minimize(() => 1, Float64Array.of(4, 4));
    expect([flat.converged, flat.x[0], flat.x[1]]).toEqual([true, 4, 4]);
  });

  it("stops when told to, with what it has, and says that it has not converged", () => {
    const short = minimize(rosenbrock, Float64Array.of(-1.2, 1), { maxIterations: 3 });
    expect([short.converged, short.iterations]).toEqual([false, 3]);
    expect(short.value).toBeLessThan(rosenbrock(Float64Array.of(-1.2, 1)));
    close(short.value, rosenbrock(short.x), 1e-14);
    expect(() =>
      minimize(rosenbrock, Float64Array.of(-1.2, 1), {
        onIteration: () => {
          throw new Error("stop");
        },
      }),
    ).toThrow("stop");
  });

  it("does not touch the start, and counts its evaluations", () => {
    const start = Float64Array.of(-1.2, 1);
    let calls = 0;
    const found = minimize((x) => {
      calls++;
      return rosenbrock(x);
    }, start);
    expect(Array.from(start)).toEqual([-1.2, 1]);
    expect(found.evaluations).toBe(calls);
  });

  it("leaves an approximation of the inverse Hessian behind", () => {
    const f = ([x, y]: Float64Array) => 2 * x * x + 0.5 * y * y + x * y;
    const { inverseHessian } = minimize(f, Float64Array.of(1.5, -0.7), { tolerance: 1e-15 });
    // Hessian (4 1; 1 1)
    allClose(inverseHessian, [1 / 3, -1 / 3, -1 / 3, 4 / 3], 0.05);
  });

  describe("with a gradient", () => {
    const slope = (x: Float64Array, out: Float64Array) => {
      out[0] = -400 * x[0] * (x[1] - x[0] ** 2) - 2 * (1 - x[0]);
      out[1] = 200 * (x[1] - x[0] ** 2);
      return true;
    };
    const start = Float64Array.of(-1.2, 1);

    it("needs a fraction of the values, and finds the minimum to the last digits", () => {
      const without = minimize(rosenbrock, start, { tolerance: 1e-14 });
      const found = minimize(rosenbrock, start, { tolerance: 1e-14, gradient: slope });
      allClose(found.x, [1, 1], 1e-7);
      expect(found.converged).toBe(true);
      expect(found.evaluations).toBeLessThan(without.evaluations / 2);
      allClose(found.gradient, [0, 0], 1e-5);
    });

    it("takes differences where there is none", () => {
      let refused = 0;
      const found = minimize(rosenbrock, start, {
        tolerance: 1e-14,
        gradient: (x, out) => {
          if (x[0] > 0) return slope(x, out);
          refused++;
          out.fill(Number.NaN);
          return false;
        },
      });
      expect(refused).toBeGreaterThan(0);
      allClose(found.x, [1, 1], 1e-6);
      expect(found.converged).toBe(true);
      const never = minimize(rosenbrock, start, { tolerance: 1e-14, gradient: () => false });
      expect(never.x).toEqual(minimize(rosenbrock, start, { tolerance: 1e-14 }).x);
    });

    it("is believed: a wrong one leads nowhere, and that is said", () => {
      const found = minimize(rosenbrock, start, {
        gradient: (x, out) => {
          slope(x, out);
          out[0] = -out[0];
          out[1] = -out[1];
          return true;
        },
      });
      expect(found.converged).toBe(false);
      expect(found.value).toBeLessThanOrEqual(rosenbrock(start));
    });
  });
});
