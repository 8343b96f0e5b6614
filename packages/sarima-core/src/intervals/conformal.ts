import { normalQuantile } from "../distributions/normal-quantile.js";
import { SarimaError } from "../errors.js";
import { filterPass, modelPolynomials } from "../estimate/filter-pass.js";
import { withoutRegression } from "../estimate/prepare.js";
import { predictFrom } from "../likelihood/filter-prediction.js";
import { step } from "../likelihood/filter-step.js";
import type { SarimaModel } from "../model.js";
import { designColumns } from "../regressors.js";
import { transformSeries } from "../transform.js";

/** Origins that are tried; more would cost time and tell little, for neighbours see nearly the same future. */
const MAX_ORIGINS = 400;

/**
 * Half-widths of intervals in standard errors, by split conformal prediction (Lei et al. 2018) for each step ahead: the model, its
 * parameters kept, forecasts from origins in the later two thirds of its own series, and the half-width is the ⌈(N + 1)·level⌉-th
 * smallest of the errors it made there. Assumes nothing of their distribution, only that the future is like the past.
 *
 * Where N origins are too few for a level, the width is that of the largest error or of the normal distribution, whichever is more.
 *
 * @returns one array of `horizon` half-widths for each level
 * @throws SarimaError `TOO_SHORT` when no origin can be tried.
 */
export function conformalWidths(model: SarimaModel, horizon: number, levels: readonly number[]): Float64Array[] {
  const { spec, params, y } = model;
  const n = y.length;
  const factors = { ...params, period: spec.seasonal[3] };
  const polynomials = modelPolynomials(spec, factors);
  const design = designColumns(n, model.harmonics, model.steps, model.regressors);
  const clean = withoutRegression(transformSeries(y, model.transform), spec, design, params.mean, params.beta);

  const start = clean.findIndex((value) => !Number.isNaN(value));
  const first = Math.max(Math.ceil(n / 3), start + polynomials.delta.degree + 1);
  if (first >= n) {
    throw new SarimaError(
      "TOO_SHORT",
      `the series of ${n} values leaves none to try forecasts on; use intervals: "gaussian" or "bootstrap"`,
    );
  }
  const errors = forecastErrors();
  return levels.map((level) => {
    let most = normalQuantile(0.5 + level / 2);
    return Float64Array.from(errors, (sorted) => {
      const rank = Math.ceil((sorted.length + 1) * level);
      if (sorted.length > 0) most = Math.max(most, sorted[sorted.length - 1]);
      return rank <= sorted.length ? sorted[rank - 1] : most;
    });
  });

  /** Sizes of the errors in standard errors, ascending, for each step ahead. */
  function forecastErrors(): number[][] {
    const out: number[][] = Array.from({ length: horizon }, () => []);
    const stride = Math.ceil((n - first) / MAX_ORIGINS);
    let { state } = filterPass(clean.slice(0, first), spec, factors);
    for (let t = first; t < n; t++) {
      if ((t - first) % stride === 0) {
        const reach = Math.min(horizon, n - t);
        const { mean, variance } = predictFrom(state, polynomials, reach);
        for (let h = 0; h < reach; h++) {
          const size = Math.abs(clean[t + h] - mean[h]) / Math.sqrt(variance[h] * params.sigma2);
          if (Number.isFinite(size)) out[h].push(size);
        }
      }
      const next = step(state, polynomials, clean[t]);
      state = next ? next.state : filterPass(clean.slice(0, t + 1), spec, factors).state;
    }
    for (const list of out) list.sort((a, b) => a - b);
    return out;
  }
}
