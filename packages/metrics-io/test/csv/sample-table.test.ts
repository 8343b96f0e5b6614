import { describe, expect, it } from "vitest";
import { AdapterError, parseSampleTable, type SampleTableOptions } from "../../src/index.js";

const AT = Date.UTC(2026, 0, 1);
const seriesOf = (text: string, options?: SampleTableOptions) =>
  parseSampleTable(text, options).series.map(({ host, metric, times, values }) => [
    `${host}/${metric}`,
    [...times].map((time, i) => [(time - AT) / 1000, values[i]]),
  ]);

describe("parseSampleTable", () => {
  it("reads the long form, in any order of rows and columns", () => {
    const text = `value,metric,Host,time
1,cpu_percent,web-2,2026-01-01T00:00:15Z
2,cpu_percent,web-1,2026-01-01T00:00:15Z
3,memory_percent,web-1,2026-01-01T00:00:00Z
4,cpu_percent,web-1,2026-01-01T00:00:00Z`;
    expect(seriesOf(text)).toEqual([
      [
        "web-1/cpu_percent",
        [
          [0, 4],
          [15, 2],
        ],
      ],
      ["web-1/memory_percent", [[0, 3]]],
      ["web-2/cpu_percent", [[15, 1]]],
    ]);
    expect(parseSampleTable(text).columns).toEqual({ time: "time", values: ["value"], host: "Host", metric: "metric" });
  });

  it("reads the wide form: each column is a metric", () => {
    const text = "timestamp;instance;cpu_percent;memory_percent\n1767225600;a;1,5;\n1767225615;a;2;50";
    expect(seriesOf(text)).toEqual([
      [
        "a/cpu_percent",
        [
          [0, 1.5],
          [15, 2],
        ],
      ],
      ["a/memory_percent", [[15, 50]]],
    ]);
    expect(parseSampleTable(text).gaps).toBe(1);
    expect(seriesOf("time,cpu_percent\n2026-01-01,7", { host: "b" })).toEqual([["b/cpu_percent", [[0, 7]]]]);
  });

  it("takes host and metric from the caller where no column names them, or instead of those", () => {
    const options = { host: "h", metric: "m" };
    expect(seriesOf("2026-01-01,7\n2026-01-02,8", options)).toEqual([
      [
        "h/m",
        [
          [0, 7],
          [86_400, 8],
        ],
      ],
    ]);
    expect(seriesOf("time,value\n2026-01-01,7", options)).toEqual([["h/m", [[0, 7]]]]);
    expect(seriesOf("time,host,value\n2026-01-01,x,7", options)).toEqual([["h/m", [[0, 7]]]]);
    expect(seriesOf("when,what,note\n2026-01-01,7,x", { ...options, valueColumn: "what" })).toEqual([
      ["h/m", [[0, 7]]],
    ]);
  });

  it("counts duplicates, and leaves out and reports what cannot be read", () => {
    const table = parseSampleTable(
      `# exported yesterday
time,host,metric,value
2026-01-01,a,m,1
2026-01-01,a,m,2

soon,a,m,3
2026-01-03,a,m,warm
2026-01-04,a,m
2026-01-05,,m,4
2026-01-06,a,m/n,5
1767225600,a,m,6
2026-01-07,a,m,NaN
2026-01-08,a,m,9`,
    );
    expect(
      table.series.map(({ times, values }) => [[...times].map((t) => (t - AT) / 86_400_000), [...values]]),
    ).toEqual([
      [
        [0, 7],
        [2, 9],
      ],
    ]);
    expect(table).toMatchObject({ rows: 10, duplicates: 1, gaps: 1 });
    expect(table.bad).toEqual([
      { line: 6, problem: '"soon" is not a time' },
      { line: 7, problem: '"warm" is not a finite number' },
      { line: 8, problem: "3 fields where 4 are expected" },
      { line: 9, problem: expect.stringContaining("series host must be a non-empty text") },
      { line: 10, problem: expect.stringContaining("series metric must not contain a slash") },
      { line: 11, problem: expect.stringContaining("its time is a number where others are dates") },
    ]);
  });

  it.each<[string, string, SampleTableOptions, string, RegExp]>([
    ["no host", "time,cpu_percent\n2026-01-01,1", {}, "INVALID_ARGUMENT", /no column names the host/],
    [
      "no metric",
      "time,value\n2026-01-01,1",
      { host: "a" },
      "INVALID_ARGUMENT",
      /"value" does not say what is measured/,
    ],
    ["no header", "2026-01-01,1,2", { host: "a", metric: "m" }, "INVALID_DATA", /need a header/],
    [
      "a wrong column",
      "time,x\n2026-01-01,1",
      { host: "a", valueColumn: "y" },
      "INVALID_DATA",
      /there is no column "y"/,
    ],
    ["several values", "time,metric,a,b\n2026-01-01,m,1,2", { host: "a" }, "INVALID_DATA", /set valueColumn to one of/],
    ["nothing", "", { host: "a" }, "INVALID_DATA", /the table is empty/],
    ["an open quote", 'time,x\n"2026', { host: "a" }, "INVALID_DATA", /line 2: a quote is opened/],
  ])("refuses a table with %s", (_, text, options, code, message) => {
    const call = () => parseSampleTable(text, { name: "f.csv", ...options });
    expect(call).toThrow(AdapterError);
    expect(call).toThrow(message);
    expect(call).toThrow(/^csv: f\.csv: /);
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});
