import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AdapterError, type CsvOptions, parseCsvSeries } from "../../src/index.js";

const JAN_1 = Date.UTC(2026, 0, 1);
const parsed = (text: string, options?: CsvOptions) => {
  const { times, values } = parseCsvSeries(text, options);
  return [...times].map((time, i) => [new Date(time).toISOString(), values[i]]);
};

describe("parseCsvSeries", () => {
  it("reads times and values, an empty value as a gap", () => {
    const series = parseCsvSeries(
      "timestamp,value\n2026-01-01T00:00:00Z,1.5\n2026-01-01T00:05:00Z,\n2026-01-01T00:10:00Z,-2e3\n",
    );
    expect([...series.times]).toEqual([JAN_1, JAN_1 + 300_000, JAN_1 + 600_000]);
    expect([...series.values]).toEqual([1.5, Number.NaN, -2000]);
    expect(series.step).toEqual({ millis: 300_000, months: null, regular: true });
    expect(series.columns).toEqual({ time: "timestamp", value: "value" });
    expect(series.duplicates).toBe(0);
  });

  it.each(["", "NA", "nan", "NULL", "n/a", "-", "None"])("takes %j for a gap", (text) => {
    expect(parsed(`time,value\n2026-01-01,${text}\n2026-01-02,2\n`)[0][1]).toBeNaN();
  });

  it.each([
    ["byte order mark, CRLF and no line end at the end", "\uFEFFtimestamp,value\r\n2026-01-01,1\r\n2026-01-02,2"],
    ["CR alone", "timestamp,value\r2026-01-01,1\r2026-01-02,2\r"],
    ["quoted fields", '"timestamp","value"\n"2026-01-01","1"\n"2026-01-02","2"\n'],
    [
      "blanks, empty lines and comments",
      "# made today\n\n timestamp , value \n2026-01-01, 1\n\n# half\n2026-01-02 ,2\n\n",
    ],
    ["semicolons and decimal commas", "ds;y\n2026-01-01;1,0\n2026-01-02;2\n"],
    ["tabs", "date\tv\n2026-01-01\t1\n2026-01-02\t2\n"],
    ["no header", "2026-01-01,1\n2026-01-02,2\n"],
    ["rows out of order", "t,y\n2026-01-02,2\n2026-01-01,1\n"],
    ["a time given twice: the last value counts", "t,y\n2026-01-01,7\n2026-01-02,2\n2026-01-01,1\n2026-01-02,\n"],
    ["a name of its own for the value", "Date,CPU (%)\n2026-01-01,1\n2026-01-02,2\n"],
    ["the value first", "value,timestamp\n1,2026-01-01\n2,2026-01-02\n"],
    ["more columns", 'host,timestamp,note,value\na,2026-01-01,"x, y\n""z""",1\na,2026-01-02,,2\n'],
    ["InfluxDB names", "_time,_value\n2026-01-01T00:00:00Z,1\n2026-01-02T00:00:00.000000000Z,2\n"],
    ["seconds", `t,y\n${JAN_1 / 1000},1\n${JAN_1 / 1000 + 86400},2\n`],
    ["milliseconds", `t,y\n${JAN_1},1\n${JAN_1 + 86_400_000},2\n`],
    ["microseconds", `t,y\n${JAN_1}000,1\n${JAN_1 + 86_400_000}000,2\n`],
    ["nanoseconds", `t,y\n${JAN_1}000000,1\n${JAN_1 + 86_400_000}000000,2\n`],
  ])("understands %s", (_, text) => {
    expect(parsed(text)).toEqual([
      ["2026-01-01T00:00:00.000Z", 1],
      ["2026-01-02T00:00:00.000Z", 2],
    ]);
  });

  it("counts the rows that another row has replaced", () => {
    expect(parseCsvSeries("t,y\n2026-01-01,7\n2026-01-01,1\n2026-01-01,2\n").duplicates).toBe(2);
  });

  it.each([
    ["2026-03-29T02:30:00+01:00", "2026-03-29T01:30:00.000Z"],
    ["2026-03-29 02:30", "2026-03-29T02:30:00.000Z"],
    ["2026/3/9 2:30:15,250", "2026-03-09T02:30:15.250Z"],
    ["2026-03-29T02:30:00-0930", "2026-03-29T12:00:00.000Z"],
    ["2026-03-29 02:30:00 UTC", "2026-03-29T02:30:00.000Z"],
    ["2026-03", "2026-03-01T00:00:00.000Z"],
    ["9.3.2026 2:30", "2026-03-09T02:30:00.000Z"],
    ["31.12.2026", "2026-12-31T00:00:00.000Z"],
    [" 2026-03-29 ", "2026-03-29T00:00:00.000Z"],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"],
    ["2024-02-29", "2024-02-29T00:00:00.000Z"],
  ])("reads the time %s", (text, iso) => {
    expect(parsed(`time,value\n"${text}",1\n`)).toEqual([[iso, 1]]);
  });

  it.each([
    ["tabs and decimal commas", "time\tvalue\n2026-01-01\t1,5\n2026-01-02\t-,25\n"],
    ["bars", "time|value\n2026-01-01|1.5\n2026-01-02|-.25\n"],
    ["percent signs", "time,value\n2026-01-01,1.5%\n2026-01-02,-0.25 %\n"],
    ["blanks inside quotes", '" time "," value "\n" 2026-01-01 "," 1.5 "\n"2026-01-02"," -0.25"\n'],
    ["a value before its date, without a header", "1.5,2026-01-01\n-0.25,2026-01-02\n"],
    ["days before months, divided by dots", "Datum;Wert\n01.01.2026;1,5\n02.01.2026;-0,25\n"],
  ])("reads %s", (_, text) => {
    expect(parsed(text)).toEqual([
      ["2026-01-01T00:00:00.000Z", 1.5],
      ["2026-01-02T00:00:00.000Z", -0.25],
    ]);
  });

  it("takes a bare year for a year only under that name", () => {
    expect(parsed("year,y\n1821,269\n1822,321\n")).toEqual([
      ["1821-01-01T00:00:00.000Z", 269],
      ["1822-01-01T00:00:00.000Z", 321],
    ]);
    expect(parsed("t,y\n1821,269\n")).toEqual([["1970-01-01T00:30:21.000Z", 269]]);
  });

  it("reads the columns that are asked for", () => {
    const text = "a,b,c\n2026-01-01,1,2026-01-05\n";
    expect(parsed(text, { timeColumn: "a", valueColumn: "B" })).toEqual([["2026-01-01T00:00:00.000Z", 1]]);
    expect(parsed(text, { timeColumn: "c", valueColumn: "b" })).toEqual([["2026-01-05T00:00:00.000Z", 1]]);
  });

  it.each<[string, string, CsvOptions?]>([
    ["", "csv: line 1: the table is empty; expected a header such as timestamp,value"],
    ["timestamp,value\n", "csv: line 1: there are no rows; expected lines such as 2026-01-31T12:00:00Z,42.5"],
    ["value\n1\n", "csv: line 1: one column only; expected a time and a value, divided by a comma"],
    [
      "timestamp,value\n2026-01-01,1\n\n2026-01-02,abc\n",
      'csv: line 4 column 2 (value): "abc" is not a finite number; leave a gap empty',
    ],
    [
      "timestamp,value\n2026-01-01,Infinity\n",
      'csv: line 2 column 2 (value): "Infinity" is not a finite number; leave a gap empty',
    ],
    [
      "timestamp,value\n2026-01-01,1e999\n",
      'csv: line 2 column 2 (value): "1e999" is not a finite number; leave a gap empty',
    ],
    [
      "timestamp,value\n2026-01-01,0x10\n",
      'csv: line 2 column 2 (value): "0x10" is not a finite number; leave a gap empty',
    ],
    [
      'timestamp,value\n2026-01-01,"1,5"\n',
      'csv: line 2 column 2 (value): "1,5" is not a number; write a decimal point, or divide the fields by semicolons',
    ],
    [
      "timestamp;value\n2026-01-01;1.234,5\n",
      'csv: line 2 column 2 (value): "1.234,5" is not a finite number; leave a gap empty',
    ],
    [
      "timestamp,value\n31/12/2026,1\n",
      'csv: line 2 column 1 (timestamp): "31/12/2026" is not a time; write 2026-01-31T12:00:00Z or seconds since 1970',
    ],
    [
      "timestamp,value\n2026-02-30,1\n",
      'csv: line 2 column 1 (timestamp): "2026-02-30" is not a time; write 2026-01-31T12:00:00Z or seconds since 1970',
    ],
    [
      "timestamp,value\n2026-01-01T24:00:00Z,1\n",
      'csv: line 2 column 1 (timestamp): "2026-01-01T24:00:00Z" is not a time; write 2026-01-31T12:00:00Z or seconds since 1970',
    ],
    [
      'timestamp,note,value\n2026-01-01,"a\nb",1\nx,"c",2\n',
      'csv: line 4 column 1 (timestamp): "x" is not a time; write 2026-01-31T12:00:00Z or seconds since 1970',
    ],
    [
      "timestamp,value\n2026-01-01,1,5\n",
      "csv: line 2: 3 fields where 2 are expected; quote a value that holds the delimiter",
    ],
    ["timestamp,value\n2026-01-01\n", "csv: line 2: 1 field where 2 are expected"],
    ['timestamp,value\n2026-01-01,"1\n2026-01-02,2\n', "csv: line 2: a quote is opened and never closed"],
    [
      "timestamp,value\n2026-01-01,1\n1767225600,2\n",
      "csv: line 3 column 1 (timestamp): times are dates in some rows and numbers in others",
    ],
    [
      "time,cpu,mem\n2026-01-01,1,2\n",
      'csv: line 1: it is not clear which column to read; set valueColumn to one of "time", "cpu", "mem"',
    ],
    [
      "time,cpu\n2026-01-01,1\n",
      'csv: x.csv, line 1: there is no column "load"; set valueColumn to one of "time", "cpu"',
      { valueColumn: "load", name: "x.csv" },
    ],
    ["2026-01-01,1\n", 'csv: line 1: there is no header, so no column "load"', { valueColumn: "load" }],
    ["2026-01-01,1,2\n", "csv: line 1: more than two columns need a header that names them"],
  ])("says what is wrong with %j", (text, message, options) => {
    let error: unknown;
    try {
      parseCsvSeries(text, options);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(AdapterError);
    expect((error as AdapterError).message).toBe(message);
    expect((error as AdapterError).code).toBe("INVALID_DATA");
  });

  it("reads back whatever is written, however it is quoted and divided", () => {
    const cell = fc.record({
      time: fc.integer({ min: Date.UTC(0, 0), max: Date.UTC(2200, 0) }),
      value: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(Number.NaN)),
      note: fc.string({ unit: fc.constantFrom("a", " ", ",", ";", '"', "\n", "\r", "é", "#") }),
    });
    const dialect = fc.record({
      delimiter: fc.constantFrom(",", "\t"),
      end: fc.constantFrom("\n", "\r\n", "\r"),
      mark: fc.constantFrom("", "\uFEFF"),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(cell, { selector: ({ time }) => time, minLength: 1, maxLength: 30 }),
        dialect,
        (rows, { delimiter, end, mark }) => {
          const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
          const lines = rows.map(({ time, value, note }) =>
            [quoted(note), new Date(time).toISOString(), Number.isNaN(value) ? "" : String(value)].join(delimiter),
          );
          const text = mark + [["note", "time", "value"].join(delimiter), ...lines].join(end);
          const { times, values } = parseCsvSeries(text);
          const expected = [...rows].sort((a, b) => a.time - b.time);
          expect([...times]).toEqual(expected.map(({ time }) => time));
          values.forEach((value, i) => {
            // Signed zeros are one number in a text.
            expect(value + 0).toBe(expected[i].value + 0);
          });
        },
      ),
    );
  });

  it("never fails with anything but an AdapterError", () => {
    const text = fc.string({
      unit: fc.constantFrom(
        "2026-01-01",
        "1",
        "time",
        "value",
        ",",
        ";",
        "\n",
        "\r",
        '"',
        " ",
        "-",
        "é",
        "#",
        "e",
        ".",
      ),
      maxLength: 60,
    });
    fc.assert(
      fc.property(text, (input) => {
        try {
          const { times, values } = parseCsvSeries(input);
          expect(values.length).toBe(times.length);
        } catch (error) {
          expect(error).toBeInstanceOf(AdapterError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

const data = fileURLToPath(new URL("../../../../../shared/data/", import.meta.url));

describe.skipIf(!existsSync(data))(
  "parseCsvSeries on the reference series (skipped where ../shared/data is absent)",
  () => {
    const manifest: {
      series: { name: string; file: string; n: number; nMissing: number; intervalSeconds: number; family: string }[];
    } = existsSync(data) ? JSON.parse(readFileSync(`${data}manifest.json`, "utf8")) : { series: [] };

    it.each(manifest.series)(
      "finds the rows, gaps and step of $name",
      ({ file, n, nMissing, intervalSeconds, family }) => {
        const series = parseCsvSeries(readFileSync(data + file, "utf8"));
        expect(series.times.length).toBe(n);
        expect(series.values.filter(Number.isNaN).length).toBe(nMissing);
        expect(series.step.regular).toBe(true);
        if (family === "monitoring") expect(series.step.millis).toBe(intervalSeconds * 1000);
      },
    );
  },
);
