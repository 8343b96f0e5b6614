/** Which rows of a long list are in sight, so that only those are drawn. */

export interface Rows {
  readonly count: number;
  readonly height: number;
  /** Where a row begins; `topOf(count)` is where the last one ends. */
  topOf(row: number): number;
  /** First and one past the last row that touch the stretch; rows of the list, even where the stretch leaves it. */
  within(from: number, to: number): readonly [first: number, end: number];
}

/** Heights in pixels, the gap below each row included. */
export function rowsOf(heights: readonly number[]): Rows {
  const tops = new Float64Array(heights.length + 1);
  for (let row = 0; row < heights.length; row++) tops[row + 1] = tops[row] + heights[row];
  const count = heights.length;
  /** The last row that begins at or before y. */
  const at = (y: number) => {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (tops[middle] <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return {
    count,
    height: tops[count],
    topOf: (row) => tops[Math.min(count, Math.max(0, row))],
    within(from, to) {
      if (count === 0) return [0, 0];
      const first = Math.min(count - 1, at(Math.max(0, from)));
      return [first, Math.min(count, at(Math.max(0, to)) + 1)];
    },
  };
}
