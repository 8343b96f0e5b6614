import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nearest } from "../src/config/nearest.js";
import { fits, regularExpressions } from "../src/config/pattern.js";
import { loadConfig, seriesSettings } from "../src/config.js";

describe("patterns", () => {
  it.each([
    [["web-*"], "web-1", true],
    [["web-*"], "aweb-1", false],
    [["web-?"], "web-12", false],
    [["a", "b"], "b", true],
    [["!test-*"], "web-1", true],
    [["!test-*"], "test-1", false],
    [["web-*", "!web-9"], "web-9", false],
    [["*.example.com"], "aXexample.com", false],
    [[], "anything", true],
    [["*"], "", true],
  ])("%j and %s: %s", (patterns, text, expected) => expect(fits(patterns, text)).toBe(expected));

  it("mean the same here and as regular expressions on a server", () => {
    const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*", "?", ".", "-", "(", "|", "+"), maxLength: 6 });
    const text = fc.string({ unit: fc.constantFrom("a", "b", ".", "-", "(", "|", "+"), maxLength: 8 });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), pattern), { maxLength: 3 }), text, (parts, subject) => {
        const patterns = parts.map(([not, glob]) => (not ? "!" : "") + glob);
        const { wanted, unwanted } = regularExpressions(patterns);
        const anchored = (expression: string) => new RegExp(`^(?:${expression})$`, "s").test(subject);
        const byServer = (wanted === null || anchored(wanted)) && (unwanted === null || !anchored(unwanted));
        expect(fits(patterns, subject)).toBe(byServer);
      }),
    );
  });

  it("take no longer for a wicked pattern than for another", () => {
    expect(fits([`${"*a".repeat(40)}b`], "a".repeat(5000))).toBe(false);
  });
});

describe("settings of a series", () => {
  it("are the general ones, changed by every entry that fits, in order", () => {
    const config = {
      ...loadConfig(),
      series: [
        { match: { host: ["web-*"] }, threshold: 75, model: "sarima" as const },
        { match: { host: ["web-1"], metric: ["cpu_percent"] }, threshold: null, bounds: { lower: 1 } },
        { match: { metric: ["requests"] }, ignore: true, history: 1 },
      ],
    };
    const of = (host: string, metric: string) => seriesSettings(config, { host, metric });
    expect(of("db", "cpu_percent")).toEqual({
      ignore: false,
      model: "ensemble",
      history: 604_800_000,
      threshold: 90,
      bounds: { lower: 0, upper: 100 },
    });
    expect(of("web-2", "memory_percent")).toMatchObject({ threshold: 75, model: "sarima" });
    expect(of("web-1", "cpu_percent")).toMatchObject({ threshold: null, model: "sarima", bounds: { lower: 1 } });
    expect(of("db", "requests")).toMatchObject({ ignore: true, history: 1, threshold: null, bounds: null });
    expect(of("db", "toString").threshold).toBeNull();
  });
});

describe("the nearest word", () => {
  it.each([
    ["prot", "port"],
    ["Hosts", "host"],
    ["xyz", null],
  ])("to %s is %s", (word, expected) => {
    expect(nearest(word, ["host", "port", "tokenFile", "data"])).toBe(expected);
  });
});
