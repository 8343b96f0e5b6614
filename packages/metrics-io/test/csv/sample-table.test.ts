import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AdapterError,
  parseSampleTable,
  readSampleTable,
  type SampleTable,
  type SampleTableOptions,
} from "../../src/index.js";

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

  it("keeps names as they stand in quotes: blanks at their ends, and a # that begins no remark", () => {
    const text =
      'host,metric,time,value\n"#1",m,2026-01-01,1\n#2,m,2026-01-01,2\n" a ",m,2026-01-01,3\n b ,m,2026-01-01,4\n';
    expect(seriesOf(text).map(([id]) => id)).toEqual([" a /m", "#1/m", "b/m"]);
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
    [
      "several hosts that were to be one",
      "time,host,metric,value\n2026-01-01,a,m,1\n2026-01-01,b,m,2",
      { host: "c" },
      "INVALID_ARGUMENT",
      /line 3: the host is "b" after "a", and all rows were to get one: give no host of all rows/,
    ],
    [
      "several metrics that were to be one",
      "time,host,metric,value\n2026-01-01,a,m,1\n2026-01-02,a,n,2",
      { metric: "c" },
      "INVALID_ARGUMENT",
      /line 3: the metric is "n" after "m"/,
    ],
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

describe("readSampleTable", () => {
  /** What it hands over, and what it says at the end. */
  async function read(pieces: Iterable<string>, options: SampleTableOptions = {}) {
    const batches: SampleTable["series"][] = [];
    const summary = await readSampleTable(pieces, options, async (series) => void batches.push(series));
    return { batches, summary };
  }

  it("reads a text in whatever pieces it comes as if it came at once", async () => {
    const field = fc.constantFrom(
      "1",
      "2.5",
      "",
      "x",
      '"7"',
      '"a, b"',
      '"line\nbreak ""quoted"""',
      " 3 ",
      "2026-01-01T00:00:15Z",
    );
    const row = fc.array(field, { minLength: 2, maxLength: 4 }).map((fields) => fields.join(","));
    const time = fc.integer({ min: 0, max: 5 }).map((n) => `2026-01-0${n + 1},web-${n % 2},${n}`);
    const ending = fc.constantFrom("\n", "\r\n", "\r");
    const lines = fc.array(fc.oneof({ weight: 3, arbitrary: time }, row, fc.constant(""), fc.constant("# note")));
    await fc.assert(
      fc.asyncProperty(lines, ending, fc.array(fc.nat(400)), fc.boolean(), async (rows, newline, cuts, bom) => {
        const text = `${bom ? "\uFEFF" : ""}${["time,host,cpu_percent", ...rows].join(newline)}`;
        const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
        const pieces = places.slice(1).map((end, i) => text.slice(places[i], end));
        const { bad, ...whole } = parseSampleTable(text);
        const { batches, summary } = await read(pieces);
        const { badCount, bad: listed, ...rest } = summary;
        expect({ series: batches.flat(), ...rest }).toEqual(whole);
        expect([listed, badCount]).toEqual([bad, bad.length]);
      }),
      { numRuns: 300 },
    );
  });

  it("hands over a long table in batches, and keeps the first of many problems", async () => {
    function* pieces() {
      yield "time,host,m\n";
      for (let i = 0; i < 250_000; i++)
        yield `${1_767_225_600 + i},web-${i % 3},${i % 7}\n${i % 100 === 0 ? "bad\n" : ""}`;
    }
    const { batches, summary } = await read(pieces());
    expect(batches.map((series) => series.reduce((sum, { times }) => sum + times.length, 0))).toEqual([
      100_000, 100_000, 50_000,
    ]);
    expect(batches[2].map(({ host }) => host)).toEqual(["web-0", "web-1", "web-2"]);
    expect(batches[2][2].times.at(-1)).toBe((1_767_225_600 + 249_998) * 1000);
    expect(summary).toMatchObject({ rows: 252_500, duplicates: 0, gaps: 0, badCount: 2500 });
    expect(summary.bad).toHaveLength(1000);
  });

  it("refuses times that change their unit after a batch was handed over, and a quote that is never closed", async () => {
    function* seconds(end: string) {
      yield "time,host,m\n";
      for (let i = 0; i < 100_001; i++) yield `${1_767_225_600 + i},a,1\n`;
      yield end;
    }
    await expect(read(seconds("1767225600000,a,1\n"), { name: "x.csv" })).rejects.toThrow(
      'x.csv: line 100003: "1767225600000" is a time of another unit than those before; give all in one',
    );
    await expect(read(seconds('"1,a,1\n'))).rejects.toThrow("line 100003: a quote is opened and never closed");
    await expect(read([])).rejects.toThrow("the table is empty");
    await expect(read(["\n", "# only notes\n"])).rejects.toThrow("the table is empty");
  });

  it("stops where whoever takes the samples fails", async () => {
    const full = new Error("disk full");
    await expect(
      readSampleTable(["time,host,m\n1,a,1\n"], {}, async () => {
        throw full;
      }),
    ).rejects.toBe(full);
  });
});
