import { normalQuantile } from "./distributions/normal-quantile.js";
import { quote, SarimaError } from "./errors.js";
import type { Transform, TransformSpec } from "./model.js";
import { checkObject, finiteNumber, type Series, toSeries, wholeNumber } from "./series.js";

/**
 * Box–Cox transformation (Box & Cox 1964), continued to negative values by the signed power of Bickel & Doksum (1981),
 * as R's forecast::BoxCox: (sign(y)|y|^λ − 1)/λ, and log y at λ = 0. Gaps stay gaps.
 *
 * @throws SarimaError `INVALID_ARGUMENT` where λ ≤ 0 meets a value that is not positive.
 */
export function boxCox(y: Series, lambda: number): Float64Array {
  const t = { kind: "box-cox", lambda: finiteNumber(lambda, "lambda", -5, 5) } as const;
  const series = toSeries(y);
  checkDomain(series, t);
  return transformSeries(series, t);
}

/** Inverse of `boxCox`. For λ < 0 the scale ends at −1/λ: there and beyond the answer is Infinity. */
export function inverseBoxCox(x: Series, lambda: number): Float64Array {
  const t = { kind: "box-cox", lambda: finiteNumber(lambda, "lambda", -5, 5) } as const;
  return toSeries(x, "x").map((value) => inverseTransform(value, t));
}

/**
 * Guerrero's (1993) λ: the power that makes the coefficient of variation of sd/mean^(1−λ) over blocks of one period
 * smallest. As R's BoxCox.lambda(method = "guerrero"), found to 1e-9 where R stops at 1e-4: blocks of max(2, period)
 * values counted from the end; a lower bound of at least 0 where a value is not positive; 1 for a series of
 * at most two periods, and for one whose blocks do not vary.
 */
export function guerrero(y: Series, period = 1, bounds: { lower?: number; upper?: number } = {}): number {
  const raw = toSeries(y);
  checkObject(bounds, "bounds");
  // λ has no unit; data of order one cannot overflow when squared.
  let unit = 0;
  for (const value of raw) if (!Number.isNaN(value)) unit = Math.max(unit, Math.abs(value));
  const series = raw.map((value) => value / unit);
  const block = Math.max(2, wholeNumber(period, "period", 1));
  let lower = finiteNumber(bounds.lower ?? -1, "bounds.lower", -5, 5);
  const upper = finiteNumber(bounds.upper ?? 2, "bounds.upper", lower, 5);
  if (series.some((value) => value <= 0)) lower = Math.min(upper, Math.max(lower, 0));
  if (series.length <= 2 * period) return 1;

  const means: number[] = [];
  const deviations: number[] = [];
  for (let end = series.length; end - block >= 0; end -= block) {
    const { mean, sd } = meanAndDeviation(series.subarray(end - block, end));
    // A negative mean has no real power; a single value no deviation. R leaves such blocks out too.
    if (mean > 0 && Number.isFinite(sd)) {
      means.push(mean);
      deviations.push(sd);
    }
  }
  const ratios = new Float64Array(means.length);
  const variation = (lambda: number): number => {
    for (let i = 0; i < means.length; i++) ratios[i] = deviations[i] / means[i] ** (1 - lambda);
    const { mean, sd } = meanAndDeviation(ratios);
    return sd / mean;
  };
  return Number.isFinite(variation(1)) ? minimise(variation, lower, upper) : 1;
}

/**
 * Fills in what a specification leaves open (λ by Guerrero, offset 0) and checks that every value of y has an image.
 *
 * @throws SarimaError `INVALID_ARGUMENT` that names the value outside the domain, and a remedy.
 */
export function resolveTransform(
  spec: TransformSpec | null | undefined,
  y: Float64Array,
  period: number,
): Transform | null {
  if (spec === undefined || spec === null) return null;
  const t = resolved(spec, y, period);
  checkDomain(y, t);
  return t;
}

