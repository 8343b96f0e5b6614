/** What remains when gaps are left out and the neighbours close up. */
export function withoutGaps(y: Float64Array): Float64Array {
  return y.filter((value) => !Number.isNaN(value));
}

/** The longest stretch without a gap, the latest of several: a view, not a copy. */
export function longestRun(y: Float64Array): Float64Array {
  let best = y.subarray(0, 0);
  for (let start = 0; start < y.length; start++) {
    let end = start;
    while (end < y.length && !Number.isNaN(y[end])) end++;
    if (end > start && end - start >= best.length) best = y.subarray(start, end);
    start = end;
  }
  return best;
}

/** Gaps on the straight line between their neighbours, those at the ends at the nearest value. */
export function interpolated(y: Float64Array): Float64Array {
  const out = y.slice();
  let last = -1;
  for (let t = 0; t < y.length; t++) {
    if (Number.isNaN(y[t])) continue;
    for (let k = last + 1; k < t; k++) {
      out[k] = last < 0 ? y[t] : y[last] + ((y[t] - y[last]) * (k - last)) / (t - last);
    }
    last = t;
  }
  if (last >= 0) out.fill(y[last], last + 1);
  return out;
}

/** Whether all observed values are the same; true of none. */
export function isConstant(y: Float64Array): boolean {
  let first = Number.NaN;
  for (const value of y) {
    if (Number.isNaN(value)) continue;
    if (Number.isNaN(first)) first = value;
    else if (value !== first) return false;
  }
  return true;
}
