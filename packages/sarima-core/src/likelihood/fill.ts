/** Straight lines across gaps; the nearest value before the first and after the last observation, 0 where there is none. */
export function fillLinearly(x: Float64Array): Float64Array {
  const out = x.slice();
  let before = -1;
  for (let t = 0; t < out.length; t++) {
    if (Number.isNaN(x[t])) continue;
    for (let k = before + 1; k < t; k++) {
      out[k] = before < 0 ? x[t] : x[before] + ((x[t] - x[before]) * (k - before)) / (t - before);
    }
    before = t;
  }
  for (let k = before + 1; k < out.length; k++) out[k] = before < 0 ? 0 : x[before];
  return out;
}

/**
 * Straight lines across the gaps of what is left without the season, and the season put back: the mean at each place of the distance
 * from a moving average of one season. A line through a season would be taken for part of the series by whatever looks at
 * the filled one.
 */
export function fillSeasonally(x: Float64Array, period: number): Float64Array {
  const n = x.length;
  const line = fillLinearly(x);
  if (period < 2 || n < 2 * period) return line;
  const sum = new Float64Array(period);
  const count = new Float64Array(period);
  const half = period >> 1;
  let window = 0;
  for (let t = 0; t < period; t++) window += line[t];
  // The average that is nearest to being centred at t, whole near the ends too.
  for (let t = 0, from = 0; t < n; t++) {
    if (t - from > half && from + period < n) {
      window += line[from + period] - line[from];
      from++;
    }
    if (Number.isNaN(x[t])) continue;
    sum[t % period] += x[t] - window / period;
    count[t % period]++;
  }
  const season = (t: number) => (count[t % period] > 0 ? sum[t % period] / count[t % period] : 0);
  const rest = fillLinearly(x.map((value, t) => value - season(t)));
  for (let t = 0; t < n; t++) if (Number.isNaN(x[t])) line[t] = rest[t] + season(t);
  return line;
}