function resolved(spec: TransformSpec, y: Float64Array, period: number): Transform {
  switch (spec.kind) {
    case "box-cox": {
      const { lambda } = spec as { lambda: number | "auto" };
      const value =
        lambda === "auto"
          ? guerrero(y, Math.max(1, Math.round(period)), { lower: -0.9 })
          : finiteNumber(lambda, "transform.lambda", -5, 5);
      return Object.freeze({ kind: "box-cox", lambda: value });
    }
    case "log": {
      const offset = (spec as { offset?: number }).offset ?? 0;
      return Object.freeze({ kind: "log", offset: finiteNumber(offset, "transform.offset") });
    }
    case "logit": {
      const { lower, upper } = spec as { lower: number; upper: number };
      finiteNumber(lower, "transform.lower");
      finiteNumber(upper, "transform.upper");
      if (!(lower < upper)) {
        throw new SarimaError(
          "INVALID_ARGUMENT",
          `transform.lower must lie below transform.upper; received ${lower} and ${upper}`,
        );
      }
      return Object.freeze({ kind: "logit", lower, upper });
    }
    default:
      throw new SarimaError(
        "INVALID_ARGUMENT",
        `transform.kind must be "box-cox", "log" or "logit"; received ${quote(typeof spec === "object" ? (spec as TransformSpec).kind : spec)}`,
      );
  }
}

function checkDomain(y: Float64Array, t: Transform): void {
  let remedy: string;
  let inside: (value: number) => boolean;
  if (t.kind === "logit") {
    inside = (value) => value > t.lower && value < t.upper;
    remedy = `a logit needs every value strictly between ${t.lower} and ${t.upper}: widen the bounds a little, or mark the value as a gap`;
  } else if (t.kind === "log") {
    inside = (value) => value + t.offset > 0;
    remedy = `a log needs every value + offset above 0: use a larger offset (now ${t.offset}), for example half the smallest positive value`;
  } else {
    inside = (value) => t.lambda > 0 || value > 0;
    remedy = `Box–Cox with lambda = ${t.lambda} needs positive values: use lambda above 0, or a log with an offset`;
  }
  for (let i = 0; i < y.length; i++) {
    if (!Number.isNaN(y[i]) && !inside(y[i])) {
      throw new SarimaError("INVALID_ARGUMENT", `y[${i}] is ${y[i]}; ${remedy}`);
    }
  }
}

/** The image of one value; NaN stays NaN. The domain was checked by `resolveTransform`. */
export function transformValue(y: number, t: Transform): number {
  if (t.kind === "log") return Math.log(y + t.offset);
  if (t.kind === "logit") return Math.log((y - t.lower) / (t.upper - y));
  if (t.lambda === 0) return Math.log(y);
  // expm1 keeps the digits that y^λ − 1 loses near λ = 0.
  if (y > 0) return Math.expm1(t.lambda * Math.log(y)) / t.lambda;
  return (-((-y) ** t.lambda) - 1) / t.lambda;
}

export function transformSeries(y: Float64Array, t: Transform | null): Float64Array {
  return t === null ? y.slice() : y.map((value) => transformValue(value, t));
}

/** Back to the original scale: monotone, so quantiles, and with them the median, come back as they are. */
export function inverseTransform(x: number, t: Transform | null): number {
  if (t === null) return x;
  if (t.kind === "log") return Math.exp(x) - t.offset;
  if (t.kind === "logit") {
    // From the nearer bound, so that values close to either keep their digits, and none passes it.
    const width = t.upper - t.lower;
    return x > 0 ? t.upper - width / (1 + Math.exp(x)) : t.lower + width / (1 + Math.exp(-x));
  }
  const { lambda } = t;
  if (lambda === 0) return Math.exp(x);
  const power = lambda * x;
  if (power > -1) return Math.exp(Math.log1p(power) / lambda);
  return lambda < 0 ? Number.POSITIVE_INFINITY : -((-power - 1) ** (1 / lambda));
}

/**
 * Mean on the original scale of a variable that is N(mean, variance) on the transformed scale.
 *
 * Exact for the log (the log-normal mean); numerical integration, good to about 1e-10, for the logit and for Box–Cox with λ > 0.
 * For λ < 0 the mean does not exist (the density reaches the end of the scale), and the second-order
 * approximation of forecast::InvBoxCox(biasadj = TRUE) stands in for it.
 */
export function biasAdjustedMean(mean: number, variance: number, t: Transform | null): number {
  if (t === null) return mean;
  if (!(variance > 0)) return inverseTransform(mean, t);
  if (variance === Number.POSITIVE_INFINITY) return t.kind === "logit" ? (t.lower + t.upper) / 2 : variance;
  if (t.kind === "log") return Math.exp(mean + variance / 2) - t.offset;
  if (t.kind === "box-cox" && t.lambda === 0) return Math.exp(mean + variance / 2);
  if (t.kind === "box-cox" && t.lambda < 0) {
    const median = inverseTransform(mean, t);
    return median * (1 + (variance * (1 - t.lambda)) / (2 * median ** (2 * t.lambda)));
  }
  return expectation(mean, Math.sqrt(variance), (x) => inverseTransform(x, t));
}

