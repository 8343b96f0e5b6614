import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_RANGE, formatRoute, parseRoute, RANGES } from "../../dashboard/src/route.js";

describe("address of a view", () => {
  it("reads back what it wrote, for any id and range", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: "grapheme" }), fc.constantFrom(...RANGES), (id, range) => {
        expect(parseRoute(formatRoute({ id, range }))).toEqual({ id, range });
      }),
    );
  });

  it("keeps the slash of an id readable", () => {
    expect(formatRoute({ id: "demo/cpu_percent", range: "3d" })).toBe("#/series/demo/cpu_percent?range=3d");
  });

  it.each(["", "#", "#/", "#/nowhere", "#/series/", "#/series/%E0%A4%A", "#/?range=5y"])(
    "falls back from %j",
    (hash) => {
      expect(parseRoute(hash)).toEqual({ id: null, range: DEFAULT_RANGE });
    },
  );

  it("keeps the series of a link whose range is unknown", () => {
    expect(parseRoute("#/series/a/b?range=5y")).toEqual({ id: "a/b", range: DEFAULT_RANGE });
  });
});
