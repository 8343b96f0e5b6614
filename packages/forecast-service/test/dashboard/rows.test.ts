import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rowsOf } from "../../dashboard/src/virtual/rows.js";

describe("rows in sight", () => {
  it("are those that a slow look at each finds", () => {
    const heights = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(heights, fc.integer({ min: 0, max: 9000 }), fc.integer({ min: 1, max: 2000 }), (list, from, size) => {
        const rows = rowsOf(list);
        const total = list.reduce((sum, height) => sum + height, 0);
        expect([rows.height, rows.topOf(list.length)]).toEqual([total, total]);
        const [first, end] = rows.within(from, from + size);
        let top = 0;
        const seen = list.flatMap((height, row) => {
          const touches = top <= from + size && top + height > from;
          top += height;
          return touches ? [row] : [];
        });
        // Beyond the end the last row stays, so that there is always something.
        const expected = seen.length > 0 ? seen : [list.length - 1];
        expect([first, end]).toEqual([expected[0], expected[expected.length - 1] + 1]);
      }),
    );
  });

  it("are none of an empty list, and the first where nothing has been scrolled", () => {
    expect(rowsOf([]).within(-100, 100)).toEqual([0, 0]);
    expect(rowsOf([50, 50]).within(-700, -10)).toEqual([0, 1]);
  });
});
