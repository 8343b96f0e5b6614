import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Ahead,
  formatRoute,
  OVERVIEW,
  parseRoute,
  RANGES,
  type Route,
  seriesRoute,
} from "../../dashboard/src/route.js";

const id = fc.string({ minLength: 1, unit: "grapheme" });
const range = fc.constantFrom(...RANGES);
/** Whole seconds of this century. */
const time = fc.integer({ min: 1e9, max: 4e9 }).map((seconds) => seconds * 1000);
const zoom = fc.option(
  fc.tuple(time, fc.integer({ min: 1, max: 1e7 })).map(([from, length]) => [from, from + length * 1000] as const),
);
const past = fc.oneof(fc.constantFrom<Ahead>("5m", "1h", "4h"), time, fc.constant(null));

const route: fc.Arbitrary<Route> = fc.oneof(
  fc.record({
    page: fc.constant("overview" as const),
    q: fc.string({ unit: "grapheme" }),
    metric: fc.string(),
    status: fc.constantFrom("all", "forecast", "waiting", "failed"),
  }),
  fc.record({ page: fc.constant("series" as const), id, range, zoom, past, anomalies: fc.boolean() }),
  fc.record({ page: fc.constant("model" as const), id, version: fc.option(fc.integer({ min: 1, max: 1e6 })) }),
  fc.record({ page: fc.constant("accuracy" as const), id, range }),
  fc.constantFrom({ page: "what-if" } as const, { page: "system" } as const),
);

describe("address of a view", () => {
  it("reads back what it wrote, for any view", () => {
    fc.assert(
      fc.property(route, (view) => {
        expect(parseRoute(formatRoute(view))).toEqual(view);
      }),
    );
  });

  it("is short and readable", () => {
    expect(formatRoute(seriesRoute("demo/cpu_percent"))).toBe("#/series/demo/cpu_percent");
    expect(
      formatRoute({
        ...seriesRoute("demo/cpu_percent"),
        range: "3d",
        zoom: [Date.parse("2026-11-23T10:00:00Z"), Date.parse("2026-11-23T12:00:00Z")],
        past: "1h",
      }),
    ).toBe("#/series/demo/cpu_percent?range=3d&from=2026-11-23T10:00:00Z&to=2026-11-23T12:00:00Z&past=1h");
  });

  it.each(["", "#", "#/", "#/?status=odd"])("begins with the overview at %j", (hash) => {
    expect(parseRoute(hash)).toEqual(OVERVIEW);
  });

  it.each([
    ...["#/nowhere", "#/nowhere?q=web", "#nowhere", "#/series", "#/series/", "#/series/%E0%A4%A"],
    ...["#/What-if", "#/what-if/more", "#/systems"],
  ])("knows no page at %j, and says what was asked for", (hash) => {
    expect(parseRoute(hash)).toEqual({ page: "unknown", address: hash });
    expect(formatRoute(parseRoute(hash))).toBe(hash);
  });

  it("keeps the series of a link whose rest is broken", () => {
    const link = "#/series/a/b?range=5y&from=2026-11-23&to=2026-11-22&past=soon";
    expect(parseRoute(link)).toEqual(seriesRoute("a/b"));
    expect(parseRoute("#/model/a/b?version=-1")).toEqual({ page: "model", id: "a/b", version: null });
  });

  it("opens links of before there were more pages", () => {
    expect(parseRoute("#/series/demo/cpu_percent?range=14d")).toMatchObject({ id: "demo/cpu_percent", range: "14d" });
  });
});
