/** Probabilities at which members state their forecasts and are judged; other ones are interpolated, see `quantileAt`. */
export const PROBABILITIES: readonly number[] = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975, 0.995,
];
export const COUNT = PROBABILITIES.length;
export const MEDIAN = 7;

/** Their standard normal quantiles: the axis along which quantiles are interpolated. */
export const SCORES: readonly number[] = [
  -2.575829303548901, -1.959963984540054, -1.644853626951472, -1.2815515655446, -0.841621233572914, -0.524400512708041,
  -0.2533471031358, 0, 0.2533471031358, 0.524400512708041, 0.841621233572914, 1.2815515655446, 1.644853626951472,
  1.959963984540054, 2.575829303548901,
];

/** Parts of the distribution that are weighted apart: what is best for the centre is seldom best for the tails. */
export const PARTS = ["lower", "centre", "upper"] as const;
export type Part = (typeof PARTS)[number];

/** Part of the k-th probability: the lower tail up to 0.1, the upper from 0.9. */
export function partOf(k: number): Part {
  return PROBABILITIES[k] <= 0.1 ? "lower" : PROBABILITIES[k] >= 0.9 ? "upper" : "centre";
}

/**
 * Steps ahead (0-based) at which errors are collected and members are judged: all of the first four, then about one in
 * every third part of a doubling, and the last.
 */
export function anchorSteps(horizon: number): number[] {
  const anchors: number[] = [];
  for (let step = 1; step < horizon; step = Math.max(step + 1, Math.round(step * 1.45))) anchors.push(step - 1);
  anchors.push(horizon - 1);
  return anchors;
}

/** Between which anchors a step lies: values there are (1 − u)·anchor[i] + u·anchor[i + 1], held beyond the last. */
export function betweenAnchors(anchors: readonly number[], step: number): { i: number; j: number; u: number } {
  const last = anchors.length - 1;
  if (step >= anchors[last]) return { i: last, j: last, u: 0 };
  let i = 0;
  while (anchors[i + 1] <= step) i++;
  return { i, j: i + 1, u: (step - anchors[i]) / (anchors[i + 1] - anchors[i]) };
}

/**
 * Quantiles of one step at any normal score, linear between the grid's scores and continued beyond them with the slope of
 * the last piece: a normal distribution is met exactly.
 *
 * @param quantiles ascending, one for each of PROBABILITIES
 */
export function quantileAt(quantiles: ArrayLike<number>, score: number): number {
  let i = 0;
  while (i < COUNT - 2 && SCORES[i + 1] < score) i++;
  const u = (score - SCORES[i]) / (SCORES[i + 1] - SCORES[i]);
  return quantiles[i] + u * (quantiles[i + 1] - quantiles[i]);
}
