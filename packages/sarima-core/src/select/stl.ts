import { SarimaError } from "../errors.js";

export interface Stl {
  readonly seasonal: Float64Array;
  readonly trend: Float64Array;
  readonly remainder: Float64Array;
}

/** Span, degree and step of one loess smoother; between steps the fit is a straight line. */
interface Loess {
  readonly window: number;
  readonly degree: 0 | 1;
  readonly jump: number;
}

const oddAtLeast = (x: number): number => Math.round(x) + (Math.round(x) % 2 === 0 ? 1 : 0);

/**
 * Seasonal-trend decomposition by loess (Cleveland, Cleveland, McRae & Terpenning 1990), not robust, two inner passes: the
 * numbers of R's stl(ts(y, frequency = period), s.window = seasonalWindow).
 *
 * @param y complete, longer than two periods
 * @param seasonalWindow odd span of the smoother of each cycle-subseries; 11 as in forecast::mstl
 */
export function stl(y: Float64Array, period: number, seasonalWindow = 11): Stl {
  const n = y.length;
  if (n <= 2 * period) {
    throw new SarimaError("TOO_SHORT", `a decomposition needs more than ${2 * period} values; y has ${n}`);
  }
  const smoother = (window: number, degree: 0 | 1): Loess => ({ window, degree, jump: Math.ceil(window / 10) });
  const seasonalLoess = smoother(seasonalWindow, 0);
  const trendLoess = smoother(oddAtLeast(Math.ceil((1.5 * period) / (1 - 1.5 / seasonalWindow))), 1);
  const lowLoess = smoother(oddAtLeast(period), 1);

  const seasonal = new Float64Array(n);
  const trend = new Float64Array(n);
  const cycle = new Float64Array(n + 2 * period);
  const detrended = new Float64Array(n);
  for (let pass = 0; pass < 2; pass++) {
    // 1. Detrend.  2. Smooth each cycle-subseries, one period beyond both ends.
    for (let t = 0; t < n; t++) detrended[t] = y[t] - trend[t];
    smoothSubseries(detrended, period, seasonalLoess, cycle);
    // 3. Low-pass: moving averages of length period, period and 3, then loess.  4. The seasonal is what they leave.
    const low = loess(movingAverage(movingAverage(movingAverage(cycle, period), period), 3), lowLoess);
    for (let t = 0; t < n; t++) seasonal[t] = cycle[t + period] - low[t];
    // 5. Deseasonalise.  6. Smooth the trend.
    for (let t = 0; t < n; t++) detrended[t] = y[t] - seasonal[t];
    trend.set(loess(detrended, trendLoess));
  }
  const remainder = y.map((value, t) => value - seasonal[t] - trend[t]);
  return { seasonal, trend, remainder };
}

function smoothSubseries(y: Float64Array, period: number, how: Loess, out: Float64Array): void {
  for (let phase = 0; phase < period; phase++) {
    const length = Math.floor((y.length - 1 - phase) / period) + 1;
    const subseries = new Float64Array(length);
    for (let i = 0; i < length; i++) subseries[i] = y[phase + i * period];
    const smooth = loess(subseries, how);
    // One period further on either side, from the windows at the ends.
    const left = local(subseries, 0, 1, Math.min(how.window, length), how) ?? smooth[0];
    const right = local(subseries, length + 1, Math.max(1, length - how.window + 1), length, how) ?? smooth[length - 1];
    out[phase] = left;
    for (let i = 0; i < length; i++) out[phase + (i + 1) * period] = smooth[i];
    out[phase + (length + 1) * period] = right;
  }
}

/** Smooths y at 1..n: exactly at every `jump`-th position, on straight lines between. */
function loess(y: Float64Array, how: Loess): Float64Array {
  const n = y.length;
  const out = new Float64Array(n);
  if (n < 2) {
    out.set(y);
    return out;
  }
  const { window } = how;
  const jump = Math.min(how.jump, n - 1);
  const half = (window + 1) / 2;
  const at = (position: number): number => {
    let left = 1;
    let right = n;
    if (window < n) {
      left = Math.min(Math.max(1, position - half + 1), n - window + 1);
      right = left + window - 1;
    }
    return local(y, position, left, right, how) ?? y[position - 1];
  };
  for (let position = 1; position <= n; position += jump) out[position - 1] = at(position);
  let last = 1;
  for (let position = 1 + jump; position <= n; position += jump) {
    line(out, last, position);
    last = position;
  }
  if (last !== n) {
    out[n - 1] = at(n);
    line(out, last, n);
  }
  return out;
}

function line(out: Float64Array, from: number, to: number): void {
  const slope = (out[to - 1] - out[from - 1]) / (to - from);
  for (let k = from + 1; k < to; k++) out[k - 1] = out[from - 1] + slope * (k - from);
}

/** Locally weighted fit at `position` (1-based, may lie outside) from y[left..right]; undefined where no weight is left. */
function local(y: Float64Array, position: number, left: number, right: number, how: Loess): number | undefined {
  const n = y.length;
  let span = Math.max(position - left, right - position);
  if (how.window > n) span += Math.floor((how.window - n) / 2);
  const far = 0.999 * span;
  const near = 0.001 * span;
  let total = 0;
  let centre = 0;
  let level = 0;
  for (let j = left; j <= right; j++) {
    const w = weight(Math.abs(j - position), near, far, span);
    total += w;
    centre += w * j;
    level += w * y[j - 1];
  }
  if (total <= 0) return undefined;
  if (span <= 0 || how.degree === 0) return level / total;
  centre /= total;
  let spread = 0;
  for (let j = left; j <= right; j++) {
    spread += (weight(Math.abs(j - position), near, far, span) / total) * (j - centre) ** 2;
  }
  if (Math.sqrt(spread) <= 0.001 * (n - 1)) return level / total;
  const tilt = (position - centre) / spread;
  let value = 0;
  for (let j = left; j <= right; j++) {
    value += (weight(Math.abs(j - position), near, far, span) / total) * (1 + tilt * (j - centre)) * y[j - 1];
  }
  return value;
}

/** Tricube, in products: `**` takes most of the time of a decomposition. */
function weight(distance: number, near: number, far: number, span: number): number {
  if (distance > far) return 0;
  if (distance <= near) return 1;
  const share = distance / span;
  const rest = 1 - share * share * share;
  return rest * rest * rest;
}

function movingAverage(x: Float64Array, length: number): Float64Array {
  const out = new Float64Array(x.length - length + 1);
  let sum = 0;
  for (let t = 0; t < length; t++) sum += x[t];
  out[0] = sum / length;
  for (let t = 1; t < out.length; t++) {
    sum += x[t + length - 1] - x[t - 1];
    out[t] = sum / length;
  }
  return out;
}