/**
 * Standard deviation on the original scale of a variable that is N(center, deviation²) on the transformed scale and has the mean
 * `mean` on the original one. As exact as `biasAdjustedMean`; for λ < 0, where it does not exist either, that of 400 equally likely values.
 */
export function originalDeviation(center: number, deviation: number, mean: number, t: Transform): number {
  if (!(deviation > 0)) return 0;
  if (deviation === Number.POSITIVE_INFINITY) return t.kind === "logit" ? (t.upper - t.lower) / 2 : deviation;
  if (t.kind === "log") return (mean + t.offset) * Math.sqrt(Math.expm1(deviation * deviation));
  if (t.kind === "box-cox" && t.lambda === 0) return mean * Math.sqrt(Math.expm1(deviation * deviation));
  const square = (x: number) => (inverseTransform(x, t) - mean) ** 2;
  if (t.kind === "logit" || t.lambda > 0) return Math.sqrt(expectation(center, deviation, square));
  const points = 400;
  let sum = 0;
  for (let i = 0; i < points; i++) sum += square(center + deviation * normalQuantile((i + 0.5) / points));
  return Math.sqrt(sum / points);
}

/** E f(x) for x ~ N(mean, sd²). */
function expectation(mean: number, sd: number, f: (x: number) => number): number {
  // Trapezoids under a Gaussian converge exponentially; the logistic's poles at π/σ ask for steps below 1/σ.
  const points = Math.ceil(Math.min(2000, 9 * Math.max(12, 2 * sd)));
  let sum = 0;
  let weights = 0;
  for (let i = -points; i <= points; i++) {
    const z = (9 * i) / points;
    const weight = Math.exp(-0.5 * z * z);
    sum += weight * f(mean + sd * z);
    weights += weight;
  }
  return sum / weights;
}

function meanAndDeviation(values: Float64Array): { mean: number; sd: number } {
  let n = 0;
  let mean = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (Number.isNaN(value)) continue;
    n++;
    const step = value - mean;
    mean += step / n;
    squares += step * (value - mean);
  }
  return { mean: n > 0 ? mean : Number.NaN, sd: n > 1 ? Math.sqrt(squares / (n - 1)) : Number.NaN };
}

/** Brent's (1973) minimum of a function of one variable: golden section with parabolic steps, as R's optimize. */
function minimise(f: (x: number) => number, lower: number, upper: number): number {
  const golden = (3 - Math.sqrt(5)) / 2;
  let [a, b] = [lower, upper];
  let x = a + golden * (b - a);
  let [w, v] = [x, x];
  let fx = f(x);
  let [fw, fv] = [fx, fx];
  let [step, last] = [0, 0];
  for (let iteration = 0; iteration < 200; iteration++) {
    const middle = (a + b) / 2;
    const tolerance = 1.5e-8 * Math.abs(x) + 1e-10;
    if (Math.abs(x - middle) <= 2 * tolerance - (b - a) / 2) break;
    let [p, q, r] = [0, 0, 0];
    if (Math.abs(last) > tolerance) {
      r = (x - w) * (fx - fv);
      q = (x - v) * (fx - fw);
      p = (x - v) * q - (x - w) * r;
      q = 2 * (q - r);
      if (q > 0) p = -p;
      else q = -q;
      r = last;
      last = step;
    }
    if (Math.abs(p) >= Math.abs(0.5 * q * r) || p <= q * (a - x) || p >= q * (b - x)) {
      last = x < middle ? b - x : a - x;
      step = golden * last;
    } else {
      step = p / q;
      const u = x + step;
      if (u - a < 2 * tolerance || b - u < 2 * tolerance) step = x >= middle ? -tolerance : tolerance;
    }
    const u = x + (Math.abs(step) >= tolerance ? step : step > 0 ? tolerance : -tolerance);
    const fu = f(u);
    if (fu <= fx) {
      if (u < x) b = x;
      else a = x;
      [v, fv, w, fw, x, fx] = [w, fw, x, fx, u, fu];
    } else {
      if (u < x) a = u;
      else b = u;
      if (fu <= fw || w === x) [v, fv, w, fw] = [w, fw, u, fu];
      else if (fu <= fv || v === x || v === w) [v, fv] = [u, fu];
    }
  }
  return x;
}
