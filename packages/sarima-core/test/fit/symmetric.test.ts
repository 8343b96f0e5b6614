import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { solveSymmetric } from "../../src/estimate/symmetric.js";
import { allClose } from "../close.js";
import { solveLinear } from "../oracle/dense.js";

describe("solveSymmetric", () => {
  it("solves positive definite systems of any scale, and refuses the rest", () => {
    const system = fc.record({
      k: fc.integer({ min: 1, max: 6 }),
      entries: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 42, maxLength: 42 }),
      scales: fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 6, maxLength: 6 }),
    });
    fc.assert(
      fc.property(system, ({ k, entries, scales }) => {
        const at = (i: number, j: number) => entries[i * 6 + j];
        const rows = Array.from({ length: k }, (_, i) =>
          Array.from({ length: k }, (_, j) => {
            let sum = i === j ? 0.1 : 0;
            for (let m = 0; m < k; m++) sum += at(i, m) * at(j, m);
            return sum * 10 ** (scales[i] + scales[j]);
          }),
        );
        const g = Array.from({ length: k }, (_, i) => entries[36 + i] * 10 ** scales[i]);
        const x = solveSymmetric(Float64Array.from(rows.flat()), Float64Array.from(g));
        if (!x) return expect.fail("positive definite");
        const expected = solveLinear(
          rows.map((row, i) => row.map((value, j) => value / 10 ** (scales[i] + scales[j]))),
          g.map((value, i) => value / 10 ** scales[i]),
        );
        allClose(
          x.map((value, i) => value * 10 ** scales[i]),
          expected,
          1e-9,
        );
      }),
    );
    expect(solveSymmetric(Float64Array.of(1, 2, 2, 1), Float64Array.of(1, 1))).toBeNull();
    expect(solveSymmetric(Float64Array.of(1, 1, 1, 1), Float64Array.of(1, 1))).toBeNull();
    expect(solveSymmetric(Float64Array.of(Number.NaN), Float64Array.of(1))).toBeNull();
    expect(solveSymmetric(Float64Array.of(0), Float64Array.of(1))).toBeNull();
  });
});
