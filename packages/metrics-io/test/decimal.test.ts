import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDecimal } from "../src/decimal.js";

const parse = (text: string) => parseDecimal(Buffer.from(`x${text}y`), 1, 1 + text.length);

describe("parseDecimal", () => {
  it("gives what Number gives, to the last bit", () => {
    const written = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 1e6 })).map(([a, b]) => `${a}.${b}`),
      fc
        .tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.integer({ min: 0, max: 20 }))
        .map(([x, n]) => x.toFixed(n)),
      fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map(String),
    );
    fc.assert(
      fc.property(written, (text) => {
        expect(parse(text)).toBe(Number(text));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    "0",
    "-0",
    "1.",
    ".5",
    "123456789012345",
    "1234567890123456",
    "0.000000000000001",
    "1e+21",
    "5e-324",
    "1.5e3",
  ])("reads %s", (text) => {
    expect(parse(text)).toBe(Number(text));
  });

  it.each(["NaN", "+Inf", "-Inf", "", " ", "-", ".", "1.2.3", "x", "1-2", "Infinity"])("takes %j for a gap", (text) => {
    expect(parse(text)).toBeNaN();
  });
});
