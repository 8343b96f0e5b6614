/** Σ x_t² from `from` on. Four partial sums, because each addition would otherwise wait for the one before it. */
export function sumOfSquares(x: Float64Array, from = 0): number {
  const n = x.length;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let t = from;
  for (; t + 3 < n; t += 4) {
    a += x[t] * x[t];
    b += x[t + 1] * x[t + 1];
    c += x[t + 2] * x[t + 2];
    d += x[t + 3] * x[t + 3];
  }
  for (; t < n; t++) a += x[t] * x[t];
  return a + b + (c + d);
}

/** Σ x_t y_{t−lag} from `from` on, which must not be below `lag`. */
export function laggedProduct(x: Float64Array, y: Float64Array, lag: number, from: number): number {
  const n = x.length;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let t = from;
  for (; t + 3 < n; t += 4) {
    a += x[t] * y[t - lag];
    b += x[t + 1] * y[t + 1 - lag];
    c += x[t + 2] * y[t + 2 - lag];
    d += x[t + 3] * y[t + 3 - lag];
  }
  for (; t < n; t++) a += x[t] * y[t - lag];
  return a + b + (c + d);
}

/** Σ (y_t − b x_t)². */
export function sumOfSquaredDifferences(y: Float64Array, b: number, x: Float64Array): number {
  const n = y.length;
  let even = 0;
  let odd = 0;
  let t = 0;
  for (; t + 1 < n; t += 2) {
    const first = y[t] - b * x[t];
    const second = y[t + 1] - b * x[t + 1];
    even += first * first;
    odd += second * second;
  }
  if (t < n) even += (y[t] - b * x[t]) ** 2;
  return even + odd;
}
