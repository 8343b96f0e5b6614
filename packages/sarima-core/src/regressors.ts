import { quote, SarimaError } from "./errors.js";
import type { Harmonics } from "./model.js";
import { checkList, checkObject, finiteNumber, type Series, toCompleteSeries, wholeNumber } from "./series.js";

/** Columns beyond this would fill the memory of a browser. */
const MAX_VALUES = 50_000_000;

/**
 * Fourier terms of one or several cycles, the columns of R's forecast::fourier in its order: sine and cosine of the first
 * harmonic, then of the second, … (S1, C1, S2, C2, …), period after period.
 * A sine that is zero everywhere (twice the harmonic is the period) and a frequency that an
 * earlier period already has (12 in 24) are left out.
 *
 * @param n rows
 * @param period length of the cycle in steps, or one length for each cycle; need not be whole
 * @param K number of harmonics of each cycle, at most period/2
 * @param start time of the first row; 1 is the first value of the training series, so the future of n values starts at n + 1
 */
export function fourier(
  n: number,
  period: number | readonly number[],
  K: number | readonly number[],
  start = 1,
): Float64Array[] {
  const periods = typeof period === "number" ? [period] : period;
  const orders = typeof K === "number" ? [K] : K;
  if (!Array.isArray(periods) || !Array.isArray(orders) || periods.length !== orders.length) {
    throw new SarimaError(
      "INVALID_ARGUMENT",
      `period and K must be numbers, or arrays of one length; received ${quote(period)} and ${quote(K)}`,
    );
  }
  return fourierColumns(
    wholeNumber(n, "n", 0),
    periods.map((length, i) => ({ period: length, order: orders[i] })),
    wholeNumber(start, "start", Number.MIN_SAFE_INTEGER),
  );
}

/** Checks cycles as `FitOptions.harmonics` has them. Order 0 is allowed and gives no column. */
export function checkHarmonics(harmonics: readonly Harmonics[] | undefined): readonly Harmonics[] {
  return Object.freeze(
    checkList(harmonics, "harmonics").map((cycle, i) => {
      const { period, order } = checkObject(cycle, `harmonics[${i}]`);
      finiteNumber(period, `harmonics[${i}].period`, 2);
      wholeNumber(order, `harmonics[${i}].order`, 0);
      if (2 * order > period) {
        throw new SarimaError(
          "INVALID_ARGUMENT",
          `a cycle of ${period} steps has at most ${Math.floor(period / 2)} harmonics; received ${order}`,
        );
      }
      return Object.freeze({ period, order });
    }),
  );
}

function fourierColumns(n: number, harmonics: readonly Harmonics[], start: number): Float64Array[] {
  const columns: Float64Array[] = [];
  const seen: number[] = [];
  const cycles = checkHarmonics(harmonics);
  const values = cycles.reduce((sum, { order }) => sum + 2 * order * n, 0);
  if (values > MAX_VALUES) {
    throw new SarimaError(
      "INVALID_ARGUMENT",
      `harmonics of ${n} rows may have at most ${MAX_VALUES} values in all; they would have ${values}: lower the order`,
    );
  }
  for (const { period, order } of cycles) {
    for (let k = 1; k <= order; k++) {
      const frequency = k / period;
      if (seen.some((other) => Math.abs(other - frequency) < 1e-14)) continue;
      seen.push(frequency);
      const sine = new Float64Array(n);
      const cosine = new Float64Array(n);
      for (let i = 0; i < n; i++) {
        // The remainder first: whole periods are exact, whatever the time.
        const turn = ((k * (start + i)) % period) / period;
        sine[i] = sineOfTurn(turn);
        cosine[i] = sineOfTurn(turn + 0.25);
      }
      if (2 * k !== period) columns.push(sine);
      columns.push(cosine);
    }
  }
  return columns;
}

/** sin(2πx), exactly 0 and ±1 at the quarters. */
function sineOfTurn(x: number): number {
  const r = x - Math.round(x); // [-0.5, 0.5]
  const folded = r > 0.25 ? 0.5 - r : r < -0.25 ? -0.5 - r : r;
  return Math.sin(2 * Math.PI * folded);
}

/** One column for each position: 0 before it, 1 from it on. Positions are 0-based. */
export function stepColumns(n: number, positions: readonly number[], from = 0): Float64Array[] {
  return positions.map((position, i) => {
    wholeNumber(position, `steps[${i}]`, 0);
    return new Float64Array(n).fill(1, Math.min(n, Math.max(0, position - from)));
  });
}

/**
 * Every regressor column of a model over `n` rows that begin `from` values after the start of the training series (0 in training,
 * its length in the future), in the order of `beta`: the user's columns, harmonics, steps.
 *
 * @throws SarimaError `INVALID_ARGUMENT` where a user column has another length, or a gap.
 */
export function designColumns(
  n: number,
  harmonics: readonly Harmonics[] | undefined,
  steps: readonly number[] | undefined,
  userRegressors: readonly Series[] | undefined,
  from = 0,
): Float64Array[] {
  return [
    ...(userRegressors ?? []).map((column, i) => toCompleteSeries(column, `regressors[${i}]`, n)),
    ...fourierColumns(n, harmonics ?? [], from + 1),
    ...stepColumns(n, steps ?? [], from),
  ];
}
