import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mlflowName, modelOf } from "../../../src/index.js";

describe("mlflowName", () => {
  it.each([
    ["web-1/cpu_percent", "web-1|cpu_percent"],
    ["10.0.0.1:9100/cpu_percent", "10.0.0.1;9100|cpu_percent"],
    ["a|b;c~/d", "a~|b~;c~~|d"],
    [`it's "100%"\\x`, "it~qs ~d100~p~d~bx"],
    ["München/cpu", "München|cpu"],
    [".", "~."],
    ["..", "~.~."],
    ["...", "..."],
  ])("makes %j %j, and back", (model, name) => {
    expect(mlflowName(model)).toBe(name);
    expect(modelOf(name)).toBe(model);
  });

  it("gives every model a name of its own that MLflow takes, and goes back", () => {
    const text = fc.string({
      unit: fc.constantFrom(...("a/:|;~'\"%\\.qdpbhé😀 ".match(/./gu) as string[])),
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(mlflowName(a)).not.toMatch(/[/:'"%\\]/);
        expect(modelOf(mlflowName(a))).toBe(a);
        expect(mlflowName(a) === mlflowName(b)).toBe(a === b);
      }),
    );
  });

  it("keeps the beginning of a long name, and tells two of them apart", () => {
    const [a, b] = ["cpu", "memory"].map((metric) => mlflowName(`${"long/".repeat(60)}${metric}`));
    expect(a).toMatch(/^(long\|){46}~h[0-9a-f]{16}$/);
    expect([...mlflowName(`${"😀".repeat(300)}`)].length).toBeLessThanOrEqual(250);
    expect(a).not.toBe(b);
    expect(modelOf(a)).toBeNull();
  });

  it.each(["a/b", "a~x", "a~", "it's"])("does not take %j for a name of ours", (name) => {
    expect(modelOf(name)).toBeNull();
  });
});
