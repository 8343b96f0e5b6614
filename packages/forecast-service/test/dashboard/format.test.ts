import { describe, expect, it } from "vitest";
import {
  formatAge,
  formatDuration,
  formatMoment,
  formatRoughAge,
  formatSentence,
  formatSpan,
  formatUntil,
  formatUtc,
  formatValue,
  formatZone,
} from "../../dashboard/src/format.js";

const plain = (text: string) => text.replace(/\u202f/g, " ").replace(/\u2060/g, "");

describe("values", () => {
  it.each([
    [34.25, "34.3 %"],
    [0, "0.0 %"],
    [-0.01, "0.0 %"],
    [100, "100.0 %"],
    [null, "–"],
    [undefined, "–"],
    [Number.NaN, "–"],
  ])("writes %s per cent as %j", (value, words) => {
    expect(plain(formatValue(value, "percent"))).toBe(words);
  });

  it.each([
    [0, "0"],
    [1234.567, "1,235"],
    [0.012345, "0.01235"],
    [12_345_678, "12.35\u202fM"],
    [412_345_678_901, "412.3\u202fG"],
    [999_960, "1\u202fM"],
    [-2.5e15, "-2.5\u202fP"],
    [1e21, "1.00e+21"],
    [-4.5, "-4.5"],
  ])("writes %s without a unit as %j", (value, words) => {
    expect(formatValue(value, "none")).toBe(words);
  });

  it("writes a range with one unit, and no dash before a minus", () => {
    expect(plain(formatSpan(20.14, 51.9, "percent"))).toBe("20.1–51.9 %");
    expect(formatSpan(-3, -1, "none")).toBe("-3 to -1");
    expect(plain(formatSpan(415.21e9, 416.1e9, "none"))).toBe("415.2–416.1 G");
    expect(plain(formatSpan(999e6, 1.2e9, "none"))).toBe("999 M–1.2 G");
  });
});

describe("times", () => {
  const now = Date.parse("2026-11-23T14:20:05Z");
  it.each([
    ["2026-11-23T15:05:00Z", "15:05"],
    ["2026-11-24T02:10:00Z", "Tue 02:10"],
    ["2026-11-02T14:20:00Z", "Mon 2 Nov 14:20"],
  ])("writes %s as %j", (time, words) => {
    expect(formatMoment(Date.parse(time), now, "UTC")).toBe(words);
  });

  it("writes the local day, not that of UTC", () => {
    expect(formatMoment(Date.parse("2026-11-23T15:30:00Z"), now, "Asia/Tokyo")).toBe("Tue 00:30");
  });

  it("writes UTC for titles", () => {
    expect(formatUtc(now)).toBe("2026-11-23 14:20:05 UTC");
  });

  it.each([
    [-5000, "0 s"],
    [59_499, "59 s"],
    [59_500, "1 min"],
    [3_599_000, "1 h"],
    [4_320_000, "1 h 12 min"],
    [86_400_000, "1 d"],
    [273_600_000, "3 d 4 h"],
  ])("writes %s ms as %j", (length, words) => {
    expect(formatDuration(length)).toBe(words);
  });

  it("gives the service's sentences the reader's clock", () => {
    const now = Date.parse("2026-11-23T07:24:00Z");
    const told = (zone: string) => formatSentence("No data since 2026-11-23 01:45 UTC; 81 % before.", now, zone);
    expect(told("UTC")).toBe("No data since 01:45; 81\u202f% before.");
    expect(told("Asia/Tokyo")).toBe("No data since 10:45; 81\u202f% before.");
    expect(told("America/New_York")).toBe("No data since Sun 20:45; 81\u202f% before.");
  });

  it("says when something was, and when it will be", () => {
    expect(formatAge(-2000)).toBe("just now");
    expect(formatAge(120_000)).toBe("2 min ago");
    expect([120_000, 19_440_000, 273_600_000].map(formatRoughAge)).toEqual(["2 min ago", "5 h ago", "3 d ago"]);
    expect(formatUntil(-1)).toBe("any moment now");
    expect(formatUntil(90_000)).toBe("in 2 min");
  });
});

describe("the zone of times", () => {
  it("is named with its offset at that time", () => {
    const [winter, summer] = [Date.parse("2026-01-15T12:00Z"), Date.parse("2026-07-15T12:00Z")];
    expect(formatZone(winter, "America/New_York")).toBe("Times in America/New York (GMT-5)");
    expect(formatZone(summer, "America/New_York")).toBe("Times in America/New York (GMT-4)");
    expect(formatZone(summer, "Asia/Kolkata")).toBe("Times in Asia/Kolkata (GMT+5:30)");
    expect(formatZone(summer, "UTC")).toBe("Times in UTC");
  });
});
