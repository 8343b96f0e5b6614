/**
 * A limit of a half-open range as DuckDB takes it. All times are whole milliseconds that a Date can hold, so every limit has an equal
 * one among the whole numbers up to just beyond those.
 */
export function timeLimit(time: number): bigint {
  const edge = 8.64e15 + 1;
  return BigInt(Math.ceil(Math.min(Math.max(time, -edge), edge)));
}
