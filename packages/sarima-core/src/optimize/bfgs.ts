/** Quasi-Newton minimisation (Nocedal & Wright 2006, algorithm 6.1) with a gradient that is given, or found by differences. */
export interface MinimizeOptions {
  /** Writes the exact gradient at x into `out`; where it returns false there is none, and differences take its place. */
  readonly gradient?: ((x: Float64Array, out: Float64Array) => boolean) | undefined;
  /** Step of the gradient's differences, relative to max(1, |x|). Default 1e-7. */
  readonly step?: number;
  /** Ends when the predicted decrease is below this. Default 1e-11. */
  readonly tolerance?: number;
  readonly maxIterations?: number;
  /** Called before each iteration; may throw to stop the search. */
  readonly onIteration?: (() => void) | undefined;
  /** Central differences from the beginning: for the last digits. */
  readonly central?: boolean;
  /** Approximation of the inverse Hessian at the start, row by row. Default: scaled identity. */
  readonly inverseHessian?: Float64Array | undefined;
}

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
  readonly inverseHessian: Float64Array;
  readonly iterations: number;
  readonly evaluations: number;
  /** The predicted decrease fell below the tolerance. */
  readonly converged: boolean;
}

/** So many steps that together bring less than so much, relative to the value, are the end of a flat ridge. */
const STALLED = { steps: 20, decrease: 2e-10 };

/** A predicted decrease, relative to the value, that the rounding of values may hide from a line search. */
const UNSEEN = 1e-11;

/**
 * Minimises f, which may return NaN or Infinity outside its domain but must be finite at x0.
 * Without a gradient, forward differences give it; when they no longer find a decrease, central ones have the last word.
 */
