import { describe, expect, it } from "vitest";
import { createLog } from "../src/log.js";
import { createScheduler, nextStart, type ScheduledJob } from "../src/scheduler.js";
import { virtualClock } from "./virtual-clock.js";

const start = Date.parse("2026-11-23T10:01:30Z");

function scheduled(jobs: ScheduledJob[]) {
  const clock = virtualClock(start);
  const lines: string[] = [];
  const log = createLog("info", (line) => lines.push(line.slice(9).trim()));
  const scheduler = createScheduler({ clock, log, jobs });
  scheduler.start();
  return { clock, lines, scheduler };
}

describe("the scheduler", () => {
  it("runs at multiples of the interval plus the offset, and at once where asked", async () => {
    const aligned: string[] = [];
    const counted: number[] = [];
    const { clock, scheduler } = scheduled([
      {
        name: "infer",
        every: 300_000,
        offset: 2000,
        run: async () => void aligned.push(new Date(clock.now()).toISOString().slice(11, 19)),
      },
      { name: "collect", every: 15_000, atStart: true, run: async () => void counted.push(clock.now() - start) },
    ]);
    expect(scheduler.state("infer").nextRun).toBe(Date.parse("2026-11-23T10:05:02Z"));
    await clock.advance(600_000);
    expect(aligned).toEqual(["10:05:02", "10:10:02"]);
    expect(counted.slice(0, 4)).toEqual([0, 15_000, 30_000, 45_000]);
    expect(counted).toHaveLength(41);
  });

  it("never overlaps a job with itself, and does not make up for what was left out", async () => {
    let finish = () => {};
    let most = 0;
    let running = 0;
    const { clock, scheduler } = scheduled([
      {
        name: "slow",
        every: 10_000,
        atStart: true,
        async run() {
          most = Math.max(most, ++running);
          await new Promise<void>((resolve) => {
            finish = resolve;
          });
          running--;
        },
      },
    ]);
    await clock.advance(35_000);
    expect(scheduler.state("slow")).toMatchObject({ runs: 1, skipped: 3, running: true });
    finish();
    await clock.advance(5_000);
    expect(scheduler.state("slow")).toMatchObject({ runs: 2, skipped: 3 });
    finish();
    await clock.advance(1);
    expect(scheduler.state("slow").running).toBe(false);
    expect(most).toBe(1);
  });

  it("survives a failing job, says so once for each reason, and says when it works again", async () => {
    let attempt = 0;
    const { clock, lines, scheduler } = scheduled([
      {
        name: "flaky",
        every: 1000,
        async run() {
          attempt++;
          if (attempt <= 3) throw new Error(attempt < 3 ? "disk\nfull" : "disk gone");
        },
      },
    ]);
    await clock.advance(2000);
    expect(scheduler.state("flaky").lastError).toBe("disk full");
    await clock.advance(4000);
    expect(lines).toEqual([
      "warning: flaky failed and will be tried again: disk full",
      "warning: flaky failed and will be tried again: disk gone",
      "flaky works again",
    ]);
    expect(scheduler.state("flaky")).toMatchObject({ runs: 6, lastError: null });
  });

  it("stops: no more starts, signals fire, running jobs are waited for", async () => {
    const events: string[] = [];
    const { clock, scheduler } = scheduled([
      {
        name: "long",
        every: 1000,
        atStart: true,
        run: (signal) =>
          new Promise((_, reject) => {
            signal.addEventListener("abort", () => {
              events.push("aborted");
              reject(new Error("aborted"));
            });
          }),
      },
    ]);
    await clock.advance(1);
    await scheduler.stop();
    events.push("stopped");
    await clock.advance(10_000);
    expect(events).toEqual(["aborted", "stopped"]);
    expect(scheduler.state("long")).toMatchObject({ runs: 1, nextRun: null, lastError: null });
  });

  it("goes on after a long sleep with the next start, not with all that were missed", () => {
    expect(nextStart({ every: 10, offset: 0 }, 20, 95)).toBe(100);
    expect(nextStart({ every: 10 }, 23, 95)).toBe(103);
    expect(nextStart({ every: 10, offset: 2 }, 0, 12)).toBe(22);
    expect(nextStart({ every: 10, offset: 2 }, 0, 11)).toBe(12);
  });

  it("knows its jobs only", () => {
    const { scheduler } = scheduled([]);
    expect(() => scheduler.state("none")).toThrow('there is no job "none"');
  });
});
