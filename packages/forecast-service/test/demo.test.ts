import { describe, expect, it } from "vitest";
import { DEMO_HISTORY, DEMO_HOST, DEMO_STEP, demoBatches } from "../src/demo.js";

const to = Date.parse("2026-11-23T00:00:00Z");
const from = to - DEMO_HISTORY;
const whole = demoBatches({ from, to });

describe("the demo host", () => {
  it("has CPU and memory at 5 minutes for 14 days, marked synthetic", () => {
    expect(whole.map((batch) => [batch.host, batch.metric, batch.synthetic])).toEqual([
      [DEMO_HOST, "cpu_percent", true],
      [DEMO_HOST, "memory_percent", true],
    ]);
    for (const batch of whole) {
      expect(Array.from(batch.times).every((time) => time % DEMO_STEP === 0 && time >= from && time < to)).toBe(true);
      expect(Array.from(batch.values).every((value) => value > 0 && value < 100)).toBe(true);
      expect(new Set(Array.from(batch.values)).size).toBeGreaterThan(500);
    }
  });

  it("has a few gaps and spikes, not many", () => {
    for (const batch of whole) {
      const missing = DEMO_HISTORY / DEMO_STEP - batch.times.length;
      expect(missing).toBeGreaterThan(3);
      expect(missing).toBeLessThan(60);
    }
    const cpu = Array.from(whole[0]?.values ?? []);
    const jumps = cpu.filter((value, i) => i > 0 && value - (cpu[i - 1] as number) > 14).length;
    expect(jumps).toBeGreaterThan(3);
    expect(jumps).toBeLessThan(60);
  });

  it("has a daily and an hourly rhythm", () => {
    const cpu = whole[0] as (typeof whole)[number];
    const mean = (pick: (time: number) => boolean) => {
      const chosen = Array.from(cpu.values).filter((_, i) => pick(cpu.times[i] as number));
      return chosen.reduce((a, b) => a + b, 0) / chosen.length;
    };
    const hourOfDay = (time: number) => Math.floor((time % 86_400_000) / 3_600_000);
    const minute = (time: number) => (time % 3_600_000) / 60_000;
    expect(mean((t) => hourOfDay(t) === 14) - mean((t) => hourOfDay(t) === 2)).toBeGreaterThan(15);
    expect(mean((t) => minute(t) === 0) - mean((t) => minute(t) === 50)).toBeGreaterThan(5);
  });

  it("gives the same numbers in other pieces", () => {
    const middle = from + 5 * 86_400_000 + 1234;
    const first = demoBatches({ from, to: middle });
    const second = demoBatches({ from: middle, to });
    whole.forEach((batch, k) => {
      expect([...Array.from(first[k]?.times ?? []), ...Array.from(second[k]?.times ?? [])]).toEqual(batch.times);
      expect([...Array.from(first[k]?.values ?? []), ...Array.from(second[k]?.values ?? [])]).toEqual(batch.values);
    });
  });

  it("is empty for an empty range", () => {
    expect(demoBatches({ from: to, to }).every((batch) => batch.times.length === 0)).toBe(true);
  });
});
