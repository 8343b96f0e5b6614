import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { checkConfig } from "../src/config/check.js";
import { configJsonSchema } from "../src/config/json-schema.js";

// An editor knows the JSON Schema, the service its own check: who writes a file must be told the same by both. Documents are made from the
// schema, most of them nearly right, and each of the two is the other's oracle.

// biome-ignore lint/suspicious/noExplicitAny: JSON Schema is what is read here
type Schema = any;

const folder = mkdtempSync(join(tmpdir(), "loadcast-agreement-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const schema = configJsonSchema() as Schema;
const accepts = new Ajv({ strict: false }).compile(schema);
const file = join(folder, "any.yaml");
writeFileSync(join(folder, "secret"), "0123456789abcdef\n");

/** Texts that settings of one kind or another take, and their neighbours. */
const words = fc.constantFrom(
  ...[
    "| |a| a |a b|ä|0123456789abcdef| 0123456789abcde |0|1| 1 |-1|1.5|1e3|.5|5.|1e|0x10|Infinity|NaN|+7|_a|a-b|9a|a.b|secret",
    "15s| 15 s |1h|7d|1.5m|250ms|1M|3 w|1y|s|-5m|4MB|4 kib|4B|4X|1e3k|true|TRUE|off|no|maybe|null|debug|ensemble|queue",
    "any|read|admin|*|!a|web-*|http://a| http://a:1/b |https://u:p@a|http://u:p%40x@a|http://a?b|http://a#b|http://|http:///a",
    "http://a b|http://a/b c|ftp://a|http://[::1]:80|http://a:99999|HTTP://A|redis://a|redis://a:1/2|redis://|rediss://a b",
    "http://a%|10.0.0.0/8|::1|10.0.0.0/8888|a/b|https://a.b|https://a/",
  ].flatMap((line) => line.split("|")),
);
const numbers = fc.constantFrom(-1, 0, 1, 2, 0.5, 0.1, 15, 300, 3600, 1e5, 1e9, 70_000, 86_400, 4e6, 1e300);
const anything = fc.oneof(
  words,
  numbers,
  fc.boolean(),
  fc.constant(null),
  fc.constant([]),
  fc.constant({}),
  fc.constant(["a", 1]),
);

const likely = (node: Schema): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 12, arbitrary: fitting(node) }, { weight: 1, arbitrary: anything });

const sometimesLeftOut = (node: Schema) =>
  fc.oneof({ weight: 15, arbitrary: likely(node) }, { weight: 1, arbitrary: fc.constant(undefined) });

function fitting(node: Schema): fc.Arbitrary<unknown> {
  const options = node.anyOf ?? node.oneOf;
  if (options) return fc.oneof(...options.map(likely));
  if (node.const !== undefined) return fc.constant(node.const);
  if (node.enum) return fc.constantFrom(...node.enum);
  const types = [node.type].flat();
  if (types.includes("object")) {
    const required: string[] = node.required ?? [];
    const optional = Object.keys(node.properties ?? {}).filter((name) => !required.includes(name));
    const open = typeof node.additionalProperties === "object";
    const others = fc.dictionary(words, open ? likely(node.additionalProperties) : anything, { maxKeys: open ? 2 : 1 });
    return fc.subarray(optional, { maxLength: Math.min(4, optional.length) }).chain((chosen) =>
      fc
        .tuple(
          fc.oneof({ weight: open ? 0 : 30, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: others }),
          fc.record(Object.fromEntries(chosen.map((name) => [name, likely(node.properties[name])]))),
          // What is required is left out now and then.
          fc.record(Object.fromEntries(required.map((name) => [name, sometimesLeftOut(node.properties[name])]))),
        )
        .map((parts) => Object.assign({}, ...parts)),
    );
  }
  if (types.includes("array")) return fc.array(likely(node.items ?? {}), { maxLength: 2 });
  return types.includes("number") || types.includes("integer") ? fc.oneof(words, numbers, fc.boolean()) : words;
}

/** What only reading a file, or looking at two settings at once, can tell: JSON Schema says nothing of it. */
const BEYOND_SCHEMA =
  /names .*cannot be used|stands beside|token or tokenFile|must be different from that of entry|lower value that is less|not shorter than retention.raw/;
/** Of numbers that are written as texts, with or without a unit, and of ports in addresses a schema knows the form only. */
const RANGE = /must be a (duration|size) from|must be a (whole number|number)|:99999"; it must be an address/;

describe("the JSON Schema and the check", () => {
  it("say the same of any file", { timeout: 120_000 }, () => {
    const seen = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(fitting(schema), (made) => {
        // JSON is YAML.
        const text = JSON.stringify(made);
        const document = JSON.parse(text);
        writeFileSync(file, text);
        const { config, problems } = checkConfig({ file });
        const own = problems.filter(({ message }) => !BEYOND_SCHEMA.test(message));
        const valid = accepts(document);
        const about = `${JSON.stringify(document)}\nschema: ${JSON.stringify(accepts.errors?.slice(0, 3))}\ncheck: ${JSON.stringify(problems.map(({ message }) => message))}`;
        if (config !== null) expect(valid, about).toBe(true);
        else if (valid)
          expect(
            own.every(({ message }) => RANGE.test(message)),
            about,
          ).toBe(true);
        seen[config === null ? "refused" : "accepted"]++;
      }),
      { numRuns: 2000 },
    );
    expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(100);
  });
});
