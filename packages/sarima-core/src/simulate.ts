import { widened } from "./calibrated-width.js";
import { quote, SarimaError } from "./errors.js";
import { modelPolynomials } from "./estimate/filter-pass.js";
import { respond } from "./likelihood/filter-prediction.js";
import type { FilterState, ModelPolynomials } from "./likelihood/filter-state.js";
import { step } from "./likelihood/filter-step.js";
import { gainOf } from "./likelihood/gains.js";
import { checkModel, type SarimaModel } from "./model.js";
import { MAX_HORIZON, predictTransformed } from "./predict.js";
import { Random } from "./random.js";
import { withinRange } from "./range.js";
import { checkObject, type Series, wholeNumber } from "./series.js";
import { inverseTransform } from "./transform.js";

/** What `simulate` may be told. */
export interface SimulateOptions {
  /** Number of paths. Default 1000. */
  readonly paths?: number | undefined;
  /** Whole number; the same seed gives the same paths, and the first ones stay when more are asked for. Default 1. */
  readonly seed?: number | undefined;
  /** "gaussian" (default), or "bootstrap": drawn with replacement from the model's residuals, centred. */
  readonly innovations?: "gaussian" | "bootstrap" | undefined;
  /** Future values of the regressors, as in `forecast`. */
  readonly regressors?: readonly Series[] | undefined;
}

/** Paths × horizon beyond this would fill the memory of a browser. */
const MAX_VALUES = 100_000_000;

/** F − 1 and each gain less its limit, below this: what is left of the transient does not show in a path. */
const STEADY = 1e-13;

/**
 * Sample paths of the next `horizon` values, given the training series and the parameters, on the original scale: draws from
 * the exact joint predictive distribution, in which the paths also differ by what gaps near the end leave unknown.
 *
 * Each path is mean + Σ_j √F_j (response to innovation j) z_j over the prediction errors of the filter run forward, that is
 * the Cholesky factor of the forecasts' covariance times z. "bootstrap" draws z from the residuals. Where the model knows by how much
 * its intervals have to be wider or narrower (a search on its own past: `calibration`), Gaussian paths are as far apart at every step
 * as those intervals say, so that shares of paths and intervals tell the same; a bootstrap is as the residuals are.
 *
 * @returns `paths` arrays of `horizon` values
 * @throws SarimaError `INVALID_ARGUMENT`; `TOO_SHORT` for a bootstrap from fewer than two residuals.
 */
export function simulate(model: SarimaModel, horizon: number, options: SimulateOptions = {}): Float64Array[] {
  const { params, spec, transform, range, calibration } = checkModel(model);
  const { paths: asked, seed: chosen, innovations, regressors } = checkObject(options, "options");
  wholeNumber(horizon, "horizon", 1, MAX_HORIZON);
  const count = wholeNumber(asked ?? 1000, "paths", 1, 10_000_000);
  const seed = wholeNumber(chosen ?? 1, "seed", Number.MIN_SAFE_INTEGER);
  if (count * horizon > MAX_VALUES) {
    throw new SarimaError(
      "INVALID_ARGUMENT",
      `paths × horizon must be at most ${MAX_VALUES}; received ${count} × ${horizon}: ask for fewer paths`,
    );
  }
  const { mean, variance } = predictTransformed(model, horizon, regressors);
  const polynomials = modelPolynomials(spec, { ...params, period: spec.seasonal[3] });

  // 1. Innovations of variance sigma2, path after path.
  const draw = drawing(model, innovations ?? "gaussian", new Random(seed));
  const paths = Array.from({ length: count }, () => {
    const z = new Float64Array(horizon);
    for (let h = 0; h < horizon; h++) z[h] = draw();
    return z;
  });

  // 2. While the filter is in transit every innovation has a variance and a response of its own.
  const deviations = paths.map(() => new Float64Array(horizon));
  const still = zeroed(model.state);
  const settledFrom = predictionErrors(still, polynomials, horizon, (j, response) => {
    for (let p = 0; p < count; p++) {
      const z = paths[p][j];
      const out = deviations[p];
      for (let k = 0; k < response.length; k++) out[j + k] += response[k] * z;
    }
  });

  // 3. From there on the model's own recursion, over non-zero lags only. Then calibration, mean and the original scale.
  const widen = calibration && innovations !== "bootstrap" ? widened(calibration) : null;
  const deviation = variance.map(Math.sqrt);
  const w = new Float64Array(horizon);
  const y = new Float64Array(horizon);
  for (let p = 0; p < count; p++) {
    const path = paths[p];
    recurse(path, settledFrom, polynomials, w, y);
    const out = deviations[p];
    for (let h = 0; h < horizon; h++) {
      const own = out[h] + y[h];
      const away = widen && deviation[h] > 0 ? deviation[h] * widen(own / deviation[h]) : own;
      path[h] = withinRange(inverseTransform(mean[h] + away, transform), range);
    }
  }
  return paths;
}

