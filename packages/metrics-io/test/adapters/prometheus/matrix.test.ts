import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matrixReader } from "../../../src/adapters/prometheus/matrix.js";

/** Reads a text that comes in parts cut at these places. */
function read(text: string, cuts: readonly number[] = []) {
  const bytes = Buffer.from(text);
  const reader = matrixReader("http://p/api");
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (let i = 1; i < edges.length; i++) reader.push(Uint8Array.from(bytes.subarray(edges[i - 1], edges[i])));
  return reader.end();
}

type Series = { metric: Record<string, string>; values: [number, string][] };

/** What JSON.parse makes of it, in the same form. */
function oracle(text: string) {
  const document = JSON.parse(text) as { data: { result: Series[] } };
  const points = document.data.result.map(({ values }) => ({
    times: Float64Array.from(values, ([time]) => time),
    values: Float64Array.from(values, ([, value]) => (Number.isFinite(Number(value)) ? Number(value) : Number.NaN)),
  }));
  for (const series of document.data.result) series.values = [];
  return { document, points };
}

const answerOf = (result: Series[]) => JSON.stringify({ status: "success", data: { resultType: "matrix", result } });

describe("matrixReader", () => {
  const label = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom('"values":[', '\\"values":[', "values", "]}", "["),
  );
  const value = fc.oneof(
    fc.double().map((x) => (Number.isNaN(x) ? "NaN" : x === Infinity ? "+Inf" : x === -Infinity ? "-Inf" : String(x))),
    fc.integer().map(String),
  );
  const series = fc.record({
    metric: fc.dictionary(label, label, { maxKeys: 3 }),
    values: fc.array(
      fc.tuple(
        fc.oneof(
          fc.nat(),
          fc.nat().map((n) => n / 1000),
        ),
        value,
      ),
      { maxLength: 6 },
    ),
  });

  it("gives what JSON.parse gives, wherever the parts are cut", () => {
    fc.assert(
      fc.property(fc.array(series, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 12 }), (result, cuts) => {
        const text = answerOf(result as Series[]);
        expect(read(text, cuts)).toEqual(oracle(text));
        expect(read(`${text}\n`, cuts)).toEqual(oracle(text));
      }),
      { numRuns: 500 },
    );
    const text = answerOf([
      { metric: { a: '"values":[' }, values: [[1.5, "2"]] },
      { metric: {}, values: [] },
      { metric: {}, values: [[2, "NaN"]] },
    ]);
    for (let cut = 0; cut <= text.length; cut++) expect(read(text, [cut])).toEqual(oracle(text));
  });

  it("sees that an answer breaks off", () => {
    const text = answerOf([
      {
        metric: { a: "b" },
        values: [
          [1, "2"],
          [3, "4"],
        ],
      },
    ]);
    for (let length = 0; length < text.length; length++) {
      expect(() => read(text.slice(0, length))).toThrow(/breaks off before its end|cannot be read/);
    }
    expect(() => read(text.slice(0, text.indexOf("[3") + 2))).toThrow(
      "http://p/api: the answer breaks off before its end",
    );
  });

  it.each([
    '{"data":{"result":[{"values":[1,2]}]}}',
    '{"data":{"result":[{"values":[[1,2]]}]}}',
    '{"data":{"result":[{"values":[[1,"2"]x]}]}}',
    "{}}",
  ])("refuses %s", (text) => {
    expect(() => read(text)).toThrow("http://p/api answered JSON that cannot be read");
  });
});