export function minimize(f: (x: Float64Array) => number, x0: Float64Array, options: MinimizeOptions = {}): Minimum {
  const k = x0.length;
  const { step = 1e-7, tolerance = 1e-11, maxIterations = 200 } = options;
  const x = x0.slice();
  const trial = new Float64Array(k);
  let evaluations = 0;
  const evaluate = (at: Float64Array) => {
    evaluations++;
    const value = f(at);
    return Number.isFinite(value) ? value : Infinity;
  };
  let value = evaluate(x);
  let central = options.central ?? false;
  // Nothing is to be gained from central differences.
  let exact = false;
  const differences = (out: Float64Array) => {
    exact = options.gradient?.(x, out) ?? false;
    for (let i = 0; i < k && !exact; i++) {
      const keep = x[i];
      const h = (central ? 100 : 1) * step * Math.max(1, Math.abs(keep));
      x[i] = keep + h;
      const forward = evaluate(x);
      if (central || forward === Infinity) {
        x[i] = keep - h;
        const backward = evaluate(x);
        out[i] =
          forward === Infinity
            ? (value - backward) / h
            : backward === Infinity
              ? (forward - value) / h
              : (forward - backward) / (2 * h);
      } else {
        out[i] = (forward - value) / h;
      }
      x[i] = keep;
      if (!Number.isFinite(out[i])) out[i] = 0;
    }
  };

  const H = new Float64Array(k * k);
  const reset = () => {
    H.fill(0);
    // Coordinates far out are partial autocorrelations near 1, and want longer steps.
    for (let i = 0; i < k; i++) H[i * k + i] = 1 + x[i] * x[i];
  };
  if (options.inverseHessian) H.set(options.inverseHessian);
  else reset();
  let scaled = options.inverseHessian !== undefined;

  const gradient = new Float64Array(k);
  const next = new Float64Array(k);
  const direction = new Float64Array(k);
  const s = new Float64Array(k);
  const u = new Float64Array(k);
  differences(gradient);

  let iterations = 0;
  let before = value;
  let converged = k === 0;
  while (!converged && iterations < maxIterations) {
    options.onIteration?.();
    iterations++;
    let slope = 0;
    for (let i = 0; i < k; i++) {
      let sum = 0;
      for (let j = 0; j < k; j++) sum -= H[i * k + j] * gradient[j];
      direction[i] = sum;
      slope += sum * gradient[i];
    }
    if (!(slope < 0)) {
      // Rounding has spoilt the approximation: begin again from steepest descent.
      reset();
      scaled = false;
      slope = 0;
      for (let i = 0; i < k; i++) {
        direction[i] = -H[i * k + i] * gradient[i];
        slope += direction[i] * gradient[i];
      }
    }
    if (-slope < 2 * tolerance) {
      if (central || exact || -slope < 1e-3 * tolerance) {
        converged = true;
        break;
      }
      central = true;
      differences(gradient);
      continue;
    }
    // No coordinate moves by more than 3 in one step: the parameters live on the scale of 1.
    let longest = 0;
    for (let i = 0; i < k; i++) longest = Math.max(longest, Math.abs(direction[i]));
    let alpha = Math.min(1, 3 / longest);
    if (!scaled) alpha = Math.min(alpha, 0.5 / longest);
    const found = lineSearch(alpha, slope);
    if (found === null) {
      if (!central && !exact) {
        central = true;
        differences(gradient);
        continue;
      }
      if (exact && -slope < UNSEEN * Math.max(1, Math.abs(value))) {
        converged = true;
        break;
      }
      if (scaled) {
        reset();
        scaled = false;
        continue;
      }
      // Not even steepest descent finds a lower value: a minimum to working precision.
      converged = -slope < 1e-6;
      break;
    }
    for (let i = 0; i < k; i++) {
      s[i] = found.alpha * direction[i];
      x[i] += s[i];
    }
    const decrease = value - found.value;
    value = found.value;
    if (iterations % STALLED.steps === 0) {
      if (exact && before - value < STALLED.decrease * Math.max(1, Math.abs(value))) converged = true;
      before = value;
    }
    differences(next);
    update(H, s, gradient, next, u, scaled);
    scaled = true;
    gradient.set(next);
    if (decrease < 1e-14 * Math.max(1, Math.abs(value)) && (central || exact)) {
      converged = true;
    } else if (decrease < 1e-13 * Math.max(1, Math.abs(value)) && !exact) {
      central = true;
      differences(gradient);
    }
  }
  return { x, value, gradient, inverseHessian: H, iterations, evaluations, converged };

  /** Backtracking with parabolas, and forward steps while the slope is steep: sufficient decrease is all BFGS needs. */
  function lineSearch(first: number, slope: number): { alpha: number; value: number } | null {
    let alpha = first;
    let best: { alpha: number; value: number } | null = null;
    for (let tries = 0; tries < 30; tries++) {
      for (let i = 0; i < k; i++) trial[i] = x[i] + alpha * direction[i];
      const at = evaluate(trial);
      if (at <= value + 1e-4 * alpha * slope && at < value) {
        if (best === null || at < best.value) best = { alpha, value: at };
        else return best;
        // Far more decrease than the slope promised means that the step was too short.
        if (tries < 6 && at < value + 0.8 * alpha * slope && alpha <= first * 16) {
          alpha *= 2.5;
          continue;
        }
        return best;
      }
      if (best !== null) return best;
      const parabola = Number.isFinite(at) ? (-slope * alpha * alpha) / (2 * (at - value - slope * alpha)) : 0;
      alpha = Math.min(0.6 * alpha, Math.max(0.1 * alpha, parabola));
      if (alpha < 1e-12) break;
    }
    return best;
  }
}

/** y'Hy of a diagonal H: what scales it to the curvature that was met. */
function yHy0(H: Float64Array, before: Float64Array, after: Float64Array): number {
  const k = before.length;
  let sum = 0;
  for (let i = 0; i < k; i++) sum += H[i * k + i] * (after[i] - before[i]) ** 2;
  return sum;
}

/** H ← (I − ρ s y')H(I − ρ y s') + ρ s s', skipped where the curvature is not positive. */
function update(
  H: Float64Array,
  s: Float64Array,
  before: Float64Array,
  after: Float64Array,
  u: Float64Array,
  scaled: boolean,
): void {
  const k = s.length;
  let sy = 0;
  let yy = 0;
  let ss = 0;
  for (let i = 0; i < k; i++) {
    const y = after[i] - before[i];
    sy += s[i] * y;
    yy += y * y;
    ss += s[i] * s[i];
  }
  if (!(sy > 1e-10 * Math.sqrt(ss * yy))) return;
  if (!scaled) for (let i = 0; i < k; i++) H[i * k + i] *= sy / yHy0(H, before, after);
  let yHy = 0;
  for (let i = 0; i < k; i++) {
    let sum = 0;
    for (let j = 0; j < k; j++) sum += H[i * k + j] * (after[j] - before[j]);
    u[i] = sum;
    yHy += sum * (after[i] - before[i]);
  }
  const c = (1 + yHy / sy) / sy;
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) H[i * k + j] += c * s[i] * s[j] - (u[i] * s[j] + s[i] * u[j]) / sy;
  }
}