/** A source of innovations with variance sigma2. */
function drawing(model: SarimaModel, innovations: unknown, random: Random): () => number {
  if (innovations === "gaussian") {
    const sd = Math.sqrt(model.params.sigma2);
    return () => sd * random.normal();
  }
  if (innovations !== "bootstrap") {
    throw new SarimaError(
      "INVALID_ARGUMENT",
      `innovations must be "gaussian" or "bootstrap"; received ${quote(innovations)}`,
    );
  }
  const residuals = model.residuals.filter((e) => Number.isFinite(e));
  if (residuals.length < 2) {
    throw new SarimaError(
      "TOO_SHORT",
      `the model has ${residuals.length} residuals; a bootstrap needs at least 2: use innovations: "gaussian"`,
    );
  }
  let center = 0;
  for (const e of residuals) center += e / residuals.length;
  return () => residuals[random.below(residuals.length)] - center;
}

/** The state with nothing in it but its uncertainty. */
function zeroed(state: FilterState): FilterState {
  return { ...state, alpha: new Float64Array(state.alpha.length), lags: new Float64Array(state.lags.length) };
}

/**
 * Runs the filter forward until it is steady, and hands over for each step j the response of y_j, y_{j+1}, … to an innovation
 * of one standard deviation (for σ² = 1). Returns the first step that it has not handed over.
 */
export function predictionErrors(
  start: FilterState,
  polynomials: ModelPolynomials,
  horizon: number,
  take: (j: number, response: Float64Array) => void,
): number {
  const gain = gainOf(polynomials, start.alpha.length);
  let state = start;
  for (let j = 0; j < horizon; j++) {
    if (isSteady(state, gain)) return j;
    // From a zero mean, an observation of 1 is an innovation of 1: the state after it is the gain.
    const next = step(state, polynomials, 1);
    if (!next) throw new SarimaError("INVALID_ARGUMENT", "the model's state is damaged; fit it again");
    const root = Math.sqrt(next.F);
    const response = new Float64Array(horizon - j);
    response[0] = root;
    const later = respond(next.state.alpha, next.state.lags, polynomials, horizon - j - 1);
    for (let k = 0; k < later.length; k++) response[k + 1] = later[k] * root;
    take(j, response);
    state = zeroed(next.state);
  }
  return horizon;
}

function isSteady(state: FilterState, gain: Float64Array): boolean {
  if (state.kind !== "innovations") return false;
  return state.M === 0 || (state.F - 1 < STEADY && gain.every((k, i) => Math.abs(state.G[i] - k) < STEADY));
}

/** y of φ(B)δ(B)y = θ(B)e with e = 0 before `from`, into `y`; w is working space. */
function recurse(
  e: Float64Array,
  from: number,
  { phi, theta, delta }: ModelPolynomials,
  w: Float64Array,
  y: Float64Array,
): void {
  y.fill(0);
  for (let t = from; t < e.length; t++) {
    let value = e[t];
    for (let i = 0; i < theta.lags.length && theta.lags[i] <= t - from; i++)
      value += theta.coefs[i] * e[t - theta.lags[i]];
    for (let i = 0; i < phi.lags.length && phi.lags[i] <= t - from; i++) value += phi.coefs[i] * w[t - phi.lags[i]];
    w[t] = value;
    for (let i = 0; i < delta.lags.length && delta.lags[i] <= t - from; i++) {
      value += delta.coefs[i] * y[t - delta.lags[i]];
    }
    y[t] = value;
  }
}
