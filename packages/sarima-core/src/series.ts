import { quote, SarimaError } from "./errors.js";

/** Longer arrays do not fit into the memory of a process, with what is computed from them. */
const MAX_LENGTH = 2 ** 26;

/** Observations in time order, equally spaced. NaN marks a gap; ±Infinity is an error. */
export type Series = ArrayLike<number>;

/**
 * Copies a series into a Float64Array and checks every value. `null` and `undefined` entries (JSON has no NaN) are gaps.
 *
 * @param copy false where the result is only read and not kept: a Float64Array is then passed through.
 * @throws SarimaError `INVALID_ARGUMENT` when it is no array of numbers, `NON_FINITE` at ±Infinity.
 */
export function toSeries(y: Series, argument = "y", copy = true): Float64Array {
  return checkedSeries(y, argument, copy, true);
}

/** As `toSeries` for what was predicted: the bound of an interval may lie at ±Infinity. */
export function toPredictions(x: Series, argument: string): Float64Array {
  return checkedSeries(x, argument, false, false);
}

function checkedSeries(y: Series, argument: string, copy: boolean, finite: boolean): Float64Array {
  if (y === null || typeof y !== "object" || !Number.isSafeInteger(y.length) || y.length < 0) {
    throw new SarimaError("INVALID_ARGUMENT", `${argument} must be an array of numbers; received ${quote(y)}`);
  }
  const n = y.length;
  if (n > MAX_LENGTH) {
    throw new SarimaError("INVALID_ARGUMENT", `${argument} may have at most ${MAX_LENGTH} values; received ${n}`);
  }
  if (y instanceof Float64Array) {
    // One cheap pass for the usual case: only ±Infinity is left to find.
    const out = copy ? y.slice() : y;
    for (let t = 0; finite && t < n; t++) {
      if (out[t] === Number.POSITIVE_INFINITY || out[t] === Number.NEGATIVE_INFINITY)
        refuseInfinity(argument, t, out[t]);
    }
    return out;
  }
  const out = new Float64Array(n);
  for (let t = 0; t < n; t++) {
    const value: unknown = y[t];
    if (value === null || value === undefined) {
      out[t] = Number.NaN;
      continue;
    }
    if (typeof value !== "number") {
      throw new SarimaError(
        "INVALID_ARGUMENT",
        `${argument}[${t}] must be a number, or NaN for a gap; received ${quote(value)}`,
      );
    }
    if (finite && (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)) {
      refuseInfinity(argument, t, value);
    }
    out[t] = value;
  }
  return out;
}

function refuseInfinity(argument: string, t: number, value: number): never {
  throw new SarimaError("NON_FINITE", `${argument}[${t}] is ${value}; use NaN to mark a gap`);
}

/** A series without gaps, as regressors must be. */
export function toCompleteSeries(y: Series, argument: string, length?: number): Float64Array {
  const out = toSeries(y, argument);
  if (length !== undefined && out.length !== length) {
    throw new SarimaError("INVALID_ARGUMENT", `${argument} must have ${length} values; received ${out.length}`);
  }
  const gap = out.findIndex(Number.isNaN);
  if (gap >= 0) throw new SarimaError("INVALID_ARGUMENT", `${argument}[${gap}] is a gap; ${argument} must have none`);
  return out;
}

export function countObserved(y: Float64Array): number {
  let count = 0;
  for (let t = 0; t < y.length; t++) if (!Number.isNaN(y[t])) count++;
  return count;
}

/**
 * Refuses a series whose largest magnitude is above `limit`, or below 1/limit without being 0: squares of its values are no numbers.
 *
 * @throws SarimaError `NON_FINITE`
 */
export function refuseExtremes(y: Float64Array, argument: string, limit = 1e150): void {
  let largest = 0;
  for (let t = 0; t < y.length; t++) if (Math.abs(y[t]) > largest) largest = Math.abs(y[t]);
  if (largest > limit || (largest > 0 && largest < 1 / limit)) {
    throw new SarimaError(
      "NON_FINITE",
      `the variance of ${argument}, whose largest magnitude is ${largest}, cannot be represented; rescale ${argument} to order 1`,
    );
  }
}

/** Checks that an argument that holds named values is an object. */
export function checkObject<T extends object>(value: T, argument: string): T {
  if (value === null || typeof value !== "object" || Array.isArray(value) || ArrayBuffer.isView(value)) {
    throw new SarimaError("INVALID_ARGUMENT", `${argument} must be an object; received ${quote(value)}`);
  }
  return value;
}

/** Checks an array of any content; undefined and null stand for an empty one. */
export function checkList<T>(value: readonly T[] | null | undefined, argument: string): readonly T[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    throw new SarimaError("INVALID_ARGUMENT", `${argument} must be an array; received ${quote(value)}`);
  }
  // Array.from turns the holes of a sparse array into undefined, which checks of the entries then see.
  return Array.from(value);
}

/** Checks a callback; undefined and null stand for none. */
export function checkCallback(value: unknown, argument: string): void {
  if (value !== undefined && value !== null && typeof value !== "function") {
    throw new SarimaError("INVALID_ARGUMENT", `${argument} must be a function; received ${quote(value)}`);
  }
}

/** Checks a whole number in [min, max] and returns it. */
export function wholeNumber(value: unknown, argument: string, min: number, max = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
    throw new SarimaError("INVALID_ARGUMENT", `${argument} must be a whole number ${range}; received ${quote(value)}`);
  }
  return value;
}

/** Checks a finite number in [min, max] and returns it. */
export function finiteNumber(value: unknown, argument: string, min = -Infinity, max = Infinity): number {
  if (typeof value !== "number" || !Number.isFinite(value) || value < min || value > max) {
    const range = min === -Infinity && max === Infinity ? "" : ` from ${min} to ${max}`;
    throw new SarimaError("INVALID_ARGUMENT", `${argument} must be a finite number${range}; received ${quote(value)}`);
  }
  return value;
}
