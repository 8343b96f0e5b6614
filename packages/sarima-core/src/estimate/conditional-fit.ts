import { throwIfAborted } from "../errors.js";
import { ConditionalResiduals } from "../likelihood/conditional.js";
import type { ExactLikelihood } from "../likelihood/exact.js";
import type { FitOptions } from "../model.js";
import { leastSquares } from "../optimize/least-squares.js";
import type { Maximum } from "./maximize.js";
import type { ParameterMap } from "./parameters.js";
import { startingValues } from "./starting-values.js";

/** Minimises the conditional sum of squares (Box & Jenkins 1976, 7.1) of the regression residuals over the free coefficients. */
export function conditionalFit(likelihood: ExactLikelihood, map: ParameterMap, options: FitOptions): Maximum {
  const residuals = new ConditionalResiduals(likelihood.detrended(), likelihood.spec);
  const counted = residuals.e.subarray(residuals.from);
  const look = () => throwIfAborted(options.signal);
  const sum = (u: Float64Array) => {
    look();
    return map.apply(u) ? residuals.run(map.factors) : Number.POSITIVE_INFINITY;
  };
  const starts = startingValues(residuals.w, likelihood.spec, map, options.start, false, look);
  const [start] = starts.map((u) => ({ u, value: sum(u) })).sort((a, b) => a.value - b.value);
  const found =
    map.free === 0 || !start
      ? { x: new Float64Array(map.free), sumOfSquares: sum(new Float64Array(map.free)), iterations: 0, converged: true }
      : leastSquares(
          {
            length: counted.length,
            residuals: (u) => {
              look();
              if (!map.apply(u)) return null;
              residuals.run(map.factors);
              return counted.slice();
            },
          },
          start.u,
          { maxIterations: options.maxIterations, onIteration: look },
        );
  map.apply(found.x);
  return {
    factors: map.snapshot(),
    u: found.x,
    objective: found.sumOfSquares,
    converged: found.converged,
    iterations: found.iterations,
    evaluations: 0,
  };
}
