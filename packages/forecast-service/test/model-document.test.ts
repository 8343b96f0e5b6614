import { gzipSync } from "node:zlib";
import { forecast, naive, sarima, toJSON } from "sarima-core";
import { describe, expect, it } from "vitest";
import { readModel } from "../src/pipeline/model-document.js";

describe("a model document", () => {
  const y = Float64Array.from({ length: 60 }, (_, t) => 50 + 10 * Math.sin(t / 3) + ((t * 7919) % 13));
  const text = toJSON(sarima(y, { order: [1, 0, 1] }));
  const path = (model: ReturnType<typeof readModel>) => [...forecast(model, 5).mean];

  it("is read from its text, from the bytes of the text, and from those bytes compressed", () => {
    const expected = path(readModel(text));
    expect(expected).not.toEqual([...naive(y).forecast(5).mean]);
    const bytes = Buffer.from(text);
    // A view that does not begin where its memory does, as pieces of a file are.
    const inside = new Uint8Array(bytes.length + 7).subarray(7);
    inside.set(bytes);
    for (const document of [new Uint8Array(bytes), inside, gzipSync(bytes), new Uint8Array(gzipSync(bytes))]) {
      expect(path(readModel(document))).toEqual(expected);
    }
  });

  it("that is none is refused", () => {
    expect(() => readModel(Uint8Array.of(0x7b, 0x7d))).toThrow(expect.objectContaining({ code: "INVALID_DOCUMENT" }));
    expect(() => readModel(gzipSync(text).subarray(0, 50))).toThrow();
  });
});
