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

  it("follows a clock that is set, by hours as well as by seconds", async () => {
    const starts: string[] = [];
    const { clock, scheduler } = scheduled([
      { name: "infer", every: 300_000, offset: 2000, run: async () => void starts.push(at(clock.now())) },
      { name: "collect", every: 15_000, atStart: true, run: async () => {} },
    ]);
    const at = (time: number) => new Date(time).toISOString().slice(0, 19);
    await clock.advance(300_000);
    expect(starts).toEqual(["2026-11-23T10:05:02"]);
    // A few seconds: the start that has happened is not repeated.
    clock.set(Date.parse("2026-11-23T10:04:50Z"));
    await clock.advance(400_000);
    expect(starts.slice(1)).toEqual(["2026-11-23T10:10:02"]);
    // The clock was ten years ahead until the machine asked for the time.
    clock.set(Date.parse("2016-11-23T10:01:00Z"));
    const before = scheduler.state("collect").runs;
    await clock.advance(600_000);
    expect(starts.slice(2)).toEqual(["2016-11-23T10:05:02", "2016-11-23T10:10:02"]);
    expect(scheduler.state("collect").runs - before).toBeGreaterThan(38);
    clock.set(Date.parse("2026-11-23T11:01:00Z"));
    await clock.advance(600_000);
    expect(starts.slice(4)).toEqual(["2026-11-23T11:05:02", "2026-11-23T11:10:02"]);
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

  it("says a reason once that only counts", async () => {
    let waiting = 0;
    const { clock, lines, scheduler } = scheduled([
      {
        name: "collect",
        every: 1000,
        async run() {
          waiting += 4;
          throw new Error(waiting < 40 ? `no space; ${waiting} samples wait` : "no disk");
        },
      },
    ]);
    await clock.advance(5000);
    expect(scheduler.state("collect").lastError).toBe("no space; 20 samples wait");
    await clock.advance(5000);
    expect(lines).toEqual([
      "warning: collect failed and will be tried again: no space; 4 samples wait",
      "warning: collect failed and will be tried again: no disk",
    ]);
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

  it("follows another rhythm from the next start on, without losing or repeating one", async () => {
    const aligned: string[] = [];
    const counted: number[] = [];
    const { clock, scheduler } = scheduled([
      {
        name: "infer",
        every: 300_000,
        offset: 2000,
        run: async () => void aligned.push(new Date(clock.now()).toISOString().slice(11, 19)),
      },
      { name: "collect", every: 60_000, atStart: true, run: async () => void counted.push(clock.now() - start) },
    ]);
    await clock.advance(Date.parse("2026-11-23T10:05:02Z") - start);
    expect(aligned).toEqual(["10:05:02"]);
    // At the very moment of a start: it has happened, and does not happen again.
    scheduler.retime("infer", { every: 60_000, offset: 2000 });
    expect(scheduler.state("infer").nextRun).toBe(Date.parse("2026-11-23T10:06:02Z"));
    // Counted from the last start (180 s after the first), not from now: who reloads again and again still has it run.
    scheduler.retime("collect", { every: 45_000 });
    await clock.advance(10_000);
    scheduler.retime("collect", { every: 45_000 });
    expect(scheduler.state("collect").nextRun).toBe(start + 225_000);
    await clock.advance(110_000);
    expect(aligned).toEqual(["10:05:02", "10:06:02", "10:07:02"]);
    expect(counted).toEqual([0, 60_000, 120_000, 180_000, 225_000, 270_000, 315_000]);
    // Longer than what has passed since: the start that was near moves away.
    scheduler.retime("infer", { every: 3_600_000, offset: 60_000 });
    scheduler.retime("collect", { every: 600_000 });
    await clock.advance(3_600_000);
    expect(aligned.slice(3)).toEqual(["11:01:00"]);
    expect(counted.slice(7)).toEqual([915_000, 1_515_000, 2_115_000, 2_715_000, 3_315_000, 3_915_000]);
    expect(() => scheduler.retime("none", { every: 1 })).toThrow('there is no job "none"');
  });

  it("takes another rhythm while a run is under way, before the start, when a start is due, and after the end", async () => {
    let finish = () => {};
    let runs = 0;
    const job: ScheduledJob = {
      name: "slow",
      every: 10_000,
      atStart: true,
      run: () => {
        runs++;
        return new Promise<void>((resolve) => {
          finish = resolve;
        });
      },
    };
    const clock = virtualClock(start);
    const scheduler = createScheduler({ clock, log: createLog("silent"), jobs: [job] });
    scheduler.retime("slow", { every: 5000 });
    expect(scheduler.state("slow").nextRun).toBeNull();
    scheduler.start();
    // Due at this moment, and its timer has not fired yet.
    scheduler.retime("slow", { every: 4000 });
    await clock.advance(3000);
    expect(scheduler.state("slow")).toMatchObject({ runs: 1, running: true, nextRun: start + 4000 });
    scheduler.retime("slow", { every: 1000 });
    await clock.advance(1000);
    expect(scheduler.state("slow")).toMatchObject({ runs: 1, skipped: 1, running: true });
    finish();
    await clock.advance(1000);
    expect(scheduler.state("slow")).toMatchObject({ runs: 2, skipped: 1 });
    finish();
    await scheduler.stop();
    scheduler.retime("slow", { every: 500 });
    await clock.advance(10_000);
    expect([runs, scheduler.state("slow").nextRun]).toEqual([2, null]);
  });

  it("knows its jobs only", () => {
    const { scheduler } = scheduled([]);
    expect(() => scheduler.state("none")).toThrow('there is no job "none"');
  });
});
