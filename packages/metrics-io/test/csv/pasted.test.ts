import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PastedOptions, parseCsvSeries, readPasted } from "../../src/csv/index.js";

const START = Date.parse("2026-11-30T00:00:00Z");
const UNTIMED = { stepMillis: 300_000, end: START };
const iso = (row: number) => new Date(START + row * 300_000).toISOString();
const lines = (line: (row: number) => string, head = "") =>
  `${head}${Array.from({ length: 6 }, (_, row) => line(row)).join("\n")}`;
const read = (text: string, options: Partial<PastedOptions> = {}) => readPasted(text, { untimed: UNTIMED, ...options });
const hour = (row: number) => String(row).padStart(2, "0");

describe("pasted tables", () => {
  it.each([
    ["semicolons and decimal commas", lines((row) => `${iso(row)};${row},5`, "Zeit;Wert\n")],
    ["tabs", lines((row) => `${iso(row)}\t${row}.5`, "time\tvalue\n")],
    ["bars", lines((row) => `${iso(row)}|${row}.5`, "time|value\n")],
    ["no header", lines((row) => `${iso(row)},${row}.5`)],
    ["seconds since 1970", lines((row) => `${START / 1000 + row * 300},${row}.5`, "ts,v\n")],
    ["milliseconds, without a header", lines((row) => `${START + row * 300_000},${row}.5`)],
    ["a byte order mark and CRLF", `\uFEFF${lines((row) => `${iso(row)},${row}.5\r`, "time,value\r\n")}`],
    ["a line for Excel", lines((row) => `"${iso(row)}";"${row},5"`, 'sep=;\n"Time";"demo"\n')],
    ["signs of percent", lines((row) => `${iso(row)},${row}.5 %`, "time,cpu\n")],
    ["an index before it, as pandas writes it", lines((row) => `${row},${iso(row)},${row}.5`, ",timestamp,cpu\n")],
    ["a number of the row instead of a name", lines((row) => `${row + 1},${iso(row)},${row}.5`)],
    ["rows out of order", lines((row) => `${iso(5 - row)},${5 - row}.5`, "time,value\n")],
    [
      "annotations of InfluxDB",
      lines(
        (row) => `,,0,${iso(0)},${iso(row)},${row}.5`,
        "#datatype,string,long\n,result,table,_start,_time,_value\n",
      ),
    ],
  ])("are read with %s", (_, text) => {
    const { times, values, step, timed } = read(text);
    expect([...values]).toEqual([0.5, 1.5, 2.5, 3.5, 4.5, 5.5]);
    expect({ timed, from: times[0], step: step.millis }).toEqual({ timed: true, from: START, step: 300_000 });
  });

  it.each([
    ["the day first, with points", "30.11.2026"],
    ["the month first, as the day tells", "11/30/2026"],
    ["the day first, as the day tells", "30/11/2026"],
    ["slashes and the year first", "2026/11/30"],
  ])("know dates with %s", (_, date) => {
    const { times, zoned } = read(lines((row) => `${date} ${hour(row)}:30;${row}`, "Datum;Wert\n"));
    expect([...times].map((time) => new Date(time).toISOString()).slice(0, 2)).toEqual([
      "2026-11-30T00:30:00.000Z",
      "2026-11-30T01:30:00.000Z",
    ]);
    expect(zoned).toBe(false);
  });

  it("know noon from midnight", () => {
    const text = "date,value\n11/30/2026 12:05 AM,1\n11/30/2026 12:05 PM,2\n11/30/2026 1:05:30 PM,3\n";
    expect([...read(text).times].map((time) => new Date(time).toISOString().slice(11, 19))).toEqual([
      "00:05:00",
      "12:05:00",
      "13:05:30",
    ]);
  });

  it.each([
    ["one column", lines((row) => `${row * row}`)],
    ["one column with a name", lines((row) => `${row * row}`, "load\n")],
    ["one line with commas", "0, 1, 4, 9, 16, 25"],
    ["one line with blanks", "0 1 4 9 16 25"],
    ["numbers of rows instead of times", lines((row) => `${row},${row * row}`, "step,load\n")],
    ["numbers of rows and no header", lines((row) => `${row},${row * row}`)],
  ])("without times are counted: %s", (_, text) => {
    const { times, values, timed } = read(text);
    expect([...values]).toEqual([0, 1, 4, 9, 16, 25]);
    expect({ timed, last: times[5], step: times[5] - times[4] }).toEqual({ timed: false, last: START, step: 300_000 });
  });

  it("take decimal commas for what they are, where commas could divide columns", () => {
    expect([...read("12,5\n11,9\n13,25\n12,0").values]).toEqual([12.5, 11.9, 13.25, 12]);
    expect([...read("Wert\n0,5\n1,5\n2,5").values]).toEqual([0.5, 1.5, 2.5]);
  });

  it.each([
    ['"1,234.5"', 1234.5],
    ['"1,234"', 1234],
    ['"0,5"', 0.5],
    ['"1.234,5"', 1234.5],
    ["1e-3", 0.001],
    ["\u22123", -3],
    ["+4", 4],
    ["n/a", Number.NaN],
  ])("read %s as %d", (written, value) => {
    expect(read(`time,value\n${iso(0)},${written}\n${iso(1)},2\n`).values[0]).toBe(value);
  });

  it("offer every column of numbers, and read the first", () => {
    const text = lines((row) => `${iso(row)},web-1,${row},${row * 2}`, "time,host,cpu_percent,memory_percent\n");
    const { columns, valueColumns, groups } = read(text);
    expect({ columns, valueColumns, groups }).toEqual({
      columns: { time: "time", value: "cpu_percent" },
      valueColumns: ["cpu_percent", "memory_percent"],
      groups: [],
    });
    expect([...read(text, { valueColumn: "Memory_Percent" }).values]).toEqual([0, 2, 4, 6, 8, 10]);
    expect(() => read(text, { valueColumn: "disk" })).toThrow('there is no column "disk"');
  });

  it("keep hosts apart that stand below each other, and read the first", () => {
    const text = ["b", "a"]
      .map((host) => lines((row) => `${iso(row)},${host},cpu,${host === "b" ? row : 90 + row}`))
      .join("\n");
    const table = `time,host,metric,value\n${text}`;
    const first = read(table);
    expect({ groups: first.groups, group: first.group, duplicates: first.duplicates }).toEqual({
      groups: ["b", "a"],
      group: "b",
      duplicates: 0,
    });
    expect([...first.values]).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...read(table, { group: "a" }).values]).toEqual([90, 91, 92, 93, 94, 95]);
  });

  it("do not take remarks for hosts", () => {
    const { groups, values } = read(lines((row) => `${iso(row)},${row},note ${row}`, "time,value,remark\n"));
    expect({ groups, count: values.length }).toEqual({ groups: [], count: 6 });
  });

  it.each([
    ["nothing", "\n \n", /line 1: the table is empty/],
    ["words", "hello world\nthis is no table", /no column holds numbers/],
    ["a header alone", "time,value\n", /there are no rows/],
    [
      "a word among numbers",
      `time,value\n${iso(0)},1\n${iso(1)},many\n`,
      /line 3 column 2 \(value\): "many" is not a finite/,
    ],
    ["infinity", `time,value\n${iso(0)},1\n${iso(1)},2\n${iso(2)},inf\n`, /line 4 column 2 \(value\): "inf"/],
    ["no value at all", `time,value\n${iso(0)},\n${iso(1)},\n`, /no row has a value/],
    ["one row", `time,value\n${iso(0)},1\n`, /line 2: one row only/],
    [
      "a broken time",
      `time,value\n${iso(0)},1\n${iso(1)},2\nyesterday,3\n`,
      /line 4 column 1 \(time\): "yesterday" is not a time/,
    ],
    [
      "dates of two possible months",
      "date,value\n01/02/2026,1\n02/02/2026,2\n",
      /line 2 column 1 \(date\).*year first/,
    ],
    ["a field too many", `time,value\n${iso(0)},1,2\n`, /line 2: 3 fields where 2 are expected/],
    ["an open quote", `time,value\n"${iso(0)},1\n`, /a quote is opened and never closed/],
  ])("name the place of a mistake: %s", (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it("say the same as the reader of plain tables, wherever that reads one", () => {
    const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null));
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 2, maxLength: 30 }).filter((all) => all.some((one) => one !== null)),
        fc.integer({ min: 1, max: 86_400 }),
        fc.constantFrom(",", ";", "\t"),
        (values, seconds, mark) => {
          const rows = values.map(
            (one, row) => `${new Date(START + row * seconds * 1000).toISOString()}${mark}${one ?? ""}`,
          );
          const text = `time${mark}value\n${rows.join("\n")}\n`;
          const { times, values: got, step } = read(text);
          const plain = parseCsvSeries(text);
          expect({ times, got, step }).toEqual({ times: plain.times, got: plain.values, step: plain.step });
        },
      ),
    );
  });
});
