import { describe, expect, it } from "vitest";
import { type ChartInput, renderChart } from "../src/cli/chart.js";
import { decimalsFor, forecastDecimals } from "../src/cli/format-number.js";
import { forecastCsv, forecastTable } from "../src/cli/print-forecast.js";
import { formatTime, timeStyle } from "../src/format-time.js";
import { niceTicks } from "../src/nice-ticks.js";

const size = { width: 100, height: 12, colour: false };
const HOUR = 3_600_000;
const ahead = Array.from({ length: 24 }, (_, i) => 50 + i);
const input: ChartInput = {
  history: Array.from({ length: 72 }, (_, i) => 40 + 10 * Math.sin(i / 4)),
  median: ahead,
  intervals: [
    { level: 0.8, lower: ahead.map((v) => v - 5), upper: ahead.map((v) => v + 5) },
    { level: 0.95, lower: ahead.map((v) => v - 12), upper: ahead.map((v) => v + 12) },
  ],
  times: Array.from({ length: 96 }, (_, i) => Date.parse("2026-11-23T00:00:00Z") + i * HOUR),
};

describe("the chart", () => {
  const lines = renderChart(input, size).trimEnd().split("\n");

  it("has the asked size: rows, axis, times, legend", () => {
    expect(lines).toHaveLength(size.height + 3);
    expect(Math.max(...lines.slice(0, -1).map((line) => line.length))).toBeLessThanOrEqual(size.width);
    expect(lines.at(-1)).toContain("⠒⠒ history   ⠒⠒ forecast (median)   ▒ 80 %   ░ 95 %");
    expect(lines.at(-2)).toMatch(/^ +2026-11-23 00:00 .*2026-11-26 00:00/);
  });

  it("draws history left of the border, and bands right of it", () => {
    const border = lines[0].indexOf("┊");
    expect(border).toBeGreaterThan(40);
    for (const line of lines.slice(0, size.height)) {
      expect(line.slice(0, border)).not.toMatch(/[░▒]/);
    }
    const right = lines
      .slice(0, size.height)
      .map((line) => line.slice(border))
      .join("");
    for (const sign of ["░", "▒"]) expect(right).toContain(sign);
    expect(right).toMatch(/[\u2801-\u28ff]/);
    // The wide band lies outside the narrow one in every column.
    for (let column = border + 2; column < lines[3].length; column++) {
      const down = lines
        .slice(0, size.height)
        .map((line) => line[column] ?? " ")
        .join("");
      expect(down).not.toMatch(/▒░.*▒/);
    }
  });

  it("puts a value at the height of its tick", () => {
    const flat = renderChart({ ...input, history: new Array(72).fill(40), intervals: [] }, size).split("\n");
    const row = flat.findIndex((line) => line.trimStart().startsWith("40 ┤"));
    expect(flat[row].slice(6, 30)).toMatch(/^[\u2801-\u28ff]+$/);
  });

  it("bears gaps, constants, steps without times and colours", () => {
    const holes = { ...input, history: [1, Number.NaN, Number.NaN, 4], times: null };
    expect(renderChart(holes, size)).toContain("+24");
    const flat = { history: [5, 5, 5], median: [5, 5], intervals: [], times: null };
    expect(renderChart(flat, size)).toContain("5.0");
    expect(renderChart(input, { ...size, colour: true })).toContain("\u001b[33m");
    expect(renderChart(input, size)).not.toContain("\u001b");
  });
});

describe("numbers and times", () => {
  it("chooses ticks that are round", () => {
    expect(niceTicks(0, 100, 4)).toEqual([0, 25, 50, 75, 100]);
    expect(niceTicks(-0.3, 0.2, 5)).toEqual([-0.3, -0.2, -0.1, 0, 0.1, 0.2].map((v) => expect.closeTo(v, 12)));
    expect(niceTicks(5, 5.0001, 3).length).toBeGreaterThan(1);
    expect([0.1, 25, 0.0025, 0].map(decimalsFor)).toEqual([1, 0, 3, 0]);
  });

  it("chooses digits by the width of the interval and the size of the value", () => {
    expect(forecastDecimals([42.123], [7.7])).toBe(2);
    expect(forecastDecimals([0.33841], [0.006])).toBe(5);
    expect(forecastDecimals([8_138_176.5], [1e8])).toBe(0);
    expect(forecastDecimals([1000], [])).toBe(1);
  });

  it("writes times as short as they allow", () => {
    const at = (...times: string[]) => times.map((time) => Date.parse(time));
    expect(timeStyle(at("2001-01-01T00:00:00Z", "2002-01-01T00:00:00Z"))).toBe("year");
    expect(timeStyle(at("2001-01-01T00:00:00Z", "2001-02-01T00:00:00Z"))).toBe("month");
    expect(timeStyle(at("2001-01-02T00:00:00Z"))).toBe("day");
    expect(timeStyle(at("2013-08-12T13:45:46Z", "2013-08-12T13:50:46Z"))).toBe("minute");
    expect(timeStyle(at("2013-08-12T13:45:46Z", "2013-08-12T13:45:47Z"))).toBe("second");
    expect(formatTime(Date.parse("0001-03-01T00:00:00Z"), "month")).toBe("0001-03");
  });
});

describe("printing", () => {
  const steps = [
    {
      step: 1,
      time: "2026-11-23T10:00:00.000Z",
      mean: 20.25,
      median: 20,
      intervals: [{ level: 0.8, lower: 15.123, upper: 25 }],
    },
    {
      step: 2,
      time: "2026-11-23T10:05:00.000Z",
      mean: 21.5,
      median: 21,
      intervals: [{ level: 0.8, lower: 14, upper: 24 }],
    },
  ];

  it("aligns a table", () => {
    expect(forecastTable(steps)).toBe(
      [
        "time (UTC)        forecast  80 % from    to",
        "2026-11-23 10:00      20.0       15.1  25.0",
        "2026-11-23 10:05      21.0       14.0  24.0",
        "",
      ].join("\n"),
    );
    const [plain] = steps;
    expect(forecastTable([{ step: 1, mean: plain.mean, median: 20, intervals: [] }])).toMatch(
      /^step {2}forecast\n1 +20\.000\n$/,
    );
  });

  it("writes CSV with all digits", () => {
    expect(forecastCsv(steps)).toBe(
      "time,mean,median,lower80,upper80\n2026-11-23T10:00:00.000Z,20.25,20,15.123,25\n2026-11-23T10:05:00.000Z,21.5,21,14,24\n",
    );
    expect(forecastCsv(steps, [["series", "web/cpu"]]).split("\n")[1]).toMatch(/^web\/cpu,2026/);
  });
});
