import { describe, expect, it } from "vitest";
import { ParameterMap } from "../src/estimate/parameters.js";
import { leavesNothing } from "../src/estimate/white-residuals.js";
import { ConditionalResiduals } from "../src/likelihood/conditional.js";
import { Random } from "../src/random.js";
import { validateSpec } from "../src/spec.js";

/** Simulated w_t = 0.8 w_{t−1} + ε_t + 0.6 ε_{t−12}. */
function simulated(seed: number, n = 2000): Float64Array {
  const random = new Random(seed);
  const noise = Float64Array.from({ length: n + 12 }, () => random.normal());
  const w = new Float64Array(n);
  for (let t = 0; t < n; t++) w[t] = (t > 0 ? 0.8 * w[t - 1] : 0) + noise[t + 12] + 0.6 * noise[t];
  return w;
}

describe("whether residuals leave nothing", () => {
  const spec = validateSpec({ order: [1, 0, 0], seasonal: [0, 0, 1, 12] });
  const map = new ParameterMap(spec);
  const at = (w: Float64Array, ar: number, seasonalMa: number) =>
    leavesNothing(
      new ConditionalResiduals(w, spec),
      map,
      map.coordinates({ ar: [ar], ma: [], seasonalAr: [], seasonalMa: [seasonalMa] }),
    );

  it("is so at the coefficients the data came from, and not where a lag or the season is missed", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const w = simulated(seed);
      expect(at(w, 0.8, 0.6)).toBe(true);
      expect(at(w, 0.5, 0.6)).toBe(false);
      expect(at(w, 0.8, 0)).toBe(false);
    }
  });
});
