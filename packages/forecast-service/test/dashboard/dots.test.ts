import { describe, expect, it } from "vitest";
import { dotted } from "../../dashboard/src/chart/dots.js";

describe("dots", () => {
  it("mark every value of a few", () => {
    expect(dotted([1, null, 2, 3, undefined])).toEqual([0, 2, 3]);
  });

  it("mark only those without a neighbour among many; a row of the other half is not a neighbour", () => {
    const values = [1, null, ...Array<number>(50).fill(2), null, 3, null, 4, undefined, 5, null, undefined, 6];
    expect(dotted(values)).toEqual([0, 53, 60]);
  });
});
