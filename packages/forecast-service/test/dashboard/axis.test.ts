import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseRange, niceStep, timeLabels, valueLabels } from "../../dashboard/src/chart/axis.js";

describe("y range", () => {
  it("holds the data, stays in 0 to 100, and is at least ten points high", () => {
    const percent = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(percent, percent, (a, b) => {
        const [from, to] = chooseRange(Math.min(a, b), Math.max(a, b), "percent");
        expect(from).toBeLessThanOrEqual(Math.min(a, b));
        expect(to).toBeGreaterThanOrEqual(Math.max(a, b));
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeLessThanOrEqual(100);
        expect(to - from).toBeGreaterThanOrEqual(10 - 1e-9);
      }),
    );
  });

  it("holds other data too, whatever their size", () => {
    const value = fc.double({ min: -1e12, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [from, to] = chooseRange(Math.min(a, b), Math.max(a, b), "none");
        expect(from).toBeLessThan(to);
        const slack = 1e-9 * Math.max(Math.abs(a), Math.abs(b), 1);
        expect(from).toBeLessThanOrEqual(Math.min(a, b) + slack);
        expect(to).toBeGreaterThanOrEqual(Math.max(a, b) - slack);
      }),
    );
  });

  it("starts at zero near zero, and not for a memory that never moves", () => {
    expect(chooseRange(5, 60, "percent")).toEqual([0, 70]);
    const [from, to] = chooseRange(63.1, 63.4, "percent");
    expect(from).toBeGreaterThan(50);
    expect(to).toBeLessThan(75);
  });

  it("has a range for nothing", () => {
    expect(chooseRange(null, null, "percent")).toEqual([0, 100]);
    expect(chooseRange(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, "none")).toEqual([0, 1]);
  });

  it("takes the next round step", () => {
    expect([0.8, 1, 1.1, 2.2, 3, 7, 12].map(niceStep)).toEqual([1, 1, 2, 2.5, 5, 10, 20]);
  });

  it("writes decimals only where steps have them", () => {
    expect(valueLabels([62], 2, "percent")).toEqual(["62\u202f%"]);
    expect(valueLabels([62.5], 0.5, "percent")).toEqual(["62.5\u202f%"]);
    // Whole numbers beside a step of 2.5 would be wrong by half.
    expect(valueLabels([92.5], 2.5, "percent")).toEqual(["92.5\u202f%"]);
  });

  it.each([
    ["bytes that hardly move", [403.1e9, 403.15e9, 403.2e9], 0.05e9, ["403.10 G", "403.15 G", "403.20 G"]],
    ["one prefix for all", [0, 500_000, 1_000_000, 1_500_000], 500_000, ["0", "0.5 M", "1.0 M", "1.5 M"]],
    ["thousands", [0, 2500, 5000], 2500, ["0", "2,500", "5,000"]],
    ["fractions on both sides of zero", [-0.25, 0, 0.25], 0.25, ["-0.25", "0", "0.25"]],
    ["quarters", [0, 2.5, 5, 7.5], 2.5, ["0", "2.5", "5.0", "7.5"]],
    ["numbers too small to be written out", [0, 1e-9, 2e-9], 1e-9, ["0", "1.00e-9", "2.00e-9"]],
  ] as const)(
    "tells other values apart and counts large ones in powers of a thousand: %s",
    (_, splits, step, labels) => {
      expect(valueLabels(splits, step, "none").map((label) => label.replace("\u202f", " "))).toEqual(labels);
    },
  );
});

describe("time labels", () => {
  const at = (time: string) => Date.parse(time) / 1000;

  it("name the day once, and again when it changes", () => {
    const splits = ["22:00", "23:00"].map((clock) => at(`2026-11-22T${clock}:00Z`)).concat(at("2026-11-23T00:00:00Z"));
    const labels = (short: boolean) => timeLabels(splits, { step: 3600, short, timeZone: "UTC" });
    expect(labels(false)).toEqual(["22:00\nSun 22 Nov", "23:00", "00:00\nMon 23 Nov"]);
    expect(labels(true)).toEqual(["22:00\nSun 22", "23:00", "00:00\nMon 23"]);
  });

  it("tell the time even when there is room for one only", () => {
    expect(timeLabels([at("2026-11-23T01:35:00Z")], { step: 300, short: true, timeZone: "UTC" })).toEqual([
      "01:35\nMon 23",
    ]);
  });

  it("are days when steps are days, also over a change of the clock", () => {
    const labels = (...times: string[]) =>
      timeLabels(times.map(at), { step: 86_400, short: false, timeZone: "Europe/Berlin" });
    expect(labels("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")).toEqual(["Sun 25 Oct", "Mon 26 Oct"]);
    expect(labels("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")).toEqual(["Sun 29 Mar", "Mon 30 Mar"]);
  });
});
