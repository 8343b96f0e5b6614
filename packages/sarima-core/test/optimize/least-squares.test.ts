import { describe, expect, it } from "vitest";
import { leastSquares } from "../../src/optimize/least-squares.js";
import { allClose, close } from "../close.js";

describe("leastSquares", () => {
  it("a straight line has its closed form", () => {
    const t = Float64Array.from({ length: 30 }, (_, i) => i / 10);
    const y = t.map((v, i) => 2 - 0.7 * v + 0.1 * Math.sin(i * i));
    const problem = { length: 30, residuals: (x: Float64Array) => y.map((v, i) => v - x[0] - x[1] * t[i]) };
    const found = leastSquares(problem, Float64Array.of(0, 0));
    const mean = (x: Float64Array) => x.reduce((a, b) => a + b, 0) / x.length;
    const slope =
      t.reduce((s, v, i) => s + (v - mean(t)) * (y[i] - mean(y)), 0) / t.reduce((s, v) => s + (v - mean(t)) ** 2, 0);
    allClose(found.x, [mean(y) - slope * mean(t), slope], 1e-5);
    expect(found.converged).toBe(true);
  });

  it("Rosenbrock as a sum of squares, whose steps the package alone makes worse", () => {
    const residuals = (x: Float64Array) => Float64Array.of(10 * (x[1] - x[0] ** 2), 1 - x[0]);
    const found = leastSquares({ length: 2, residuals }, Float64Array.of(-1.2, 1), { maxIterations: 2000 });
    expect(found.sumOfSquares).toBeLessThan(1e-4);
    allClose(found.x, [1, 1], 0.02);
  });

  it("exponential decay, from far away", () => {
    const y = Float64Array.from({ length: 40 }, (_, i) => 3 * Math.exp(-0.15 * i) + 0.01 * Math.cos(i * i));
    const residuals = (x: Float64Array) => y.map((v, i) => v - x[0] * Math.exp(-x[1] * i));
    const found = leastSquares({ length: 40, residuals }, Float64Array.of(1, 1));
    close(found.x[0], 3, 0.01);
    close(found.x[1], 0.15, 0.01);
  });

  it("never ends higher than it began, and stays where there is a value", () => {
    const residuals = (x: Float64Array) =>
      Math.abs(x[0]) < 1 ? Float64Array.of(1 / (1 - x[0] ** 2), x[0] - 0.5) : null;
    for (const start of [-0.9, 0, 0.5, 0.99]) {
      const at = residuals(Float64Array.of(start)) as Float64Array;
      const found = leastSquares({ length: 2, residuals }, Float64Array.of(start));
      expect(found.sumOfSquares).toBeLessThanOrEqual(at[0] ** 2 + at[1] ** 2);
      expect(Math.abs(found.x[0])).toBeLessThan(1);
    }
  });

  it("survives a singular problem: a parameter that does nothing", () => {
    const residuals = (x: Float64Array) => Float64Array.of(x[0] - 2, 2 * x[0] - 4, 0);
    const found = leastSquares({ length: 3, residuals }, Float64Array.of(0, 5));
    close(found.x[0], 2, 1e-4);
    expect(Number.isFinite(found.x[1])).toBe(true);
  });

  it("passes on what the residuals throw, but not what the package does", () => {
    let calls = 0;
    const residuals = (x: Float64Array) => {
      if (++calls > 5) throw new RangeError("stop");
      return Float64Array.of(x[0] - 2, x[0] + 1);
    };
    expect(() => leastSquares({ length: 2, residuals }, Float64Array.of(0))).toThrow(RangeError);
    let rounds = 0;
    const onIteration = () => {
      if (++rounds > 1) throw new RangeError("stop");
    };
    const slow = (x: Float64Array) => Float64Array.of(10 * (x[1] - x[0] ** 2), 1 - x[0]);
    expect(() => leastSquares({ length: 2, residuals: slow }, Float64Array.of(-1.2, 1), { onIteration })).toThrow(
      "stop",
    );
  });
});
