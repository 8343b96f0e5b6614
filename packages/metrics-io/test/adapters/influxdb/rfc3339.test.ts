import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRfc3339 } from "../../../src/adapters/influxdb/rfc3339.js";

const parse = (text: string) => parseRfc3339(Buffer.from(`,${text},`), 1, 1 + text.length);

describe("parseRfc3339", () => {
  it("gives what Date.parse gives, between the years 0 and 9999", () => {
    const time = fc.integer({ min: Date.UTC(0, 0, 1) - 1900 * 365 * 86_400_000, max: Date.UTC(9999, 11, 31) });
    fc.assert(
      fc.property(time, (millis) => {
        const text = new Date(millis).toISOString();
        expect(parse(text)).toBe(millis);
        expect(parse(text.replace(/\.?0*Z$/, "Z"))).toBe(millis);
      }),
      { numRuns: 2000 },
    );
  });

  it("cuts off what is finer than a millisecond, before 1970 too", () => {
    expect(parse("2026-01-31T23:50:00.123999999Z")).toBe(Date.UTC(2026, 0, 31, 23, 50, 0, 123));
    expect(parse("2026-01-31T23:50:00.1Z")).toBe(Date.UTC(2026, 0, 31, 23, 50, 0, 100));
    expect(parse("1969-12-31T23:59:59.9999Z")).toBe(-1);
  });

  it.each([
    "",
    "2026-01-31",
    "2026-01-31T23:50:00",
    "2026-01-31T23:50:00+01:00",
    "2026/01/31T23:50:00Z",
    "2026-01-31T23:5x:00Z",
    "2026-01-31T23:50:00.Z",
    "2026-01-31T23:50:00,5Z",
    "2026-01-31T23:50:00.x5Z",
  ])("refuses %j", (text) => {
    expect(parse(text)).toBeNaN();
  });
});
