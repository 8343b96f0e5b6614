import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { annotatedCsv, TooManyRows } from "../../../src/adapters/influxdb/annotated-csv.js";

/** As influxd 2.9.1 answers. */
const SAMPLES = `#default,samples,,,,,,,
#group,false,false,false,false,true,true,true,true
#datatype,string,long,dateTime:RFC3339,double,string,string,string,string
,result,table,_time,_value,_field,_measurement,cpu,host
,,0,2026-02-01T00:00:00Z,12.5,usage_idle,cpu,cpu-total,a b
,,0,2026-02-01T00:00:15.007Z,1000000000000000000000000000000,usage_idle,cpu,cpu-total,a b
,,0,2026-02-01T00:05:15Z,,usage_idle,cpu,cpu-total,a b
,,1,2026-02-01T00:05:15Z,50,usage_idle,cpu,cpu-total,"b""q, c"

#default,samples,,,,,,,
#group,false,false,false,false,true,true,true,true
#datatype,string,long,dateTime:RFC3339,long,string,string,string,string
,result,table,_time,_value,_field,_measurement,cpu,host
,,2,2026-02-01T00:05:15Z,3,n,cpu,cpu-total,"b""q, c"

#default,1,,
#group,false,false,false
#datatype,string,long,string
,result,table,_value
,,0,a b
,,0,"b""q, c"


`.replaceAll("\n", "\r\n");

/** Reads a text that comes in parts cut at these places. */
function read(text: string, cuts: readonly number[] = [], maxRows?: number) {
  const bytes = Buffer.from(text);
  const reader = annotatedCsv("influxdb", maxRows);
  const edges = [0, ...[...cuts].map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  // Each part in memory of its own, which is overwritten when it was read.
  for (let i = 1; i < edges.length; i++) {
    const part = Uint8Array.from(bytes.subarray(edges[i - 1], edges[i]));
    reader.push(part);
  }
  return reader.end().map(({ result, labels, times, values, texts }) => ({
    result,
    labels: { ...labels },
    rows: texts.length > 0 ? texts : [...times].map((time, i) => [new Date(time).toISOString(), values[i]]),
  }));
}

describe("annotatedCsv", () => {
  const expected = [
    {
      result: "samples",
      labels: { _field: "usage_idle", _measurement: "cpu", cpu: "cpu-total", host: "a b" },
      rows: [
        ["2026-02-01T00:00:00.000Z", 12.5],
        ["2026-02-01T00:00:15.007Z", 1e30],
        ["2026-02-01T00:05:15.000Z", Number.NaN],
      ],
    },
    {
      result: "samples",
      labels: { _field: "usage_idle", _measurement: "cpu", cpu: "cpu-total", host: 'b"q, c' },
      rows: [["2026-02-01T00:05:15.000Z", 50]],
    },
    {
      result: "samples",
      labels: { _field: "n", _measurement: "cpu", cpu: "cpu-total", host: 'b"q, c' },
      rows: [["2026-02-01T00:05:15.000Z", 3]],
    },
    { result: "1", labels: {}, rows: ["a b", 'b"q, c'] },
  ];

  it("reads tables, their labels, times and values", () => {
    expect(read(SAMPLES)).toEqual(expected);
  });

  it("gives the same wherever the parts are cut", () => {
    for (let cut = 0; cut <= SAMPLES.length; cut++) expect(read(SAMPLES, [cut])).toEqual(expected);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 30 }), (cuts) => {
        expect(read(SAMPLES, cuts)).toEqual(expected);
      }),
    );
  });

  it("gives the rows that were written, whatever names and values are", () => {
    const name = fc.string({ minLength: 1, maxLength: 8, unit: fc.constantFrom("a", "é", ",", '"', " ", "\n", "#") });
    const row = fc.tuple(fc.nat(2 ** 40), fc.double({ noNaN: true, noDefaultInfinity: true }));
    const table = fc.record({ host: name, cpu: name, rows: fc.array(row, { minLength: 1, maxLength: 6 }) });
    const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    fc.assert(
      fc.property(
        fc.array(table, { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        (tables, cuts) => {
          const head = [
            "#default,_result,,,,,",
            "#group,false,false,false,false,true,true",
            "#datatype,string,long,dateTime:RFC3339,double,string,string",
            ",result,table,_time,_value,cpu,host",
          ];
          const lines = tables.flatMap(({ host, cpu, rows }, t) =>
            rows.map(([time, v]) => `,,${t},${new Date(time).toISOString()},${v},${quoted(cpu)},${quoted(host)}`),
          );
          const text = [...head, ...lines, "", ""].join("\r\n");
          expect(read(text, cuts)).toEqual(
            tables.map(({ host, cpu, rows }) => ({
              result: "_result",
              labels: { cpu, host },
              rows: rows.map(([time, v]) => [new Date(time).toISOString(), v]),
            })),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it("takes an answer without tables", () => {
    expect(read("\r\n")).toEqual([]);
  });

  it("sees that an answer breaks off, wherever it does", () => {
    const whole = SAMPLES.trimEnd().length;
    for (let length = 0; length < whole; length++) {
      // Between two tables an answer may end as well as break off: there a blank line stands.
      if (/\r\n\r\n$/.test(SAMPLES.slice(0, length))) continue;
      expect(() => read(SAMPLES.slice(0, length))).toThrow("influxdb: the answer breaks off before its end");
    }
  });

  it("tells why a query broke off in the middle", () => {
    const error =
      "\r\n#datatype,string,string\r\n#group,true,true\r\n#default,,\r\n,error,reference\r\n,out of memory,897\r\n";
    expect(() => read(SAMPLES.trimEnd() + error)).toThrow("influxdb: the query broke off: out of memory");
    expect(() => read("error,reference\r\nengine: closed,\r\n\r\n")).toThrow("the query broke off: engine: closed");
  });

  it.each([
    ["<html>\n<body>log in</body>\n\n", /no annotated CSV: its header is "<html>"/],
    [`${SAMPLES.split("\r\n").slice(0, 4).join("\r\n")}\r\n,,0,1\r\n\r\n`, /a row has 4 columns under a header of 9/],
    [SAMPLES.replace("2026-02-01T00:00:00Z", "yesterday"), /"yesterday" is no time/],
    ["#default,x,\r\n,result,table\r\n,,0\r\n\r\n", /it has no column _value/],
  ])("refuses what is no annotated CSV: %j", (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it("stops at more rows than allowed", () => {
    expect(() => read(SAMPLES, [], 6)).toThrow(TooManyRows);
    expect(read(SAMPLES, [], 7).length).toBe(4);
    const big = SAMPLES.replace(/(,,0,2026-02-01T00:00:00Z.*\r\n)/, (row) => row.repeat(50));
    expect(() => read(big, [], 20)).toThrow(TooManyRows);
  });
});
