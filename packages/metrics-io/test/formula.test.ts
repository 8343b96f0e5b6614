import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AdapterError, compileFormula, derive } from "../src/index.js";
import { rejection } from "./conformance/rejection.js";

const once = async (text: string, values: Record<string, number> = {}) =>
  (await compileFormula(text)).evaluate(values)[0];

describe("compileFormula", () => {
  it("computes memory in use from what is available", async () => {
    const formula = await compileFormula("100 * (1 - available / total)");
    expect(formula.variables).toEqual(["available", "total"]);
    expect([...formula.evaluate({ available: [6, 2, Number.NaN, 8], total: 8 })]).toEqual([25, 75, Number.NaN, 0]);
  });

  it.each<[string, number]>([
    ["1 + 2 * 3 ^ 2", 19],
    ["2 ^ 3 ^ 2", 512],
    ["-2 ^ 2", -4],
    ["(1 + 2) * -3", -9],
    ["10 / 4 / 5", 0.5],
    ["1e3 - .5", 999.5],
    ["abs(-3) + sqrt(16) + exp(0) + log(1) + log10(100)", 10],
    ["floor(1.7) + ceil(1.2) + round(2.5)", 6],
    ["min(3, 1, 2) + max(3, 1, 2)", 4],
    ["clamp(120, 0, 100) - clamp(-5, 0, 100)", 100],
  ])("computes %s", async (text, expected) => {
    expect(await once(text)).toBe(expected);
  });

  it("gives a gap for what has no finite result", async () => {
    for (const text of ["1 / 0", "0 / 0", "log(0)", "sqrt(-1)", "10 ^ 400", "1 / (1 / 0 * 0)"])
      expect(await once(text)).toBeNaN();
    expect(await once("a + 1", { a: Number.NaN })).toBeNaN();
    expect(await once("max(a, 1)", { a: Number.NaN })).toBeNaN();
    expect(await once("a", { a: Infinity })).toBeNaN();
  });

  it("takes the first value that is no gap with coalesce", async () => {
    const formula = await compileFormula("coalesce(a, b, 7)");
    expect([...formula.evaluate({ a: [1, Number.NaN, Number.NaN], b: [2, 2, Number.NaN] })]).toEqual([1, 2, 7]);
  });

  it("agrees with JavaScript on any expression, position by position", async () => {
    const leaf = fc.oneof(fc.constantFrom("a", "b", "c"), fc.integer({ min: 0, max: 9 }).map(String));
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        leaf,
        fc
          .tuple(tie("expression"), fc.constantFrom("+", "-", "*", "/"), tie("expression"))
          .map(([x, op, y]) => `(${x} ${op} ${y})`),
        tie("expression").map((x) => `-(${x})`),
        fc
          .tuple(fc.constantFrom("min", "max"), tie("expression"), tie("expression"))
          .map(([f, x, y]) => `${f}(${x}, ${y})`),
      ),
    }));
    const column = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 5, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        expression,
        column,
        column,
        fc.double({ min: -10, max: 10, noNaN: true }),
        async (text, a, b, c) => {
          fc.pre(text.length <= 1000);
          const formula = await compileFormula(text);
          const result = formula.evaluate({ a, b, c });
          const plain = new Function("a", "b", "c", "min", "max", `return ${text}`);
          const length = formula.variables.some((name) => name !== "c") ? 5 : 1;
          expect(result.length).toBe(length);
          result.forEach((value, i) => {
            const expected = plain(a[i], b[i], c, Math.min, Math.max);
            expect(value).toBe(Number.isFinite(expected) ? expected : Number.NaN);
          });
        },
      ),
    );
  });

  it("does not change its inputs, not even for a formula that is one name", async () => {
    const a = Float64Array.of(1, Infinity);
    const result = (await compileFormula("a")).evaluate({ a });
    result[0] = 9;
    expect([...a]).toEqual([1, Infinity]);
  });

  it.each([
    ["zeros(1e5, 1e5)", /the function "zeros" is not known; there are abs, sqrt/],
    ["constructor(1)", /the function "constructor" is not known/],
    ["a.b", /is not part of a formula/],
    ["a[1]", /is not part of a formula/],
    ["'text'", /is not a number/],
    ["true", /is not a number/],
    ["1e999", /is not a number/],
    ["[1, 2]", /is not part of a formula/],
    ["f(x) = x", /is not part of a formula/],
    ["a = 1", /is not part of a formula/],
    ["a; b", /is not part of a formula/],
    ["a ? b : c", /is not part of a formula/],
    ["a % b", /the operator "%" is not known; there are \+ - \* \/ \^/],
    ["5%", /the operator/],
    ["a!", /the operator "!" is not known/],
    ["a and b", /the operator "and" is not known/],
    ["2 a", /write \* where you mean to multiply/],
    ["5 cm", /write \*/],
    ["größe", /is not a name/],
    ["clamp(1)", /clamp takes 3 arguments, got 1/],
    ["min()", /min takes 1 to 8 arguments, got 0/],
    ["(a", /cannot be read: Parenthesis \) expected/],
    ["import('fs')", /the function "import" is not known/],
    ["", /must be a text/],
    ["  ", /must be a text/],
    ["# note", /is not a number|must be a text/],
    ["1+".repeat(600), /may have 1000 characters/],
  ])("refuses %j", async (text, message) => {
    const error = await rejection(compileFormula(text));
    expect(error.code).toBe("INVALID_ARGUMENT");
    expect(error.message).toMatch(message);
  });

  it("reads or refuses the deepest nesting that fits, without harm", async () => {
    const deep = `${"(".repeat(499)}1${")".repeat(499)}`;
    expect(await once(deep).catch((error) => error.code)).toSatisfy((x) => x === 1 || x === "INVALID_ARGUMENT");
  });

  it("never runs or throws anything else, whatever the text", async () => {
    const text = fc.string({
      unit: fc.constantFrom(
        "a",
        "1",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "=",
        ":",
        ";",
        ",",
        ".",
        "'",
        '"',
        "!",
        "%",
        "^",
        "*",
        "+",
        "min",
        "constructor",
        " ",
        "\n",
      ),
      maxLength: 25,
    });
    await fc.assert(
      fc.asyncProperty(text, async (input) => {
        try {
          const formula = await compileFormula(input);
          expect(formula.evaluate(Object.fromEntries(formula.variables.map((name) => [name, 1]))).length).toBe(1);
        } catch (error) {
          expect(error).toBeInstanceOf(AdapterError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("refuses values that are missing or do not fit", async () => {
    const formula = await compileFormula("a + b");
    expect(() => formula.evaluate({ a: 1 })).toThrow(/needs a value for b/);
    expect(() => formula.evaluate({ a: [1, 2], b: [1] })).toThrow(/b has 1 values where another variable has 2/);
    const inherited = await compileFormula("toString");
    expect(() => inherited.evaluate({})).toThrow(/needs a value for toString/);
  });
});

describe("derive", () => {
  const at = (times: number[], values: number[]) => ({
    times: Float64Array.from(times),
    values: Float64Array.from(values),
  });

  it("computes on grids with the same times", async () => {
    const formula = await compileFormula("used / total");
    const out = derive(formula, { used: at([0, 300], [1, Number.NaN]), total: at([0, 300], [4, 4]) });
    expect([[...out.times], [...out.values]]).toEqual([
      [0, 300],
      [0.25, Number.NaN],
    ]);
  });

  it("refuses inputs that are missing or of different times, and a formula without series", async () => {
    const formula = await compileFormula("used / total");
    expect(() => derive(formula, { used: at([0], [1]) })).toThrow(/needs total/);
    expect(() => derive(formula, { used: at([0], [1]), total: at([1], [1]) })).toThrow(
      /used and total have different times/,
    );
    const constant = await compileFormula("1 + 1");
    expect(() => derive(constant, {})).toThrow(/uses no series/);
  });
});
