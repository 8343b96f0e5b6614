import type { ConditionalResiduals, ShiftedColumn } from "../likelihood/conditional.js";
import type { ParameterMap } from "./parameters.js";

/** Terms of J'J at least, altogether and for each coefficient; taken with a stride that meets every place of the usual seasons, or every third. */
const CURVATURE_TERMS = { least: 150, each: 25 };
const STRIDES = [1, 3, 5, 7, 11, 13, 17, 23];

/**
 * J'J and J'e of the conditional residuals in search coordinates. The memory is allocated once: a search asks dozens of times, and
 * small arrays cost more to collect than to fill.
 */
export class NormalEquations {
  readonly information: Float64Array;
  readonly gradient: Float64Array;
  /** The same in the natural coefficients. */
  private readonly natural: Float64Array;
  private readonly slope: Float64Array;
  private readonly derivatives: Float64Array;
  private readonly half: Float64Array;
  private readonly sum: Float64Array;
  /** The curvature only steers: a few hundred of its terms do. The slope takes all of them. */
  private readonly stride: number;

  constructor(
    readonly residuals: ConditionalResiduals,
    readonly map: ParameterMap,
  ) {
    const k = map.free;
    const total = map.fixedMask.length;
    this.information = new Float64Array(k * k);
    this.gradient = new Float64Array(k);
    this.natural = new Float64Array(total * total);
    this.slope = new Float64Array(total);
    this.derivatives = new Float64Array(total * k);
    this.half = new Float64Array(total * k);
    this.sum = new Float64Array(k * k);
    const terms = residuals.e.length - residuals.from;
    const wanted = Math.max(CURVATURE_TERMS.least, CURVATURE_TERMS.each * total);
    this.stride = STRIDES.filter((step) => step * wanted <= terms).at(-1) ?? 1;
  }

  /** At u, where the residuals of the last run are. With `every` term, for a curvature that is kept. */
  form(u: Float64Array, every = false): void {
    const { residuals, map, information, gradient, natural, slope, derivatives: D, half } = this;
    const k = map.free;
    const total = slope.length;
    map.derivatives(u, D);
    const columns = residuals.jacobian(map.factors, slope);
    const { e, from } = residuals;
    const stride = every ? 1 : this.stride;
    for (let i = 0; i < total; i += 2) {
      for (let j = i; j < total; j += 2) crossProducts(columns, i, j, from, e.length, stride, natural);
    }
    gradient.fill(0);
    for (let i = 0; i < total; i++) {
      for (let c = 0; c < k; c++) {
        let sum = 0;
        for (let j = 0; j < total; j++) sum += natural[i * total + j] * D[j * k + c];
        half[i * k + c] = sum;
        gradient[c] += D[i * k + c] * slope[i];
      }
    }
    for (let c = 0; c < k; c++) {
      for (let b = 0; b < k; b++) {
        let sum = 0;
        for (let i = 0; i < total; i++) sum += D[i * k + c] * half[i * k + b];
        information[c * k + b] = sum;
      }
    }
  }

  /** A + damping·(diag A + a trace of the mean diagonal) of the information A, or null where A is none. Overwritten by the next call. */
  damped(damping: number): Float64Array | null {
    const { information: A, sum } = this;
    const k = this.gradient.length;
    let trace = 0;
    for (let i = 0; i < k; i++) trace += A[i * k + i];
    if (!(trace > 0) || !Number.isFinite(trace)) return null;
    sum.set(A);
    for (let i = 0; i < k; i++) sum[i * k + i] += damping * (A[i * k + i] + (1e-3 * trace) / k);
    return sum;
  }
}

/**
 * Products of columns i and i + 1 with columns j and j + 1, into `out` and its mirror image: four sums that do not wait for one another,
 * from four values that are fetched once.
 */
function crossProducts(
  columns: readonly ShiftedColumn[],
  i: number,
  j: number,
  from: number,
  to: number,
  stride: number,
  out: Float64Array,
): void {
  const total = columns.length;
  const below = Math.min(i + 1, total - 1);
  const right = Math.min(j + 1, total - 1);
  const { base: w, offset: a } = columns[i];
  const { base: x, offset: b } = columns[below];
  const { base: y, offset: c } = columns[j];
  const { base: z, offset: d } = columns[right];
  let wy = 0;
  let wz = 0;
  let xy = 0;
  let xz = 0;
  for (let t = from; t < to; t += stride) {
    const first = w[t + a];
    const second = x[t + b];
    const third = y[t + c];
    const fourth = z[t + d];
    wy += first * third;
    wz += first * fourth;
    xy += second * third;
    xz += second * fourth;
  }
  out[i * total + j] = out[j * total + i] = wy * stride;
  out[i * total + right] = out[right * total + i] = wz * stride;
  out[below * total + j] = out[j * total + below] = xy * stride;
  out[below * total + right] = out[right * total + below] = xz * stride;
}
