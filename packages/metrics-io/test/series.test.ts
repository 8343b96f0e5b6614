import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asAdapterError } from "../src/errors.js";
import { AdapterError, parseSeriesId, seriesId } from "../src/index.js";

describe("seriesId and parseSeriesId", () => {
  it("are inverse for every key", () => {
    const host = fc.string({ minLength: 1, unit: fc.constantFrom("a", "/", "-", ".", "ü", " ") });
    const metric = fc.string({ minLength: 1, unit: fc.constantFrom("a", "_", "%", "é") });
    fc.assert(
      fc.property(host, metric, (h, m) => {
        expect(parseSeriesId(seriesId({ host: h, metric: m }))).toEqual({ host: h, metric: m });
      }),
    );
  });

  it.each(["", "cpu", "/cpu", "host/", "ho\u0000st/cpu"])("refuses %j", (id) => {
    expect(() => parseSeriesId(id)).toThrow(AdapterError);
  });
});

describe("AdapterError", () => {
  it("is one line with the adapter's name, whatever a client says", () => {
    const error = new AdapterError("influxdb", "query failed:\r\n  at line 3\n", { cause: 1 });
    expect(error.message).toBe("influxdb: query failed: at line 3");
    expect([error.name, error.adapter, error.code, error.cause]).toEqual(["AdapterError", "influxdb", "FAILED", 1]);
  });

  it("wraps what others throw once, and only once", () => {
    const reason = new TypeError("x is not y");
    const wrapped = asAdapterError("csv", "reading failed", reason);
    expect(wrapped.message).toBe("csv: reading failed: x is not y");
    expect(wrapped.cause).toBe(reason);
    expect(asAdapterError("duckdb", "again", wrapped)).toBe(wrapped);
    expect(asAdapterError("csv", "reading failed", "a text").message).toBe("csv: reading failed: a text");
  });
});
