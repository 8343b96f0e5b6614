import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NormalEquations } from "../../src/estimate/normal-equations.js";
import { ParameterMap } from "../../src/estimate/parameters.js";
import { ConditionalResiduals } from "../../src/likelihood/conditional.js";
import { validateSpec } from "../../src/spec.js";
import { allClose } from "../close.js";

describe("the normal equations of the conditional residuals", () => {
  it("are J'J and J'e, J by differences of the residuals in the coordinates of the search", () => {
    const model = fc.record({
      order: fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })),
      seasonal: fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })),
      at: fc.array(fc.double({ min: -0.6, max: 0.6, noNaN: true }), { minLength: 10, maxLength: 10 }),
    });
    fc.assert(
      fc.property(model, ({ order: [p, q], seasonal: [P, Q], at }) => {
        fc.pre(p + q + P + Q > 0);
        const spec = validateSpec({ order: [p, 0, q], seasonal: [P, 0, Q, 6], mean: false });
        const map = new ParameterMap(spec);
        const k = map.free;
        const u = Float64Array.from(at.slice(0, k));
        const w = Float64Array.from({ length: 70 }, (_, t) => Math.cos(t * t));
        const residuals = new ConditionalResiduals(w, spec);
        const { from } = residuals;
        const at1 = (j: number, h: number) => {
          map.apply(u.map((value, i) => (i === j ? value + h : value)));
          residuals.run(map.factors);
          return residuals.e.slice(from);
        };
        const J = Array.from({ length: k }, (_, j) => {
          const [up, down] = [at1(j, 1e-5), at1(j, -1e-5)];
          return up.map((x, t) => (x - down[t]) / 2e-5);
        });
        const e = at1(0, 0);
        const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, t) => sum + x * b[t], 0);
        const equations = new NormalEquations(residuals, map);
        equations.form(u, true);
        const size = Math.max(1, ...J.map((column) => dot(column, column)));
        allClose(
          equations.information.map((x) => x / size),
          J.flatMap((a) => J.map((b) => dot(a, b) / size)),
          1e-7,
          "J'J",
        );
        allClose(
          equations.gradient.map((x) => x / size),
          J.map((a) => dot(a, e) / size),
          1e-7,
          "J'e",
        );
      }),
      { numRuns: 100 },
    );
  });

  it("take a part of the terms of a long series, and still nearly the same J'J", () => {
    const spec = validateSpec({ order: [2, 0, 1], seasonal: [1, 0, 1, 12], mean: false });
    const map = new ParameterMap(spec);
    const w = Float64Array.from({ length: 3000 }, (_, t) => Math.sin(12.9898 * (t + 1) ** 1.3));
    const residuals = new ConditionalResiduals(w, spec);
    const u = Float64Array.of(0.5, -0.2, 0.1, 0.3, -0.4);
    map.apply(u);
    residuals.run(map.factors);
    const equations = new NormalEquations(residuals, map);
    equations.form(u, true);
    const every = equations.information.slice();
    equations.form(u);
    expect(Array.from(equations.information)).not.toEqual(Array.from(every));
    const size = Math.max(...every);
    allClose(
      equations.information.map((x) => x / size),
      every.map((x) => x / size),
      0.25,
      "J'J",
    );
  });
});
