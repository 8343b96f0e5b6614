import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fluxString, hostsQuery, rowsQuery } from "../../../src/adapters/influxdb/flux.js";

const T = Date.UTC(2026, 1, 1);

describe("fluxString", () => {
  it.each([
    ["web-1", '"web-1"'],
    ["größe 機器", '"größe 機器"'],
    ['a"b\\c', '"a\\x22b\\x5cc"'],
    [`$\{x}`, '"\\x24{x}"'],
    ["\n\t\0\u007f", '"\\x0a\\x09\\x00\\x7f"'],
  ])("%j → %s", (text, literal) => {
    expect(fluxString(text)).toBe(literal);
  });

  it("leaves nothing that could end a string, begin an expression or be taken for an escape", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('"', "\\", "$", "{", "}", "x", "2", "\n") }), (text) => {
        const inner = fluxString(text).slice(1, -1);
        expect(inner.replace(/\\x[0-9a-f]{2}/g, "")).not.toMatch(/["\\$\n]/);
        expect(inner.replace(/\\x([0-9a-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))).toBe(
          text,
        );
      }),
    );
  });
});

describe("the queries", () => {
  const cpu = { measurement: "cpu", field: "usage_idle", tags: { cpu: ["cpu-total", "all"] } };
  const mem = { measurement: "mem", field: ["used", "value"] };

  it("select one host, or all that have the tag, and whatever fits any input", () => {
    const range = { from: T, to: T + 1 };
    expect(rowsQuery({ bucket: "b", hostTag: "host", host: "a", inputs: [cpu] }, range, "samples", 1)).toBe(
      [
        'from(bucket: "b")',
        "range(start: 2026-02-01T00:00:00.000Z, stop: 2026-02-01T00:00:00.001Z)",
        'filter(fn: (r) => r["host"] == "a" and r["_measurement"] == "cpu" and r["_field"] == "usage_idle" and (r["cpu"] == "cpu-total" or r["cpu"] == "all"))',
        'drop(columns: ["_start", "_stop"])',
        'yield(name: "samples")',
      ].join("\n  |> "),
    );
    expect(rowsQuery({ bucket: "b", hostTag: "url", inputs: [cpu, mem, mem] }, range, "mean", 300_000)).toContain(
      'filter(fn: (r) => exists r["url"] and ((r["_measurement"] == "cpu" and r["_field"] == "usage_idle" and (r["cpu"] == "cpu-total" or r["cpu"] == "all")) or (r["_measurement"] == "mem" and (r["_field"] == "used" or r["_field"] == "value"))))\n' +
        '  |> aggregateWindow(every: 300000ms, fn: mean, createEmpty: false, timeSrc: "_start")',
    );
  });

  it("list hosts of several selections under their numbers", () => {
    const query = hostsQuery(
      [
        { bucket: "b", hostTag: "host", inputs: [cpu] },
        { bucket: "b", hostTag: "host", inputs: [mem] },
      ],
      { from: T, to: T + 1 },
    );
    expect(query.split("\n").map((line) => line.replace(/predicate: .*, start/, "…, start"))).toEqual([
      'import "influxdata/influxdb/schema"',
      ...[0, 1].map(
        (i) =>
          `schema.tagValues(bucket: "b", tag: "host", …, start: 2026-02-01T00:00:00.000Z, stop: 2026-02-01T00:00:00.001Z) |> yield(name: "${i}")`,
      ),
    ]);
  });
});
