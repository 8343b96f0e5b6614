import fc from "fast-check";
import { Matrix, solve } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { LeastSquaresSolver } from "../../src/likelihood/gls.js";
import { allClose, close } from "../close.js";

const entry = fc.integer({ min: -1000, max: 1000 }).map((v) => v / 100);
const problem = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 7, max: 15 })).chain(([k, n]) =>
  fc.record({
    X: fc.array(fc.array(entry, { minLength: n, maxLength: n }), { minLength: k, maxLength: k }),
    y: fc.array(entry, { minLength: n, maxLength: n }),
    leading: fc.integer({ min: 0, max: k }),
  }),
);

/** Columns as a matrix; null when they are nearly collinear. */
function usable(X: number[][]): Matrix | null {
  const A = new Matrix(X).transpose();
  const G = A.transpose().mmul(A);
  const norms = X.reduce((product, x) => product * x.reduce((s, v) => s + v * v, 0), 1);
  return norms > 0.1 && det(G) > 1e-6 * norms ? A : null;
}

function det(G: Matrix): number {
  // Cholesky by hand: no pivoting is needed for what is accepted.
  const k = G.rows;
  const L = Matrix.zeros(k, k);
  let product = 1;
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = G.get(i, j);
      for (let m = 0; m < j; m++) sum -= L.get(i, m) * L.get(j, m);
      if (i === j && !(sum > 0)) return 0;
      L.set(i, j, i === j ? Math.sqrt(sum) : sum / L.get(j, j));
    }
    product *= L.get(i, i) ** 2;
  }
  return product;
}

describe("least squares by Householder", () => {
  it("is the least squares of ml-matrix; its pieces are those of the normal equations", () => {
    fc.assert(
      fc.property(problem, ({ X, y, leading }) => {
        const A = usable(X);
        fc.pre(A !== null);
        if (!A) return;
        const k = X.length;
        const b = Matrix.columnVector(y);
        const expected = solve(A, b, true);
        const rotated = Float64Array.from(y);
        const result = new LeastSquaresSolver(k).solve(
          rotated,
          X.map((x) => Float64Array.from(x)),
          leading,
        );
        allClose(result.beta, expected.to1DArray(), 1e-8, "beta");
        const residual = Matrix.sub(b, A.mmul(expected));
        close(result.rss, residual.dot(residual), 1e-8, "rss");
        close(
          rotated.subarray(k).reduce((s, v) => s + v * v, 0),
          result.rss,
          1e-12,
          "rotated residual",
        );
        const lead = A.subMatrix(0, A.rows - 1, 0, Math.max(0, leading - 1));
        if (leading > 0) close(result.logDet, 0.5 * Math.log(det(lead.transpose().mmul(lead))), 1e-8, "logDet");
        else expect(result.logDet).toBe(0);
        // R'R = A'A
        const R = Matrix.from1DArray(k, k, Array.from(result.R));
        const cross = A.transpose().mmul(A);
        allClose(R.transpose().mmul(R).to1DArray(), cross.to1DArray(), 1e-10, "R'R");
      }),
      { numRuns: 200 },
    );
  });

  it("keeps digits that normal equations lose", () => {
    const n = 20;
    const a = Float64Array.from({ length: n }, (_, t) => 1 + 1e-7 * Math.sin(t));
    const b = Float64Array.from({ length: n }, () => 1);
    const y = a.map((v, t) => 3 * v - 2 * b[t]);
    const { beta, rss } = new LeastSquaresSolver(2).solve(y, [a, b]);
    allClose(beta, [3, -2], 1e-7);
    expect(rss).toBeLessThan(1e-28);
  });

  it("can be used again, and without columns", () => {
    const solver = new LeastSquaresSolver(1);
    const once = solver.solve(Float64Array.of(1, 2, 3), [Float64Array.of(1, 1, 1)]).beta[0];
    solver.solve(Float64Array.of(9, 9, 1), [Float64Array.of(0, 2, 5)]);
    expect(solver.solve(Float64Array.of(1, 2, 3), [Float64Array.of(1, 1, 1)]).beta[0]).toBe(once);
    expect(new LeastSquaresSolver(0).solve(Float64Array.of(3, 4), []).rss).toBe(25);
  });
});
