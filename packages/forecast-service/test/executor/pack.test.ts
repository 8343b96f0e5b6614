import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pack, unpack } from "../../src/executor/pack.js";

const overTheWire = (value: unknown) => unpack(JSON.parse(JSON.stringify(pack(value))));

describe("pack", () => {
  it("brings any plain data through JSON unchanged, to the last bit", () => {
    const number = fc.oneof(fc.double(), fc.constantFrom(-0, Infinity, -Infinity, Number.NaN));
    const key = fc.string().filter((name) => !name.startsWith("$") && name !== "__proto__");
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        number,
        fc.string(),
        fc.boolean(),
        fc.constant(null),
        fc.float64Array(),
        fc.float32Array(),
        fc.uint8Array(),
        fc.array(tie("tree")),
        fc.dictionary(key, tie("tree"), { noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        expect(overTheWire(value)).toEqual(value);
      }),
    );
  });

  it("takes part of a buffer for what it is, and less room than decimals", () => {
    const whole = Float64Array.from({ length: 2016 }, (_, i) => Math.sqrt(i + 1));
    expect(overTheWire(whole.subarray(3, 7))).toEqual(whole.slice(3, 7));
    expect(JSON.stringify(pack(whole)).length).toBeLessThan(0.65 * JSON.stringify([...whole]).length);
  });

  it.each([[() => 1], [new Date(0)], [new Map()], [1n], [{ $n: 1 }]])("refuses %o", (value) => {
    expect(() => pack(value)).toThrow(TypeError);
  });
});
